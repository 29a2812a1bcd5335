import { accessSync, constants, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Client, InStatement, TransactionMode } from '@libsql/client'
import type { LibSQLDatabase } from 'drizzle-orm/libsql'
import { migrate } from 'drizzle-orm/libsql/migrator'
import { drizzle } from 'drizzle-orm/libsql/sqlite3'
import { ConfigError } from '../errors.ts'
import { databaseFault } from './faults.ts'
import { type Outage, watched } from './outage.ts'
import { MIGRATION, openServer } from './server.ts'

export type Database = LibSQLDatabase

export interface OpenDatabase {
  readonly db: Database
  /** The path of a file with no table in it. */
  readonly newFile: string | undefined
  /** Applies one folder of migrations; each folder keeps its own book. */
  migrate(folder: string, book?: string): Promise<void>
  /** From now on it hears what becomes of statements. */
  watch(outage: Outage): void
  close(): void
}

/** What `openDatabase` needs. Holds a credential: never to be logged. */
export interface DatabaseAddress {
  /** `file:data/modelway.db`, or `libsql://…`. */
  readonly url: string
  readonly authToken?: string
}

/** It belongs to one process, and ends with it. */
export const isInMemory = (url: string): boolean => url.includes(':memory:')

/** Its path; undefined where it is no file. */
export const fileOf = (url: string): string | undefined =>
  /^file:(?:\/\/)?(?<path>[^?]+)/.exec(url)?.groups?.path

/** Why a file, or the folder in which its journal stands, cannot be written; undefined where both can. */
export function whyNotWritable(file: string): string | undefined {
  try {
    for (const path of [file, dirname(file)]) accessSync(path, constants.W_OK)
    return undefined
  } catch (error) {
    return databaseFault(error)
  }
}

/** How long a write waits for another one that holds the database (milliseconds). */
const PATIENCE = 5000

/** Opens libSQL: a local file (`file:data/modelway.db`) or a server (`libsql://…`). */
export function openDatabase(url: string, authToken?: string): Promise<OpenDatabase> {
  const isLocal = /^file:|^:memory:$/.test(url)
  return opening(url, () => (isLocal ? openLocal(url) : openRemote(url, authToken)))
}

/** Says of which database it is that it cannot be opened. @throws ConfigError */
export async function opening<T>(url: string, open: () => Promise<T>): Promise<T> {
  try {
    return await open()
  } catch (cause) {
    const why = databaseFault(cause).replaceAll(url, named(url))
    throw new ConfigError(`Cannot open the database ${named(url)}: ${why}`, { cause })
  }
}

async function openLocal(url: string): Promise<OpenDatabase> {
  const file = fileOf(url)
  if (file !== undefined) mkdirSync(dirname(file), { recursive: true })
  // None of the modules that speak to servers: every gateway starts with this.
  const { createClient } = await import('@libsql/client/sqlite3')
  const client = renewed(() => createClient({ url, timeout: 0 } as Parameters<typeof createClient>[0]))
  if (file !== undefined) {
    await client.execute('PRAGMA journal_mode = WAL')
    await client.execute('PRAGMA synchronous = NORMAL')
  }
  const { rows } = await client.execute('SELECT 1 FROM sqlite_master LIMIT 1')
  const { db, watch } = toDatabase(client)
  return {
    db,
    watch,
    newFile: rows.length === 0 && !isInMemory(url) ? file : undefined,
    migrate: (folder, book) => prepare(db, { folder, book, url }),
    close: () => client.close(),
  }
}

async function openRemote(url: string, authToken: string | undefined): Promise<OpenDatabase> {
  const server = await openServer({ url, authToken })
  const client = patient(
    () => server,
    () => {},
  )
  await client.execute('select 1')
  return {
    ...toDatabase(client),
    newFile: undefined,
    async migrate(folder, book) {
      // To change large tables takes its time.
      const slow = await openServer({ url, authToken, patience: MIGRATION })
      await prepare(drizzle({ client: slow }), { folder, book, url }).finally(() => slow.close())
    },
    close: () => client.close(),
  }
}

function toDatabase(client: Client): Pick<OpenDatabase, 'db' | 'watch'> {
  let outage: Outage | undefined
  return {
    db: drizzle({ client: watched(client, () => outage) }),
    watch(heard) {
      outage = heard
    },
  }
}

interface Preparing {
  readonly folder: string
  readonly book: string | undefined
  readonly url: string
}

async function prepare(db: Database, { folder, book, url }: Preparing): Promise<void> {
  const apply = () =>
    migrate(db, { migrationsFolder: folder, ...(book !== undefined && { migrationsTable: book }) })
  try {
    // Of gateways that start at once one makes the tables; the others fail, and then find in the book that they are there.
    await apply().catch(apply)
  } catch (cause) {
    throw new ConfigError(`Cannot prepare the tables of ${named(url)}: ${databaseFault(cause)}`, { cause })
  }
}

/** A database in words: its address without what may be a secret. */
const named = (url: string): string => `"${url.replace(/\?.*$/, '').replace(/\/\/[^/@]*@/, '//')}"`

/**
 * A local file answers "busy" while another process writes. Waiting inside the library would stop the event loop, so it
 * never waits there. A connection that was refused once may stay refused, and reads what was true then until its
 * statement is collected as garbage: so it is left at once, before anybody else reads by it.
 */
function renewed(open: () => Client): Client {
  let client = open()
  const current = () => client
  return patient(current, refused => {
    if (refused !== client) return
    client = open()
    refused.close()
  })
}

/** Tries again what is refused because others write. */
function patient(current: () => Client, leave: (refused: Client) => void): Client {
  const insist = async <T>(run: (client: Client) => Promise<T>): Promise<T> => {
    const until = Date.now() + PATIENCE
    for (let pause = 10; ; pause = Math.min(pause * 2, 250)) {
      const used = current()
      try {
        return await run(used)
      } catch (error) {
        if (!/BUSY|LOCKED/.test(String((error as { code?: unknown }).code))) throw error
        leave(used)
        if (Date.now() > until) throw error
        await new Promise(resolve => setTimeout(resolve, pause * (0.5 + Math.random())))
      }
    }
  }
  return {
    execute: ((statement: InStatement) => insist(c => c.execute(statement))) as Client['execute'],
    batch: (statements, mode) => insist(c => c.batch(statements, mode)),
    migrate: statements => insist(c => c.migrate(statements)),
    executeMultiple: sql => insist(c => c.executeMultiple(sql)),
    transaction: ((mode: TransactionMode) => insist(c => c.transaction(mode))) as Client['transaction'],
    sync: () => current().sync(),
    reconnect: () => current().reconnect(),
    close: () => current().close(),
    get closed() {
      return current().closed
    },
    get protocol() {
      return current().protocol
    },
  }
}
