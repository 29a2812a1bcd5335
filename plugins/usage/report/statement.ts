import { type SQL, sql } from 'drizzle-orm'
import {
  usageGroups,
  type usageLatencies,
  usageRecords,
  type usageRollups,
  type usageTargetLatencies,
  type usageTargetRollups,
} from '../schema.ts'
import { cover, type Range } from './cover.ts'
import {
  allOf,
  conditionsOf,
  type Filters,
  type Grouping,
  listOf,
  needsCallers,
  readingOf,
} from './dimensions.ts'

/** Which rows are added up, and what the sums are told apart by. */
export interface Question {
  /** Begin and end with a minute where roll-ups can answer; they do not overlap. */
  readonly ranges: readonly Range[]
  readonly groupings: readonly Grouping[]
  readonly filters: Filters
  /** Ask the records, although roll-ups may know enough: they tell of the same lines, but for those no longer kept. */
  readonly records: boolean
  /** Only these groups. */
  readonly only?: readonly (readonly string[])[] | undefined
}

/** What is added up, as columns of a roll-up and as expressions over a record; both are called `r`. */
export interface Columns {
  readonly tables: {
    /** Told apart by who called, too. */
    readonly callers: typeof usageRollups | typeof usageLatencies
    /** Told apart by what was called only: far fewer rows. */
    readonly targets: typeof usageTargetRollups | typeof usageTargetLatencies
  }
  /** Told apart beside the groupings. */
  readonly keys: { readonly rolled: readonly string[]; readonly recorded: readonly string[] }
  readonly sums: { readonly rolled: readonly string[]; readonly recorded: readonly string[] }
  /** Records that count. */
  readonly where?: string
  /** The greatest of a sum first, and no more than so many. */
  readonly top?: { readonly rolled: string; readonly recorded: string; readonly most: number } | undefined
}

/** A statement whose rows are: number of the range, values of the groupings, keys, sums. */
export const toStatement = (question: Question, columns: Columns): SQL =>
  question.records ? ofRecords(question, columns) : ofRollups(question, columns)

function ofRecords({ ranges, groupings, filters, only }: Question, { keys, sums, where, top }: Columns): SQL {
  const periods = JSON.stringify(ranges.map(({ from, to }, bucket) => [bucket, from, to]))
  const conditions = [...conditionsOf(filters, 'r'), ...(where === undefined ? [] : [sql.raw(where)])]
  return sql`with s as materialized (select value->>0 bucket, value->>1 since, value->>2 until from json_each(${periods})),
    r as (
      select ${listOf([sql.raw('s.bucket, r.*'), ...named(groupings, 'r')])} from s cross join ${usageRecords} r
      where r.at >= s.since and r.at < s.until and ${allOf(conditions)}
    )
    ${select(groupings, keys.recorded, sums.recorded)} from r where ${isOneOf(only, groupings)}
    ${order(groupings, keys.recorded, top && { ...top, sum: top.recorded })}`
}

function ofRollups(
  { ranges, groupings, filters, only }: Question,
  { tables, keys, sums, top }: Columns,
): SQL {
  const isByCaller = needsCallers(groupings, filters)
  const table = isByCaller ? tables.callers : tables.targets
  const segments = JSON.stringify(
    ranges.flatMap((range, bucket) =>
      cover(range).map(({ sign, span, from, to }) => [bucket, sign, span, from, to]),
    ),
  )
  const conditions = conditionsOf(filters, 'g')
  const isEverything = conditions.length === 0 && groupings.length === 0
  // Where all of them are asked for, each is found by its id: there may be far more than the period has.
  const how = sql.raw(conditions.length === 0 && only === undefined ? 'not materialized' : 'materialized')
  return sql`with s as materialized (
      select value->>0 bucket, value->>1 sign, value->>2 span, value->>3 since, value->>4 until from json_each(${segments})
    ),
    g as ${how} (
      select * from (select ${listOf([sql.raw('g.id'), ...named(groupings, 'g')])} from ${usageGroups} g where ${allOf([...conditions, ...(isByCaller ? [] : [isTargetGroup])])})
      where ${isOneOf(only, groupings)}
    )
    ${select(groupings, keys.rolled, sums.rolled)}
    from s cross join ${table} r on r.span = s.span and r.at >= s.since and r.at < s.until
    ${sql.raw(isEverything ? '' : 'join g on g.id = r.group_id')}
    ${order(groupings, keys.rolled, top && { ...top, sum: top.rolled })}`
}

/** Of any number of groups, the few that roll-ups of targets know. */
const isTargetGroup = sql.raw("g.user_path = '' and g.key_id = ''")

/** Groupings are called `d0`, `d1`, … from here on. */
const named = (groupings: readonly Grouping[], table: 'g' | 'r'): SQL[] =>
  groupings.map((grouping, i) => sql`${readingOf(grouping, table)} ${sql.raw(`d${i}`)}`)
const names = (groupings: readonly Grouping[]): string[] => groupings.map((_, i) => `d${i}`)

const select = (groupings: readonly Grouping[], keys: readonly string[], sums: readonly string[]): SQL =>
  sql.raw(`select ${['bucket', ...names(groupings), ...keys, ...sums].join(', ')}`)

interface Order {
  readonly sum: string
  readonly most: number
}

function order(groupings: readonly Grouping[], keys: readonly string[], top: Order | undefined): SQL {
  const by = sql.raw(`group by ${['bucket', ...names(groupings), ...keys].join(', ')}`)
  if (top === undefined) return by
  // By name where sums are equal, so that they always stand in one order.
  return sql`${by} order by ${sql.raw([`${top.sum} desc`, ...names(groupings)].join(', '))} limit ${top.most}`
}

function isOneOf(only: Question['only'], groupings: readonly Grouping[]): SQL {
  if (only === undefined || groupings.length === 0) return sql.raw('true')
  const values = groupings.map((_, i) => `value->>${i}`).join(', ')
  return sql`(${sql.raw(names(groupings).join(', '))}) in (select ${sql.raw(values)} from json_each(${JSON.stringify(only)}))`
}
