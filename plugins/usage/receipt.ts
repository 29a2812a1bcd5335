import type { Receipt, Receipts, UsageBook } from './model.ts'
import { tokensOf } from './page/requests/words.ts'
import type { Ask } from './report/answers.ts'

/** Finds the record of one call. What was settled a moment ago is written first; what cannot be found is not known. */
export const createFind =
  (ask: Ask, flush: UsageBook['flush']): Receipts['find'] =>
  async (id, patience) => {
    await flush(patience)
    const [row] = await ask('call', id).catch(() => [])
    if (row === undefined) return undefined
    const { provider, model, costNano, billing, finish } = row
    return { provider, model, ...tokensOf(row), costNano, billing, finish } satisfies Receipt
  }
