import { count, duration } from '../../views/format.ts'
import type { Tone } from '../concerns/model.ts'
import type { Content, Hook, Notice } from './model.ts'
import type { standingConcerns } from './schema.ts'

export type Standing = typeof standingConcerns.$inferSelect

/** Something to tell. */
export interface Change {
  readonly type: 'concern.began' | 'concern.ended'
  readonly concern: Standing
}

export interface Moment {
  /** Milliseconds since 1970. */
  readonly now: number
  /** How long something must stand, or be away, before it is told (milliseconds). */
  readonly after: number
  /** Keys of what this gateway sees. */
  readonly seen: ReadonlySet<string>
  /** It has looked for long enough to say that something is over: after a start much is not known yet. */
  readonly isSettled: boolean
}

/** What has begun, got worse, or is over, for long enough. */
export const changesOf = (all: readonly Standing[], moment: Moment): readonly Change[] =>
  all.flatMap((concern): Change[] =>
    hasBegun(concern, moment)
      ? [{ type: 'concern.began', concern }]
      : isOver(concern, moment)
        ? [{ type: 'concern.ended', concern }]
        : [],
  )

const hasBegun = ({ key, tone, toldTone, beganAt }: Standing, { now, after, seen }: Moment): boolean =>
  seen.has(key) && beganAt <= now - after && (toldTone === null || (toldTone === 'amber' && tone === 'bad'))

/** What was seen long ahead of now was seen by a clock that has been set back since. */
const isOver = ({ key, seenAt }: Standing, { now, after, seen, isSettled }: Moment): boolean =>
  isSettled && !seen.has(key) && Math.abs(now - seenAt) > after

/** More of a kind at once are one notice that counts them. */
const FEW = 5
/** So many of them are named. */
const NAMED = 3
/** So many keys are in it. */
const KEYS = 100

/** The notices that a hook gets of what has changed. */
export function noticesFor({ least }: Hook, changes: readonly Change[], now: number): readonly Notice[] {
  const heard = changes.filter(change => least === 'amber' || toneOf(change) === 'bad')
  return (['concern.began', 'concern.ended'] as const).flatMap(type => {
    const own = heard.filter(
      // What was never told of needs no end.
      change => change.type === type && (type === 'concern.began' || change.concern.toldTone !== null),
    )
    if (own.length > FEW) return [toSummary(type, own, now)]
    return own.map(change => ({ id: idOf(change), at: now, content: toContent(change, now) }))
  })
}

const toneOf = ({ type, concern: { tone, toldTone } }: Change): Tone =>
  type === 'concern.began' ? tone : (toldTone ?? tone)

const idOf = ({ type, concern: { id, tone } }: Change): string =>
  type === 'concern.began' ? `${id}-began-${tone}` : `${id}-ended`

function toContent(change: Change, now: number): Content {
  const { type, concern } = change
  const { key, text, place, beganAt } = concern
  const said = type === 'concern.began' ? text : `Over after ${duration(now - beganAt)}: ${text}`
  return { type, tone: toneOf(change), key, text: said, place }
}

function toSummary(type: Change['type'], all: readonly Change[], now: number): Notice {
  const changes = all.toSorted((a, b) => rankOf(a) - rankOf(b))
  const [first] = changes
  const head =
    type === 'concern.began'
      ? `${count(changes.length, 'thing')} need attention`
      : `${count(changes.length, 'thing')} need no attention any more`
  const named = changes.slice(0, NAMED).map(({ concern }) => concern.text)
  const content: Content = {
    type,
    tone: toneOf(first!),
    key: 'many',
    keys: changes.slice(0, KEYS).map(({ concern }) => concern.key),
    text: `${head}. ${named.join(' ')} And ${changes.length - named.length} more.`,
    place: '/overview',
  }
  return { id: `${idOf(first!)}-${changes.length}`, at: now, content }
}

/** What is worst first. */
const rankOf = (change: Change): number => (toneOf(change) === 'bad' ? 0 : 1)
