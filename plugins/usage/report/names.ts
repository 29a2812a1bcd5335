import { type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../src/database/open.ts'
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
  const all = (statement: SQL) => db.all<{ name: string }>(statement)
  const of = (column: string) =>
    all(
      sql`select distinct ${sql.raw(column)} name from ${usageGroups} where ${sql.raw(column)} <> '' order by 1 limit ${MOST}`,
    )
  const [virtual, model, provider, path, key, label] = await db.batch([
    of('virtual_model'),
    of('model'),
    of('provider'),
    of('user_path'),
    of('key_id'),
    all(
      sql`select distinct l.key name from (select labels from ${usageRecords} order by at desc limit ${LINES}) r, json_each(r.labels) l order by 1 limit ${MOST}`,
    ),
  ])
  const namesOf = (rows: readonly { name: string }[]) => rows.map(({ name }) => name)
  return {
    virtual_model: namesOf(virtual),
    model: namesOf(model),
    provider: namesOf(provider),
    path: namesOf(path),
    key: namesOf(key),
    label: namesOf(label),
  }
}
