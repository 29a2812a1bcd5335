import type { UsageBook } from '../model.ts'
import type { Ask } from './answers.ts'

/** What a gateway does the work with. */
export interface Hands {
  readonly ask: Ask
  readonly reprice: UsageBook['reprice']
}

export interface Job {
  readonly from: number
  readonly to: number
  /** Everything before this time is done (milliseconds since 1970). */
  readonly until: number
  readonly changed: number
  readonly state: 'running' | 'done' | 'failed'
}

/** So much is priced anew in one go (milliseconds): what is settled meanwhile is written in between. */
const STEP = 6 * 3_600_000

/**
 * Prices the calls of a period anew, one period at a time. It belongs to the process: where a reload puts another gateway
 * in the place of one, the work goes on with that one's hands, and its prices.
 */
export function createRepricing() {
  /** Those of the gateway that came last do the work. */
  const all: Hands[] = []
  let job: Job | undefined

  /** What fails because a gateway closes is done again by the one that has taken over. */
  async function work<T>(step: (hands: Hands) => Promise<T>): Promise<T> {
    for (;;) {
      const hands = all.at(-1)
      if (hands === undefined) throw new Error('The gateway stops')
      try {
        return await step(hands)
      } catch (error) {
        if (all.at(-1) === hands) throw error
      }
    }
  }

  async function run(begun: Job): Promise<void> {
    // Before the first call and after the last there is nothing to do, and much time.
    const { first, last } = await work(({ ask }) => ask('edges', null))
    const end = Math.min(begun.to, last === null ? begun.from : last + 1)
    let now: Job = { ...begun, until: Math.max(begun.from, first ?? begun.from) }
    job = now
    while (now.until < end) {
      const { until } = now
      const next = Math.min(until + STEP, end)
      const changed = await work(({ reprice }) => reprice(until, next))
      job = now = { ...now, until: next, changed: now.changed + changed }
    }
    job = { ...now, until: begun.to, state: 'done' }
  }

  return {
    /** The last one since the start. */
    job: (): Job | undefined => job,
    /** From now on these hands do the work; what it returns takes them away. */
    join(hands: Hands): () => void {
      all.push(hands)
      return () => void all.splice(all.indexOf(hands), 1)
    },
    /** Resolves when it is done, and rejects when it failed. */
    async begin(from: number, to: number): Promise<void> {
      job = { from, to, until: from, changed: 0, state: 'running' }
      await run(job).catch(error => {
        job = { ...job!, state: 'failed' }
        throw error
      })
    },
  }
}
export type Repricing = ReturnType<typeof createRepricing>
