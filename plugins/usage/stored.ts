import type { UsageSums } from './model.ts'
import type { Ask } from './report/answers.ts'

/** What stored answers have saved, out of the roll-ups. */
export const createStored =
  (ask: Ask): UsageSums['stored'] =>
  async (from, to) => {
    const question = { period: { from, to }, groupings: [], filters: {}, latency: false }
    const { sums } = await ask('usage', { ...question, top: { by: 'calls', most: 1 } })
    return { hits: sums.hits, saved: sums.saved_nano }
  }
