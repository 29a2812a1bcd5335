import { afterAll, beforeAll, expect, test } from 'bun:test'
import { createMockProvider } from '../mock/provider.ts'
import { startWorkers, type Workers } from './kit.ts'

/** WORKERS=3: whichever worker an operator meets, all of them are meant. */

const mock = createMockProvider({ models: ['one'] })
let gateway: Workers
beforeAll(async () => {
  gateway = await startWorkers(mock, { env: { CONFIGURED_PROVIDER_MODELS_MODE: 'fallback' } })
}, 60_000)
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  mock.stop()
})

/** Twelve times the same, which meets all of three but once in a hundred times; so what is asked must hold for each. */
const often = <T>(ask: () => Promise<T>): Promise<readonly T[]> =>
  Promise.all(Array.from({ length: 12 }, ask))

test('a list that is refreshed at one worker is fetched by all', async () => {
  const began = Date.now()
  await (await gateway.admin('POST', '/admin/providers/refresh')).json()
  const seen = await often(async () => {
    const [provider] = (await (await gateway.admin('GET', '/admin/providers')).json()) as [
      { refreshed_at: string },
    ]
    return Date.parse(provider.refreshed_at) >= began
  })
  expect(new Set(seen)).toEqual(new Set([true]))
}, 30_000)

test('a key that is revoked at one worker opens none any more', async () => {
  const { id, key } = (await (await gateway.admin('POST', '/admin/keys', { name: 'Alpha' })).json()) as {
    id: string
    key: string
  }
  const call = async () =>
    (await gateway.ask('/v1/models', { headers: { authorization: `Bearer ${key}` } })).status
  expect(new Set(await often(call))).toEqual(new Set([200]))
  expect((await gateway.admin('DELETE', `/admin/keys/${id}`)).status).toBeLessThan(300)
  expect(new Set(await often(call))).toEqual(new Set([401]))
}, 30_000)

test('a setting that is changed at one worker holds at all when the answer is there', async () => {
  const tell = async (): Promise<unknown> =>
    ((await (await gateway.admin('GET', '/admin/settings/breaker.failures')).json()) as { value: unknown })
      .value
  const changed = await gateway.admin('PUT', '/admin/settings/breaker.failures', { value: 9 })
  expect(changed.status).toBe(200)
  expect(new Set(await often(tell))).toEqual(new Set([9]))
  expect((await gateway.admin('DELETE', '/admin/settings/breaker.failures')).status).toBe(204)
  expect(new Set(await often(tell))).toEqual(new Set([5]))
  // Each says so itself: nobody waits for what a worker keeps for its supervisor.
  expect(gateway.saidBy('Reloaded the configuration').size).toBe(3)
}, 30_000)

test('a provider that is added at one worker serves at all, and is gone at all', async () => {
  const call = async () => {
    const body = { model: 'theirs/one', messages: [{ role: 'user', content: 'Hello' }] }
    return (await gateway.admin('POST', '/v1/chat/completions', body)).status
  }
  expect(new Set(await often(call))).toEqual(new Set([404]))
  await gateway.admin('PUT', '/admin/providers/theirs', {
    type: 'vllm',
    base_url: mock.url,
    api_key: 'secret',
  })
  expect(new Set(await often(call))).toEqual(new Set([200]))
  await gateway.admin('DELETE', '/admin/providers/theirs')
  expect(new Set(await often(call))).toEqual(new Set([404]))
}, 30_000)

test('wrong keys at the sign-in are counted together', async () => {
  const signIn = async () => {
    const answer = await gateway.ask('/sign-in', {
      method: 'POST',
      headers: { 'sec-fetch-site': 'same-origin', 'content-type': 'application/x-www-form-urlencoded' },
      body: 'key=wrong-key-of-a-stranger',
      redirect: 'manual',
    })
    return answer.status
  }
  const statuses: number[] = []
  for (let i = 0; i < 16; i++) statuses.push(await signIn())
  expect(statuses).toEqual([...Array(10).fill(401), ...Array(6).fill(429)])
}, 30_000)

test('what is changed while the configuration is read is known to all, too', async () => {
  const reloads = () =>
    gateway.logs().filter(({ message }) => message === 'Reloaded the configuration').length
  for (let turn = 0; turn < 3; turn++) {
    const before = reloads()
    gateway.signal('SIGHUP')
    for (let i = 0; i < 3 || reloads() === before; i++) {
      const names = Array.from({ length: 6 }, (_, at) => `name-${turn}-${i}-${at}`)
      await Promise.all(names.map(define))
      const seen = await Promise.all(names.map(name => often(() => statusOf(name))))
      expect(new Set(seen.flat())).toEqual(new Set([200]))
    }
  }
}, 60_000)

const statusOf = async (model: string) => (await gateway.chat({ model })).status

async function define(source: string): Promise<void> {
  const put = await gateway.admin('PUT', '/admin/virtual-models', { source, target_model: 'openai/one' })
  expect(put.status).toBe(200)
}
