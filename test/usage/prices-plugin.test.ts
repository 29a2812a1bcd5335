import { describe, expect, test } from 'bun:test'
import { createPricer } from '../../plugins/prices/cost.ts'
import type { PriceRecipe, Prices } from '../../plugins/prices/model.ts'
import { definePlugin } from '../../src/contract/plugin.ts'
import { ConfigError } from '../../src/errors.ts'
import type { Usage } from '../../src/types.ts'
import { startGateway } from '../kit.ts'

const AT = Date.parse('2026-06-15T00:00:00Z')
const none: Usage = { input: 0, cacheRead: 0, cacheWrite: 0, output: 0, reasoning: 0 }

describe('settings', () => {
  const problem = async (prices: string): Promise<string> => {
    try {
      await (await startGateway({ env: { MODEL_PRICES: prices } })).close()
    } catch (error) {
      if (error instanceof ConfigError) return error.problems.join('\n')
      throw error
    }
    return ''
  }
  const entry = (fields: object) => JSON.stringify({ 'a/b': { input: 1, output: 2, ...fields } })
  const list = (...entries: object[]) =>
    JSON.stringify({ 'a/b': entries.map(fields => ({ input: 1, output: 2, ...fields })) })

  test('one price, and a list of dated ones, are taken', async () => {
    expect(await problem(entry({}))).toBe('')
    expect(await problem(entry({ cache_read: 0, request: 0.01, from: '2026-01-01' }))).toBe('')
    expect(await problem(list({}, { from: '2026-01-01' }, { from: '2026-01-01T08:30:00Z' }))).toBe('')
    expect(await problem('{}')).toBe('')
  })

  test('each mistake is told with its place and what to do', async () => {
    const day = 'expected a day such as "2026-01-01", or a moment such as "2026-01-01T08:00:00Z"'
    const told: readonly (readonly [string, string, string])[] = [
      ['nope', '', 'expected JSON such as {"openai/gpt-5": {"input": 1.25, "output": 10}}'],
      ['[]', '', 'expected a map such as {"openai/gpt-5": {"input": 1.25, "output": 10}}'],
      ['{"a/b": 5}', '.a/b', 'expected a map or a list, it is a number'],
      ['{"a/b": {"input": 1}}', '.a/b.output', 'it is missing'],
      [entry({ input: '1' }), '.a/b.input', 'expected a number, it is text'],
      [entry({ input: -0.1 }), '.a/b.input', 'expected at least 0'],
      [entry({ output: 1e7 }), '.a/b.output', 'expected at most 1000000: dollars for a million tokens'],
      [
        '{"a/b": {"input": 1e999, "output": 1}}',
        '.a/b.input',
        'expected at most 1000000: dollars for a million tokens',
      ],
      [entry({ cached: 1 }), '.a/b.cached', 'it is not known here'],
      ['{"a/b": {"inptu": 1, "output": 1}}', '.a/b.inptu', 'it is not known here. Did you mean "input"?'],
      [
        '{"a/b": [{"inptu": 1, "output": 1}]}',
        '.a/b[0].inptu',
        'it is not known here. Did you mean "input"?',
      ],
      [entry({ from: '2026-02-30' }), '.a/b.from', day],
      [entry({ from: '2026-1-1' }), '.a/b.from', day],
      [list({ from: '2026-01-01T08:00:00+01:00' }), '.a/b[0].from', day],
      ['{"a/b": []}', '.a/b', 'expected at least one price'],
      [list({}, {}), '.a/b', 'two prices begin at the same time: give each its own "from"'],
      [
        list({ from: '2026-01-01' }, { from: '2026-01-01T00:00:00Z' }),
        '.a/b',
        'two prices begin at the same time: give each its own "from"',
      ],
      [
        '{" a/b": {"input": 1, "output": 1}}',
        '. a/b',
        'expected a selector such as "openai/gpt-5", "openai/" or "gpt-5", without spaces around it',
      ],
    ]
    for (const [prices, place, text] of told)
      expect(await problem(prices)).toBe(`Cannot use MODEL_PRICES${place}: ${text}`)
  })
})

describe('the plugin', () => {
  /** The exports of `prices` in a running gateway, as another plugin gets them; asked for during its setup. */
  async function open(env: Readonly<Record<string, string>>, now = () => AT) {
    const got: { prices?: Prices; recipe?: PriceRecipe } = {}
    const guest = definePlugin({
      name: 'guest',
      about: 'Looks at prices.',
      needs: ['prices'],
      setup({ use }) {
        got.prices = use<Prices>('prices')
        got.recipe = got.prices.recipe()
        return {}
      },
    })
    const test = await startGateway({ env, extra: [guest], now })
    return { prices: got.prices!, recipe: got.recipe!, close: () => test.close() }
  }
  const env = {
    OPENAI_EAST_API_KEY: 'sk-test',
    OPENAI_EAST_BASE_URL: 'http://127.0.0.1:9/v1',
    MODEL_PRICES: JSON.stringify({
      'openai-east/': [
        { input: 1, output: 2 },
        { input: 3, output: 4, from: '2026-07-01' },
      ],
    }),
  }
  const usage = { ...none, input: 1234, output: 567 }
  const query = { providerType: 'openai', provider: 'openai-east', model: 'gpt-4o', usage, at: AT }

  test('makes the same pricer in another thread, from a recipe that was asked for during setup', async () => {
    const { recipe, close } = await open(env)
    const source = `self.onmessage = async ({ data: { recipe, queries } }) => {
      const { createPricer } = await import(recipe.module)
      const pricer = await createPricer(recipe.options)
      postMessage(queries.map(query => pricer.price(query)))
    }`
    const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }))
    const worker = new Worker(url)
    try {
      const queries = [
        query,
        { ...query, provider: 'openai' },
        { ...query, providerType: 'vllm', provider: 'x' },
      ]
      const { promise, resolve, reject } = Promise.withResolvers<unknown>()
      worker.addEventListener('message', ({ data }) => resolve(data))
      worker.addEventListener('error', ({ message }) => reject(new Error(message)))
      worker.postMessage({ recipe, queries })
      const here = await createPricer(recipe.options)
      expect(recipe.options.providers).toContain('openai-east')
      expect(await promise).toEqual(queries.map(query => here.price(query)))
      expect(queries.map(query => here.price(query).nano)).toEqual([2_368_000, 8_755_000, null])
    } finally {
      worker.terminate()
      URL.revokeObjectURL(url)
      await close()
    }
  })

  test('tells the strategies the price that holds now, and the list price without an override', async () => {
    let time = AT
    const { prices, close } = await open(env, () => time)
    const of = (provider: string, model: string) => prices.perMillion({ provider, model, via: [] })
    expect(of('openai-east', 'gpt-4o')).toBe(3)
    time = Date.parse('2026-07-01T00:00:00Z')
    expect(of('openai-east', 'gpt-4o')).toBe(7)
    expect(of('openai', 'gpt-4o')).toBeUndefined()
    await prices.loading()
    expect(prices.loading()).toBeUndefined()
    expect(of('openai', 'gpt-4o')).toBe(12.5)
    expect(of('openai', 'text-embedding-3-small')).toBe(0.02)
    expect(of('openai', 'whisper-1')).toBeUndefined()
    expect(of('google', 'gemini-2.5-pro')).toBe(11.25)
    expect(of('vllm', 'gpt-4o')).toBeUndefined()
    await close()
  })
})
