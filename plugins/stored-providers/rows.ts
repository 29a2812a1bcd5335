import { sql } from 'drizzle-orm'
import * as v from 'valibot'
import type { Database } from '../../src/database/open.ts'
import type { StoredProvider, StoredState } from './model.ts'
import { storedProviders } from './schema.ts'

const state: v.GenericSchema<unknown, StoredState> = v.object({
  type: v.string(),
  enabled: v.boolean(),
  settings: v.record(v.string(), v.union([v.string(), v.array(v.string())])),
  secrets: v.record(v.string(), v.object({ box: v.string(), setAt: v.number() })),
})

const row = v.pipe(v.string(), v.parseJson(), state)

const DAMAGED = { type: '', enabled: true, settings: {}, secrets: {}, isDamaged: true } as const

/** All that is stored. A row that cannot be read is a provider that does not serve, and keeps no other from serving. */
export async function readRows(db: Database): Promise<StoredProvider[]> {
  const { name, definition, version } = storedProviders
  // As it stands there: the library's own reading of JSON would fail for all of them.
  const rows = await db.select({ name, version, text: sql<unknown>`${definition}` }).from(storedProviders)
  return rows.map(({ name, version, text }) => {
    const { success, output } = v.safeParse(row, text)
    return { ...(success ? output : DAMAGED), name, version }
  })
}
