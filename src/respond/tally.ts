import type { Talk } from '../dialect.ts'
import type { Usage } from '../types.ts'

/** What is known of a conversation by what its provider has said. */
export interface Tally {
  hear(message: string): void
  /** An answer has begun, and not ended. */
  isAnswering(): boolean
  /** The last word was an error: why the provider closes is said. */
  isExplained(): boolean
  /** What all answers took. */
  usage(): Usage
  /** Every answer that began has told what it took. */
  isComplete(): boolean
}

const NOTHING: Usage = { input: 0, cacheRead: 0, cacheWrite: 0, output: 0, reasoning: 0 }

export function createTally({ fromProvider }: Talk): Tally {
  let usage = NOTHING
  /** Answers that have begun and not ended: there may be several at the same time. */
  let open = 0
  let isTold = true
  let isExplained = false
  return {
    hear(message) {
      const turn = fromProvider(message)
      isExplained = turn?.kind === 'error'
      if (turn?.kind === 'begin') open++
      if (turn?.kind !== 'end') return
      open = Math.max(0, open - 1)
      if (turn.usage === undefined) isTold = false
      else usage = plus(usage, turn.usage)
    },
    isAnswering: () => open > 0,
    isExplained: () => isExplained,
    usage: () => usage,
    isComplete: () => isTold && open === 0,
  }
}

/** Counts are added; of words the last one counts. */
function plus(one: Usage, two: Usage): Usage {
  const sum: Record<string, unknown> = { ...one }
  for (const [part, told] of Object.entries(two))
    sum[part] = typeof told === 'number' ? told + Number(sum[part] ?? 0) : told
  return sum as unknown as Usage
}
