import { afterAll, afterEach, beforeAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Gateway } from '../../src/gateway.ts'
import { build } from '../config/kit.ts'
import { MASTER, until } from '../kit.ts'
import { createMockProvider, type MockProvider } from '../mock/provider.ts'

/** What becomes of calls in line when the gateway is replaced, or stops. */

const bearer = { authorization: `Bearer ${MASTER}`, 'content-type': 'application/json' }
const folders: string[] = []
let mock: MockProvider
beforeAll(() => {
  mock = createMockProvider({ models: ['one'], tokens: 4 })
})
afterEach(() => {
  mock.reset()
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})
afterAll(() => mock.stop())

function environment(limit: object) {
  const folder = mkdtempSync(join(tmpdir(), 'modelway-queue-'))
  folders.push(folder)
  return {
    MODELWAY_MASTER_KEY: MASTER,
    DATABASE_URL: `file:${join(folder, 'queue.db')}`,
    OPENAI_API_KEY: 'sk-upstream',
    OPENAI_BASE_URL: mock.url,
    OPENAI_MODELS: 'one',
    LIMITS: JSON.stringify([{ name: 'gpu', wait: '20s', ...limit }]),
  }
}

const call = async (
  gateway: Gateway,
  delayMs: number,
  extra: object = {},
  signal?: AbortSignal,
): Promise<Response> =>
  gateway.fetch(
    new Request('http://localhost/v1/chat/completions', {
      method: 'POST',
      headers: bearer,
      signal: signal ?? null,
      body: JSON.stringify({
        model: 'one',
        messages: [{ role: 'user', content: 'Hi' }],
        mock_plan: { delayMs },
        ...extra,
      }),
    }),
  )
const read = async (gateway: Gateway, path: string) => {
  const response = await gateway.fetch(new Request(`http://localhost${path}`, { headers: bearer }))
  return response.text()
}
const untilWaiting = (gateway: Gateway, count: number) =>
  until(
    async () => JSON.parse(await read(gateway, '/v1/limits'))[0].waiting === count,
    `${count} calls to wait`,
  )
const isServing = (count: number) =>
  until(() => mock.ledger.active() === count, `${count} calls at the provider`)

test('a reload moves nobody out of the line, and its limits hold for those who wait', async () => {
  const env = environment({ concurrent: 1 })
  const old = await build(env)
  const running = call(old, 700)
  await isServing(1)
  const waits = call(old, 0)
  await untilWaiting(old, 1)
  const next = await build(
    { ...env, LIMITS: '[{"name": "gpu", "wait": "20s", "concurrent": 2}]' },
    old.heritage,
  )
  // There is room for two from now on: it need not wait for the first one.
  expect((await waits).status).toBe(200)
  expect(mock.ledger.active()).toBe(1)
  const third = call(next, 0)
  const stopped = old.stop()
  expect((await third).status).toBe(200)
  expect((await running).status).toBe(200)
  await stopped
  await next.stop()
})

test('who waits when the gateway stops is let in while it drains, and else told that it stops', async () => {
  const gateway = await build(environment({ concurrent: 1 }))
  // Long enough for the others to stand in line, on a full machine too.
  const first = call(gateway, 1500)
  await isServing(1)
  const second = call(gateway, 5000)
  await untilWaiting(gateway, 1)
  const third = call(gateway, 0)
  const stream = call(gateway, 0, { stream: true })
  await untilWaiting(gateway, 3)
  const stopped = gateway.stop(2500)
  expect((await first).status).toBe(200)
  await isServing(1)
  for (const late of [third, stream]) {
    const response = await late
    expect(response.status).toBe(503)
    expect(await response.text()).toContain('The gateway stopped')
  }
  expect((await second).status).toBe(503)
  await stopped
  expect(mock.requests.filter(({ method }) => method === 'POST').length).toBe(2)
})

test('who waits is told by the API, by explain, by metrics and in the record', async () => {
  const gateway = await build(environment({ concurrent: 1, each: 'user_path' }))
  const leaving = new AbortController()
  const first = call(gateway, 5000, {}, leaving.signal)
  await isServing(1)
  const second = call(gateway, 0)
  await untilWaiting(gateway, 1)
  expect(JSON.parse(await read(gateway, '/admin/limits/gpu')).fullest.waiting).toBe(1)
  expect(await read(gateway, '/metrics')).toContain('modelway_queue_waiting{limit="gpu"} 1')
  const explained = await gateway.fetch(
    new Request('http://localhost/admin/explain', {
      method: 'POST',
      headers: bearer,
      body: JSON.stringify({ model: 'one' }),
    }),
  )
  const { outcome, steps } = (await explained.json()) as {
    outcome: object
    steps: readonly { text: string }[]
  }
  expect(outcome).toEqual({ status: 200 })
  expect(steps.map(({ text }) => text)).toContain(
    'Limit "gpu" has 0 calls left of 1 call at the same time; where that is none, calls wait up to 20s, and 1 does now',
  )
  leaving.abort()
  await Promise.all([first, second])
  expect(await read(gateway, '/metrics')).toContain('modelway_queue_seconds_count{limit="gpu"} 1')
  const id = (await second).headers.get('x-request-id')
  await until(async () => (await read(gateway, `/admin/usage/log/${id}`)).includes('queued_ms'), 'its record')
  const line = JSON.parse(await read(gateway, `/admin/usage/log/${id}`))
  expect(line.queued_ms).toBeGreaterThan(0)
  expect(line.total_ms).toBeGreaterThanOrEqual(line.queued_ms)
  await gateway.stop()
})

test('the time in line is no time of the provider, and whose client leaves is asked for nobody, drained or not', async () => {
  const gateway = await build({
    ...environment({ concurrent: 1 }),
    HTTP_TIMEOUT: '500ms',
    ON_HANGUP: 'drain',
  })
  const first = call(gateway, 300)
  await isServing(1)
  const second = call(gateway, 300)
  await untilWaiting(gateway, 1)
  const leaving = new AbortController()
  const third = call(gateway, 0, {}, leaving.signal)
  await untilWaiting(gateway, 2)
  leaving.abort()
  expect((await third).status).toBe(499)
  await untilWaiting(gateway, 1)
  expect((await first).status).toBe(200)
  expect((await second).status).toBe(200)
  expect(mock.requests.filter(({ method }) => method === 'POST').length).toBe(2)
  await gateway.stop()
})
