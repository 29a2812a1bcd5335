import { afterEach, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Gateway } from '../../src/gateway.ts'
import { build } from '../config/kit.ts'
import { MASTER, startGateway, type TestGateway } from '../kit.ts'
import { createMockProvider } from '../mock/provider.ts'
import { createUntil } from '../until.ts'

setDefaultTimeout(60_000)

/** What is counted outlives the process, and holds for all gateways on one database. */

const AT = Date.UTC(2026, 2, 4, 5, 6, 7)
let now = AT
const folders: string[] = []
const open: TestGateway[] = []

afterEach(async () => {
  for (const gateway of open.splice(0)) await gateway.close()
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
  now = AT
})

function home(): string {
  const folder = mkdtempSync(join(tmpdir(), 'modelway-limits-'))
  folders.push(folder)
  return folder
}

async function start(folder: string, env: Record<string, string> = {}): Promise<TestGateway> {
  const gateway = await startGateway({ folder, env: { DEMO: 'true', ...env }, now: () => now })
  open.push(gateway)
  return gateway
}

const hello = { model: 'demo/parrot', messages: [{ role: 'user', content: 'Hello' }] }
const limit = { per: 'day', requests: 3 }
const usedAt = async (gateway: TestGateway, name = 'daily') =>
  (await gateway.admin('GET', `/admin/limits/${name}`)).body.fullest?.requests.used ?? 0

/** The status of one call at a gateway of this process. */
async function callAt(gateway: Gateway): Promise<number> {
  const response = await gateway.fetch(
    new Request('http://localhost/v1/chat/completions', {
      method: 'POST',
      headers: { authorization: `Bearer ${MASTER}`, 'content-type': 'application/json' },
      body: JSON.stringify(hello),
    }),
  )
  await response.text()
  return response.status
}

/** What one gateway writes, another one reads within seconds; of a busy machine's. */
const inTime = createUntil(20_000)

test('a restart forgets nothing of the present window', async () => {
  const folder = home()
  const first = await start(folder)
  await first.admin('PUT', '/admin/limits/daily', limit)
  for (let i = 0; i < 2; i++) expect((await first.chat(hello)).status).toBe(200)
  await open.pop()!.close()
  const second = await start(folder)
  expect(await usedAt(second)).toBe(2)
  expect((await second.chat(hello)).status).toBe(200)
  expect((await second.chat(hello)).status).toBe(429)
})

test('a restart in another window begins anew', async () => {
  const folder = home()
  const first = await start(folder)
  await first.admin('PUT', '/admin/limits/daily', limit)
  for (let i = 0; i < 3; i++) expect((await first.chat(hello)).status).toBe(200)
  await open.pop()!.close()
  now += 86_400_000
  const second = await start(folder)
  expect(await usedAt(second)).toBe(0)
  expect((await second.chat(hello)).status).toBe(200)
})

test('a limit whose window becomes longer is kept from then on', async () => {
  const folder = home()
  const first = await start(folder)
  await first.admin('PUT', '/admin/limits/daily', { per: 'minute', requests: 100 })
  await first.chat(hello)
  await open.pop()!.close()
  const second = await start(folder)
  await second.admin('PUT', '/admin/limits/daily', { per: 'month', requests: 100 })
  for (let i = 0; i < 2; i++) await second.chat(hello)
  await open.pop()!.close()
  expect(await usedAt(await start(folder))).toBe(2)
})

test('of a provider that tells absurd amounts of tokens, calls are kept all the same', async () => {
  const folder = home()
  const absurd = createMockProvider({ models: ['one'] })
  const env = { OPENAI_API_KEY: 'sk-a', OPENAI_BASE_URL: absurd.url, OPENAI_MODELS: 'one' }
  const tokens = Number.MAX_SAFE_INTEGER
  const usage = { prompt_tokens: tokens, completion_tokens: tokens, total_tokens: tokens }
  const first = await start(folder, env)
  await first.admin('PUT', '/admin/limits/daily', { per: 'day', requests: 10 })
  for (let i = 0; i < 2; i++) await first.chat({ ...hello, model: 'openai/one', mock_plan: { usage } })
  await open.pop()!.close()
  const second = await start(folder, env)
  expect(await usedAt(second)).toBe(2)
  await second.chat({ ...hello, model: 'openai/one', mock_plan: { usage } })
  await open.pop()!.close()
  expect(await usedAt(await start(folder, env))).toBe(3)
  absurd.stop()
})

test('two gateways on one database add up what they count, and learn of each other', async () => {
  const folder = home()
  const [first, second] = [await start(folder), await start(folder)]
  await first.admin('PUT', '/admin/limits/daily', { per: 'day', requests: 4 })
  await inTime(async () => (await second.admin('GET', '/admin/limits')).body.length === 1, 'the limit there')
  for (let i = 0; i < 2; i++) expect((await first.chat(hello)).status).toBe(200)
  await inTime(async () => (await usedAt(second)) === 2, 'the other one to know')
  for (let i = 0; i < 2; i++) expect((await second.chat(hello)).status).toBe(200)
  expect((await second.chat(hello)).status).toBe(429)
  await inTime(async () => (await usedAt(first)) === 4, 'the first one to know')
  expect((await first.chat(hello)).status).toBe(429)
})

test('a reload of the configuration forgets nothing, not even what runs meanwhile', async () => {
  const environment = {
    MODELWAY_MASTER_KEY: MASTER,
    DATABASE_URL: `file:${join(home(), 'reload.db')}`,
    DEMO: 'true',
    LIMITS: JSON.stringify([{ name: 'daily', per: 'day', requests: 2 }]),
  }
  const old = await build(environment)
  expect(await callAt(old)).toBe(200)
  const next = await build(environment, old.heritage)
  expect(await callAt(old)).toBe(200)
  expect(await callAt(next)).toBe(429)
  await old.stop()
  await next.stop()
})

test('a new configuration that fails in the end takes nothing from the one that goes on', async () => {
  const environment = {
    MODELWAY_MASTER_KEY: MASTER,
    DATABASE_URL: `file:${join(home(), 'failing.db')}`,
    DEMO: 'true',
    LIMITS: JSON.stringify([{ name: 'daily', per: 'day', requests: 1 }]),
  }
  const running = await build(environment)
  expect(await callAt(running)).toBe(200)
  const { MODELWAY_MASTER_KEY: _, ...keyless } = environment
  const open = { ...keyless, LIMITS: '[]', HOST: '0.0.0.0' }
  await expect(build(open, running.heritage)).rejects.toThrow('MODELWAY_MASTER_KEY')
  expect(await callAt(running)).toBe(429)
  await running.stop()
})

test('declared limits hold, say where they are declared, and are read-only', async () => {
  const folder = home()
  const gateway = await start(folder, {
    LIMITS: JSON.stringify([{ name: 'fixed', user_path: '/', requests: 1 }]),
  })
  expect((await gateway.chat(hello)).status).toBe(200)
  expect((await gateway.chat(hello)).status).toBe(429)
  const { body } = await gateway.admin('GET', '/admin/limits/fixed')
  expect(body).toMatchObject({ name: 'fixed', declared_in: 'LIMITS', version: 0, requests: 1, per: 'minute' })
  for (const [method, sent] of [
    ['PUT', { requests: 5 }],
    ['DELETE', undefined],
  ] as const) {
    const refused = await gateway.admin(method, '/admin/limits/fixed', sent)
    expect([refused.status, refused.body.error.message]).toEqual([
      409,
      'Limit "fixed" is declared in LIMITS: change it there',
    ])
  }
})

test('a wrong declaration stops the start with its place', async () => {
  const started = startGateway({
    env: { LIMITS: '[{"name": "a", "requests": 1}, {"name": "b", "per": "day"}]' },
  })
  await expect(started).rejects.toThrow(/LIMITS.*it limits nothing/)
})
