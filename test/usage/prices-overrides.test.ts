import { describe, expect, test } from 'bun:test'
import { BUNDLED } from '../../plugins/prices/bundled.ts'
import { createPricer } from '../../plugins/prices/cost.ts'
import type { Overrides, PriceQuery } from '../../plugins/prices/model.ts'
import type { Usage } from '../../src/types.ts'

const MILLION = 1_000_000
const AT = Date.parse('2026-06-15T00:00:00Z')
const none: Usage = { input: 0, cacheRead: 0, cacheWrite: 0, output: 0, reasoning: 0 }

/** What a million of these tokens cost, in dollars. */
async function pricesOf(overrides: Overrides, providers = ['openai', 'groq', 'gpu']) {
  const pricer = await createPricer({ overrides, providers })
  return (target: string, part: keyof Usage = 'input', more: Partial<PriceQuery> = {}) => {
    const provider = target.slice(0, target.indexOf('/'))
    const { nano, ...rest } = pricer.price({
      providerType: provider === 'gpu' ? 'vllm' : provider,
      provider,
      model: target.slice(provider.length + 1),
      usage: { ...none, [part]: MILLION },
      at: AT,
      ...more,
    })
    return { dollars: nano === null ? null : nano / 1e9, ...rest }
  }
}
const at = (time: string) => ({ at: Date.parse(time) })

describe('selectors', () => {
  test('the most specific one decides: provider/id, provider/, id, /', async () => {
    const price = (input: number) => ({ input, output: 0 })
    const all = { '/': price(4), m: price(3), 'gpu/': price(2), 'gpu/m': price(1) }
    const dollars = async (...selectors: (keyof typeof all)[]) =>
      (await pricesOf(Object.fromEntries(selectors.map(name => [name, all[name]]))))('gpu/m').dollars
    expect(await dollars('/', 'm', 'gpu/', 'gpu/m')).toBe(1)
    expect(await dollars('/', 'm', 'gpu/')).toBe(2)
    expect(await dollars('/', 'm')).toBe(3)
    expect(await dollars('/')).toBe(4)
    expect(await dollars()).toBeNull()
  })

  test('an id with slashes is bare only where no provider has the name of its first segment', async () => {
    const overrides = { 'openai/gpt-oss-120b': { input: 9, output: 9 } }
    expect((await pricesOf(overrides))('groq/openai/gpt-oss-120b').source).toBe('bundled')
    expect((await pricesOf(overrides, ['groq']))('groq/openai/gpt-oss-120b').dollars).toBe(9)
    expect((await pricesOf(overrides))('openai/gpt-oss-120b').dollars).toBe(9)
  })

  test('a name that objects have by nature is a name like others', async () => {
    const overrides = JSON.parse('{"gpu/__proto__": {"input": 1, "output": 2}}') as Overrides
    const prices = await pricesOf(overrides)
    expect(prices('gpu/__proto__').dollars).toBe(1)
    expect(prices('gpu/constructor').dollars).toBeNull()
  })
})

describe('dates', () => {
  const dated = {
    'openai/gpt-4o': [
      { input: 3, output: 12, from: '2026-07-01T08:00:00Z' },
      { input: 1, output: 4 },
      { input: 2, output: 8, from: '2026-03-01' },
    ],
  }

  test('the price that began last holds, in whatever order they stand', async () => {
    const prices = await pricesOf(dated)
    const told = (time: string) => prices('openai/gpt-4o', 'input', at(time))
    expect(told('2020-01-01T00:00:00Z')).toEqual({ dollars: 1, source: 'operator', version: null })
    expect(told('2026-02-28T23:59:59.999Z').dollars).toBe(1)
    expect(told('2026-03-01T00:00:00Z')).toEqual({ dollars: 2, source: 'operator', version: '2026-03-01' })
    expect(told('2026-07-01T07:59:59.999Z').dollars).toBe(2)
    expect(told('2026-07-01T08:00:00Z').version).toBe('2026-07-01T08:00:00Z')
  })

  test('before the first of them the next selector speaks, then the bundled data', async () => {
    const later = [{ input: 3, output: 12, from: '2026-07-01' }]
    const prices = await pricesOf({ 'openai/gpt-4o': later, 'openai/': { input: 7, output: 7 } })
    expect(prices('openai/gpt-4o').dollars).toBe(7)
    const alone = await pricesOf({ 'openai/gpt-4o': later })
    expect(alone('openai/gpt-4o')).toEqual({ dollars: 2.5, source: 'bundled', version: BUNDLED })
    expect(alone('openai/gpt-4o', 'input', at('2026-07-01T00:00:00Z')).dollars).toBe(3)
  })
})

describe('parts', () => {
  test('each costs what its field says', async () => {
    const prices = await pricesOf({
      'gpu/m': {
        input: 1,
        output: 2,
        cache_read: 3,
        cache_write: 4,
        cache_write_1h: 5,
        reasoning: 6,
        audio_input: 7,
        audio_output: 8,
        image_input: 9,
        image_output: 10,
      },
    })
    const order = [
      'input',
      'output',
      'cacheRead',
      'cacheWrite',
      'cacheWriteHour',
      'reasoning',
      'audioInput',
      'audioOutput',
      'imageInput',
      'imageOutput',
    ] as const
    expect(order.map(part => prices('gpu/m', part).dollars)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  })

  test('what is not named costs what the part above it costs, where nothing else is known', async () => {
    const prices = await pricesOf({ 'gpu/m': { input: 1, output: 2, cache_write: 3 } })
    const told = (part: keyof Usage) => prices('gpu/m', part).dollars
    expect([told('cacheRead'), told('audioInput'), told('imageInput')]).toEqual([1, 1, 1])
    expect([told('reasoning'), told('audioOutput'), told('imageOutput')]).toEqual([2, 2, 2])
    expect(told('cacheWriteHour')).toBe(3)
  })

  test('what is not named keeps its proportion where the bundled data know the model', async () => {
    const prices = await pricesOf({
      'openai/gpt-5': { input: 1, output: 8 },
      'openai/gpt-realtime': { input: 2, output: 4, audio_output: 1 },
      'anthropic/': { input: 6, output: 30 },
      'openai/gpt-4o': { input: 0, output: 0 },
    })
    // 1.25 and 0.125 in the data.
    expect(prices('openai/gpt-5', 'cacheRead').dollars).toBe(0.1)
    // 4, 32 and 16, 64 there.
    expect(prices('openai/gpt-realtime', 'audioInput').dollars).toBe(16)
    expect(prices('openai/gpt-realtime', 'audioOutput').dollars).toBe(1)
    // Twice the input.
    expect(prices('anthropic/claude-haiku-4-5', 'cacheWriteHour').dollars).toBe(12)
    expect(prices('openai/gpt-4o', 'cacheRead')).toEqual({ dollars: 0, source: 'operator', version: null })
  })

  test('a price holds for prompts of every length, and so does the proportion', async () => {
    const prices = await pricesOf({
      'gemini/gemini-2.5-pro': { input: 1, output: 8 },
      'openrouter/x-ai/grok-4-fast': { input: 1, output: 2 },
    })
    expect(prices('gemini/gemini-2.5-pro').dollars).toBe(1)
    // In the data 0.05 of 0.2; above 128,000 tokens it is 0.05 of 0.4.
    expect(prices('openrouter/x-ai/grok-4-fast', 'cacheRead').dollars).toBe(0.25)
  })

  test('a price for each call is added once, in batches too; tokens of batches cost half', async () => {
    const overrides = { 'openai/m': { input: 1, output: 2, request: 0.25 } }
    const prices = await pricesOf(overrides)
    expect(prices('openai/m').dollars).toBe(1.25)
    expect(prices('openai/m', 'input', { batch: true }).dollars).toBe(0.75)
    expect((await pricesOf({ 'gpu/m': { input: 1, output: 2 } }))('gpu/m', 'input', { batch: true })).toEqual(
      {
        dollars: 1,
        source: 'operator',
        version: null,
      },
    )
  })

  test('what the provider reports wins over the operator', async () => {
    const prices = await pricesOf({ '/': { input: 1, output: 2 } })
    expect(prices('gpu/m', 'input', { usage: { ...none, reportedCost: 0.5 } }).source).toBe('reported')
  })
})
