import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { plugins } from '../../plugins/index.ts'
import { readSettings } from '../../src/config/gateway.ts'
import { createGateway } from '../../src/gateway.ts'
import { type House, openHouse } from '../kernel/house.ts'
import { MASTER, startGateway, until } from '../kit.ts'
import { readUntilBroken } from '../mock/client.ts'
import { createMockProvider } from '../mock/provider.ts'
import { readPluginSettings } from '../plugin-settings.ts'
import { parseScrape, type Scrape } from './scrape.ts'

const TOKEN = 'scrape-token-for-tests'

let house: House
beforeAll(async () => {
  house = await openHouse({
    env: {
      METRICS_TOKEN: TOKEN,
      MODEL_PRICES: '{"openai/one": {"input": 3, "output": 15}}',
      VIRTUAL_MODELS: '[{"source":"smart","targets":[{"model":"openai/one"}]}]',
      BREAKER_FAILURES: '3',
      BREAKER_PAUSE: '1h',
      BREAKER_LONGEST_PAUSE: '1h',
    },
  })
  // Costs are counted from the first scrape on.
  await scrape()
})
afterAll(() => house[Symbol.asyncDispose]())

async function scrape(from: Pick<House['test'], 'fetch'> = house.test, key = TOKEN): Promise<Scrape> {
  const response = await from.fetch('/metrics', { headers: { authorization: `Bearer ${key}` } })
  expect([response.status, response.headers.get('content-type')]).toEqual([
    200,
    'text/plain; version=0.0.4; charset=utf-8',
  ])
  return parseScrape(await response.text())
}

describe('GET /metrics', () => {
  test('counts what happened: calls, tokens, costs, times', async () => {
    const before = house.settled.length
    for (const tokens of [5, 7, 9]) await (await house.ask({ tokens })).json()
    for (const tokens of [11, 13]) await (await house.ask({ tokens, gapMs: 1 }, { stream: true })).text()
    await until(() => house.settled.length === before + 5, 'five settlements')
    const entries = house.mock.ledger.entries.slice(-5)
    const prompts = entries.reduce((sum, { prompt }) => sum + prompt, 0)
    const seen = await scrape()
    const labels = { provider: 'openai', model: 'one', endpoint: 'openai-chat', status_class: '2xx' }
    expect(seen.sum('modelway_requests_total', { ...labels, stream: 'false' })).toBe(3)
    expect(seen.sum('modelway_requests_total', { ...labels, stream: 'true' })).toBe(2)
    expect(seen.sum('modelway_tokens_total', { ...labels, kind: 'output' })).toBe(5 + 7 + 9 + 11 + 13)
    expect(seen.sum('modelway_tokens_total', { ...labels, kind: 'input' })).toBe(prompts)
    expect(seen.sum('modelway_cost_usd_total', labels)).toBeCloseTo((prompts * 3 + 45 * 15) / 1e6, 12)
    expect(seen.sum('modelway_request_duration_seconds_count', labels)).toBe(5)
    expect(seen.sum('modelway_time_to_first_token_seconds_count', labels)).toBe(2)
    expect(seen.find('modelway_time_to_first_token_seconds_count', { stream: 'false' })).toEqual([])
    expect(seen.sum('modelway_attempts_total', { provider: 'openai', code: '' })).toBe(5)
    expect(seen.sum('modelway_errors_total', labels)).toBe(0)
  })

  test('histograms are as Prometheus has them: they grow with the bound, up to the count', async () => {
    const seen = await scrape()
    for (const [name, type] of seen.types) {
      if (type !== 'histogram') continue
      for (const { labels, value } of seen.find(`${name}_count`)) {
        const bins = seen
          .find(`${name}_bucket`, labels)
          .map(line => ({
            le: line.labels.le === '+Inf' ? Number.POSITIVE_INFINITY : Number(line.labels.le),
            ...line,
          }))
          .sort((a, b) => a.le - b.le)
        expect(bins.length).toBeGreaterThan(5)
        expect(bins.at(-1)).toMatchObject({ le: Number.POSITIVE_INFINITY, value })
        for (const [i, bin] of bins.entries())
          expect(bin.value).toBeGreaterThanOrEqual(bins[i - 1]?.value ?? 0)
      }
    }
    expect(seen.types.get('modelway_request_duration_seconds')).toBe('histogram')
  })

  test('a virtual model is named as its operator names it', async () => {
    await (await house.ask({ tokens: 1 }, { model: 'smart' })).json()
    const seen = await scrape()
    expect(seen.sum('modelway_requests_total', { model: 'smart', provider: 'openai' })).toBe(1)
  })

  test('errors have their code: refusals, and streams that broke behind a status of 200', async () => {
    await (await house.ask({ status: 400 })).text()
    await (await house.ask({}, { model: 'nowhere' })).text()
    await readUntilBroken(await house.ask({ tokens: 50, gapMs: 1, cutAfterBytes: 700 }, { stream: true }))
    await until(
      async () => (await scrape()).sum('modelway_errors_total', { code: 'upstream_cut' }) === 1,
      'a cut',
    )
    const seen = await scrape()
    expect(seen.find('modelway_errors_total', { code: 'upstream_cut' })[0]!.labels.status_class).toBe('2xx')
    expect(seen.find('modelway_errors_total', { code: 'model_not_found' })[0]!.labels).toMatchObject({
      model: '',
      provider: '',
      status_class: '4xx',
    })
    expect(seen.sum('modelway_requests_total', { status_class: '4xx', model: 'one' })).toBe(1)
  })

  test('a try that failed and cost something is on the bill of whoever failed', async () => {
    const failing = Bun.serve({
      port: 0,
      fetch: () =>
        Response.json({
          choices: [],
          error: { message: 'It went wrong', code: 500 },
          usage: { prompt_tokens: 1000, completion_tokens: 10, total_tokens: 1010 },
        }),
    })
    const mock = createMockProvider({ models: ['one'], tokens: 3 })
    const gateway = await startGateway({
      env: {
        GROQ_BASE_URL: `http://127.0.0.1:${failing.port}`,
        GROQ_MODELS: 'one',
        CONFIGURED_PROVIDER_MODELS_MODE: 'allowlist',
        OPENAI_BASE_URL: mock.url,
        OPENAI_MODELS: 'one',
        RETRIES: '0',
        MODEL_PRICES: '{"/": {"input": 1, "output": 1}}',
        VIRTUAL_MODELS:
          '[{"source":"both","strategy":"failover","targets":[{"model":"groq/one"},{"model":"openai/one"}]}]',
      },
    })
    await scrape(gateway, MASTER)
    const messages = [{ role: 'user', content: 'Hi' }]
    expect((await gateway.chat({ model: 'groq/one', messages })).status).toBe(502)
    const alone = await scrape(gateway, MASTER)
    expect(alone.sum('modelway_tokens_total', { provider: 'groq', status_class: '5xx' })).toBe(1010)
    expect(alone.sum('modelway_cost_usd_total', { provider: 'groq' })).toBeCloseTo(1010 / 1e6, 12)
    expect((await gateway.chat({ model: 'both', messages })).status).toBe(200)
    const both = await scrape(gateway, MASTER)
    expect(both.sum('modelway_tokens_total', { provider: 'groq', model: 'both' })).toBe(1010)
    expect(both.sum('modelway_tokens_total', { provider: 'openai', kind: 'output' })).toBe(3)
    expect(both.sum('modelway_tokens_total', { provider: 'openai' })).toBeLessThan(1000)
    expect(both.sum('modelway_requests_total')).toBe(2)
    await gateway.close()
    await failing.stop(true)
    mock.stop()
  })

  test('shows what is under way, and nothing when it is over', async () => {
    const response = await house.ask({ tokens: 3, gapMs: 50 }, { stream: true })
    expect((await scrape()).sum('modelway_in_flight', { endpoint: 'openai-chat', stream: 'true' })).toBe(1)
    await response.text()
    await until(async () => (await scrape()).sum('modelway_in_flight') === 0, 'nothing under way')
  })

  test('shows which targets the breaker skips', async () => {
    expect((await scrape()).find('modelway_breaker_open', { model: 'one' })[0]!.value).toBe(0)
    for (let i = 0; i < 3; i++) await (await house.ask({ status: 500 }, { model: 'two' })).text()
    const seen = await scrape()
    expect(seen.find('modelway_breaker_open', { provider: 'openai', model: 'two' })[0]!.value).toBe(1)
    expect(seen.find('modelway_breaker_open', { provider: 'openai', model: 'one' })[0]!.value).toBe(0)
  })

  test('tells how recording, the thread and the process are doing', async () => {
    await until(
      async () => (await scrape()).sum('modelway_event_loop_lag_seconds_count') > 0,
      'a look at the clock',
    )
    await until(async () => (await scrape()).sum('modelway_usage_written_total') > 5, 'written records')
    const seen = await scrape()
    expect(seen.sum('modelway_usage_lost_total')).toBe(0)
    expect(seen.sum('modelway_usage_trouble')).toBe(0)
    expect(seen.sum('process_resident_memory_bytes')).toBeGreaterThan(1e7)
    expect(seen.sum('nodejs_heap_size_used_bytes')).toBeGreaterThan(1e6)
    expect(seen.sum('process_cpu_seconds_total')).toBeGreaterThan(0)
    expect(seen.find('modelway_info')[0]!.labels).toEqual({ version: '0.0.0-test' })
  })
})

describe('who may read it', () => {
  const tries = [
    {},
    { authorization: 'Bearer wrong' },
    { authorization: `Basic ${TOKEN}` },
    { 'x-api-key': TOKEN },
  ]

  test.each(tries)('not %p', async headers => {
    const response = await house.test.fetch('/metrics', { headers: headers as Record<string, string> })
    expect(response.status).toBe(401)
    expect(await response.text()).not.toContain('modelway_')
  })

  test('the holder of the master key', async () => {
    expect((await scrape(house.test, MASTER)).lines.length).toBeGreaterThan(10)
  })

  test('nobody by a managed key', async () => {
    const { key } = (await house.test.admin('POST', '/admin/keys', { name: 'Scraper' })).body
    const { status } = await house.test.fetch('/metrics', { headers: { authorization: `Bearer ${key}` } })
    expect(status).toBe(401)
  })

  test('its token opens nothing else', async () => {
    const headers = { authorization: `Bearer ${TOKEN}` }
    const others = [
      '/admin/keys',
      '/v1/models',
      '/metrics/../admin/keys',
      '/metrics/%2e%2e/admin/keys',
      '//metrics/admin/keys',
    ]
    for (const path of others) {
      const { status } = await house.test.fetch(path, { headers })
      expect([path, [401, 404].includes(status)]).toEqual([path, true])
    }
    const post = await house.test.fetch('/metrics', { method: 'POST', headers })
    expect(post.status).toBe(405)
  })

  test('a caller on this machine, while there is no key at all; nobody from elsewhere', async () => {
    const open = await startGateway({ env: { MODELWAY_MASTER_KEY: '' } })
    expect((await open.fetch('/metrics')).status).toBe(200)
    const far = { loopback: false, keepOpen: () => {}, expectReading: () => {} }
    expect((await open.fetch('/metrics', { connection: far })).status).toBe(401)
    await open.close()
  })

  test('a token that is too short stops the start', async () => {
    await expect(startGateway({ env: { METRICS_TOKEN: 'short' } })).rejects.toThrow('METRICS_TOKEN')
  })
})

describe('labels', () => {
  test('no key, no id, no path and nothing that somebody wrote is among them', async () => {
    const { key, id } = (
      await house.test.admin('POST', '/admin/keys', { name: 'Canary', user_path: '/canary/path' })
    ).body
    const canaries = ['canary-header', 'canary-body', 'canary-model', key, id, '/canary', MASTER, TOKEN]
    for (const model of ['one', 'canary-model', 'openai/canary-model']) {
      await (
        await house.ask(
          {},
          { model, messages: [{ role: 'user', content: 'canary-body' }] },
          {
            headers: { authorization: `Bearer ${key}`, 'x-canary': 'canary-header' },
          },
        )
      ).text()
    }
    const text = await (
      await house.test.fetch('/metrics', { headers: { authorization: `Bearer ${TOKEN}` } })
    ).text()
    for (const canary of canaries) expect([canary, text.includes(canary)]).toEqual([canary, false])
  })

  test('paths of users are one where the operator says how deep', async () => {
    const gateway = await startGateway({ env: { METRICS_USER_PATH_DEPTH: '1' } })
    const say = (path: string) =>
      gateway.chat(
        { model: 'demo/parrot', messages: [{ role: 'user', content: 'Hi' }] },
        { 'x-modelway-user-path': path },
      )
    for (const path of ['/team/alpha', '/team/beta/deep', '/other', '/']) await say(path)
    const seen = await scrape(gateway, MASTER)
    expect(seen.sum('modelway_requests_total', { user_path: '/team' })).toBe(2)
    expect(seen.sum('modelway_requests_total', { user_path: '/other' })).toBe(1)
    expect(seen.sum('modelway_requests_total', { user_path: '/' })).toBe(1)
    await gateway.close()
  })

  test('O-03 any number of names and paths makes a bounded number of series, and sums stay right', async () => {
    const mock = createMockProvider({ tokens: 1 })
    // Nobody knows what it offers, so that any name is tried.
    mock.setModels({ plan: { status: 500 } })
    const gateway = await startGateway({
      env: {
        VLLM_BASE_URL: mock.url,
        METRICS_USER_PATH_DEPTH: '2',
        RETRIES: '0',
      },
    })
    const count = 1500
    const call = (i: number) =>
      gateway.chat(
        {
          model: `vllm/name-${i}`,
          messages: [{ role: 'user', content: 'Hi' }],
          ...(i % 3 === 0 && { mock_plan: { status: 404 } }),
        },
        { 'x-modelway-user-path': `/user-${i}` },
      )
    const statuses = new Set<number>()
    for (let i = 0; i < count; i += 50) {
      const replies = await Promise.all(Array.from({ length: 50 }, (_, at) => call(i + at)))
      for (const { status } of replies) statuses.add(status)
    }
    expect([...statuses]).toContain(200)
    const seen = await scrape(gateway, MASTER)
    expect(seen.sum('modelway_requests_total')).toBe(count)
    expect(seen.sum('modelway_tokens_total', { kind: 'output' })).toBe(count - count / 3)
    expect(seen.lines.length).toBeLessThanOrEqual(5000)
    expect(seen.sum('modelway_metrics_overflow_total')).toBeGreaterThan(0)
    expect(seen.sum('modelway_requests_total', { model: 'other' })).toBeGreaterThan(0)
    // What nobody knows and nobody answered to is never a name.
    const failed = seen.find('modelway_errors_total', { code: 'model_not_found' })
    expect(new Set(failed.map(({ labels }) => labels.model))).toEqual(new Set(['other']))
    await gateway.close()
    mock.stop()
  }, 60_000)
})

/** The gateway that a reload puts in the place of the first, with the counters of that one. */
async function follow(
  first: Awaited<ReturnType<typeof startGateway>>,
  env: Readonly<Record<string, string>>,
) {
  const environment = { MODELWAY_MASTER_KEY: MASTER, DATABASE_URL: `file:${first.folder}/test.db`, ...env }
  const gateway = await createGateway({
    settings: readSettings(environment),
    plugins,
    pluginSettings: readPluginSettings(plugins, environment),
    shell: ({ main }) => main,
    assets: {},
    migrations: new URL('../../drizzle', import.meta.url).pathname,
    version: '0.0.0-test',
    inherited: first.gateway.heritage,
  })
  const fetch = async (path: string, init?: RequestInit) =>
    gateway.fetch(new Request(`http://localhost:8080${path}`, init))
  return { gateway, fetch }
}

test('counters outlive a reload of the configuration', async () => {
  const env = {
    MODEL_PRICES: '{"demo/": {"input": 1, "output": 1}}',
    REQUEST_LOG_BODIES: '/',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
  }
  const first = await startGateway({ env })
  const body = JSON.stringify({ model: 'demo/parrot', messages: [{ role: 'user', content: 'Hi' }] })
  const headers = { authorization: `Bearer ${MASTER}`, 'content-type': 'application/json' }
  const say = async (to: Pick<House['test'], 'fetch'>) =>
    (await to.fetch('/v1/chat/completions', { method: 'POST', headers, body })).text()
  await scrape(first, MASTER)
  await say(first)
  await until(
    async () => (await scrape(first, MASTER)).sum('modelway_usage_written_total') === 1,
    'the record to be written',
  )
  await until(
    async () => (await scrape(first, MASTER)).sum('modelway_event_loop_lag_seconds_count') > 1,
    'the thread to be looked at',
  )
  const before = await scrape(first, MASTER)
  const later = await follow(first, env)
  // Before anybody scrapes the new one, and on the old one, which still finishes what it began.
  await say(later)
  await say(first)
  const seen = await scrape(later, MASTER)
  expect(seen.sum('modelway_requests_total')).toBe(3)
  const cost = before.sum('modelway_cost_usd_total')
  expect(cost).toBeGreaterThan(0)
  expect(seen.sum('modelway_cost_usd_total')).toBeCloseTo(3 * cost, 12)
  for (const [name, type] of before.types) {
    if (type === 'gauge') continue
    for (const line of before.lines.filter(({ name: of }) => of === name || of === `${name}_count`)) {
      const now = seen.sum(line.name, line.labels)
      expect([line.name, now >= line.value]).toEqual([line.name, true])
    }
  }
  await first.gateway.stop()
  await until(
    async () => (await scrape(later, MASTER)).sum('modelway_usage_written_total') === 3,
    'what both have recorded',
  )
  await later.gateway.stop()
  await first.close()
})

test('O-03 another limit on series holds from a reload on, and is said anew when it is reached', async () => {
  const mock = createMockProvider({ tokens: 1 })
  mock.setModels({ plan: { status: 500 } })
  const env = { VLLM_BASE_URL: mock.url, METRICS_SERIES_LIMIT: '2000' }
  const first = await startGateway({ env })
  const ask = async (to: Pick<House['test'], 'fetch'>, name: string) => {
    const body = JSON.stringify({ model: `vllm/${name}`, messages: [{ role: 'user', content: 'Hi' }] })
    const headers = { authorization: `Bearer ${MASTER}`, 'content-type': 'application/json' }
    await (await to.fetch('/v1/chat/completions', { method: 'POST', headers, body })).text()
    return (await scrape(to, MASTER)).sum('modelway_requests_total', { model: name })
  }
  const reloaded = (limit: string) => follow(first, { ...env, METRICS_SERIES_LIMIT: limit })
  const warnings = () =>
    first.logs.filter(({ message }) => /METRICS_SERIES_LIMIT is reached/.test(String(message))).length

  for (let i = 0; i < 120; i++) await ask(first, `early-${i}`)
  expect(await ask(first, 'before')).toBe(0)
  expect(warnings()).toBe(1)
  const wide = await reloaded('1000000')
  expect(await ask(wide, 'wide')).toBe(1)
  const narrow = await reloaded('2000')
  expect(await ask(narrow, 'narrow')).toBe(0)
  expect(await ask(narrow, 'wide')).toBe(2)
  expect(warnings()).toBe(2)
  expect((await scrape(narrow, MASTER)).sum('modelway_requests_total')).toBe(124)
  await wide.gateway.stop()
  await narrow.gateway.stop()
  await first.close()
  mock.stop()
}, 60_000)
