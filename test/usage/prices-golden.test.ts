import { describe, expect, test } from 'bun:test'
import { BUNDLED } from '../../plugins/prices/bundled.ts'
import { createPricer } from '../../plugins/prices/cost.ts'
import type { Usage } from '../../src/types.ts'
import { expected, type Row, rows, usages } from './prices-table.ts'

const AT = Date.parse('2026-11-01T12:00:00Z')
const pricer = await createPricer({ overrides: {}, providers: ['openai', 'groq'] })
const ask = ({ type, model }: Pick<Row, 'type' | 'model'>, usage: Usage, more: object = {}) =>
  pricer.price({ providerType: type, provider: `${type}-east`, model, usage, at: AT, ...more })
const use = (usage: Partial<Usage>): Usage => ({
  input: 0,
  cacheRead: 0,
  cacheWrite: 0,
  output: 0,
  reasoning: 0,
  ...usage,
})
const nothing = { nano: null, source: null, version: null }

describe('published prices, to the nano-dollar', () => {
  test('there are enough of them to mean something', () => {
    const priced = rows.flatMap(row => Object.values(usages).filter(usage => expected(row, usage) !== null))
    expect(rows.length).toBeGreaterThanOrEqual(40)
    expect(priced.length).toBeGreaterThanOrEqual(300)
  })

  for (const row of rows)
    test(`${row.type}/${row.model}`, () => {
      for (const [name, usage] of Object.entries(usages)) {
        const nano = expected(row, usage)
        const { source, version } = nano === null ? nothing : { source: 'bundled', version: BUNDLED }
        expect<unknown>([name, ask(row, usage)]).toEqual([name, { nano, source, version }])
      }
    })

  const byHand: readonly (readonly [string, string, keyof typeof usages, number])[] = [
    // 1 × 0.05
    ['openai', 'gpt-5-nano', 'one token', 50],
    // 37.5, half up
    ['cohere', 'command-r7b-12-2024', 'one token', 38],
    // 1234 × 2.5 + 567 × 10 = 8755 millionths
    ['openai', 'gpt-4o', 'a chat', 8_755_000],
    // 350 × 0.035 + 12288 × 0.00875 + 999 × 0.14 = 259.63
    ['bedrock', 'amazon.nova-micro-v1:0', 'a cached prompt', 259_630],
    // 5 × 3 + 0.3 + 4735 × 3.75 + 1111 × 6 + 255 × 15 = 28262.55
    ['anthropic', 'claude-sonnet-4-5', 'a cache written', 28_262_550],
    // 10 × 4 + 3333 × 32 + 3 × 16 + 777 × 64 = 156472
    ['openai', 'gpt-realtime', 'sound both ways', 156_472_000],
    // 77 × 5 + 1021 × 10 + 4161 × 40 = 177035
    ['openai', 'gpt-image-1', 'pictures both ways', 177_035_000],
    // 4097 × 2 + 17 × 8 + 2048 × 3 = 14474
    ['perplexity', 'sonar-deep-research', 'much thinking', 14_474_000],
    // 150000 × 1.25 + 50000 × 0.125 + 8191 × 10 = 275660
    ['gemini', 'gemini-2.5-pro', 'the longest short prompt', 275_660_000],
    // 150001 × 2.5 + 50000 × 0.25 + 8191 × 15 = 510367.5
    ['gemini', 'gemini-2.5-pro', 'the shortest long prompt', 510_367_500],
  ]
  test('some of them computed by hand', () => {
    for (const [type, model, name, nano] of byHand)
      expect([model, name, ask({ type, model }, usages[name]).nano]).toEqual([model, name, nano])
  })
})

describe('batches', () => {
  const halved = new Set(['openai', 'azure', 'anthropic', 'bedrock', 'mistral', 'gemini', 'vertex'])

  test('cost half of it where the vendor says so, and all of it elsewhere', () => {
    for (const row of rows)
      for (const [name, usage] of Object.entries(usages))
        expect([row.type, row.model, name, ask(row, usage, { batch: true }).nano]).toEqual([
          row.type,
          row.model,
          name,
          expected(row, usage, halved.has(row.type)),
        ])
  })

  test('computed by hand: cached input of Gemini keeps its price, that of others does not', () => {
    const cached = usages['a cached prompt']
    const batch = { batch: true }
    // 350 × 0.15 + 12288 × 0.03 + 999 × 1.25 = 1669.89
    expect(ask({ type: 'gemini', model: 'gemini-2.5-flash' }, cached, batch).nano).toBe(1_669_890)
    // (350 × 1 + 12288 × 0.1 + 999 × 5) / 2 = 3286.9
    expect(ask({ type: 'anthropic', model: 'claude-haiku-4-5' }, cached, batch).nano).toBe(3_286_900)
  })
})

describe('prices that depend on the time', () => {
  const million = use({ input: 1_000_000, cacheRead: 1_000_000, output: 1_000_000 })
  const at = (type: string, model: string, time: string, usage = million) =>
    ask({ type, model }, usage, { at: Date.parse(time) }).nano

  test('hold from a day on: o3 became cheaper on 2025-06-10', () => {
    const both = use({ input: 1_000_000, output: 1_000_000 })
    expect(at('openai', 'o3', '2025-06-09T23:59:59.999Z', both)).toBe(50_000_000_000)
    expect(at('openai', 'o3', '2025-06-10T00:00:00Z', both)).toBe(10_000_000_000)
  })

  test('hold from a day on: Claude Sonnet 4.6 lost its price for long prompts on 2026-03-13', () => {
    const long = use({ input: 300_000, output: 1000 })
    expect(at('anthropic', 'claude-sonnet-4-6', '2026-03-12T12:00:00Z', long)).toBe(1_822_500_000)
    expect(at('anthropic', 'claude-sonnet-4-6', '2026-03-13T12:00:00Z', long)).toBe(915_000_000)
  })

  test('hold at hours of the day: DeepSeek was half the price from 16:30 to 00:30 UTC', () => {
    expect(at('deepseek', 'deepseek-chat', '2025-07-01T12:00:00Z')).toBe(1_440_000_000)
    expect(at('deepseek', 'deepseek-chat', '2025-07-01T16:29:59Z')).toBe(1_440_000_000)
    expect(at('deepseek', 'deepseek-chat', '2025-07-01T16:30:00Z')).toBe(720_000_000)
    expect(at('deepseek', 'deepseek-chat', '2025-07-01T00:29:59Z')).toBe(720_000_000)
  })

  test('are not remembered past their time, whoever asks first', () => {
    const twice = ['2025-06-10T00:00:00Z', '2025-06-09T00:00:00Z', '2025-06-10T00:00:00Z']
    const costs = twice.map(time => at('openai', 'o3', time, use({ output: 1_000_000 })))
    expect(costs).toEqual([8_000_000_000, 40_000_000_000, 8_000_000_000])
  })
})

describe('where the price comes from', () => {
  const chat = usages['a chat']

  test('what the provider reports goes first, as a decimal', () => {
    const reported = (cost: number) =>
      ask({ type: 'openrouter', model: 'openai/gpt-4o' }, { ...chat, reportedCost: cost })
    expect(reported(0.00492)).toEqual({ nano: 4_920_000, source: 'reported', version: null })
    // As a float, this times 10⁹ is 16000000000.499998.
    expect(reported(16.0000000005).nano).toBe(16_000_000_001)
    expect(reported(0.1 + 0.2).nano).toBe(300_000_000)
    expect(reported(0.0000000005).nano).toBe(1)
    expect(reported(0.0000000004).nano).toBe(0)
    expect(reported(0)).toEqual({ nano: 0, source: 'reported', version: null })
  })

  test('what it reports is not taken when it is no amount', () => {
    for (const cost of [-1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(ask({ type: 'openai', model: 'gpt-4o' }, { ...chat, reportedCost: cost }).nano).toBe(8_755_000)
  })

  test('nothing is known of self-hosted models, unknown models and models that are not sold by tokens', () => {
    for (const [type, model] of [
      ['vllm', 'llama-3.3-70b'],
      ['ollama', 'gpt-4o'],
      ['openai', 'gpt-99-enormous'],
      ['openai', ''],
      ['openai', 'whisper-1'],
      ['groq', 'whisper-large-v3'],
      ['mistral', 'mistral-ocr-latest'],
    ] as const)
      expect([type, model, ask({ type, model }, chat)]).toEqual([type, model, nothing])
  })

  test('nothing is known of a call at no time', () =>
    expect(ask({ type: 'openai', model: 'o3' }, chat, { at: Number.NaN })).toEqual(nothing))

  test('what the data call free is free, which is something known', () => {
    expect(ask({ type: 'openai', model: 'omni-moderation-latest' }, chat)).toEqual({
      nano: 0,
      source: 'bundled',
      version: BUNDLED,
    })
  })

  test('a price for each call comes on top', () => {
    // $12 for a thousand calls, and 1801 × 1.
    expect(ask({ type: 'perplexity', model: 'sonar' }, chat).nano).toBe(12_000_000 + 1_801_000)
  })

  test('the version is that of the package that is installed', async () => {
    const manifest = Bun.file(
      new URL('../../node_modules/@pydantic/genai-prices/package.json', import.meta.url),
    )
    const { version } = (await manifest.json()) as { version: string }
    expect(BUNDLED).toBe(`genai-prices@${version}`)
  })
})

describe('terms of an answer', () => {
  const usage = use({ input: 1000, cacheRead: 1000, output: 100 })
  // In nano-dollars, from the prices that openai.com/api-priority-processing names (dollars for a million).
  const priority = (input: number, cached: number, output: number) =>
    Math.round(1_000_000 * input + 1_000_000 * cached + 100_000 * output)
  const named = {
    'gpt-5.5': [12.5, 1.25, 75],
    'gpt-5.4': [5, 0.5, 30],
    'gpt-5.4-mini': [1.5, 0.15, 9],
    'gpt-5.2': [3.5, 0.35, 28],
    'gpt-5.1': [2.5, 0.25, 20],
    'gpt-5.1-codex': [2.5, 0.25, 20],
    'gpt-5': [2.5, 0.25, 20],
    'gpt-5-codex': [2.5, 0.25, 20],
    'gpt-5-mini': [0.45, 0.045, 3.6],
    'gpt-5-mini-2025-08-07': [0.45, 0.045, 3.6],
    'gpt-4.1': [3.5, 0.875, 14],
  } as const
  const terms = (terms: string) => ({ ...usage, terms })

  test('priority costs what OpenAI says, tokens of every kind', () => {
    for (const [model, [input, cached, output]] of Object.entries(named)) {
      const { nano, source } = ask({ type: 'openai', model }, terms('priority'))
      expect<unknown>([model, nano, source]).toEqual([model, priority(input, cached, output), 'bundled'])
    }
  })

  test('are the list price where nobody says more: others, long prompts, elsewhere, words of tomorrow', () => {
    const listed = [
      ['openai', 'gpt-4o', terms('priority')],
      ['openai', 'gpt-5-chat-latest', terms('priority')],
      ['openai', 'gpt-5.4', { ...terms('priority'), input: 300_000 }],
      ['azure', 'gpt-5', terms('priority')],
      ['anthropic', 'claude-opus-4-6', terms('fast')],
      ['anthropic', 'claude-opus-5', terms('priority')],
      ['anthropic', 'claude-opus-5', terms('us constructor')],
      ['bedrock', 'anthropic.claude-sonnet-4-6', terms('us')],
    ] as const
    for (const [type, model, asked] of listed) {
      const { terms: _, ...usual } = asked
      const { nano } = ask({ type, model }, usual)
      expect(nano).toBeGreaterThan(0)
      expect<unknown>([model, ask({ type, model }, asked)]).toEqual([
        model,
        { nano, source: 'list', version: BUNDLED },
      ])
    }
  })

  test('of a model without a price make none', () => {
    expect(ask({ type: 'openai', model: 'nobody-knows' }, terms('priority'))).toEqual(nothing)
  })

  test('flex costs half, priority of a batch half of that', () => {
    const gpt5 = { type: 'openai', model: 'gpt-5' }
    expect(ask(gpt5, terms('flex')).nano! * 2).toBe(ask(gpt5, usage).nano!)
    expect(ask(gpt5, terms('priority'), { batch: true }).nano).toBe(ask(gpt5, usage).nano)
  })

  test("an operator's price is what it says, whatever the terms; flex costs half of it", async () => {
    const overrides = { 'openai/gpt-5': { input: 1, output: 2 } }
    const own = await createPricer({ overrides, providers: ['openai'] })
    const of = (usage: Usage) =>
      own.price({ providerType: 'openai', provider: 'openai', model: 'gpt-5', usage, at: AT })
    expect(of(terms('priority'))).toEqual({ ...of(usage), source: 'operator' })
    expect(of(terms('flex')).nano! * 2).toBe(of(usage).nano!)
  })

  test('do not matter where the provider itself tells the cost', () => {
    const told = { ...terms('priority'), reportedCost: 0.5 }
    expect(ask({ type: 'openai', model: 'gpt-4o' }, told)).toEqual({
      nano: 500_000_000,
      source: 'reported',
      version: null,
    })
  })
})
