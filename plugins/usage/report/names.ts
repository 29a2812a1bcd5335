import { type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../src/database.ts'
import { usageGroups, usageRecords } from '../schema.ts'

/** Names that occur, for who wants to choose one: some of them where there are very many. */
export interface Names {
  readonly virtual_model: readonly string[]
  readonly model: readonly string[]
  readonly provider: readonly string[]
  readonly path: readonly string[]
  readonly key: readonly string[]
  /** Names of labels that newer calls have. */
  readonly label: readonly string[]
}

const MOST = 200
/** So many of the newest lines are looked at for labels. */
const LINES = 1000

export async function readNames(db: Database): Promise<Names> {
  const texts = async (statement: SQL) => (await db.values<[string]>(statement)).map(row => row[0])
  const of = (column: string) =>
    texts(
      sql`select distinct ${sql.raw(column)} from ${usageGroups} where ${sql.raw(column)} <> '' order by 1 limit ${MOST}`,
    )
  return {
    virtual_model: await of('virtual_model'),
    model: await of('model'),
    provider: await of('provider'),
    path: await of('user_path'),
    key: await of('key_id'),
    label: await texts(
      sql`select distinct l.key from (select labels from ${usageRecords} order by at desc limit ${LINES}) r, json_each(r.labels) l order by 1 limit ${MOST}`,
    ),
  }
}
