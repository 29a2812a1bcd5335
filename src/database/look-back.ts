import { asc, desc } from 'drizzle-orm'
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core'
import type { Database } from './open.ts'

/** A page of what is numbered as it is written, newest first. */
export interface Leaf<R> {
  readonly rows: readonly R[]
  /** `before` of the next page; undefined on the last. */
  readonly next: number | undefined
  /** There are older ones that were not looked at. */
  readonly isPart: boolean
}

interface Options<R> {
  readonly db: Database
  /** Numbers its rows. */
  readonly table: SQLiteTable & { readonly id: SQLiteColumn }
  /** Only those with a smaller number. */
  readonly before: number | undefined
  readonly limit: number
  /** How many numbers are looked at for a page; Infinity where an index finds the rows. */
  readonly reach: number
  /** At most `limit` of those from `from` on and before `to`, newest first. */
  list(range: { readonly from: number; readonly to: number; readonly limit: number }): Promise<readonly R[]>
}

/** Reads one page. A search that no index helps looks at some only: the next page goes on where it has stopped. */
export async function lookBack<R extends { readonly id: number }>(options: Options<R>): Promise<Leaf<R>> {
  const { db, table, before, limit, reach, list } = options
  const [oldest, newest] = await Promise.all([endOf(db, table, asc), endOf(db, table, desc)])
  const to = Math.min(before ?? Number.POSITIVE_INFINITY, newest + 1)
  const from = Math.max(oldest, to - reach)
  const found = await list({ from, to, limit: limit + 1 })
  const rows = found.slice(0, limit)
  if (found.length > limit) return { rows, next: rows.at(-1)!.id, isPart: false }
  return from > oldest ? { rows, next: from, isPart: true } : { rows, next: undefined, isPart: false }
}

/** The first number in this order; 0 where there are no rows. */
async function endOf(db: Database, table: Options<never>['table'], order: typeof asc): Promise<number> {
  const [row] = await db.select({ id: table.id }).from(table).orderBy(order(table.id)).limit(1)
  return Number(row?.id ?? 0)
}
