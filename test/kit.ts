import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { plugins as ours } from '../plugins/index.ts'
import { createRepricing } from '../plugins/usage/report/repricing.ts'
import { createThreads, type Threads } from '../plugins/usage/writer/threads.ts'
import { readSettings } from '../src/config/gateway.ts'
import type { Plugin } from '../src/contract/plugin.ts'
import { openDatabase } from '../src/database/open.ts'
import type { Connection } from '../src/exchange.ts'
import { createFaults } from '../src/faults.ts'
import { createGateway, type Gateway } from '../src/gateway.ts'
import { openLog } from '../src/log.ts'
import { readPluginSettings } from './plugin-settings.ts'
import { createUntil } from './until.ts'

/** An answer with its body parsed. */
export interface Parsed {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies freely, and fail where they guess wrong
  readonly body: any
}

export interface TestGateway {
  readonly gateway: Gateway
  /** The log so far, one object per line. */
  readonly logs: Record<string, unknown>[]
  readonly folder: string
  /** A request to the gateway, as if from this machine. */
  fetch(path: string, init?: RequestInit & { connection?: Connection }): Promise<Response>
  /** Parsed JSON of an answer, whatever its status. */
  json(path: string, init?: RequestInit): Promise<Parsed>
  admin(method: string, path: string, body?: unknown): Promise<Parsed>
  chat(body: object, headers?: Record<string, string>): Promise<Parsed>
  close(): Promise<void>
}

export const MASTER = 'master-key-for-tests'

export interface TestOptions {
  readonly env?: Record<string, string>
  readonly extra?: readonly Plugin[]
  /** Uses this folder (and its database) instead of a new one. */
  readonly folder?: string
  readonly now?: () => number
  /** What the gateway leaves that this one replaces, as at a reload. */
  readonly inherited?: Gateway['heritage']
}

const migrations = new URL('../drizzle', import.meta.url).pathname

let prepared: Promise<string> | undefined

/** An empty database that has its tables already: to make them takes its time. Ends with the runner. */
async function prepareDatabase(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'modelway-prepared-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'test.db')
  const database = await openDatabase(`file:${file}`)
  await database.migrate(migrations)
  // What is not in the file yet would not be in its copies.
  await database.db.run('PRAGMA wal_checkpoint(TRUNCATE)')
  database.close()
  return file
}

let threads: Threads | undefined

/**
 * What a gateway is left by one before: the thread that writes usage records, whose start costs more than the rest of a
 * gateway's. It ends with the runner.
 */
function leaveThread(now: () => number): Gateway['heritage'] {
  if (threads === undefined) {
    threads = createThreads()
    threads.lend(crypto.randomUUID())
  }
  const { lend } = threads
  const usage = { threads: { lend, tally: { written: 0, lost: 0 } }, repricing: createRepricing() }
  return { faults: createFaults(now), plugins: new Map([['usage', usage]]) }
}

/** The whole gateway in this process, on a database file of its own; no socket. */
export async function startGateway({
  env = {},
  extra = [],
  folder,
  now,
  inherited = leaveThread(now ?? Date.now),
}: TestOptions = {}): Promise<TestGateway> {
  const home = folder ?? mkdtempSync(join(tmpdir(), 'modelway-'))
  prepared ??= prepareDatabase()
  if (folder === undefined) copyFileSync(await prepared, join(home, 'test.db'))
  const logs: Record<string, unknown>[] = []
  openLog({
    level: (process.env.TEST_LOG_LEVEL ?? 'debug') as 'debug',
    pretty: false,
    write: lines =>
      logs.push(
        ...lines
          .trim()
          .split('\n')
          .map(line => JSON.parse(line) as Record<string, unknown>),
      ),
  })
  const environment = { MODELWAY_MASTER_KEY: MASTER, DATABASE_URL: `file:${join(home, 'test.db')}`, ...env }
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''))
  const plugins = [...ours, ...extra]
  const remove = () => {
    if (folder === undefined) rmSync(home, { recursive: true, force: true })
  }
  const create = () =>
    createGateway({
      settings: readSettings(given),
      plugins,
      pluginSettings: readPluginSettings(plugins, given),
      shell: ({ main }) => main,
      assets: {},
      migrations,
      version: '0.0.0-test',
      inherited,
      ...(now && { now }),
    })
  const gateway = await Promise.try(create).catch(error => {
    remove()
    throw error
  })
  const call = async (
    path: string,
    { connection, ...init }: RequestInit & { connection?: Connection } = {},
  ) => gateway.fetch(new Request(`http://localhost:8080${path}`, init), connection)
  const json = async (path: string, init?: RequestInit) => {
    const response = await call(path, init)
    const text = await response.text()
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? undefined : JSON.parse(text),
    }
  }
  const post = (method: string, body: unknown, headers: Record<string, string>): RequestInit => ({
    method,
    headers: {
      authorization: `Bearer ${MASTER}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  return {
    gateway,
    logs,
    folder: home,
    fetch: call,
    json,
    admin: (method, path, body) => json(path, post(method, body, {})),
    chat: (body, headers = {}) => json('/v1/chat/completions', post('POST', body, headers)),
    async close() {
      await gateway.stop()
      remove()
    },
  }
}

/** Waits until something holds. */
export const until = createUntil(10_000)
