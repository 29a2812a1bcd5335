import { and, asc, eq, gte, lt, sql } from 'drizzle-orm'
import type { Database } from '../../../src/database/open.ts'
import { usageRecords } from '../schema.ts'
import type { LogQuestion, Place } from './log-question.ts'
import { findPlaces } from './search.ts'

export type Row = typeof usageRecords.$inferSelect

/** Lines, and where to go on; undefined where there are no more. */
export interface LogPage {
  readonly rows: readonly Row[]
  /** May be there although lines are fewer than asked for: to look further takes another question. */
  readonly next: Place | undefined
}

/** A page of lines, or as much of it as can be found without looking through too many. */
export async function readLog(db: Database, question: LogQuestion): Promise<LogPage> {
  const { places, next } = await findPlaces(db, question)
  if (places.length === 0) return { rows: [], next }
  const list = JSON.stringify(places.map(({ no }) => no))
  const rows = await db
    .select()
    .from(usageRecords)
    .where(sql`${usageRecords.no} in (select value from json_each(${list}))`)
  const sign = question.order === 'newest' ? -1 : 1
  return { rows: rows.sort((a, b) => sign * (a.at - b.at || a.no - b.no)), next }
}

/**
 * All lines of a call: the call itself first, then tries that failed and cost something, answers of a conversation, and its
 * copy; of one that is still under way only its answers. Empty when there is none.
 */
export const readCall = (db: Database, id: string): Promise<Row[]> =>
  db
    .select()
    .from(usageRecords)
    .where(and(gte(usageRecords.id, id), lt(usageRecords.id, `${id};`), eq(usageRecords.requestId, id)))
    .orderBy(asc(usageRecords.mirrored), asc(usageRecords.part))

/** How far the log reaches; null where it is empty. */
export interface Edges {
  /** The number of the line that was written last. */
  readonly newest: number | null
  /** When the first call was made, and the last. */
  readonly first: number | null
  readonly last: number | null
}

/** Each is found at the end of an index. */
export async function readEdges(db: Database): Promise<Edges> {
  const { no, at } = usageRecords
  const [edges] = await db.all<Edges>(
    sql`select (select max(${no}) from ${usageRecords}) newest, (select min(${at}) from ${usageRecords}) first, (select max(${at}) from ${usageRecords}) last`,
  )
  return edges!
}
