import { drizzle } from 'drizzle-orm/libsql/sqlite3'
import { reasonOf } from '../base/describe.ts'
import { stampOf } from '../base/runtime.ts'
import type { Awaitable } from '../types.ts'
import { type DatabaseAddress, fileOf, isInMemory, type OpenDatabase, opening } from './open.ts'
import { openServer } from './server.ts'

/** A command may wait so long for whoever holds the file (milliseconds); nothing else waits meanwhile. */
const PATIENCE = 2000

/** A database that is only looked at. */
export type Looked = Pick<OpenDatabase, 'db' | 'close'>

/**
 * Opens what is there, to read it beside whoever writes: no file, table or journal is made. Undefined where there is
 * nothing yet.
 *
 * @throws ConfigError where it is there, and cannot be read.
 */
export async function lookAtDatabase({ url, authToken }: DatabaseAddress): Promise<Looked | undefined> {
  if (isInMemory(url)) return undefined
  const file = fileOf(url)
  if (file !== undefined && (await stampOf(file)) === undefined) return undefined
  return opening(url, () => (file === undefined ? lookAtServer(url, authToken) : lookAtFile(url)))
}

async function lookAtFile(url: string): Promise<Looked> {
  const { createClient } = await import('@libsql/client/sqlite3')
  // One connection, for what it is told holds for itself only.
  const how = { url, concurrency: 1, timeout: PATIENCE }
  const client = createClient(how as Parameters<typeof createClient>[0])
  await client.execute('PRAGMA query_only = ON')
  await client.execute('SELECT 1 FROM sqlite_master LIMIT 1')
  return { db: drizzle({ client }), close: () => client.close() }
}

async function lookAtServer(url: string, authToken: string | undefined): Promise<Looked> {
  const client = await openServer({ url, authToken })
  await client.execute('select 1')
  return { db: drizzle({ client }), close: () => client.close() }
}

/** What is read; undefined where an older version made the database, which had no such table. */
export async function unlessOlder<T>(read: () => Awaitable<T>): Promise<T | undefined> {
  try {
    return await read()
  } catch (error) {
    if (/no such (?:table|column)/.test(reasonOf(error))) return undefined
    throw error
  }
}
