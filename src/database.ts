import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Client, InStatement, TransactionMode } from '@libsql/client'
import type { LibSQLDatabase } from 'drizzle-orm/libsql'
import { migrate } from 'drizzle-orm/libsql/migrator'
import { drizzle } from 'drizzle-orm/libsql/sqlite3'
import { databaseFault } from './database-faults.ts'
import { ConfigError } from './errors.ts'

export type Database = LibSQLDatabase

export interface OpenDatabase {
  readonly db: Database
  /** Applies one folder of migrations; each folder keeps its own book. */
  migrate(folder: string, book?: string): Promise<void>
  close(): void
}

/** How long a write waits for another process that holds the file (milliseconds). */
const PATIENCE = 5000

/** Opens libSQL: a local file (`file:data/modelway.db`) or a server (`libsql://…`). */
export async function openDatabase(url: string, authToken?: string): Promise<OpenDatabase> {
  const file = /^file:(?:\/\/)?(?<path>[^?]+)/.exec(url)?.groups?.path
  try {
    if (file !== undefined) mkdirSync(dirname(file), { recursive: true })
    const createClient = await clientFor(url)
    const client = patient(() =>
      createClient({ url, ...(authToken !== undefined && { authToken }), timeout: 0 } as Parameters<
        typeof createClient
      >[0]),
    )
    if (file !== undefined) {
      await client.execute('PRAGMA journal_mode = WAL')
      await client.execute('PRAGMA synchronous = NORMAL')
    } else if (url !== ':memory:') await greet(client)
    const db = drizzle({ client })
    return {
      db,
      migrate: (folder, book) =>
        migrate(db, {
          migrationsFolder: folder,
          ...(book !== undefined && { migrationsTable: book }),
        }).catch(cause => {
          throw new ConfigError(`Cannot prepare the tables of ${named(url)}: ${databaseFault(cause)}`, {
            cause,
          })
        }),
      close: () => client.close(),
    }
  } catch (cause) {
    const why = databaseFault(cause).replaceAll(url, named(url))
    throw new ConfigError(`Cannot open the database ${named(url)}: ${why}`, { cause })
  }
}

/** A file needs none of the modules that speak to servers, and every gateway starts with this. */
const clientFor = async (url: string) => {
  const isLocal = /^file:|^:memory:$/.test(url)
  const { createClient } = await (isLocal ? import('@libsql/client/sqlite3') : import('@libsql/client'))
  return createClient
}

/** How long a server may take for its first answer (milliseconds); the client itself would wait for ever. */
const FIRST_ANSWER = 15_000

async function greet(client: Client): Promise<void> {
  let timer: Timer | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${FIRST_ANSWER / 1000} s`)), FIRST_ANSWER)
  })
  await Promise.race([client.execute('select 1'), late]).finally(() => clearTimeout(timer))
}

/** A database in words: its address without what may be a secret. */
const named = (url: string): string => `"${url.replace(/\?.*$/, '').replace(/\/\/[^/@]*@/, '//')}"`

/**
 * A local file answers "busy" while another process writes. Waiting inside the library would stop the event loop, so it
 * never waits there. A connection that was refused once may stay refused, and reads what was true then until its
 * statement is collected as garbage: so it is left at once, before anybody else reads by it.
 */
function patient(open: () => Client): Client {
  let client = open()
  function leave(refused: Client): void {
    if (refused !== client) return
    client = open()
    refused.close()
  }
  const insist = async <T>(run: (client: Client) => Promise<T>): Promise<T> => {
    const until = Date.now() + PATIENCE
    for (let pause = 10; ; pause = Math.min(pause * 2, 250)) {
      const used = client
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
    sync: () => client.sync(),
    reconnect: () => client.reconnect(),
    close: () => client.close(),
    get closed() {
      return client.closed
    },
    get protocol() {
      return client.protocol
    },
  }
}
