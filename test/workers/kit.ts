import { Database } from 'bun:sqlite'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { createMockProvider } from '../mock/provider.ts'
import { bearer, chatInit, type Running, spawnGateway } from '../process/spawn.ts'
import { createUntil } from '../until.ts'

/** A gateway of several processes, and doors to look behind it. */
export interface Workers extends Running {
  readonly folder: string
  /** The process that serves as this number. */
  pidOf(worker: number): number | undefined
  /** Over a connection of its own: the system decides whose it is. */
  ask(path: string, init?: RequestInit): Promise<Response>
  chat(body?: object): Promise<Response>
  admin(method: string, path: string, body?: unknown): Promise<Response>
  /** Numbers of the workers that said something like that in the log. */
  saidBy(message: string): ReadonlySet<unknown>
  rows<T>(sql: string): readonly T[]
}

export const WORKERS = 3

export async function startWorkers(
  mock: ReturnType<typeof createMockProvider>,
  { env = {}, cwd }: { readonly env?: Record<string, string>; readonly cwd?: string } = {},
): Promise<Workers> {
  const folder = mkdtempSync(join(tmpdir(), 'modelway-workers-'))
  const gateway = await spawnGateway({
    ...(cwd !== undefined && { cwd }),
    env: {
      WORKERS: String(WORKERS),
      OPENAI_API_KEY: 'sk-upstream',
      OPENAI_BASE_URL: mock.url,
      OPENAI_MODELS: 'one',
      CONFIGURED_PROVIDER_MODELS_MODE: 'allowlist',
      RETRIES: '0',
      DATABASE_URL: `file:${join(folder, 'test.db')}`,
      DRAIN_TIMEOUT: '10s',
      ...env,
    },
  })
  const ask = (path: string, init: RequestInit = {}) =>
    gateway.fetch(path, {
      ...init,
      headers: { ...bearer, ...init.headers, connection: 'close' },
      keepalive: false,
    })
  return {
    ...gateway,
    folder,
    pidOf: worker => childrenOf(gateway.pid).get(worker),
    ask,
    chat: (body = {}) => ask('/v1/chat/completions', chatInit({ model: 'one', messages: [], ...body })),
    admin: (method, path, body) =>
      ask(path, {
        method,
        ...(body !== undefined && {
          body: JSON.stringify(body),
          headers: { 'content-type': 'application/json' },
        }),
      }),
    saidBy: message =>
      new Set(gateway.logs().flatMap(line => (line.message === message ? [line.worker] : []))),
    rows(sql) {
      const database = new Database(join(folder, 'test.db'), { readonly: true })
      const found = database.query(sql).all()
      database.close()
      return found as never
    },
    // Workers outlive a supervisor that is killed, for as long as answers run.
    async [Symbol.asyncDispose]() {
      gateway.signal('SIGTERM')
      await Promise.race([gateway.exited, Bun.sleep(5000)])
      await gateway.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Workers of a supervisor, by their numbers, which their command lines end in. */
export function childrenOf(supervisor: number): ReadonlyMap<number, number> {
  const { stdout } = Bun.spawnSync(['ps', '-ww', '-o', 'pid=,args=', '--ppid', String(supervisor)])
  const found = [...stdout.toString().matchAll(/^ *(?<pid>\d+) .* worker (?<number>\d+)$/gm)]
  return new Map(found.map(({ groups }) => [Number(groups!.number), Number(groups!.pid)]))
}

/** Waits until something holds. A process takes its time to start. */
export const until = createUntil(15_000)
