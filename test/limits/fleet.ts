import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Plugin } from '../../src/contract/plugin.ts'
import { startGateway, type TestGateway } from '../kit.ts'
import { createMockProvider, type MockProvider } from '../mock/provider.ts'
import { bearer, chatInit, KEY, type Running, spawnGateway } from '../process/spawn.ts'
import { createUntil } from '../until.ts'

/** Gateways on one database and one Redis, before one mock provider. */
export interface Fleet extends AsyncDisposable {
  readonly mock: MockProvider
  /** What all of them are started with. */
  readonly environment: Readonly<Record<string, string>>
  /** As a process of its own. */
  spawn(): Promise<Running>
  /** In this process. */
  open(env?: Record<string, string>, extra?: readonly Plugin[]): Promise<TestGateway>
}

export function openFleet(redis: string, env: Record<string, string> = {}): Fleet {
  const folder = mkdtempSync(join(tmpdir(), 'modelway-fleet-'))
  const mock = createMockProvider({ models: ['one'], tokens: 4 })
  const closing: (() => Promise<void>)[] = []
  const environment = {
    DATABASE_URL: `file:${join(folder, 'fleet.db')}`,
    MODELWAY_MASTER_KEY: KEY,
    REDIS_URL: redis,
    // The machine is busy with all of them: an answer that takes longer than usual is no reason to count alone.
    REDIS_TIMEOUT: '5s',
    OPENAI_API_KEY: 'sk-upstream',
    OPENAI_BASE_URL: mock.url,
    OPENAI_MODELS: 'one',
    CONFIGURED_PROVIDER_MODELS_MODE: 'allowlist',
    RETRIES: '0',
    ...env,
  }
  return {
    mock,
    environment,
    async spawn() {
      const gateway = await spawnGateway({ cwd: folder, env: environment })
      closing.push(gateway.stop)
      return gateway
    },
    async open(more = {}, extra = []) {
      const gateway = await startGateway({ folder, env: { ...environment, ...more }, extra })
      closing.push(gateway.close)
      return gateway
    },
    async [Symbol.asyncDispose]() {
      for (const close of closing.toReversed()) await close()
      mock.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** What a gateway answers to a request, in this process or in another one. */
type Asked = Pick<Running, 'fetch'> | Pick<TestGateway, 'fetch'>

export const hello = { model: 'one', messages: [{ role: 'user', content: 'Hello' }] }

/** The status of one call, read to its end. */
export async function call(gateway: Asked, extra: object = {}, path = '/'): Promise<number> {
  const headers = { ...bearer, 'content-type': 'application/json', 'x-modelway-user-path': path }
  const response = await gateway.fetch('/v1/chat/completions', chatInit({ ...hello, ...extra }, { headers }))
  await response.text()
  return response.status
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers freely, and fail where they guess wrong
export async function admin(gateway: Asked, method: string, path: string, body?: object): Promise<any> {
  const response = await gateway.fetch(path, {
    method,
    headers: { ...bearer, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${response.status}: ${text}`)
  return text === '' ? undefined : JSON.parse(text)
}

/** Waits until something holds; what gateways tell each other takes a second or two, and longer on a busy machine. */
export const inTime = createUntil(15_000)

/** Defines a limit, and waits until all gateways know it. */
export async function limit(gateways: readonly Asked[], name: string, body: object): Promise<void> {
  await admin(gateways[0]!, 'PUT', `/admin/limits/${name}`, body)
  for (const gateway of gateways)
    await inTime(
      async () =>
        (await admin(gateway, 'GET', '/admin/limits')).some((each: { name: string }) => each.name === name),
      `the limit "${name}" at each gateway`,
    )
}

export const fullest = async (gateway: Asked, name: string) =>
  (await admin(gateway, 'GET', `/admin/limits/${name}`)).fullest

/** How many of each status. */
export function countOf(statuses: readonly number[]): Record<number, number> {
  const counts: Record<number, number> = {}
  for (const status of statuses) counts[status] = (counts[status] ?? 0) + 1
  return counts
}
