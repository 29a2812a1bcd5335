import type { Lens } from '../../src/contract/dialect.ts'
import { objectOf, usageOf } from '../../src/contract/loose-json.ts'
import type { JsonObject, Usage } from '../../src/types.ts'

/** What the answers of one model used, under the same terms. */
export interface Spent {
  readonly model: string
  readonly usage: Usage
}

export interface Results {
  /** Always in the same order. */
  readonly spent: readonly Spent[]
  /** Lines that were read: one for each request of the batch. */
  readonly count: number
}

/** A line is an answer; no answer is longer (characters). */
const LONGEST = 64 * 1024 * 1024

/**
 * Reads what a batch of messages has used out of its results, a line for each request, as they arrive: there may be
 * 100,000 of them.
 *
 * @throws where a line cannot be read: half a bill is none.
 */
export async function readResults(
  body: ReadableStream<Uint8Array>,
  lens: Pick<Lens, 'usage'>,
): Promise<Results> {
  const sums = new Map<string, Spent>()
  let count = 0
  const take = (line: string): void => {
    if (line.trim() === '') return
    count++
    const { result } = JSON.parse(line) as JsonObject
    const { message } = objectOf(result)
    const usage = lens.usage(objectOf(message))
    if (usage === undefined) return
    const model = String(objectOf(message).model ?? '')
    const key = `${model} ${usage.terms ?? ''}`
    sums.set(key, { model, usage: sum(sums.get(key)?.usage, usage) })
  }
  const decoder = new TextDecoder()
  let rest = ''
  for await (const bytes of body) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n')
    rest = lines.pop()!
    if (rest.length > LONGEST) throw new Error('a line of the results is too long')
    lines.forEach(take)
  }
  take(rest + decoder.decode())
  const spent = [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, sum]) => sum)
  return { spent, count }
}

const parts = ['input', 'cacheRead', 'cacheWrite', 'cacheWriteHour', 'output', 'reasoning'] as const

/** Both together; the terms are those of the second. */
function sum(some: Usage | undefined, more: Usage): Usage {
  const counts = parts.map(part => [part, (some?.[part] ?? 0) + (more[part] ?? 0)])
  return { ...usageOf(Object.fromEntries(counts)), ...(more.terms !== undefined && { terms: more.terms }) }
}
