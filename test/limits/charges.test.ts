import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { MASTER, until } from '../kit.ts'
import { createMockProvider } from '../mock/provider.ts'
import { type Limited, openLimited, statusesOf } from './kit.ts'

let limited: Limited
beforeAll(async () => {
  limited = await openLimited({
    env: {
      DEMO: 'true',
      OPENAI_MODELS: 'one,dear',
      MODEL_PRICES:
        '{"openai/one": {"input": 1000, "output": 1000}, "openai/dear": {"input": 1000000, "output": 1000000}}',
      VIRTUAL_MODELS: JSON.stringify([
        {
          source: 'unsure',
          targets: [{ model: 'openai/one' }, { model: 'demo/parrot' }],
          strategy: 'failover',
        },
        {
          source: 'uneven',
          targets: [{ model: 'openai/one' }, { model: 'openai/dear' }],
          strategy: 'failover',
        },
      ]),
    },
  })
})
beforeEach(() => limited.forget())
afterAll(() => limited[Symbol.asyncDispose]())

const many = (count: number, call: () => Promise<Response>) => Array.from({ length: count }, call)

describe('tokens and cost', () => {
  test('what the provider told is charged, to the last token', async () => {
    await limited.limit('tokens', { user_path: '/k', tokens: 100_000, cost_usd: 100 })
    await (await limited.as('/k', {}, { tokens: 7 })).json()
    await (await limited.as('/k', { stream: true }, { tokens: 5 })).text()
    const sum = limited.house.mock.ledger.entries.reduce(
      (all, { prompt, completion }) => all + prompt + completion,
      0,
    )
    const { tokens, cost_usd: cost } = (await limited.read('tokens')).fullest
    expect(tokens).toMatchObject({ used: sum, held: 0 })
    expect(cost.used).toBeCloseTo(sum / 1000, 9)
  })

  test('calls at once hold what they may use, so that together they stay within it', async () => {
    // Each may use 200 tokens of output and some of its prompt; it uses 4.
    await limited.limit('held', { user_path: '/h', tokens: 1000 })
    const statuses = await statusesOf(
      many(50, () => limited.as('/h', { max_tokens: 200 }, { delayMs: 100, tokens: 4 })),
    )
    expect(statuses[200]).toBe(4)
    const { tokens } = (await limited.read('held')).fullest
    expect(tokens.held).toBe(0)
    expect(tokens.used).toBeLessThanOrEqual(1000)
    // What they did not use is there again.
    expect((await limited.as('/h', { max_tokens: 200 })).status).toBe(200)
  })

  test('of thousands of calls a budget lets pass what it pays for, and no more', async () => {
    // A call costs 4 tokens of output and its prompt, a tenth of a cent each: it may cost at most what it holds.
    await limited.limit('budget', { user_path: '/b', per: 'day', cost_usd: 5 })
    let passed = 0
    for (let last = 1; last > 0; passed += last)
      last =
        (await statusesOf(many(100, () => limited.as('/b', { max_tokens: 20 }, { tokens: 4 }))))[200] ?? 0
    const { cost_usd: cost } = (await limited.read('budget')).fullest
    expect(passed).toBeGreaterThan(200)
    expect(cost.used).toBeLessThanOrEqual(5)
    expect(cost.used).toBeGreaterThan(4.9)
    expect(cost.held).toBe(0)
  })

  test('a call that can never fit is told so before anybody is asked', async () => {
    await limited.limit('tiny', { user_path: '/y', tokens: 100 })
    const response = await limited.as('/y', { max_tokens: 5000 })
    expect(response.status).toBe(429)
    expect(response.headers.get('x-should-retry')).toBe('false')
    const { error } = (await response.json()) as { error: { message: string } }
    expect(error.message).toMatch(
      /^Limit "tiny" has no room for a call that may take 5,0\d\d tokens: it allows 100 tokens a minute\. Name a smaller maximum/,
    )
    expect(limited.house.received()).toEqual([])
  })

  test.each([
    ['the larger of two maxima', { max_tokens: 5000, max_completion_tokens: 1 }],
    ['the maximum of Ollama’s language', { max_tokens: 1, options: { num_predict: 5000 } }],
    ['all answers that are written', { max_tokens: 50, n: 1, best_of: 100 }],
  ])('a call holds %s', async (_, extra) => {
    await limited.limit('tight', { user_path: '/z', tokens: 1000 })
    expect((await limited.as('/z', extra)).status).toBe(429)
  })

  test('a picture in a prompt holds room as a picture, not as its base64', async () => {
    await limited.limit('picture', { user_path: '/i', tokens: 5000 })
    const url = `data:image/png;base64,${'A'.repeat(400_000)}`
    const response = await limited.as('/i', {
      messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url } }] }],
      max_tokens: 10,
    })
    expect(response.status).toBe(200)
  })

  test('a call whose price nobody knows costs nothing and is counted, or is refused', async () => {
    await limited.limit('open', { user_path: '/u', cost_usd: 1 })
    await limited.limit('strict', { user_path: '/u/strict', cost_usd: 1, unpriced: 'refuse' })
    expect((await limited.as('/u', { model: 'demo/parrot' })).status).toBe(200)
    expect((await limited.read('open')).fullest).toMatchObject({
      unpriced_requests: 1,
      cost_usd: { used: 0 },
    })
    const refused = await limited.as('/u/strict', { model: 'demo/parrot' })
    expect(refused.status).toBe(429)
    expect(await refused.json()).toMatchObject({
      error: {
        message: 'Limit "strict" counts dollars, and nobody knows the price of demo/parrot',
      },
    })
  })

  test('a target whose price nobody knows stays closed where another one failed', async () => {
    await limited.limit('strict', { cost_usd: 100, unpriced: 'refuse' })
    const response = await limited.as('/', { model: 'unsure' }, { status: 500 })
    expect(response.status).toBe(503)
    expect(await response.text()).toContain('nobody knows the price of demo/parrot')
    const { body } = await limited.house.test.admin('POST', '/admin/explain', { model: 'demo/parrot' })
    expect(body.targets[0].skipped).toBe(
      'Limit "strict" counts dollars, and nobody knows the price of demo/parrot',
    )
  })

  test('a call holds the price of the dearest target that may answer it', async () => {
    await limited.limit('held', { cost_usd: 1000 })
    const slow = limited.as('/', { model: 'uneven', max_tokens: 10 }, { delayMs: 200 })
    await until(() => limited.house.received().length === 1, 'the call')
    expect((await limited.read('held')).fullest.cost_usd.held).toBeGreaterThan(10)
    await (await slow).text()
  })

  test('a stream that its client leaves is charged, and gives its room back', async () => {
    await limited.limit('left', { user_path: '/l', tokens: 10_000, concurrent: 5 })
    const leaving = new AbortController()
    const response = await limited.house.ask(
      { tokens: 50, gapMs: 20 },
      { stream: true },
      { headers: { 'x-modelway-user-path': '/l' }, signal: leaving.signal },
    )
    await response.body!.getReader().read()
    expect((await limited.read('left')).fullest.concurrent.used).toBe(1)
    leaving.abort()
    await until(async () => (await limited.read('left')).fullest.concurrent.used === 0, 'the room to be back')
    const { tokens } = (await limited.read('left')).fullest
    expect(tokens.held).toBe(0)
    expect(tokens.used).toBeGreaterThan(0)
    expect(tokens.used).toBeLessThan(200)
  })
})

test('a message that its client leaves is charged with what arrived, not with what its beginning told', async () => {
  const claude = createMockProvider({ models: ['opus'], tokens: 4 })
  await using house = await openLimited({
    env: { ANTHROPIC_API_KEY: 'sk-a', ANTHROPIC_BASE_URL: claude.url, ANTHROPIC_MODELS: 'opus' },
  })
  await house.limit('left', { tokens: 100_000 })
  const leaving = new AbortController()
  const response = await fetch(`${house.house.url}/v1/messages`, {
    method: 'POST',
    headers: { 'x-api-key': MASTER, 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'anthropic/opus',
      max_tokens: 1000,
      stream: true,
      messages: [{ role: 'user', content: 'Hi' }],
      mock_plan: { tokens: 200, gapMs: 5 },
    }),
    signal: leaving.signal,
  })
  const reader = response.body!.getReader()
  let size = 0
  while (size < 6000) size += (await reader.read()).value!.length
  leaving.abort()
  await until(() => house.house.settled.length === 1, 'the end')
  expect((await house.read('left')).fullest.tokens.used).toBeGreaterThan(30)
  claude.stop()
})

test('a call that runs on without its client counts if it was answered, and only then', async () => {
  await using draining = await openLimited({ env: { ON_HANGUP: 'drain' } })
  await draining.limit('all', { requests: 10 })
  for (const [status, used] of [
    [500, 0],
    [200, 1],
  ] as const) {
    const leaving = new AbortController()
    const before = draining.house.settled.length
    const gone = draining.house
      .ask({ delayMs: 200, status }, {}, { signal: leaving.signal })
      .catch(() => undefined)
    await until(() => draining.house.received().length === before + 1, 'the call')
    leaving.abort()
    await gone
    await until(() => draining.house.settled.length === before + 1, 'the end')
    expect((await draining.read('all')).fullest?.requests.used ?? 0).toBe(used)
  }
})

test('a client that leaves while a stream has not begun gives back what it held, once', async () => {
  await using early = await openLimited({ env: { PING_INTERVAL: '100ms', DEMO: 'true' } })
  await early.limit('one', { models: ['openai/one'], concurrent: 2, requests: 100 })
  await early.house.test.admin('PUT', '/admin/virtual-models', {
    source: 'either',
    targets: [{ model: 'openai/one' }, { model: 'demo/parrot' }],
    strategy: 'failover',
  })
  const leaving = new AbortController()
  const response = await early.house.ask(
    { delayMs: 3000 },
    { model: 'either', stream: true },
    { signal: leaving.signal },
  )
  await response.body!.getReader().read()
  expect((await early.read('one')).fullest.concurrent.used).toBe(1)
  leaving.abort()
  await until(() => early.house.settled.length === 1, 'the end')
  await Bun.sleep(50)
  const call = () => early.as('/', { model: 'openai/one' }, { delayMs: 200 })
  expect(await statusesOf(many(4, call))).toEqual({ 200: 2, 429: 2 })
  // A provider was asked all the same.
  expect((await early.read('one')).fullest.requests.used).toBe(3)
})
