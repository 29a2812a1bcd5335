import { and, asc, eq, gte, lt, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../src/database.ts'
import { usageGroups, usageRecords } from '../schema.ts'
import type { Range } from './cover.ts'
import { allOf, conditionsOf, type Filters } from './dimensions.ts'

export type Row = typeof usageRecords.$inferSelect

/** A place in the log: lines stand in the order of their calls, and those of one moment in the order of writing. */
export interface Place {
  readonly at: number
  readonly no: number
}

export interface LogQuestion {
  readonly period: Range
  readonly filters: Filters
  /** Goes on behind this line. */
  readonly after?: Place | undefined
  readonly limit: number
  readonly order: 'newest' | 'oldest'
  /** Lines that were written later are left out: else an export might never end. */
  readonly until?: number | undefined
}

/** So many paths are looked up one by one; where there are more below a path, lines are looked through instead. */
const PATHS = 500

/** A page of lines. */
export async function readLog(db: Database, question: LogQuestion): Promise<Row[]> {
  const paths = await pathsOf(db, question)
  const numbers = await db.values<number[]>(
    paths === undefined ? pageOf(question, []) : pageByPath(question, paths),
  )
  if (numbers.length === 0) return []
  const list = JSON.stringify(numbers.map(row => row[0]))
  const rows = await db
    .select()
    .from(usageRecords)
    .where(sql`${usageRecords.no} in (select value from json_each(${list}))`)
  const sign = question.order === 'newest' ? -1 : 1
  return rows.sort((a, b) => sign * (a.at - b.at || a.no - b.no))
}

/** All lines of a call: the call itself first, then tries that failed and cost something. Empty when there is none. */
export const readCall = (db: Database, id: string): Promise<Row[]> =>
  db
    .select()
    .from(usageRecords)
    .where(and(gte(usageRecords.id, id), lt(usageRecords.id, `${id};`), eq(usageRecords.requestId, id)))
    .orderBy(asc(usageRecords.part))

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

/**
 * The paths below the one that is asked for, as far as they occur. Each has an index in the order of the log; the paths
 * together have none.
 */
async function pathsOf(db: Database, { filters }: LogQuestion): Promise<string[] | undefined> {
  const { path, session, key } = filters
  if (path === undefined || path === '' || session !== undefined || key !== undefined) return undefined
  const found = await db.values<string[]>(
    sql`select distinct g.user_path from ${usageGroups} g where ${allOf(conditionsOf({ path }, 'g'))} limit ${PATHS + 1}`,
  )
  return found.length > PATHS ? undefined : found.map(row => row[0]!)
}

const pageByPath = (question: LogQuestion, paths: readonly string[]): SQL => {
  const inner = pageOf(question, [sql`r.user_path = p.value`])
  return sql`select no from ${usageRecords} where no in (
      select i.no from json_each(${JSON.stringify(paths)}) p cross join ${usageRecords} i where i.no in (${inner})
    ) order by ${orderOf(question)} limit ${question.limit}`
}

/** The numbers of a page. */
function pageOf(question: LogQuestion, also: readonly SQL[]): SQL {
  const { filters, period, after, limit, until } = question
  const { from, to } = remaining(period, question)
  // Looked up already, path by path.
  const { path, ...others } = filters
  const conditions = [
    ...also,
    ...conditionsOf(also.length > 0 ? others : filters, 'r'),
    sql`r.at >= ${from} and r.at < ${to}`,
    ...(after === undefined ? [] : [isBehind(after, question)]),
    ...(until === undefined ? [] : [sql`+r.no <= ${until}`]),
  ]
  return sql`select r.no from ${usageRecords} r where ${allOf(conditions)} order by ${orderOf(question, 'r.')} limit ${limit}`
}

/** Nothing but this goes into the range: an index is entered at one bound only, and it must be the nearest one. */
function remaining({ from, to }: Range, { after, order }: LogQuestion): Range {
  if (after === undefined) return { from, to }
  return order === 'newest' ? { from, to: Math.min(to, after.at + 1) } : { from: Math.max(from, after.at), to }
}

const isBehind = ({ at, no }: Place, { order }: LogQuestion): SQL =>
  order === 'newest' ? sql`(r.at < ${at} or r.no < ${no})` : sql`(r.at > ${at} or r.no > ${no})`

const orderOf = ({ order }: LogQuestion, table = ''): SQL => {
  const direction = order === 'newest' ? 'desc' : 'asc'
  return sql.raw(`${table}at ${direction}, ${table}no ${direction}`)
}
