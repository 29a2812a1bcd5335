import { type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../src/database/open.ts'
import { usageGroups, usageRecords } from '../schema.ts'
import type { Range } from './cover.ts'
import { allOf, conditionsOf, type Filters } from './dimensions.ts'
import type { LogQuestion, Place } from './log-question.ts'

/** Places of lines, and where to go on; undefined where there are no more. */
interface Found {
  readonly places: readonly Place[]
  readonly next: Place | undefined
}

/** So many paths are looked up one by one; where there are more below a path, lines are looked through instead. */
const PATHS = 500
/** So many lines are looked through for one question, in these steps: most of what is asked for is found in the first. */
const WINDOWS = [2000, 50_000, 50_000, 50_000]
/** What an index leads to, in the order of the log. */
const indexed = ['session', 'key', 'holder', 'code', 'virtual_model', 'model'] as const

/** Finds the lines of a page. However rare they are, one question looks through no more than `WINDOWS`. */
export async function findPlaces(db: Database, question: LogQuestion): Promise<Found> {
  const { led, others } = split(question.filters)
  if (others.length === 0) return toFound(await select(db, pageOf(question, led)), question)
  const paths = led.length === 0 ? await pathsOf(db, question) : undefined
  if (paths !== undefined) return toFound(await select(db, pageByPath(question, paths)), question)
  return lookThrough(db, question, { led, others })
}

/** Conditions that an index leads to, and those that have to be looked at line by line. */
function split(filters: Filters): { readonly led: SQL[]; readonly others: SQL[] } {
  const isLeading = (name: string) => (indexed as readonly string[]).includes(name)
  const some = (isWanted: (name: string, value: unknown) => boolean) =>
    Object.fromEntries(Object.entries(filters).filter(([name, value]) => isWanted(name, value))) as Filters
  // An empty text stands for what has none: most lines, often.
  const isLed = (name: string, value: unknown) => isLeading(name) && value !== ''
  return {
    led: conditionsOf(some(isLed), 'r'),
    others: conditionsOf(
      some((name, value) => !isLed(name, value)),
      'r',
    ),
  }
}

/** Window after window, until there are enough lines, no more, or too many to look at. */
async function lookThrough(
  db: Database,
  question: LogQuestion,
  { led, others }: { readonly led: readonly SQL[]; readonly others: readonly SQL[] },
): Promise<Found> {
  const places: Place[] = []
  let after = question.after
  for (const size of WINDOWS) {
    const here = { ...question, after }
    const limit = question.limit - places.length
    const window = sql`select r.* from ${usageRecords} r where ${allOf(rangeOf(here, led))} order by ${orderOf(question)} limit ${size}`
    const page = sql`select r.at, r.no from (${window}) r where ${allOf(others)} order by ${orderOf(question)} limit ${limit}`
    places.push(...(await select(db, page)))
    if (places.length === question.limit) return { places, next: places.at(-1) }
    const [end] = await select(db, sql`${pageOf({ ...here, limit: 1 }, led)} offset ${size - 1}`)
    if (end === undefined) return { places, next: undefined }
    after = end
  }
  return { places, next: after }
}

const toFound = (places: readonly Place[], { limit }: LogQuestion): Found => ({
  places,
  next: places.length === limit ? places.at(-1) : undefined,
})

const select = async (db: Database, statement: SQL): Promise<Place[]> =>
  (await db.values<[number, number]>(statement)).map(row => ({ at: row[0], no: row[1] }))

/**
 * The paths below the one that is asked for, as far as they occur, if nothing else is asked for. Each has an index in the
 * order of the log; all of them together have none.
 */
async function pathsOf(db: Database, { filters }: LogQuestion): Promise<string[] | undefined> {
  const { path, ...others } = filters
  const isAlone = Object.values(others).every(value => value === undefined)
  if (path === undefined || path === '' || !isAlone) return undefined
  const found = await db.values<string[]>(
    sql`select distinct g.user_path from ${usageGroups} g where ${allOf(conditionsOf({ path }, 'g'))} limit ${PATHS + 1}`,
  )
  return found.length > PATHS ? undefined : found.map(row => row[0]!)
}

const pageByPath = (question: LogQuestion, paths: readonly string[]): SQL => {
  const here = sql`select r.no from ${usageRecords} r where ${allOf(rangeOf(question, [sql`r.user_path = p.value`]))} order by ${orderOf(question)} limit ${question.limit}`
  return sql`select r.at, r.no from json_each(${JSON.stringify(paths)}) p cross join ${usageRecords} r
    where r.no in (${here}) order by ${orderOf(question)} limit ${question.limit}`
}

const pageOf = (question: LogQuestion, conditions: readonly SQL[]): SQL =>
  sql`select r.at, r.no from ${usageRecords} r where ${allOf(rangeOf(question, conditions))} order by ${orderOf(question)} limit ${question.limit}`

/** What is left of the period behind a place. */
function rangeOf(question: LogQuestion, conditions: readonly SQL[]): SQL[] {
  const { period, after, until } = question
  const { from, to } = remaining(period, question)
  return [
    ...conditions,
    sql`r.at >= ${from} and r.at < ${to}`,
    ...(after === undefined ? [] : [isBehind(after, question)]),
    ...(until === undefined ? [] : [sql`+r.no <= ${until}`]),
  ]
}

/** An index is entered at one bound only, and it must be the nearest one. */
function remaining({ from, to }: Range, { after, order }: LogQuestion): Range {
  if (after === undefined) return { from, to }
  return order === 'newest'
    ? { from, to: Math.min(to, after.at + 1) }
    : { from: Math.max(from, after.at), to }
}

const isBehind = ({ at, no }: Place, { order }: LogQuestion): SQL =>
  order === 'newest' ? sql`(r.at < ${at} or r.no < ${no})` : sql`(r.at > ${at} or r.no > ${no})`

const orderOf = ({ order }: LogQuestion): SQL => {
  const direction = order === 'newest' ? 'desc' : 'asc'
  return sql.raw(`r.at ${direction}, r.no ${direction}`)
}
