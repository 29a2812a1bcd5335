import { sql } from 'drizzle-orm'
import type { Database } from '../../src/database/open.ts'
import type { Call, Calls } from '../feedback/model.ts'
import { usageRecords } from './schema.ts'

/** Finds calls, and their copies, by an index: in this thread, as long as that takes no longer than to ask another one. */
export const createFindCalls =
  (db: Database): Calls['find'] =>
  async requestIds => {
    const ids = JSON.stringify(requestIds.flatMap(id => [id, `${id}:mirror`]))
    const rows = await db.all<Omit<Call, 'mirrored'> & { readonly mirrored: number }>(
      sql`select request_id requestId, mirrored, at, user_path userPath, key_id keyId, virtual_model virtualModel, provider, model
        from ${usageRecords} where id in (select value from json_each(${ids}))`,
    )
    return rows.map(row => ({ ...row, mirrored: row.mirrored === 1 }))
  }
