import { afterAll, afterEach, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { bearer, chatInit, type Running } from '../process/spawn.ts'
import { describeWithRedis, type RedisServer, startRedis } from '../redis/server.ts'
import { admin, call, countOf, type Fleet, fullest, inTime, limit, openFleet } from './fleet.ts'

setDefaultTimeout(60_000)

describeWithRedis('limits of gateways that share a Redis', () => {
  let redis: RedisServer
  let fleet: Fleet
  let gateways: readonly Running[]

  beforeAll(async () => {
    redis = await startRedis()
    fleet = openFleet(redis.url, { OPENAI_MODELS: 'one,two' })
    const first = await fleet.spawn()
    gateways = [first, ...(await Promise.all([fleet.spawn(), fleet.spawn()]))]
  })
  afterAll(async () => {
    await fleet[Symbol.asyncDispose]()
    await redis[Symbol.asyncDispose]()
  })
  afterEach(async () => {
    fleet.mock.reset()
    for (const { name } of await admin(gateways[0]!, 'GET', '/admin/limits'))
      await admin(gateways[0]!, 'DELETE', `/admin/limits/${name}`)
  })

  /** So many calls at each gateway, all at once. */
  const callAll = (count: number, extra: object = {}) =>
    Promise.all(gateways.flatMap(gateway => Array.from({ length: count }, () => call(gateway, extra))))

  const isEmpty = async (name: string) => {
    const pots = await Promise.all(gateways.map(gateway => fullest(gateway, name)))
    return pots.every(pot => [pot.requests, pot.tokens, pot.cost_usd].every(each => (each?.held ?? 0) === 0))
  }

  test('admit exactly as many calls as there is room for, and hold nothing in the end', async () => {
    await limit(gateways, 'calls', { per: 'day', requests: 250, tokens: 1e9 })
    expect(countOf(await callAll(200))).toEqual({ 200: 250, 429: 350 })
    expect(fleet.mock.requests.length).toBe(250)
    await inTime(() => isEmpty('calls'), 'nothing to be held')
    for (const gateway of gateways)
      await inTime(
        async () => (await fullest(gateway, 'calls')).requests.used === 250,
        'the same figure everywhere',
      )
  })

  test('admit as many calls at the same time as there may be over all of them', async () => {
    await limit(gateways, 'at-once', { concurrent: 5 })
    expect(countOf(await callAll(10, { mock_plan: { delayMs: 2500 } }))).toEqual({ 200: 5, 429: 25 })
    expect(countOf(await callAll(1))).toEqual({ 200: 3 })
  })

  test('let calls wait for room, whichever gateway gives it back, and never more at once than there may be', async () => {
    await limit(gateways, 'line', { concurrent: 2, wait: '20s' })
    let most = 0
    const watch = setInterval(() => {
      most = Math.max(most, fleet.mock.ledger.active())
    }, 2)
    expect(countOf(await callAll(4, { mock_plan: { delayMs: 50 } }))).toEqual({ 200: 12 })
    clearInterval(watch)
    expect(most).toBe(2)
  })

  test('let nobody wait for ever because another gateway is busier', async () => {
    await limit(gateways, 'busy', { concurrent: 1, wait: '30s' })
    const plan = { mock_plan: { delayMs: 100 } }
    const done: string[] = []
    const at = (gateway: Running, name: string) => call(gateway, plan).then(() => done.push(name))
    const batch = Array.from({ length: 22 }, () => at(gateways[0]!, 'batch'))
    await inTime(async () => (await fullest(gateways[0]!, 'busy'))?.waiting === 21, 'the batch to wait')
    const single = at(gateways[1]!, 'single')
    await Promise.all([...batch, single])
    expect(done.indexOf('single')).toBeLessThan(18)
  })

  test('let a call wait for all targets that are full, also where another call took the room that it saw', async () => {
    const limitOf = (model: string) =>
      limit(gateways, `of-${model}`, { models: [`openai/${model}`], concurrent: 1, wait: '20s' })
    await Promise.all([limitOf('one'), limitOf('two')])
    const targets = [{ model: 'openai/one' }, { model: 'openai/two' }]
    const both = { source: 'both', strategy: 'failover', session_affinity: false, targets }
    await admin(gateways[0]!, 'PUT', '/admin/virtual-models', both)
    const plan = (delayMs: number) => ({ mock_plan: { delayMs } })
    const elsewhere = call(gateways[1]!, plan(500))
    await inTime(async () => fleet.mock.ledger.active() === 1, 'the first target to be full')
    const here = [1, 2, 3, 4].map(() => call(gateways[0]!, { model: 'both', ...plan(500) }))
    expect(countOf(await Promise.all([elsewhere, ...here]))).toEqual({ 200: 5 })
    const asked = fleet.mock.requests.map(({ json }) => json?.model)
    expect(asked.filter(model => model === 'one').length).toBeGreaterThan(1)
  })

  test('never let calls use more tokens together than there are', async () => {
    await limit(gateways, 'tokens', { per: 'day', tokens: 3000 })
    const usage = { prompt_tokens: 10, completion_tokens: 40, total_tokens: 50 }
    const extra = { max_tokens: 40, mock_plan: { usage } }
    let answered = countOf(await callAll(60, extra))[200] ?? 0
    // What calls held and did not use in the end is free again, to the last one.
    for (let i = 0; (await call(gateways[i % 3]!, extra)) === 200; i++) answered += 1
    expect(fleet.mock.ledger.totals().requests).toBe(answered)
    await inTime(() => isEmpty('tokens'), 'nothing to be held')
    const used = 50 * answered
    const known = async () => (await fullest(gateways[0]!, 'tokens')).tokens.used
    // Where it never is, both figures say more than that it was waited for.
    await inTime(async () => (await known()) === used, 'all to be known').catch(() => {})
    expect(await known()).toBe(used)
    expect(used).toBeLessThanOrEqual(3000)
    // There is no room for one more call, which holds a little more than it uses.
    expect(used).toBeGreaterThan(3000 - 100)
  })

  test('tell each caller the same, whichever gateway it asks', async () => {
    await limit(gateways, 'each', { per: 'day', requests: 10, each: 'user_path' })
    const at = { ...bearer, 'x-modelway-user-path': '/team/alpha' }
    const init = chatInit(
      { model: 'one', messages: [{ role: 'user', content: 'Hello' }] },
      { headers: { ...at, 'content-type': 'application/json' } },
    )
    const left = []
    for (const gateway of gateways)
      left.push(
        (await gateway.fetch('/v1/chat/completions', init)).headers.get('x-ratelimit-remaining-requests'),
      )
    expect(left).toEqual(['9', '8', '7'])
    // What was used is told when the answer is there, and may be on its way.
    for (const gateway of gateways)
      await inTime(async () => {
        const [own] = (await (await gateway.fetch('/v1/limits', { headers: at })).json()) as [
          { requests: { used: number; remaining: number } },
        ]
        expect(own.requests.remaining).toBe(7)
        return own.requests.used === 3
      }, 'all three to be counted')
  })

  test('get back what a killed gateway held, when its lease is over', async () => {
    await limit(gateways, 'lease', { concurrent: 2 })
    const killed = await fleet.spawn()
    const hanging = [1, 2].map(() => call(killed, { mock_plan: { hang: true } }).catch(() => 0))
    await inTime(async () => (await fullest(gateways[0]!, 'lease'))?.concurrent.used === 2, 'both to be held')
    expect(countOf(await callAll(1))).toEqual({ 429: 3 })
    await killed.stop()
    await Promise.all(hanging)
    expect(countOf(await callAll(1))).toEqual({ 429: 3 })
    await inTime(async () => (await call(gateways[1]!)) === 200, 'room again')
  })

  test('count what is under way anywhere when a limit is deleted and made again', async () => {
    const again = { concurrent: 1 }
    await limit(gateways, 'again', again)
    const elsewhere = call(gateways[1]!, { mock_plan: { delayMs: 2500 } })
    await inTime(async () => (await fullest(gateways[0]!, 'again'))?.concurrent.used === 1, 'it to be held')
    await admin(gateways[0]!, 'DELETE', '/admin/limits/again')
    await limit(gateways.slice(0, 1), 'again', again)
    expect(await call(gateways[0]!)).toBe(429)
    expect(await elsewhere).toBe(200)
    await inTime(async () => (await call(gateways[0]!)) === 200, 'room again')
  })

  test('leave nothing in Redis that would stay there', async () => {
    const keys = (await redis.send('KEYS', '*')) as string[]
    expect(keys.filter(key => !key.startsWith('modelway:{limits}:'))).toEqual([])
    for (const key of keys) expect(await redis.send('PTTL', key)).toBeGreaterThan(0)
  })
})
