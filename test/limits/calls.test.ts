import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { MASTER, until } from '../kit.ts'
import { type Limited, openLimited, statusesOf } from './kit.ts'

let limited: Limited
beforeAll(async () => {
  limited = await openLimited({
    env: {
      OPENAI_MODELS: 'one,two',
      MODEL_PRICES: '{"openai/one": {"input": 1000, "output": 1000}}',
      VIRTUAL_MODELS: JSON.stringify([
        { source: 'both', targets: [{ model: 'openai/one' }, { model: 'openai/two' }], strategy: 'failover' },
      ]),
    },
  })
})
beforeEach(() => limited.forget())
afterAll(() => limited[Symbol.asyncDispose]())

const many = (count: number, call: () => Promise<Response>) => Array.from({ length: count }, call)

describe('requests', () => {
  test('of hundreds at once exactly so many pass as a limit allows, and the others never reach the provider', async () => {
    await limited.limit('small', { user_path: '/a', requests: 30 })
    expect(await statusesOf(many(200, () => limited.as('/a')))).toEqual({ 200: 30, 429: 170 })
    expect(limited.house.received().length).toBe(30)
  })

  test('a limit holds for its path and for what is below, together, and for nobody else', async () => {
    await limited.limit('team', { user_path: '/team', requests: 2 })
    expect((await limited.as('/team')).status).toBe(200)
    expect((await limited.as('/team/alpha')).status).toBe(200)
    expect((await limited.as('/team/beta')).status).toBe(429)
    expect((await limited.as('/team-a')).status).toBe(200)
    expect((await limited.as('/other')).status).toBe(200)
  })

  test('with "each", every user path has the same room for itself', async () => {
    await limited.limit('each', { user_path: '/team', each: 'user_path', requests: 1 })
    expect((await limited.as('/team/alpha')).status).toBe(200)
    expect((await limited.as('/team/alpha')).status).toBe(429)
    expect((await limited.as('/team/beta')).status).toBe(200)
    expect((await limited.read('each')).members).toBe(2)
  })

  test('a limit that members have for themselves from now on shows none of the room that all shared', async () => {
    await limited.limit('parted', { user_path: '/team', requests: 5 })
    for (let i = 0; i < 3; i++) await (await limited.as('/team/alpha')).text()
    await limited.limit('parted', { user_path: '/team', each: 'user_path', requests: 5 })
    await (await limited.as('/team/beta')).text()
    expect(await limited.read('parted')).toMatchObject({
      members: 1,
      fullest: { member: '/team/beta', requests: { used: 1 } },
    })
  })

  test('with "each", every key has the same room for itself', async () => {
    await limited.limit('keys', { each: 'key', requests: 1 })
    const { admin } = limited.house.test
    const keys = await Promise.all(
      ['one', 'two'].map(async name => (await admin('POST', '/admin/keys', { name })).body),
    )
    const by = (key: string) =>
      limited.house.ask(undefined, {}, { headers: { authorization: `Bearer ${key}` } })
    expect((await by(keys[0].key)).status).toBe(200)
    expect((await by(keys[0].key)).status).toBe(429)
    expect((await by(keys[1].key)).status).toBe(200)
    expect((await limited.read('keys')).pots.map(({ member }: { member: string }) => member).sort()).toEqual(
      [keys[0].id, keys[1].id].sort(),
    )
  })

  test('every limit on the way down has to have room, and a refused call takes none of any', async () => {
    await limited.limit('outer', { user_path: '/team', requests: 10 })
    await limited.limit('inner', { user_path: '/team/alpha', requests: 1 })
    expect(await statusesOf(many(5, () => limited.as('/team/alpha')))).toEqual({ 200: 1, 429: 4 })
    expect((await limited.read('outer')).fullest.requests).toEqual({
      limit: 10,
      used: 1,
      held: 0,
      remaining: 9,
    })
  })

  test('a new window begins with all the room, at its edge and not before', async () => {
    await limited.limit('minute', { user_path: '/m', requests: 1 })
    expect((await limited.as('/m')).status).toBe(200)
    limited.clock.now = Date.UTC(2026, 2, 4, 5, 6, 59, 999)
    expect((await limited.as('/m')).status).toBe(429)
    limited.clock.now += 1
    expect((await limited.as('/m')).status).toBe(200)
  })

  test('what a provider failed to answer, and what was refused, is not counted', async () => {
    await limited.limit('good', { user_path: '/g', requests: 1 })
    expect((await limited.as('/g', {}, { status: 500 })).status).toBe(502)
    expect((await limited.as('/g', { model: 'nobody' })).status).toBe(404)
    expect((await limited.as('/g')).status).toBe(200)
  })

  test('a call through the passage to a provider counts like any other', async () => {
    await limited.limit('passage', { user_path: '/p', requests: 1 })
    const call = () =>
      fetch(`${limited.house.url}/p/openai/chat/completions`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${MASTER}`,
          'x-modelway-user-path': '/p',
          'content-type': 'application/json',
        },
        body: JSON.stringify({ model: 'one', messages: [{ role: 'user', content: 'Hi' }] }),
      })
    expect((await call()).status).toBe(200)
    expect((await call()).status).toBe(429)
  })
})

describe('refusals', () => {
  test('within a minute a client is told when to come back, in the words of its language', async () => {
    await limited.limit('minute', { user_path: '/r', requests: 1 })
    await limited.as('/r')
    const response = await limited.as('/r')
    expect(response.headers.get('retry-after')).toBe(
      String(60 - (new Date(limited.clock.now).getUTCSeconds() % 60)),
    )
    expect(response.headers.get('x-should-retry')).toBeNull()
    const { error } = (await response.json()) as { error: { message: string; code: string } }
    expect(error.code).toBe('rate_limit_exceeded')
    expect(error.message).toMatch(
      /^Limit "minute" is reached: 1 request a minute\. It is free again at 2026-03-04T05:0\d:00Z$/,
    )
  })

  test('of a longer window clients are told not to knock again', async () => {
    await limited.limit('month', { user_path: '/r', per: 'month', requests: 1 })
    await limited.as('/r')
    const response = await limited.as('/r')
    expect(response.status).toBe(429)
    expect(response.headers.get('x-should-retry')).toBe('false')
    expect(await response.json()).toMatchObject({
      error: {
        code: 'insufficient_quota',
        message: 'Limit "month" is reached: 1 request a month. It is free again at 2026-04-01T00:00:00Z',
      },
    })
  })

  test('who only waits for others to be done is told to come back soon, whatever the window', async () => {
    await limited.limit('held', { user_path: '/r', per: 'month', requests: 1 })
    const slow = limited.as('/r', {}, { delayMs: 300, status: 500 })
    await until(() => limited.house.received().length === 1, 'the slow call')
    const response = await limited.as('/r')
    expect([
      response.status,
      response.headers.get('retry-after'),
      response.headers.get('x-should-retry'),
    ]).toEqual([429, '1', null])
    expect(await response.json()).toMatchObject({
      error: {
        code: 'rate_limit_exceeded',
        message:
          'Limit "held" has no room at the moment: of 1 request a month, calls under way hold 1 request. Try again when they are done',
      },
    })
    await (await slow).text()
    expect((await limited.as('/r')).status).toBe(200)
  })

  test('clients of Messages get their own error', async () => {
    await limited.limit('closed', { user_path: '/r', requests: 1 })
    await limited.as('/r')
    const response = await fetch(`${limited.house.url}/v1/messages`, {
      method: 'POST',
      headers: { 'x-api-key': MASTER, 'x-modelway-user-path': '/r', 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'one', max_tokens: 5, messages: [{ role: 'user', content: 'Hi' }] }),
    })
    expect(response.status).toBe(429)
    expect(await response.json()).toMatchObject({ type: 'error', error: { type: 'rate_limit_error' } })
  })

  test('answers say what is left', async () => {
    await limited.limit('told', { user_path: '/t', requests: 3, tokens: 100_000 })
    const first = await limited.as('/t')
    expect(first.headers.get('x-ratelimit-limit-requests')).toBe('3')
    expect(first.headers.get('x-ratelimit-remaining-requests')).toBe('2')
    expect(first.headers.get('x-ratelimit-limit-tokens')).toBe('100000')
    expect(first.headers.get('x-ratelimit-reset-requests')).toMatch(/^\d+s$/)
    const stream = await limited.as('/t', { stream: true })
    await stream.text()
    expect(stream.headers.get('x-ratelimit-remaining-requests')).toBe('1')
    // What the provider says of itself is another matter, and gives way.
    const third = await limited.as('/t', {}, { headers: { 'x-ratelimit-remaining-requests': '77' } })
    expect(third.headers.get('x-ratelimit-remaining-requests')).toBe('0')
  })

  test('callers read what holds for them, and how much of it is left', async () => {
    await limited.limit('mine', { user_path: '/t', each: 'user_path', requests: 3, per: 'day' })
    await limited.limit('other', { user_path: '/else', requests: 3 })
    await (await limited.as('/t/x')).text()
    const { body } = await limited.house.test.json('/v1/limits', {
      headers: { authorization: `Bearer ${MASTER}`, 'x-modelway-user-path': '/t/x' },
    })
    expect(body).toEqual([
      {
        name: 'mine',
        models: null,
        per: 'day',
        time_zone: 'UTC',
        requests: { limit: 3, used: 1, held: 0, remaining: 2 },
        resets_at: '2026-03-05T00:00:00.000Z',
      },
    ])
  })
})

describe('concurrency', () => {
  test('no more calls run at the same time, and each end makes room for another', async () => {
    await limited.limit('two', { user_path: '/c', concurrent: 2 })
    expect(await statusesOf(many(10, () => limited.as('/c', {}, { delayMs: 100 })))).toEqual({
      200: 2,
      429: 8,
    })
    expect(await statusesOf(many(2, () => limited.as('/c')))).toEqual({ 200: 2 })
  })

  test('a failure, a refusal and a hang-up leave no room taken', async () => {
    await limited.limit('rest', { user_path: '/c', concurrent: 3 })
    await (await limited.as('/c', {}, { status: 500 })).text()
    await (await limited.as('/c', { model: 'nobody' })).text()
    await (await limited.as('/c', { stream: true }, { cutAfterBytes: 200 })).text().catch(() => '')
    const leaving = new AbortController()
    const gone = limited.house
      .ask({ delayMs: 5000 }, {}, { headers: { 'x-modelway-user-path': '/c' }, signal: leaving.signal })
      .catch(() => undefined)
    await until(
      () => limited.house.mock.ledger.active() > 0 || limited.house.received().length >= 3,
      'the call',
    )
    leaving.abort()
    await gone
    await until(async () => (await limited.read('rest')).fullest?.concurrent.used === 0, 'nothing to run')
  })
})

describe('models', () => {
  test('a limit that names a model holds for that one only', async () => {
    await limited.limit('one', { models: ['openai/one'], requests: 1 })
    expect((await limited.as('/', { model: 'openai/one' })).status).toBe(200)
    expect((await limited.as('/', { model: 'openai/one' })).status).toBe(429)
    expect((await limited.as('/', { model: 'openai/two' })).status).toBe(200)
  })

  test('whoever explains a name that leads nowhere is told of no limit that names others', async () => {
    await limited.limit('one', { models: ['openai/one'], requests: 1 })
    const { body } = await limited.house.test.admin('POST', '/admin/explain', { model: 'nobody' })
    expect(body.steps.map(({ plugin }: { plugin: string }) => plugin)).not.toContain('limits')
  })

  test('a limit that names a redirect holds for calls by that name', async () => {
    await limited.limit('both', { models: ['both'], requests: 1 })
    expect((await limited.as('/', { model: 'both' })).status).toBe(200)
    expect((await limited.as('/', { model: 'both' })).status).toBe(429)
    expect((await limited.as('/', { model: 'openai/one' })).status).toBe(200)
  })

  test('a target without room is left out while another one has some', async () => {
    await limited.limit('first', { models: ['openai/one'], requests: 2 })
    const served: (string | null)[] = []
    for (let i = 0; i < 4; i++) {
      const response = await limited.as('/', { model: 'both' })
      await response.text()
      served.push(response.headers.get('x-modelway-model'))
    }
    expect(served).toEqual(['one', 'one', 'two', 'two'])
    expect((await limited.read('first')).fullest.requests).toMatchObject({ used: 2, held: 0 })
  })

  test('a call that its client leaves while a limited target is asked counts for it', async () => {
    await limited.limit('asked', { models: ['openai/one'], requests: 10, concurrent: 5 })
    const leaving = new AbortController()
    const gone = limited.house.ask({ delayMs: 5000 }, {}, { signal: leaving.signal }).catch(() => undefined)
    await until(() => limited.house.received().length === 1, 'the call')
    leaving.abort()
    await gone
    await until(async () => (await limited.read('asked')).fullest?.concurrent.used === 0, 'the end')
    expect((await limited.read('asked')).fullest.requests.used).toBe(1)
  })

  test('a try that failed at a limited target takes nothing of it', async () => {
    await limited.limit('first', { models: ['openai/one'], requests: 1 })
    limited.house.mock.setPlan(({ json }) => (json?.model === 'one' ? { status: 500 } : undefined))
    const response = await limited.as('/', { model: 'both' })
    await response.text()
    expect(response.headers.get('x-modelway-model')).toBe('two')
    expect((await limited.read('first')).fullest).toBeNull()
  })
})
