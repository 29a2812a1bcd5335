import { inArray } from 'drizzle-orm'
import { LRUCache } from 'lru-cache'
import type { Host } from '../../src/contract/plugin.ts'
import type { Patiently } from './patience.ts'
import type { SessionsTable } from './schema.ts'

export type Row = SessionsTable['$inferSelect']

export interface Reader {
  /** The rows that there are, in the order of the hashes. */
  read(hashes: readonly string[], complaint: string): Promise<Row[]>
  learn(row: Row): void
  forget(hash: string): void
}

/** Milliseconds. */
const MEMORY = 30_000
const MAX_KNOWN = 1000

/** Reads sessions. What was read a moment ago is known once more where the database does not answer, and only there. */
export function createReader(
  { db, now, table }: Pick<Host, 'db' | 'now'> & { readonly table: SessionsTable },
  patiently: Patiently,
): Reader {
  const known = new LRUCache<string, Row>({ max: MAX_KNOWN, ttl: MEMORY, ttlResolution: 0, perf: { now } })

  async function ask(hashes: readonly string[], complaint: string): Promise<Row[]> {
    const rows = await patiently(db.select().from(table).where(inArray(table.hash, hashes)), complaint)
    for (const hash of hashes) known.delete(hash)
    for (const row of rows) known.set(row.hash, row)
    return hashes.flatMap(hash => rows.find(row => row.hash === hash) ?? [])
  }

  return {
    read: (hashes, complaint) =>
      ask(hashes, complaint).catch(error => {
        const rows = hashes.flatMap(hash => known.get(hash) ?? [])
        if (rows.length === 0) throw error
        return rows
      }),
    learn: row => void known.set(row.hash, row),
    forget: hash => void known.delete(hash),
  }
}
