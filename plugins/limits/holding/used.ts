import type { Settled } from '../../../src/exchange.ts'
import type { Usage } from '../../../src/types.ts'
import type { Open } from './open.ts'

/** Bytes of a stream's event for each token of its text, where nobody told how many there were: a rule of thumb. */
const EVENT = 150
export const NO_DETAILS = { cacheRead: 0, cacheWrite: 0, reasoning: 0 } as const

/** What a call took. Of a stream that broke off, some languages have told the prompt by then, and next to nothing else. */
export function usedBy(x: Settled, own: Pick<Open, 'need'>): Usage {
  const { usage, unfinished } = x
  if (usage !== undefined && unfinished === undefined) return usage
  const guess = estimated(x, own)
  return usage === undefined ? guess : { ...usage, output: Math.max(usage.output, guess.output) }
}

/** What a call took where nobody said so: its prompt, and as much of an answer as came. */
function estimated({ unfinished, answer }: Settled, { need }: Pick<Open, 'need'>): Usage {
  const { prompt, output } = need ?? { prompt: 0, output: 0 }
  const size = unfinished?.size ?? (answer?.kind === 'whole' ? answer.body.length : 0)
  const told = Math.ceil(size / (unfinished === undefined ? 4 : EVENT))
  return { input: prompt, output: Math.min(told, output), ...NO_DETAILS }
}
