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

  async function standing(): Promise<readonly StandingState[]> {
    const found = new Map<string, StandingState>()
    // Another gateway may see what this one does not.
    if (hooks.length > 0)
      for (const { key, tone, text, place, beganAt, toldAt } of await book.standing())
        found.set(key, { key, tone, text, place, since: beganAt, toldAt })
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
  return async (most: number): Promise<State> => ({
    hooks: await Promise.all(hooks.map(hookState)),
    standing: await standing(),
    sent: (await book.recent(most)).map(toSent),
  })
}
