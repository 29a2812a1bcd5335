import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { definePlugin } from '../../src/contract/plugin.ts'
import { until } from '../kit.ts'
import type { Plan } from '../mock/plan.ts'
import { type Cached, hear, openCached } from './kit.ts'

/** Equal questions that come at once: one of them asks, and the others wait for its answer. */

let arrived = 0
/** Counts calls that are about to be looked up. */
const doorman = definePlugin({
  name: 'doorman',
  about: 'Counts who comes in.',
  setup: () => ({
    guard(body) {
      arrived++
      return body
    },
  }),
})
const open = (env: Record<string, string> = {}) => openCached({ extra: [doorman], env })

let cached: Cached
beforeAll(async () => {
  cached = await open()
})
afterAll(() => cached[Symbol.asyncDispose]())

let count = 0
/** A question that nobody asked before. */
const fresh = (extra: object = {}) => ({
  messages: [{ role: 'user', content: `Question ${count++}` }],
  ...extra,
})
const kinds = [
  ['whole', {}],
  ['stream', { stream: true }],
] as const
/** Long enough for others to come meanwhile. */
const slow: Plan = { delayMs: 300, tokens: 3 }
const figures = async (from = cached) => (await from.house.test.admin('GET', '/admin/cache')).body
const verdicts = (heard: readonly { readonly verdict: string | null }[]) =>
  Object.fromEntries(
    Object.entries(Object.groupBy(heard, each => each.verdict!)).map(([k, v]) => [k, v!.length]),
  )

/** What the first who asks hears, by its turn, and the second, and so on. */
function planByTurn({ house }: Cached, ...plans: readonly Plan[]): void {
  let turn = 0
  house.mock.setPlan(() => plans[Math.min(turn++, plans.length - 1)])
}

/** One call that the provider has got, and then more that are as far as they come. */
async function crowd(from: Cached, ask: object, size = 3) {
  const before = from.asked()
  const first = new AbortController()
  const leader = from.house.ask(undefined, ask, { signal: first.signal }).then(hear)
  leader.catch(() => {})
  await until(() => from.asked() === before + 1, 'the first call at the provider')
  const seen = arrived
  const others = Array.from({ length: size }, () => from.chat(ask))
  await until(() => arrived === seen + size, 'the others')
  return { leader, hangUp: () => first.abort(), others, asked: () => from.asked() - before }
}

describe.each(kinds)('a hundred equal calls at once, %s', (_, extra) => {
  test('ask once, and all get the same bytes', async () => {
    const before = { asked: cached.asked(), ...(await figures()) }
    const ask = fresh(extra)
    const heard = await Promise.all(Array.from({ length: 100 }, () => cached.chat(ask, { plan: slow })))
    expect(new Set(heard.map(({ status, text }) => `${status} ${text}`)).size).toBe(1)
    expect(heard[0]!.status).toBe(200)
    expect(verdicts(heard)).toEqual({ miss: 1, joined: 99 })
    expect(cached.asked()).toBe(before.asked + 1)
    const now = await figures()
    expect([now.hits - before.hits, now.joined - before.joined, now.misses - before.misses]).toEqual([
      99, 99, 1,
    ])
    expect((await cached.chat(ask, { plan: slow })).verdict).toBe('hit')
  })
})

test('each leaves a record of its own, which costs nothing and says what it saved', async () => {
  const usage = { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 }
  await cached.book.flush()
  const before = (await cached.book.rows()).length
  const ask = fresh()
  await Promise.all(Array.from({ length: 5 }, () => cached.chat(ask, { plan: { ...slow, usage } })))
  await cached.book.flush()
  const rows = (await cached.book.rows()).slice(before)
  expect(rows.map(row => [row.cached, row.costNano, row.savedNano])).toEqual(
    expect.arrayContaining([[false, 10_000_000, null], ...Array(4).fill([true, 0, 10_000_000])]),
  )
  expect(rows.length).toBe(5)
})

test('the time that it waited is the provider’s, not the gateway’s', async () => {
  const ask = fresh()
  const heard = await Promise.all([1, 2].map(() => cached.chat(ask, { plan: slow })))
  for (const { headers } of heard) expect(Number(headers.get('x-modelway-overhead-ms'))).toBeLessThan(200)
})

describe.each(kinds)('where no answer comes of it, %s', (_, extra) => {
  test('because it failed, each asks for itself', async () => {
    planByTurn(cached, { ...slow, status: 500 }, { tokens: 3 })
    const { leader, others, asked } = await crowd(cached, fresh(extra))
    expect((await leader).status).toBe(502)
    const heard = await Promise.all(others)
    expect(heard.map(({ status, verdict }) => `${status} ${verdict}`)).toEqual(Array(3).fill('200 miss'))
    expect(asked()).toBe(4)
    cached.house.mock.reset()
  })

  test('because whoever asked went away, one of the others asks for all', async () => {
    planByTurn(cached, { hang: true }, slow)
    const { hangUp, others, asked } = await crowd(cached, fresh(extra))
    hangUp()
    const heard = await Promise.all(others)
    expect(verdicts(heard)).toEqual({ miss: 1, joined: 2 })
    expect(new Set(heard.map(({ text }) => text)).size).toBe(1)
    expect(asked()).toBe(2)
    cached.house.mock.reset()
  })

  test('because it was thrown away meanwhile, each asks for itself', async () => {
    planByTurn(cached, slow, { tokens: 3 })
    const { others, asked } = await crowd(cached, fresh(extra))
    await cached.house.test.admin('DELETE', '/admin/cache')
    expect(verdicts(await Promise.all(others))).toEqual({ miss: 3 })
    expect(asked()).toBe(4)
    cached.house.mock.reset()
  })

  test('because it takes longer than CACHE_WAIT, each asks for itself, and the first one goes on', async () => {
    await using hasty = await open({ CACHE_WAIT: '50ms' })
    planByTurn(hasty, { ...slow, delayMs: 600 }, { tokens: 3 })
    const { leader, others, asked } = await crowd(hasty, fresh(extra))
    expect(verdicts(await Promise.all(others))).toEqual({ miss: 3 })
    expect(asked()).toBe(4)
    expect((await leader).status).toBe(200)
  })
})

test('a stream that is too long to be kept lets the others go as soon as that is known', async () => {
  await using small = await open({ CACHE_SIZE: '1M' })
  const long = { choices: [{ index: 0, delta: { content: 'x'.repeat(200_000) } }] }
  planByTurn(small, { events: [long, '[DONE]'], delayMs: 300, silenceMs: 60_000 }, { tokens: 3 })
  const { hangUp, others } = await crowd(small, fresh({ stream: true }))
  expect(verdicts(await Promise.all(others))).toEqual({ miss: 3 })
  hangUp()
})

describe('where another target had to answer', () => {
  const openSafe = () =>
    open({
      VIRTUAL_MODELS: JSON.stringify([
        {
          source: 'safe',
          targets: [{ model: 'openai/one' }, { model: 'openai/two' }],
          strategy: 'failover',
          session_affinity: false,
        },
      ]),
    })
  /** The first target fails once, slowly; the other one answers as planned. */
  function failOnce({ house }: Cached, other: Plan): void {
    let isDown = true
    house.mock.setPlan(({ json }) => {
      if (json?.model === 'two') return other
      const plan = isDown ? { ...slow, status: 500 } : { tokens: 3 }
      isDown = false
      return plan
    })
  }

  test.each(kinds)('the others are not given what is not of theirs, %s', async (_, extra) => {
    await using safe = await openSafe()
    failOnce(safe, { tokens: 3 })
    const { leader, others } = await crowd(safe, fresh({ model: 'safe', ...extra }))
    expect((await leader).headers.get('x-modelway-model')).toBe('two')
    for (const { verdict, headers } of await Promise.all(others))
      expect([verdict, headers.get('x-modelway-model')]).toEqual(['miss', 'one'])
  })

  test('they do not wait for the end of its stream', async () => {
    await using safe = await openSafe()
    failOnce(safe, { tokens: 3, gapMs: 60_000 })
    const { hangUp, others } = await crowd(safe, fresh({ model: 'safe', stream: true }))
    expect(verdicts(await Promise.all(others))).toEqual({ miss: 3 })
    hangUp()
  })
})

test('who waits and goes away asks nobody, and is recorded as one who went away', async () => {
  planByTurn(cached, slow)
  const ask = fresh()
  const { leader, others, asked } = await crowd(cached, ask, 1)
  const control = new AbortController()
  const [seen, { length }] = [arrived, cached.house.settled]
  const gone = cached.house.ask(undefined, ask, { signal: control.signal })
  gone.catch(() => {})
  await until(() => arrived === seen + 1, 'the one that goes')
  control.abort()
  expect(await cached.house.settlement(length + 1)).toMatchObject({ code: 'client_closed', attempts: [] })
  expect(verdicts([await leader, ...(await Promise.all(others))])).toEqual({ miss: 1, joined: 1 })
  expect(asked()).toBe(1)
  cached.house.mock.reset()
})

describe('does not wait', () => {
  test.each([
    ['who wants a new answer', { 'cache-control': 'no-cache' }, 'miss'],
    ['who wants none that is stored', { 'cache-control': 'no-store' }, 'bypass'],
    ['who wants none as old as any', { 'cache-control': 'max-age=0' }, 'miss'],
    ['who stands elsewhere', { 'x-modelway-user-path': '/elsewhere' }, 'miss'],
  ])('%s', async (_, headers, verdict) => {
    planByTurn(cached, slow, { tokens: 3 })
    const ask = fresh()
    const { leader, asked } = await crowd(cached, ask, 0)
    expect((await cached.chat(ask, { headers })).verdict).toBe(verdict)
    expect(asked()).toBe(2)
    expect((await leader).verdict).toBe('miss')
    cached.house.mock.reset()
  })

  test('who wants a stored answer or none', async () => {
    planByTurn(cached, slow)
    const ask = fresh()
    const { leader } = await crowd(cached, ask, 0)
    const heard = await cached.chat(ask, { headers: { 'cache-control': 'only-if-cached' } })
    expect(heard.status).toBe(504)
    expect((await leader).status).toBe(200)
    cached.house.mock.reset()
  })

  test('anybody, where CACHE_WAIT is 0', async () => {
    await using impatient = await open({ CACHE_WAIT: '0' })
    planByTurn(impatient, slow)
    const { leader, others, asked } = await crowd(impatient, fresh())
    expect(verdicts([await leader, ...(await Promise.all(others))])).toEqual({ miss: 4 })
    expect(asked()).toBe(4)
  })
})

describe.each(kinds)('with ON_HANGUP=drain, %s', (_, extra) => {
  test('the answer to a client that went away is stored, and is for those who wait, too', async () => {
    await using drained = await open({ ON_HANGUP: 'drain' })
    planByTurn(drained, slow)
    const ask = fresh(extra)
    const { hangUp, others, asked } = await crowd(drained, ask)
    hangUp()
    expect(verdicts(await Promise.all(others))).toEqual({ joined: 3 })
    expect((await drained.chat(ask)).verdict).toBe('hit')
    expect(asked()).toBe(1)
  })

  test('one that never comes to its end is not', async () => {
    await using drained = await open({ ON_HANGUP: 'drain' })
    planByTurn(drained, { ...slow, cutAfterBytes: 100 }, { tokens: 3 })
    const ask = fresh(extra)
    const { hangUp, asked } = await crowd(drained, ask, 0)
    hangUp()
    await drained.house.settlement(1)
    expect((await drained.chat(ask)).verdict).toBe('miss')
    expect(asked()).toBe(2)
  })
})
