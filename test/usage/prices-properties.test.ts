import { describe, expect, test } from 'bun:test'
import { calcPrice, waitForUpdate } from '@pydantic/genai-prices'
import fc from 'fast-check'
import { createPricer } from '../../plugins/prices/cost.ts'
import type { Override } from '../../plugins/prices/model.ts'
import { type Part, parts } from '../../plugins/prices/rates.ts'
import type { Usage } from '../../src/types.ts'
import { rows } from './prices-table.ts'

const AT = Date.parse('2026-11-01T12:00:00Z')
const pricer = await createPricer({ overrides: {}, providers: [] })
const data = (await waitForUpdate()) ?? []

interface Model {
  readonly type: string
  readonly model: string
}
const nanoOf = ({ type, model }: Model, usage: Usage, batch = false) =>
  pricer.price({ providerType: type, provider: type, model, usage, at: AT, batch }).nano

const tokens = fc.oneof(fc.constant(0), fc.nat(10), fc.nat(5_000_000))
const usageOf = (count: fc.Arbitrary<number>): fc.Arbitrary<Usage> =>
  fc.record(Object.fromEntries(parts.map(part => [part, count])) as Record<Part, fc.Arbitrary<number>>)
const sold = rows.filter(({ output }) => output !== undefined)
const model = fc.constantFrom(...sold)
/** With one price for prompts of every length. */
const evenModel = fc.constantFrom(...sold.filter(({ long }) => long === undefined))

const plus = (a: Usage, b: Usage): Usage =>
  Object.fromEntries(parts.map(part => [part, (a[part] ?? 0) + (b[part] ?? 0)])) as unknown as Usage
const only = (usage: Usage, part: Part): Usage => ({
  input: 0,
  cacheRead: 0,
  cacheWrite: 0,
  output: 0,
  reasoning: 0,
  [part]: usage[part],
})

describe('a price', () => {
  test('is a whole number of nano-dollars, and never below zero', () =>
    fc.assert(
      fc.property(model, usageOf(tokens), fc.boolean(), (row, usage, batch) => {
        const nano = nanoOf(row, usage, batch)
        expect(Number.isSafeInteger(nano) && nano! >= 0).toBe(true)
      }),
    ))

  test('never falls when tokens are added, also where longer prompts cost more', () =>
    fc.assert(
      fc.property(model, usageOf(tokens), usageOf(tokens), fc.boolean(), (row, usage, more, batch) => {
        expect(nanoOf(row, plus(usage, more), batch)!).toBeGreaterThanOrEqual(nanoOf(row, usage, batch)!)
      }),
    ))

  test('is the sum of its parts, but for the one rounding of each', () =>
    fc.assert(
      fc.property(evenModel, usageOf(tokens), (row, usage) => {
        const apart = parts.map(part => nanoOf(row, only(usage, part))!).reduce((sum, nano) => sum + nano, 0)
        expect(Math.abs(nanoOf(row, usage)! - apart)).toBeLessThanOrEqual(parts.length / 2)
      }),
    ))

  test('of a thousand times the tokens is exactly a thousand times the price, where nothing was rounded', () =>
    fc.assert(
      fc.property(evenModel, usageOf(fc.nat(50_000)), (row, usage) => {
        // Prices have at most five decimals here, so 100 of each token are whole nano-dollars.
        const times = (factor: number): Usage =>
          Object.fromEntries(parts.map(part => [part, (usage[part] ?? 0) * factor])) as unknown as Usage
        expect(nanoOf(row, times(100_000))).toBe(1000 * nanoOf(row, times(100))!)
      }),
    ))

  test('of a batch is never more than that of the same calls', () =>
    fc.assert(
      fc.property(model, usageOf(tokens), (row, usage) => {
        const [full, half] = [nanoOf(row, usage)!, nanoOf(row, usage, true)!]
        expect(half).toBeLessThanOrEqual(full)
        expect(half * 2 + 1).toBeGreaterThanOrEqual(full)
      }),
    ))

  test('is the same for the same question, whatever was asked before', () =>
    fc.assert(
      fc.property(fc.array(fc.tuple(model, usageOf(tokens)), { minLength: 2, maxLength: 6 }), questions => {
        const first = questions.map(([row, usage]) => nanoOf(row, usage))
        const again = questions.toReversed().map(([row, usage]) => nanoOf(row, usage))
        expect(again.toReversed()).toEqual(first)
      }),
    ))

  test('of nonsense is not known, and asking for it breaks nothing', () =>
    fc.assert(
      fc.property(
        fc.constantFrom(...sold),
        usageOf(fc.oneof(fc.double(), fc.constantFrom(-1, 0.5, 1e300, Number.NaN, 2 ** 53))),
        (row, usage) => {
          const isCounted = parts.every(part => Number.isSafeInteger(usage[part]) && usage[part]! >= 0)
          const nano = nanoOf(row, usage)
          expect(nano === null || (isCounted && Number.isSafeInteger(nano) && nano >= 0)).toBe(true)
        },
      ),
    ))

  test('that cannot be told exactly is not told', () => {
    const row = { type: 'openai', model: 'o1' }
    const many = { input: 2 ** 53 - 1, cacheRead: 0, cacheWrite: 0, output: 0, reasoning: 0 }
    expect(nanoOf(row, many)).toBeNull()
  })
})

describe('prices of the operator', () => {
  const decimal = fc.tuple(fc.nat(999), fc.nat(999_999)).map(([whole, part]) => ({
    number: Number(`${whole}.${String(part).padStart(6, '0')}`),
    micros: BigInt(whole) * 1_000_000n + BigInt(part),
  }))

  test('are multiplied exactly', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(decimal, { minLength: 10, maxLength: 10 }),
        usageOf(fc.nat(3_000_000)),
        async (prices, usage) => {
          const fields = [
            'input',
            'cache_read',
            'cache_write',
            'cache_write_1h',
            'audio_input',
            'image_input',
            'output',
            'reasoning',
            'audio_output',
            'image_output',
          ] as const
          const override = Object.fromEntries(fields.map((field, index) => [field, prices[index]!.number]))
          const own = await createPricer({
            overrides: { 'gpu/m': override as unknown as Override },
            providers: ['gpu'],
          })
          const sum = parts.reduce(
            (total, part, index) => total + BigInt(usage[part] ?? 0) * prices[index]!.micros,
            0n,
          )
          const query = { providerType: 'vllm', provider: 'gpu', model: 'm', usage, at: AT }
          expect(own.price(query).nano).toBe(Number((sum + 500n) / 1000n))
        },
      ),
    ))
})

describe('the bundled data', () => {
  const usage = { input: 60_001, cacheRead: 45_007, cacheWrite: 3011, output: 7013, reasoning: 1009 }

  test('gives for every model that it knows what its own calculation gives, but for noise of floats', () => {
    let compared = 0
    for (const { id, models } of data)
      for (const { id: model } of models) {
        const theirs = calcPrice(
          {
            input_tokens: usage.input + usage.cacheRead + usage.cacheWrite,
            cache_read_tokens: usage.cacheRead,
            cache_write_tokens: usage.cacheWrite,
            output_tokens: usage.output + usage.reasoning,
            output_reasoning_tokens: usage.reasoning,
          },
          model,
          { providerId: id, timestamp: new Date(AT) },
        )
        const ours = nanoOf({ type: id, model }, usage)
        if (theirs === null) expect([id, model, ours]).toEqual([id, model, null])
        // They take for free what has no price.
        if (theirs === null || ours === null) continue
        compared++
        const [nano, wanted] = [ours, theirs.total_price * 1e9]
        expect([id, model, Math.abs(nano - wanted) <= 0.5 + wanted * 1e-12]).toEqual([id, model, true])
      }
    expect(compared).toBeGreaterThan(1400)
  })

  test('leaves nothing without a price but models that are not sold by tokens, or not by all of these', () => {
    for (const { id, models } of data)
      for (const { id: model } of models) {
        const found = calcPrice({}, model, { providerId: id, timestamp: new Date(AT) })
        if (found === null || nanoOf({ type: id, model }, usage) !== null) continue
        const { input_mtok: input, output_mtok: output } = found.model_price
        expect([id, model, input === undefined || output === undefined]).toEqual([id, model, true])
      }
  })
})
