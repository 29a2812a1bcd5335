import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startGateway } from '../../kit.ts'
import { createMockProvider } from '../../mock/provider.ts'
import { createReader } from '../book.ts'
import { openScene, type Scene } from './scene.ts'

describe('GET /admin/forecast', () => {
  let scene: Scene
  const prices = {
    'openai/one': { input: 3, output: 15 },
    'openai/two': [
      { input: 1, output: 2 },
      { input: 10, output: 20, from: '2027-03-02T12:00:00Z' },
    ],
  }
  beforeAll(async () => {
    scene = await openScene({ env: { MODEL_PRICES: JSON.stringify(prices) } })
    await scene.house.test.admin('PUT', '/admin/virtual-models', {
      source: 'smart',
      target_model: 'openai/one',
    })
    for (const time of [
      '2027-03-01T22:59:00Z',
      '2027-03-01T23:30:00Z',
      '2027-03-02T10:00:00Z',
      '2027-03-02T13:00:00Z',
      '2027-03-02T23:30:00Z',
    ]) {
      scene.at(time)
      await scene.call({ model: 'smart' }, { plan: { tokens: 9 } })
      await scene.call({ model: 'openai/one' })
    }
    scene.at('2027-03-02T14:00:00Z')
    await scene.call({ model: 'smart' }, { plan: { usage: false } })
    await scene.call({ model: 'smart' }, { plan: { status: 500 } })
    scene.at('2027-03-03T12:00:00Z')
  })
  afterAll(() => scene[Symbol.asyncDispose]())

  const rowsBetween = async (from: string, to: string) =>
    (await scene.book.rows()).filter(
      ({ at, virtualModel, input }) =>
        virtualModel === 'smart' && input !== null && at >= Date.parse(from) && at < Date.parse(to),
    )

  test('yesterday, by the clocks of the place: the same tokens, at the price of their time', async () => {
    const { status, body } = await scene.ask('/admin/forecast', {
      source: 'smart',
      target: 'openai/two',
      time_zone: 'Europe/Zurich',
    })
    expect(status).toBe(200)
    const rows = await rowsBetween('2027-03-01T23:00:00Z', '2027-03-02T23:00:00Z')
    const rate = (at: number) => (at < Date.parse('2027-03-02T12:00:00Z') ? 1 : 10)
    const forecast = rows.reduce(
      (sum, { at, input, output }) => sum + (input! * 1000 + output! * 2000) * rate(at),
      0,
    )
    expect(body).toMatchObject({
      from: '2027-03-02T00:00:00+01:00',
      calls: 5,
      compared: 4,
      unknown: 1,
      cost_nano: rows.reduce((sum, { costNano }) => sum + costNano!, 0),
      forecast_nano: forecast,
    })
    expect(body.difference_nano).toBe(body.forecast_nano - body.cost_nano)
    expect(body.caveats.join()).toContain('Tokenizers differ')
  })

  test('what has no known price is counted, and compared with nothing', async () => {
    const { body } = await scene.ask('/admin/forecast', {
      source: 'smart',
      target: 'openai/no-such-model',
      from: '2027-03-01',
    })
    expect(body).toMatchObject({ compared: 1, unforeseen: 5, unknown: 1 })
  })

  test('no traffic: nothing is known, which is null', async () => {
    const { body } = await scene.ask('/admin/forecast', { source: 'nobody', target: 'openai/two' })
    expect(body).toMatchObject({
      calls: 0,
      compared: 0,
      cost_nano: null,
      forecast_nano: null,
      difference_nano: null,
    })
  })
})

describe('POST /admin/usage/recompute', () => {
  test('a mended price reaches sums and log of the period, and nothing else', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'modelway-recompute-'))
    const mock = createMockProvider({ models: ['one'], tokens: 4 })
    let now = Date.parse('2027-03-01T00:30:00Z')
    const open = async (prices: object) => {
      const { plugin, book } = createReader()
      const env = {
        OPENAI_API_KEY: 'sk-upstream',
        OPENAI_BASE_URL: mock.url,
        OPENAI_MODELS: 'one',
        MODEL_PRICES: JSON.stringify(prices),
      }
      return { book, gateway: await startGateway({ env, extra: [plugin], folder, now: () => now }) }
    }
    const first = await open({})
    for (let i = 0; i < 30; i++, now += 3_600_000)
      await first.gateway.chat({ model: 'openai/one', messages: [] })
    await first.book.flush()
    await first.gateway.close()

    const { gateway } = await open({ 'openai/one': { input: 1, output: 2 } })
    const usage = async (query: string) => (await gateway.admin('GET', `/admin/usage?${query}`)).body.total
    expect(await usage('from=2027-03-01')).toMatchObject({ cost_nano: null, unpriced: 30 })
    const { status, body } = await gateway.admin('POST', '/admin/usage/recompute', {
      from: '2027-03-01T10:00:00Z',
      to: '2027-03-01T20:00:00Z',
    })
    expect([status, body.state, body.changed]).toEqual([202, 'done', 10])
    expect((await gateway.admin('GET', '/admin/usage/recompute')).body).toEqual(body)
    expect(await usage('from=2027-03-01')).toMatchObject({ priced: 10, unpriced: 20 })
    const inside = await usage('from=2027-03-01T10:00:00Z&to=2027-03-01T20:00:00Z')
    expect(inside).toMatchObject({ priced: 10, unpriced: 0 })
    expect(inside.cost_nano).toBe(inside.tokens.input * 1000 + inside.tokens.output * 2000)
    const again = await gateway.admin('POST', '/admin/usage/recompute', {
      from: '1970-01-01',
      to: '2100-01-01',
    })
    expect([again.body.state, again.body.changed]).toEqual(['done', 20])
    for (const [wrong, param] of [
      [{ from: 'soon' }, 'from'],
      [{ from: '2027-01-02', to: '2027-01-01' }, 'from'],
      [{}, 'from'],
      [{ from: '2027-01-02', force: true }, 'force'],
    ] as const) {
      const refused = await gateway.admin('POST', '/admin/usage/recompute', wrong)
      expect([refused.status, refused.body.error.param]).toEqual([400, param])
    }
    await gateway.close()
    mock.stop()
    rmSync(folder, { recursive: true, force: true })
  }, 60_000)
})
