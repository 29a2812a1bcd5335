import { isDatabaseAway } from '../../src/database/faults.ts'
import type { Concerns, Place, Tone } from '../concerns/model.ts'
import type { Book, Row } from './book.ts'
import type { Content, Hook } from './model.ts'

/** A hook, without what is secret of it. */
export interface HookState extends Pick<Hook, 'host' | 'format' | 'least'> {
  /** In the order of the configuration, from 1: two hooks may have one host. */
  readonly number: number
  /** Notices that it has yet to be told. */
  readonly waiting: number
  readonly lastSentAt: number | null
  readonly lastFailure: { readonly at: number; readonly reason: string } | null
}

export interface StandingState {
  readonly key: string
  readonly tone: Tone
  readonly text: string
  readonly place: Place
  /** Null where nobody is told, and nobody counts. */
  readonly since: number | null
  readonly toldAt: number | null
}

export interface SentState extends Content {
  readonly id: string
  readonly at: number
  /** Its number; null for a hook that is not there any more. */
  readonly hook: number | null
  readonly sentAt: number | null
  readonly failure: string | null
  /** It is over: taken, or given up. */
  readonly isOver: boolean
}

export interface State {
  readonly hooks: readonly HookState[]
  readonly standing: readonly StandingState[]
  readonly sent: readonly SentState[]
  /** The database does not answer: what stands is what this gateway sees, and of hooks nothing is known. */
  readonly isPart: boolean
}

interface StateOptions {
  readonly hooks: readonly Hook[]
  readonly book: Book
  readonly concerns: Pick<Concerns, 'look'>
}

/** What stands, who is told, and what became of it. */
export function createState({ hooks, book, concerns }: StateOptions) {
  async function hookState({ id, host, format, least }: Hook, index: number): Promise<HookState> {
    const [waiting, sent, failed] = await Promise.all([
      book.waiting(id),
      book.last(id, 'sentAt'),
      book.last(id, 'failedAt'),
    ])
    return {
      number: index + 1,
      host,
      format,
      least,
      waiting,
      lastSentAt: sent?.sentAt ?? null,
      lastFailure: failed === undefined ? null : { at: failed.failedAt!, reason: failed.failure ?? '' },
    }
  }

  /** Another gateway may see what this one does not. */
  async function seenByAll(): Promise<readonly StandingState[]> {
    if (hooks.length === 0) return []
    const rows = await book.standing()
    return rows.map(({ key, tone, text, place, beganAt, toldAt }) => ({
      ...{ key, tone, text, place },
      since: beganAt,
      toldAt,
    }))
  }

  async function standing(known: readonly StandingState[]): Promise<readonly StandingState[]> {
    const found = new Map(known.map(each => [each.key, each]))
    for (const { key, tone, text, place } of await concerns.look())
      found.set(key, { since: null, toldAt: null, ...found.get(key), key, tone, text, place })
    return [...found.values()].sort((a, b) => Number(b.tone === 'bad') - Number(a.tone === 'bad'))
  }

  function toSent({ id, hook, at, content, sentAt, failure, nextAt }: Row): SentState {
    const index = hooks.findIndex(one => one.id === hook)
    const number = index < 0 ? null : index + 1
    return { ...content, id, at, hook: number, sentAt, failure, isOver: nextAt === null }
  }

  /** @param most of the notices that were sent last */
  return async (most: number): Promise<State> => {
    try {
      return {
        hooks: await Promise.all(hooks.map(hookState)),
        standing: await standing(await seenByAll()),
        sent: (await book.recent(most)).map(toSent),
        isPart: false,
      }
    } catch (error) {
      if (!isDatabaseAway(error)) throw error
      // That it is away is what people look for here.
      return { hooks: [], standing: await standing([]), sent: [], isPart: true }
    }
  }
}
