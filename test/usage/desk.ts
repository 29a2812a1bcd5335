import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CallEvent, Tokens } from '../../plugins/usage/record/tuples.ts'
import { createRecorder, type Recorder, type Thread } from '../../plugins/usage/writer/recorder.ts'
import { createThreads, type Threads } from '../../plugins/usage/writer/threads.ts'
import { openDatabase } from '../../src/database/open.ts'
import type { Log } from '../../src/log.ts'
import { type Rollup, type Row, readRollups, readRows } from './book.ts'

/** A recorder with a database and a spool of its own, without a gateway. */
export interface Desk extends AsyncDisposable {
  readonly recorder: Recorder
  readonly folder: string
  readonly file: string
  readonly spool: string
  /** What it had to complain about. */
  readonly complaints: string[]
  /** Ends the worker as if it had crashed. */
  crash(): void
  /** How many workers there have been. */
  threads(): number
  rows(): Promise<Row[]>
  rollups(): Promise<Rollup[]>
  /** Statements on a connection of the test's own. */
  run(sql: string): Promise<void>
}

export interface DeskOptions {
  /** Uses this folder instead of a new one. */
  readonly folder?: string
  readonly limit?: number
  readonly retention?: number
  /** So many workers hear nothing, and end. */
  readonly deaf?: number
  /** Shares the worker with another desk. */
  readonly threads?: Threads
}

const migrations = new URL('../../drizzle', import.meta.url).pathname

export async function openDesk({
  folder,
  limit = 1e9,
  retention = 0,
  deaf = 0,
  threads = createThreads(),
}: DeskOptions = {}): Promise<Desk> {
  const home = folder ?? mkdtempSync(join(tmpdir(), 'modelway-desk-'))
  const file = join(home, 'test.db')
  const spool = join(home, 'spool')
  const database = await openDatabase(`file:${file}`)
  await database.migrate(migrations)
  const complaints: string[] = []
  const log: Log = {
    debug: () => {},
    // Good news.
    info: message => void complaints.push(`+ ${message}`),
    warn: message => void complaints.push(message),
    error: message => void complaints.push(message),
  }
  let count = 0
  let thread: Thread | undefined
  let hearEnd = (_: string) => {}
  const recorder = createRecorder({
    tally: threads.tally,
    worker: () => ({ url: `file:${file}`, folder: spool, limit, retention, prices: undefined }),
    spawn(owner) {
      if (++count <= deaf) return createDeaf()
      const born = threads.lend(owner)
      thread = born
      return {
        ...born,
        onEnd(hear) {
          hearEnd = hear
          born.onEnd(hear)
        },
      }
    },
    log,
  })
  return {
    recorder,
    folder: home,
    file,
    spool,
    complaints,
    crash() {
      thread?.terminate()
      hearEnd('a test ended it')
    },
    threads: () => count,
    rows: () => readRows(database.db),
    rollups: () => readRollups(database.db),
    async run(sql) {
      await database.db.run(sql)
    },
    async [Symbol.asyncDispose]() {
      await recorder.close()
      database.close()
      if (folder === undefined) rmSync(home, { recursive: true, force: true })
    },
  }
}

/** A worker that hears nothing, and ends. */
const createDeaf = (): Thread => ({
  postMessage: () => {},
  onMessage: () => {},
  onEnd: hear => void setTimeout(() => hear('it was deaf'), 20),
  terminate: () => {},
})

/** A call that went well, the n-th. */
export function eventOf(n: number, change: { id?: string; at?: number } = {}): CallEvent {
  const tokens: Tokens = [n % 100, 0, 0, null, null, null, 1 + (n % 7), 0, null, null, (n % 10) / 1000]
  return [
    change.id ?? `call-${n}`,
    change.at ?? 1_800_000_000_000 + n * 1000,
    `key-${n % 5}`,
    '/team',
    null,
    null,
    'openai-chat',
    'chat',
    'smarter',
    ['smarter'],
    'round_robin',
    'strategy',
    'openai',
    'openai',
    `model-${n % 3}`,
    [['openai', `model-${n % 3}`, 200, null, 12, null]],
    200,
    null,
    0,
    12,
    30 + (n % 50),
    'stop',
    0,
    'told',
    tokens,
  ]
}
