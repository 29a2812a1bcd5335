import { max } from 'drizzle-orm'
import type { Database } from '../../../src/database/open.ts'
import { usageGroups } from '../schema.ts'
import type { Range } from './cover.ts'
import { type Filters, type Grouping, needsCallers, needsRecords } from './dimensions.ts'
import { combine, NOTHING } from './figures.ts'
import type { Question } from './statement.ts'
import {
  findTop,
  type Summed,
  type SumName,
  type Sums,
  sumUp,
  type Timed,
  type Times,
  type Top,
  timeUp,
} from './sums.ts'

export interface UsageQuestion {
  readonly period: Range
  /** Where a series is asked for: its intervals, in their order; together they are the period. */
  readonly buckets?: readonly Range[] | undefined
  readonly groupings: readonly Grouping[]
  readonly filters: Filters
  /** The greatest by this sum stand first; what is beyond `most` goes into the rest. */
  readonly top: { readonly by: SumName; readonly most: number }
  readonly latency: boolean
}

/** Sums, with times where they were asked for. */
export interface Part {
  readonly sums: Sums
  readonly times?: Times | undefined
}
export interface Group extends Part {
  /** Values of the groupings, in their order; an empty text where there is none. */
  readonly group: readonly string[]
}

/** What was used. */
export interface Breakdown extends Part {
  readonly groups: readonly Group[]
  /** What is beyond the groups that are listed; undefined where all are. */
  readonly rest: Sums | undefined
}

export interface UsageAnswer extends Breakdown {
  readonly source: 'rollups' | 'records'
  /** One for each interval, also where nothing happened. */
  readonly series: readonly Breakdown[] | undefined
}

/** So many groups are read to be added up here; that spares the database a second look at the same rows. */
const FEW_GROUPS = 200
const FEW_ROWS = 20_000
/** Where there have been more groups than this, it pays to look twice. */
const CROWD = 5000
/** So many sums are read at once: servers refuse answers of many megabytes. */
const AT_ONCE = 5000
/** The times of so many groups are read at once. */
const GROUPS = 100

/** Answers what was used in a period: all of it, by groups, and interval by interval. */
export async function answerUsage(db: Database, question: UsageQuestion): Promise<UsageAnswer> {
  const { period, buckets, groupings, filters, top, latency } = question
  // All parts of an answer come from one place, or they might not add up.
  const base = { filters, records: needsRecords(groupings, filters) }
  const ask = { ...base, ranges: [period], groupings }
  const most = Math.max(top.most, FEW_GROUPS) + 1
  const found = groupings.length === 0 ? [] : await findGroups(db, ask, { by: top.by, most })
  const listed = found.slice(0, top.most)
  const only = listed.map(({ group }) => group)
  const isAll = groupings.length > 0 && found.length < most
  const hasRest = found.length > listed.length
  // At once: a server may be far away.
  const [whole, times, series] = await Promise.all([
    isAll ? addUp(found) : sumUp(db, { ...ask, groupings: [] }).then(([all]) => all?.sums ?? NOTHING),
    latency ? readTimes(db, ask, only) : undefined,
    buckets &&
      answerSeries(db, {
        ask: { ...base, ranges: buckets, groupings },
        only,
        hasRest,
        count: isAll && found.length * buckets.length <= FEW_ROWS ? found.length : undefined,
      }),
  ])
  return {
    source: base.records ? 'records' : 'rollups',
    sums: whole,
    times: times?.whole,
    groups: listed.map(({ group, sums }) => ({ group, sums, times: times?.of(group) })),
    rest: hasRest ? restOf(whole, listed) : undefined,
    series,
  }
}

/** The groups with the greatest of a sum, and all their sums. Of many, all sums are read of those only. */
async function findGroups(db: Database, ask: Question, top: Top): Promise<readonly Summed[]> {
  if (ask.records || !needsCallers(ask.groupings, ask.filters) || !(await isCrowded(db)))
    return sumUp(db, ask, top)
  const only = await findTop(db, ask, top)
  const rankOf = new Map(only.map((group, rank) => [JSON.stringify(group), rank]))
  const summed = await sumUp(db, { ...ask, only })
  return summed.toSorted(
    (a, b) => rankOf.get(JSON.stringify(a.group))! - rankOf.get(JSON.stringify(b.group))!,
  )
}

/** Groups are never deleted, so the last has the greatest id. */
const isCrowded = async (db: Database): Promise<boolean> => {
  const [row] = await db.select({ last: max(usageGroups.id) }).from(usageGroups)
  return (row?.last ?? 0) > CROWD
}

interface SeriesQuestion {
  readonly ask: Question
  /** The groups of the whole period: each interval is told apart by the same, so that lines can be drawn. */
  readonly only: readonly (readonly string[])[]
  readonly hasRest: boolean
  /** How many groups there are, where they are few: all are read, and added up here. */
  readonly count: number | undefined
}

async function answerSeries(db: Database, { ask, only, hasRest, count }: SeriesQuestion) {
  const listed = new Map(only.map((group, rank) => [JSON.stringify(group), rank]))
  const rankOf = ({ group }: Pick<Summed, 'group'>) => listed.get(JSON.stringify(group)) ?? -1
  const chosen = { ...ask, only: count === undefined ? only : undefined }
  const parts = only.length === 0 ? [] : await sumUpAll(db, chosen, count ?? only.length)
  const wholes = count === undefined ? await sumUpAll(db, { ...ask, groupings: [] }, 1) : parts
  const partsOf = Map.groupBy(parts, ({ bucket }) => bucket)
  const wholesOf = Map.groupBy(wholes, ({ bucket }) => bucket)
  return ask.ranges.map((_, bucket): Breakdown => {
    const sums = addUp(wholesOf.get(bucket) ?? [])
    const groups = (partsOf.get(bucket) ?? [])
      .filter(part => rankOf(part) >= 0)
      .sort((a, b) => rankOf(a) - rankOf(b))
    return { sums, groups, rest: hasRest ? restOf(sums, groups) : undefined }
  })
}

/** Some intervals after the other, where there are many groups. */
async function sumUpAll(db: Database, question: Question, groups: number): Promise<Summed[]> {
  const { ranges } = question
  const step = Math.max(1, Math.floor(AT_ONCE / groups))
  const found: Summed[] = []
  for (let from = 0; from < ranges.length; from += step) {
    const some = await sumUp(db, { ...question, ranges: ranges.slice(from, from + step) })
    found.push(...some.map(sum => ({ ...sum, bucket: sum.bucket + from })))
  }
  return found
}

/** Some groups after the other: each has dozens of bins. */
async function timeUpAll(db: Database, ask: Question, only: readonly (readonly string[])[]) {
  const found: Timed[] = []
  for (let from = 0; from < only.length; from += GROUPS)
    found.push(...(await timeUp(db, { ...ask, only: only.slice(from, from + GROUPS) })))
  return found
}

async function readTimes(db: Database, ask: Question, only: readonly (readonly string[])[]) {
  const nothing = (): Times => ({ total: new Map(), first: new Map() })
  const [[whole], parts] = await Promise.all([
    timeUp(db, { ...ask, groupings: [] }),
    timeUpAll(db, ask, only),
  ])
  const byGroup = new Map(parts.map(({ group, times }) => [JSON.stringify(group), times]))
  return {
    whole: whole?.times ?? nothing(),
    of: (group: readonly string[]) => byGroup.get(JSON.stringify(group)) ?? nothing(),
  }
}

const addUp = (parts: readonly { readonly sums: Sums }[]): Sums =>
  parts.reduce((all, { sums }) => combine(all, sums, 1), NOTHING)

const restOf = (whole: Sums, groups: readonly { readonly sums: Sums }[]): Sums =>
  groups.reduce((rest, { sums }) => combine(rest, sums, -1), whole)
