import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import { createFolder } from '../config/kit.ts'
import { MASTER, until } from '../kit.ts'
import { createMockProvider } from '../mock/provider.ts'
import { spawnGateway } from '../process/spawn.ts'
import { type Cached, hear, openCached } from './kit.ts'

/** What operators see of stored answers, how they throw them away, and what outlives a reload. */

let cached: Cached
beforeAll(async () => {
  cached = await openCached({
    env: {
      VIRTUAL_MODELS: '[{"source":"smarter","target_model":"openai/one"}]',
      CACHE_TTL: '10m',
      CACHE_SIZE: '8M',
    },
  })
})
afterEach(() => cached.house.test.admin('DELETE', '/admin/cache'))
afterAll(() => cached[Symbol.asyncDispose]())

const look = async () => (await cached.house.test.admin('GET', '/admin/cache')).body
const purge = async (query = '') => {
  const { status, body } = await cached.house.test.admin('DELETE', `/admin/cache${query}`)
  expect(status).toBe(200)
  return body.removed as number
}
let count = 0
const ask = (model: string, path: string, content = `Question ${count++}`) =>
  cached.chat({ model, messages: [{ role: 'user', content }] }, { headers: { 'x-modelway-user-path': path } })

test('operators see the settings, what is stored, and how it is used, by model', async () => {
  const before = await look()
  for (const path of ['/a', '/b', '/a']) await ask('smarter', path, 'The same')
  await ask('two', '/a')
  const now = await look()
  expect(now).toMatchObject({
    models: ['/'],
    ttl_seconds: 600,
    size: 8 * 1024 * 1024,
    wait_seconds: 30,
    shared_by: 'user_path',
    entries: 3,
    hits: before.hits + 1,
    joined: 0,
    misses: before.misses + 3,
  })
  expect(
    now.by_model.map(({ model, entries }: { model: string; entries: number }) => [model, entries]),
  ).toEqual([
    ['openai/one', 2],
    ['openai/two', 1],
  ])
  const sizes = now.by_model.map(({ bytes }: { bytes: number }) => bytes)
  expect(sizes[0] + sizes[1]).toBe(now.bytes)
})

describe('DELETE /admin/cache', () => {
  async function fill(): Promise<void> {
    await ask('smarter', '/team')
    await ask('one', '/team/alpha')
    await ask('two', '/team-b')
  }

  test.each([
    ['', 3],
    ['?model=openai/one', 2],
    ['?model=one', 2],
    ['?model=openai/', 3],
    ['?model=smarter', 1],
    ['?model=nobody', 0],
    ['?user_path=/team', 2],
    ['?user_path=/team/alpha', 1],
    ['?user_path=/', 3],
    ['?user_path=/team&model=smarter', 1],
  ])('throws away what is meant by "%s"', async (query, removed) => {
    await fill()
    expect(await purge(query)).toBe(removed)
    expect((await look()).entries).toBe(3 - removed)
  })

  test('knows a redirect also where another name had the answer stored', async () => {
    await ask('one', '/a', 'By both')
    await ask('smarter', '/a', 'By both')
    expect(await purge('?model=smarter')).toBe(1)
  })

  test('does not take an empty path, or one that is none, for all', async () => {
    await fill()
    for (const query of ['?user_path=', '?user_path=/a/../b', '?path=/a']) {
      const { status } = await cached.house.test.admin('DELETE', `/admin/cache${query}`)
      expect(status).toBe(400)
    }
    expect((await look()).entries).toBe(3)
  })

  test('is for operators, and is written down', async () => {
    const key = (await cached.house.test.admin('POST', '/admin/keys', { name: 'x' })).body.key
    for (const method of ['GET', 'DELETE']) {
      const { status } = await cached.house.test.json('/admin/cache', {
        method,
        headers: { authorization: `Bearer ${key}` },
      })
      expect(status).toBe(401)
    }
    await purge()
    const trail = async () => (await cached.house.test.admin('GET', '/admin/audit?limit=50')).body.data
    const isOurs = (row: { method: string; path: string; status: number }) =>
      `${row.method} ${row.path} ${row.status}` === 'DELETE /admin/cache 200'
    await until(async () => (await trail()).some(isOurs), 'the row of the audit')
  })

  test('an answer that is under way meanwhile is not stored: it may be older than the order', async () => {
    const stream = { messages: [{ role: 'user', content: 'Slowly' }], stream: true }
    const plan = { gapMs: 10, tokens: 10 }
    const response = await cached.house.ask(plan, stream)
    await purge()
    await response.text()
    expect((await look()).entries).toBe(0)
    expect((await hear(await cached.house.ask(plan, stream))).verdict).toBe('miss')
    expect((await look()).entries).toBe(1)
  })
})

test('a gateway that stops lets a stored stream end, and gives no other', async () => {
  await using stopping = await openCached({ env: { DRAIN_TIMEOUT: '5s' } })
  const stream = { stream: true }
  const plan = { text: 'word '.repeat(20_000) }
  const first = await stopping.chat(stream, { plan })
  const response = await stopping.house.ask(plan, stream)
  expect(response.headers.get('x-modelway-cache')).toBe('hit')
  const stopped = stopping.house.test.gateway.stop()
  expect(await response.text()).toBe(first.text)
  await stopped
  expect((await stopping.chat(stream, { plan })).status).toBe(503)
})

describe('a reload', () => {
  test('keeps what is stored and counted, also in another size; not where others would get it', async () => {
    const mock = createMockProvider({ models: ['one'], tokens: 4 })
    using folder = createFolder()
    const write = (cache: string) =>
      folder.write(
        'modelway.yaml',
        `providers:\n  gpu: { type: openai, base_url: "${mock.url}", api_key: x, models: [one] }\ncache: ${cache}\n`,
      )
    const file = write('{ models: [gpu/one] }')
    await using gateway = await spawnGateway({ env: { CONFIG_FILE: file } })
    const auth = { authorization: `Bearer ${MASTER}` }
    const call = async () =>
      (
        await hear(
          await gateway.fetch('/v1/chat/completions', {
            method: 'POST',
            headers: { ...auth, 'content-type': 'application/json' },
            body: JSON.stringify({ model: 'one', messages: [{ role: 'user', content: 'Hello' }] }),
          }),
        )
      ).verdict
    let reloads = 0
    const reload = async (cache: string) => {
      write(cache)
      gateway.signal('SIGHUP')
      reloads++
      const said = () => gateway.logs().filter(({ message }) => /reloaded/i.test(String(message))).length
      await until(() => said() === reloads, 'the reload')
    }
    expect([await call(), await call()]).toEqual(['miss', 'hit'])
    await reload('{ models: [gpu/], ttl: 2h }')
    expect(await call()).toBe('hit')
    await reload('{ models: [gpu/], size: 2M }')
    expect(await call()).toBe('hit')
    await reload('{ models: [gpu/], shared_by: key }')
    expect([await call(), await call()]).toEqual(['miss', 'hit'])
    await reload('{ models: [] }')
    expect(await call()).toBeNull()
    const { hits, misses, entries } = (await (
      await gateway.fetch('/admin/cache', { headers: auth })
    ).json()) as Record<string, number>
    expect({ hits, misses, entries }).toEqual({ hits: 4, misses: 2, entries: 0 })
    mock.stop()
  }, 30_000)
})
