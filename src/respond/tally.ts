import type { Talk } from '../contract/dialect.ts'
import type { Exchange, Spent } from '../exchange.ts'
import type { Usage } from '../types.ts'

/** What is known of a conversation by what its provider has said. */
export interface Tally {
  hear(message: string): void
  /** The client asks for an answer. */
  ask(): void
  /** So many answers are under way, or asked for. */
  answers(): number
  /** An answer has begun, and not ended. */
  isAnswering(): boolean
  /** The last word was an error: why the provider closes is said. */
  isExplained(): boolean
  /** What all answers took, as far as it was told. */
  usage(): Usage
  /** Whether something was spent since this was asked last. */
  hasSpent(): boolean
}

const NOTHING: Usage = { input: 0, cacheRead: 0, cacheWrite: 0, output: 0, reasoning: 0 }

/** `spend` is told what each answer took, and what was done beside the conversation. */
export function createTally(x: Exchange, { fromProvider }: Talk, spend: (spent: Spent) => void): Tally {
  let sum = NOTHING
  /** Answers that have begun and not ended: there may be several at the same time. */
  let open = 0
  /** Answers that were asked for and have not begun. */
  let asked = 0
  let begun = performance.now()
  let helper: string | undefined
  let count = 0
  let isNew = false
  let isExplained = false

  function note(model: string | undefined, usage: Usage | undefined, ms: number): void {
    count++
    isNew = true
    if (usage !== undefined) sum = plus(sum, usage)
    const own = x.target!
    spend({ x, number: count, target: model === undefined ? own : { ...own, model }, usage, ms })
  }

  /** What was asked for and did not begin, while nothing else is under way, was refused. */
  function rest(): void {
    if (open === 0) asked = 0
  }

  function end(usage: Usage | undefined): void {
    const ms = open === 0 ? 0 : performance.now() - begun
    open = Math.max(0, open - 1)
    note(undefined, usage, ms)
    rest()
  }

  return {
    hear(message) {
      const turn = fromProvider(message)
      isExplained = turn?.kind === 'error'
      if (isExplained) rest()
      if (turn?.kind === 'end') end(turn.usage)
      else if (turn?.kind === 'helper') helper = turn.model
      // Its price is not the conversation's: where nobody said who it is, nobody knows what its tokens cost.
      else if (turn?.kind === 'helped') note(helper, helper === undefined ? undefined : turn.usage, 0)
      else if (turn?.kind === 'begin') {
        open++
        asked = Math.max(0, asked - 1)
        begun = performance.now()
      }
    },
    ask() {
      asked++
    },
    answers: () => open + asked,
    isAnswering: () => open > 0,
    isExplained: () => isExplained,
    usage: () => sum,
    hasSpent() {
      const was = isNew
      isNew = false
      return was
    },
  }
}

/** Counts are added; of words the last one counts. */
function plus(one: Usage, two: Usage): Usage {
  const sum: Record<string, unknown> = { ...one }
  for (const [part, told] of Object.entries(two))
    sum[part] = typeof told === 'number' ? told + Number(sum[part] ?? 0) : told
  return sum as unknown as Usage
}
