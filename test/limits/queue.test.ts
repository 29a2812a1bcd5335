import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { MASTER, until } from '../kit.ts'
import { type Limited, openLimited, statusesOf } from './kit.ts'

let limited: Limited
beforeAll(async () => {
  limited = await openLimited({
    env: {
      OPENAI_MODELS: 'one,two,broken',
      CACHE_MODELS: 'openai/two',
      BREAKER_FAILURES: '3',
      PING_INTERVAL: '100ms',
      VIRTUAL_MODELS: JSON.stringify([
        { source: 'both', targets: [{ model: 'openai/one' }, { model: 'openai/two' }], strategy: 'failover' },
        {
          source: 'shaky',
          targets: [{ model: 'openai/one' }, { model: 'openai/broken' }],
          strategy: 'failover',
        },
      ]),
    },
  })
})
beforeEach(() => limited.forget())
afterAll(() => limited[Symbol.asyncDispose]())

const SLOW = { delayMs: 40 }
const LONG = { delayMs: 3000 }
const many = (count: number, call: () => Promise<Response>) => Array.from({ length: count }, call)
/** A call whose path the provider hears, too. */
const from = (path: string, plan: object = SLOW) => limited.as(path, { user: path }, plan)
/** A key that is bound to a path, and may name those below. */
async function keyAt(path: string) {
  const { body } = await limited.house.test.admin('POST', '/admin/keys', {
    ...{ name: path, user_path: path, sub_paths: true },
  })
  const authorization = `Bearer ${body.key}`
  return (named: string) =>
    limited.house.ask(SLOW, { user: named }, { headers: { authorization, 'x-modelway-user-path': named } })
}
/** On whose behalf the provider was asked, in order. */
const served = () => limited.house.received().map(({ json }) => String(json?.user))
const waiting = async (name: string): Promise<number> => (await limited.read(name)).fullest?.waiting ?? 0
const untilWaiting = (name: string, count: number) =>
  until(async () => (await waiting(name)) === count, `${count} to wait`)

/** A call that holds room until it is told to leave. */
function hold(path: string, extra: object = {}) {
  const leaving = new AbortController()
  const { house } = limited
  const gone = house
    .ask(LONG, extra, {
      headers: { authorization: `Bearer ${MASTER}`, 'x-modelway-user-path': path },
      signal: leaving.signal,
    })
    .catch(() => undefined)
  return {
    gone,
    leave() {
      leaving.abort()
      return gone
    },
  }
}
const isServing = (count: number) =>
  until(() => limited.house.mock.ledger.active() === count, `${count} calls at the provider`)

describe('waiting', () => {
  test('more calls than may be under way are all answered, and never more are under way', async () => {
    await limited.limit('two', { user_path: '/w', concurrent: 2, wait: '10s' })
    let most = 0
    const watch = setInterval(() => {
      most = Math.max(most, limited.house.mock.ledger.active())
    }, 2)
    expect(await statusesOf(many(12, () => from('/w')))).toEqual({ 200: 12 })
    clearInterval(watch)
    expect(most).toBe(2)
    expect((await limited.read('two')).fullest).toMatchObject({ waiting: 0, concurrent: { used: 0 } })
  })

  test("two teams take turns, so that one's batch does not starve the other's single call", async () => {
    await limited.limit('one', { user_path: '/w', concurrent: 1, wait: '10s' })
    const holder = hold('/w')
    await isServing(1)
    const batch = many(6, () => from('/w/batch'))
    await untilWaiting('one', 6)
    const single = from('/w/single')
    await untilWaiting('one', 7)
    await holder.leave()
    expect(await statusesOf([...batch, single])).toEqual({ 200: 7 })
    expect(served().indexOf('/w/single')).toBe(2)
  })

  test('a key that names ever other paths below its own has no more turns by that', async () => {
    await limited.limit('fair', { user_path: '/w', concurrent: 1, wait: '10s' })
    const holder = hold('/w')
    await isServing(1)
    const [greedy, modest] = [await keyAt('/w/greedy'), await keyAt('/w/modest')]
    const many = Array.from({ length: 5 }, (_, i) => greedy(`/w/greedy/${i}`))
    await untilWaiting('fair', 5)
    const modestOnes = [modest('/w/modest'), modest('/w/modest')]
    await untilWaiting('fair', 7)
    await holder.leave()
    expect(await statusesOf([...many, ...modestOnes])).toEqual({ 200: 7 })
    const turns = served().slice(1, 5)
    expect(turns.map(path => path.startsWith('/w/modest'))).toEqual([false, true, false, true])
  })

  test('where as many wait as may, who has the most in line makes room for who has none', async () => {
    await limited.limit('full', { user_path: '/w', concurrent: 1, wait: '10s', queue: 3 })
    const holder = hold('/w')
    await isServing(1)
    const [greedy, modest] = [await keyAt('/w/greedy'), await keyAt('/w/modest')]
    const many = Array.from({ length: 3 }, (_, i) => greedy(`/w/greedy/${i}`))
    await untilWaiting('full', 3)
    const single = modest('/w/modest')
    const gone = await Promise.race(many)
    expect(gone.status).toBe(429)
    expect(await gone.clone().text()).toContain('and 3 calls wait already')
    expect((await greedy('/w/greedy/new')).status).toBe(429)
    await holder.leave()
    expect((await single).status).toBe(200)
    expect(await statusesOf(many)).toEqual({ 200: 2, 429: 1 })
  })

  test('who goes first goes before others, and of five turns one is theirs', async () => {
    await limited.limit('prod', { user_path: '/w', concurrent: 1, wait: '10s', first: ['/w/prod'] })
    const holder = hold('/w')
    await isServing(1)
    const others = many(3, () => from('/w/others'))
    await untilWaiting('prod', 3)
    const prod = many(6, () => from('/w/prod/eu'))
    await untilWaiting('prod', 9)
    await holder.leave()
    expect(await statusesOf([...others, ...prod])).toEqual({ 200: 9 })
    const turns = served().slice(1)
    expect(turns.map(path => (path === '/w/others' ? 'o' : 'p')).join('')).toBe('ppppoppoo')
  })

  test('the header, the record and the time of the provider tell apart how long it waited', async () => {
    await limited.limit('told', { user_path: '/w', concurrent: 1, wait: '10s' })
    const before = from('/w', { delayMs: 150 })
    await isServing(1)
    const response = await from('/w')
    const queued = Number(response.headers.get('x-modelway-queued-ms'))
    expect(queued).toBeGreaterThan(50)
    expect(Number(response.headers.get('x-modelway-overhead-ms'))).toBeLessThan(queued)
    expect((await before).headers.get('x-modelway-queued-ms')).toBeNull()
  })
})

describe('saying no', () => {
  test('who has waited as long as it may is told so, once, and nobody was asked for it', async () => {
    await limited.limit('short', { user_path: '/w', concurrent: 1, wait: '80ms' })
    const holder = hold('/w')
    await isServing(1)
    const response = await from('/w')
    expect(response.status).toBe(429)
    expect(response.headers.get('retry-after')).toBe('1')
    expect(((await response.json()) as { error: { message: string } }).error.message).toBe(
      'Limit "short" is reached: 1 call at the same time, and there was no room within 80ms',
    )
    await holder.leave()
    expect(limited.house.received().length).toBe(1)
  })

  test('no more wait than may', async () => {
    await limited.limit('narrow', { user_path: '/w', concurrent: 1, wait: '10s', queue: 2 })
    const holder = hold('/w')
    await isServing(1)
    const inLine = many(2, () => from('/w'))
    await untilWaiting('narrow', 2)
    const response = await from('/w')
    expect(response.status).toBe(429)
    expect(await response.text()).toContain('and 2 calls wait already')
    await holder.leave()
    expect(await statusesOf(inLine)).toEqual({ 200: 2 })
  })

  test('what is used up is not waited for', async () => {
    await limited.limit('used', { user_path: '/w', concurrent: 1, requests: 2, wait: '10s' })
    const holder = hold('/w')
    await isServing(1)
    const waits = from('/w')
    await untilWaiting('used', 1)
    await holder.leave()
    expect((await waits).status).toBe(200)
    expect((await from('/w')).status).toBe(429)
    await limited.limit('held', { user_path: '/h', concurrent: 1, requests: 1, wait: '10s' })
    const other = hold('/h')
    await isServing(1)
    expect(await (await from('/h')).text()).toContain('calls under way hold 1 request')
    await other.leave()
  })
})

describe('leaving', () => {
  test('who hangs up leaves the line at once, and is recorded as that', async () => {
    await limited.limit('left', { user_path: '/w', concurrent: 1, wait: '10s' })
    const holder = hold('/w')
    await isServing(1)
    const before = limited.house.settled.length
    const impatient = hold('/w')
    await untilWaiting('left', 1)
    await impatient.leave()
    await untilWaiting('left', 0)
    const left = () => limited.house.settled.slice(before).filter(({ code }) => code === 'client_closed')
    await until(() => left().length > 0, 'its end')
    expect(left()[0]).toMatchObject({ status: 499 })
    expect(limited.house.received().length).toBe(1)
    await holder.leave()
  })

  test('a limit that is deleted, or allows more, lets those in who wait', async () => {
    await limited.limit('gone', { user_path: '/w', concurrent: 1, wait: '10s' })
    const holder = hold('/w')
    await isServing(1)
    const three = many(3, () => from('/w'))
    await untilWaiting('gone', 3)
    await limited.limit('gone', { user_path: '/w', concurrent: 2, wait: '10s' })
    await until(() => limited.house.received().length >= 2, 'the second call')
    await limited.house.test.admin('DELETE', '/admin/limits/gone')
    expect(await statusesOf(three)).toEqual({ 200: 3 })
    await holder.leave()
  })

  test('a limit that lets nobody wait any more refuses those who do', async () => {
    await limited.limit('stern', { user_path: '/w', concurrent: 1, wait: '10s' })
    const holder = hold('/w')
    await isServing(1)
    const waits = from('/w')
    await untilWaiting('stern', 1)
    await limited.limit('stern', { user_path: '/w', concurrent: 1 })
    expect((await waits).status).toBe(429)
    await holder.leave()
  })
})

describe('targets', () => {
  test('a target without room is passed over while another one has some; then the first that is free is taken', async () => {
    await limited.limit('gpu', { models: ['openai/one'], concurrent: 1, wait: '10s' })
    await limited.limit('tpu', { models: ['openai/two'], concurrent: 1, wait: '10s' })
    const [one, two] = [hold('/w', { model: 'both' }), hold('/w', { model: 'both' })]
    await isServing(2)
    expect(
      limited.house
        .received()
        .map(({ json }) => json?.model)
        .sort(),
    ).toEqual(['one', 'two'])
    const waits = limited.as('/w', { model: 'both' }, SLOW)
    await untilWaiting('gpu', 1)
    await untilWaiting('tpu', 1)
    await two.leave()
    const response = await waits
    expect(response.status).toBe(200)
    expect(response.headers.get('x-modelway-model')).toBe('two')
    await one.leave()
    for (const name of ['gpu', 'tpu'])
      await until(async () => {
        const { waiting, concurrent } = (await limited.read(name)).fullest
        return waiting === 0 && concurrent.used === 0
      }, `nothing to be held of ${name}`)
  })

  test('a target that is skipped because it keeps failing has no room: the call waits for the one that is well', async () => {
    for (let i = 0; i < 3; i++)
      await (await limited.as('/w', { model: 'openai/broken' }, { status: 500 })).text()
    await limited.limit('gpu', { models: ['openai/one'], concurrent: 1, wait: '10s' })
    const holder = hold('/w', { model: 'openai/one' })
    await isServing(1)
    const waits = limited.as('/w', { model: 'shaky' }, SLOW)
    await Promise.race([untilWaiting('gpu', 1), waits])
    await holder.leave()
    const { status, headers } = await waits
    expect([status, headers.get('x-modelway-model')]).toEqual([200, 'one'])
  })

  test('a call needs room of all its limits at once, and holds none of one while it waits for another', async () => {
    await limited.limit('team', { user_path: '/w', concurrent: 2, wait: '10s' })
    await limited.limit('gpu', { models: ['openai/one'], concurrent: 1, wait: '10s' })
    const holder = hold('/elsewhere')
    await isServing(1)
    const two = many(2, () => from('/w'))
    await untilWaiting('gpu', 2)
    await holder.leave()
    expect(await statusesOf(two)).toEqual({ 200: 2 })
    expect((await limited.read('team')).fullest.concurrent.used).toBe(0)
  })

  test('a stored answer waits for nothing', async () => {
    await limited.limit('gpu', { concurrent: 1, requests: 100, wait: '10s' })
    const kept = () => limited.as('/w', { model: 'two' })
    expect((await kept()).headers.get('x-modelway-cache')).toBe('miss')
    const holder = hold('/w')
    await isServing(1)
    expect((await kept()).headers.get('x-modelway-cache')).toBe('hit')
    expect(limited.house.received().length).toBe(2)
    expect((await limited.read('gpu')).fullest.requests.used).toBe(2)
    await holder.leave()
  })
})

test('a stream hears something while it waits, and what fails then is an event', async () => {
  await limited.limit('slow', { user_path: '/w', concurrent: 1, wait: '600ms' })
  const holder = hold('/w')
  await isServing(1)
  const response = await limited.as('/w', { stream: true }, SLOW)
  expect(response.status).toBe(200)
  const text = await response.text()
  expect(text).toContain(': ')
  expect(text).toContain('there was no room within 600ms')
  await holder.leave()
})

test('a target that is passed over while it is full was not asked, and has not failed', async () => {
  await limited.limit('one-only', { models: ['openai/one'], concurrent: 1, wait: '10s' })
  const holder = hold('/w', { model: 'one' })
  await isServing(1)
  const answer = await limited.as('/w', { model: 'both' })
  expect(answer.headers.get('x-modelway-model')).toBe('two')
  await answer.text()
  const compared = async () =>
    (
      await limited.house.test.admin(
        'GET',
        '/admin/virtual-models/compare?source=both&from=2026-03-04&to=2026-03-05',
      )
    ).body.sides
  const of = (sides: { name: string; failures: number }[], name: string) =>
    sides.find(side => side.name === name)
  await until(async () => of(await compared(), 'openai/two') !== undefined, 'the record')
  expect(of(await compared(), 'openai/one')?.failures ?? 0).toBe(0)
  await holder.leave()
})
