import { sql } from 'drizzle-orm'
import type { Database } from '../../../src/database/open.ts'
import { usageRecords } from '../schema.ts'

/** The newest call that somebody made with a key. */
export interface LastUseRow {
  readonly keyId: string
  readonly at: number
  readonly asked: string | null
  readonly userPath: string | null
  readonly requestId: string
}

/** Each is found at the end of an index: their number counts, and not how often they were used. */
export function readLastUses(db: Database, keys: readonly string[]): Promise<LastUseRow[]> {
  const newest = sql`select no from ${usageRecords} where key_id = k.value and part = 0 order by at desc, no desc limit 1`
  return db.all<LastUseRow>(
    sql`select r.key_id keyId, r.at, r.asked, r.user_path userPath, r.request_id requestId
      from json_each(${JSON.stringify(keys)}) k cross join ${usageRecords} r where r.no = (${newest})`,
  )
}
