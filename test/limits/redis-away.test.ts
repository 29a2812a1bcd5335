import { heapStats } from 'bun:jsc'
import { afterEach, beforeEach, expect, setDefaultTimeout, test } from 'bun:test'
import { definePlugin } from '../../src/contract/plugin.ts'
import type { Gateway } from '../../src/gateway.ts'
import { build } from '../config/kit.ts'
import type { TestGateway } from '../kit.ts'
import { bearer, chatInit } from '../process/spawn.ts'
import { describeWithRedis, type RedisServer, startRedis } from '../redis/server.ts'
import { admin, call, countOf, type Fleet, fullest, hello, inTime, limit, openFleet } from './fleet.ts'

setDefaultTimeout(60_000)

/** A gateway as the tests ask others. */
const gatewayOf = ({ fetch }: Gateway) => ({
  fetch: async (path: string, init?: RequestInit) => fetch(new Request(`http://localhost${path}`, init)),
})

describeWithRedis('while Redis is away', () => {
  let redis: RedisServer
  let fleet: Fleet

  beforeEach(async () => {
    redis = await startRedis()
    fleet = openFleet(redis.url)
  })
  afterEach(async () => {
    redis.signal('SIGCONT')
    await fleet[Symbol.asyncDispose]()
    await redis[Symbol.asyncDispose]()
  })

  const isUp = async (gateway: TestGateway): Promise<boolean> =>
    /^modelway_redis_up 1$/m.test(await metricsOf(gateway))
  const metricsOf = async (gateway: TestGateway): Promise<string> =>
    (await gateway.fetch('/metrics', { headers: { authorization: 'Bearer master-key-for-tests' } })).text()
  const concernsOf = async (gateway: TestGateway): Promise<{ key: string; text: string; tone: string }[]> =>
    (await admin(gateway, 'GET', '/admin/notices')).standing.filter(({ key }: { key: string }) =>
      key.startsWith('redis:'),
    )
  const told = (gateway: TestGateway, words: string) =>
    gateway.logs.filter(({ message }) => String(message).startsWith(words)).length

  async function timed(gateway: TestGateway): Promise<{ status: number; ms: number }> {
    const began = performance.now()
    const status = await call(gateway)
    return { status, ms: performance.now() - began }
  }

  test('a frozen one fails no call and delays few, limits hold here, and it comes back by itself', async () => {
    const gateway = await fleet.open({ REDIS_TIMEOUT: '250ms' })
    await limit([gateway], 'daily', { per: 'day', requests: 50 })
    for (let i = 0; i < 5; i++) expect(await call(gateway)).toBe(200)
    redis.signal('SIGSTOP')
    const calls = []
    for (let i = 0; i < 40; i++) {
      calls.push(await timed(gateway))
      await Bun.sleep(25)
    }
    expect(countOf(calls.map(({ status }) => status))).toEqual({ 200: 40 })
    // The one that found out has waited for it; the others are as fast as the machine is.
    expect(calls.filter(({ ms }) => ms > 200).length).toBeLessThan(10)
    expect(await isUp(gateway)).toBe(false)
    expect(await concernsOf(gateway)).toMatchObject([{ key: 'redis:connection' }])
    redis.signal('SIGCONT')
    const back = performance.now()
    await inTime(() => isUp(gateway), 'Redis to be back')
    expect(performance.now() - back).toBeLessThan(2500)
    expect(await concernsOf(gateway)).toEqual([])
    // The log is written a moment later.
    await inTime(() => told(gateway, 'Redis is back') === 1, 'the log')
    expect(told(gateway, 'Redis is away')).toBe(1)
    // What was counted alone is known there now.
    expect(countOf(await Promise.all(Array.from({ length: 10 }, () => call(gateway))))).toEqual({
      200: 5,
      429: 5,
    })
  })

  test('one that forgets everything is told what was used, and what calls under way hold', async () => {
    const [one, two] = [await fleet.open(), await fleet.open()]
    await Promise.all([
      limit([one, two], 'daily', { per: 'day', requests: 10 }),
      limit([one, two], 'at-once', { concurrent: 2 }),
    ])
    for (const gateway of [one, two, one]) expect(await call(gateway)).toBe(200)
    // Under way until both know of it again, on a full machine too.
    const running = call(one, { mock_plan: { delayMs: 8000 } })
    await inTime(async () => (await fullest(two, 'at-once'))?.concurrent.used === 1, 'the call to be known')
    await redis.send('FLUSHALL')
    await inTime(async () => (await redis.send('DBSIZE')) !== 0, 'somebody to tell it anew')
    await inTime(
      async () => ((await redis.send('ZCARD', 'modelway:{limits}:gateways')) as number) === 2,
      'both gateways to be known again',
    )
    const more = [1, 2].map(() => call(two, { mock_plan: { delayMs: 300 } }))
    expect(countOf(await Promise.all(more))).toEqual({ 200: 1, 429: 1 })
    expect(await running).toBe(200)
    const last = []
    for (const gateway of [one, two, one, two, one, two]) last.push(await call(gateway))
    expect(last).toEqual([200, 200, 200, 200, 200, 429])
  })

  test('one that is started again, empty, goes on where it was', async () => {
    const gateway = await fleet.open()
    await limit([gateway], 'daily', { per: 'day', requests: 6 })
    for (let i = 0; i < 3; i++) expect(await call(gateway)).toBe(200)
    await redis.stop()
    expect(await call(gateway)).toBe(200)
    await redis.start()
    await inTime(() => isUp(gateway), 'Redis to be back')
    expect([await call(gateway), await call(gateway), await call(gateway)]).toEqual([200, 200, 429])
  })

  test('one that takes no writes is away; one that is full, or has forgotten its scripts, is not', async () => {
    const gateway = await fleet.open()
    await limit([gateway], 'daily', { per: 'day', requests: 1000 })
    expect(await call(gateway)).toBe(200)
    await redis.send('REPLICAOF', '127.0.0.1', '1')
    expect(await call(gateway)).toBe(200)
    await inTime(async () => !(await isUp(gateway)), 'it to be noticed')
    const [concern] = await concernsOf(gateway)
    expect(concern?.text).toContain("is away: READONLY You can't write against a read only replica. Until")
    for (let i = 0; i < 20; i++) expect(await call(gateway)).toBe(200)
    await redis.send('REPLICAOF', 'NO', 'ONE')
    await inTime(() => isUp(gateway), 'Redis to be back')
    await inTime(() => told(gateway, 'Redis is back') === 1, 'the log')
    expect(told(gateway, 'Redis is away')).toBe(1)
    await redis.send('CONFIG', 'SET', 'maxmemory', '1')
    await redis.send('SCRIPT', 'FLUSH')
    expect([await call(gateway), await call(gateway)]).toEqual([200, 200])
    expect(await isUp(gateway)).toBe(true)
  })

  test('a gateway starts without it, and finds it when it comes', async () => {
    await redis.stop()
    const gateway = await fleet.open()
    await limit([gateway], 'daily', { per: 'day', requests: 2 })
    expect(await call(gateway)).toBe(200)
    expect(await concernsOf(gateway)).toMatchObject([{ key: 'redis:connection' }])
    await redis.start()
    await inTime(() => isUp(gateway), 'Redis to be found')
    expect([await call(gateway), await call(gateway)]).toEqual([200, 429])
  })

  test('a reload of the configuration changes nothing: calls under way are held once, and given back', async () => {
    const env = fleet.environment
    const old = await build(env)
    const before = gatewayOf(old)
    await limit([before], 'at-once', { per: 'day', concurrent: 2, requests: 5 })
    const slow = call(before, { mock_plan: { delayMs: 1000 } })
    await inTime(async () => (await fullest(before, 'at-once'))?.concurrent.used === 1, 'the call to be held')
    const next = await build(env, old.heritage)
    const after = gatewayOf(next)
    const more = [1, 2].map(() => call(after, { mock_plan: { delayMs: 300 } }))
    expect(countOf(await Promise.all(more))).toEqual({ 200: 1, 429: 1 })
    expect(await slow).toBe(200)
    await old.stop()
    expect((await fullest(after, 'at-once')).concurrent.used).toBe(0)
    expect([await call(after), await call(after), await call(after), await call(after)]).toEqual([
      200, 200, 200, 429,
    ])
    expect(await redis.send('ZCARD', 'modelway:{limits}:gateways')).toBe(1)
    await next.stop()
    expect(await redis.send('ZCARD', 'modelway:{limits}:gateways')).toBe(0)
  })

  test('how often it was lost is counted on over a reload', async () => {
    const old = await build(fleet.environment)
    await redis.stop()
    await redis.start()
    const lossesOf = async (gateway: Gateway) => {
      const { fetch } = gatewayOf(gateway)
      const text = await (await fetch('/metrics', { headers: bearer })).text()
      return /^modelway_redis_losses_total (\d+)$/m.exec(text)?.[1]
    }
    await inTime(async () => (await lossesOf(old)) === '1', 'the loss')
    const next = await build(fleet.environment, old.heritage)
    await old.stop()
    expect(await lossesOf(next)).toBe('1')
    await next.stop()
  })

  test('a reload keeps nothing of the gateways before', async () => {
    let gateway = await build(fleet.environment)
    const reload = async () => {
      const next = await build(fleet.environment, gateway.heritage)
      await gateway.stop(0)
      gateway = next
    }
    const objects = () => {
      Bun.gc(true)
      return heapStats().objectCount
    }
    await reload()
    const before = objects()
    for (let i = 0; i < 4; i++) await reload()
    // A single gateway is made of some ten thousand.
    expect(objects() - before).toBeLessThan(10_000)
    await gateway.stop()
  })

  test('who leaves while it is asked, even from a stream that has begun, holds nothing in the end', async () => {
    let isFreezing = false
    const freezing = definePlugin({
      name: 'freezing',
      about: 'Stops Redis behind the first question and before the second one.',
      setup: () => ({
        async guard(body) {
          if (isFreezing) redis.signal('SIGSTOP')
          await Bun.sleep(50)
          return body
        },
      }),
    })
    const gateway = await fleet.open({ PING_INTERVAL: '1s' }, [freezing])
    await limit([gateway], 'call', { per: 'day', requests: 100, concurrent: 10 })
    await limit([gateway], 'target', { per: 'day', requests: 100, concurrent: 10, models: ['openai/'] })
    expect(await call(gateway)).toBe(200)
    isFreezing = true
    const response = await gateway.fetch('/v1/chat/completions', chatInit({ ...hello, stream: true }))
    expect(response.status).toBe(200)
    await response.body!.cancel()
    redis.signal('SIGCONT')
    for (const name of ['call', 'target'])
      await inTime(
        async () => (await fullest(gateway, name)).concurrent.used === 0,
        `nothing of "${name}" to be held`,
      )
    expect((await fullest(gateway, 'call')).requests).toMatchObject({ used: 1, held: 0 })
    const keys = (await redis.send('KEYS', 'modelway:{limits}:[[]*')) as string[]
    expect(keys.length).toBe(2)
    for (const key of keys)
      await inTime(
        async () => !((await redis.send('HKEYS', key)) as string[]).some(field => field.startsWith('@')),
        'nothing to be held in Redis',
      )
  })

  test('calls that a limit speaks of are refused where the operator wants that, and no others', async () => {
    const gateway = await fleet.open({ LIMITS_WITHOUT_REDIS: 'refuse' })
    await limit([gateway], 'daily', { per: 'day', requests: 5, user_path: '/team' })
    expect(await call(gateway, {}, '/team')).toBe(200)
    await redis.stop()
    expect(await call(gateway, {}, '/other')).toBe(200)
    await inTime(async () => (await call(gateway, {}, '/team')) === 503, 'the refusal')
    const [concern] = await concernsOf(gateway)
    expect(concern).toMatchObject({
      tone: 'bad',
      text: expect.stringContaining('calls that a limit speaks of are refused'),
    })
    await redis.start()
    await inTime(async () => (await call(gateway, {}, '/team')) === 200, 'Redis to be back')
  })
})

test('what is secret in its address is nowhere to be seen', async () => {
  await using fleet = openFleet('redis://operator:hunter2@127.0.0.1:1')
  const gateway = await fleet.open()
  const said = await Promise.all(
    ['/admin/settings', '/admin/notices', '/metrics'].map(async path =>
      (await gateway.fetch(path, { headers: { authorization: 'Bearer master-key-for-tests' } })).text(),
    ),
  )
  expect(said[1]).toContain('127.0.0.1:1')
  expect([...said, JSON.stringify(gateway.logs)].join().includes('hunter2')).toBe(false)
})

test.each(['localhost:6379', 'http://hunter2@localhost', 'redis://'])(
  'an address that is none, %s, stops the start',
  async url => {
    await using fleet = openFleet(url)
    const error = await fleet.open().then(
      () => 'it starts',
      (error: Error) => error.message,
    )
    expect(error).toBe('Cannot use REDIS_URL: expected an address such as redis://localhost:6379')
  },
)
