import type { Stored } from '../../src/contract/restating.ts'
import type { Database } from '../../src/database/open.ts'
import { storedSettings } from './schema.ts'

/** What is stored, for the start: a gateway is built with it. */
export async function readStored(db: Database): Promise<Stored> {
  const rows = await db.select().from(storedSettings)
  return Object.fromEntries(rows.map(({ name, value }) => [name, value]))
}
