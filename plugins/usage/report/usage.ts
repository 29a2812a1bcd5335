import type { Database } from '../../../src/database.ts'
import type { Range } from './cover.ts'
import { type Filters, type Grouping, needsRecords } from './dimensions.ts'
import { combine, NOTHING } from './figures.ts'
import type { Question } from './statement.ts'
import { type Summed, type SumName, type Sums, sumUp, type Times, timeUp } from './sums.ts'

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

/** Answers what was used in a period: all of it, by groups, and interval by interval. */
export async function answerUsage(db: Database, question: UsageQuestion): Promise<UsageAnswer> {
  const { period, buckets, groupings, filters, top, latency } = question
  // All parts of an answer come from one place, or they might not add up.
  const base = { filters, records: needsRecords(groupings, filters) }
  const ask = { ...base, ranges: [period], groupings }
  const most = Math.max(top.most, FEW_GROUPS) + 1
  const found = groupings.length === 0 ? [] : await sumUp(db, ask, { by: top.by, most })
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
        isFoldable: isAll && found.length * buckets.length <= FEW_ROWS,
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

interface SeriesQuestion {
  readonly ask: Question
  /** The groups of the whole period: each interval is told apart by the same, so that lines can be drawn. */
  readonly only: readonly (readonly string[])[]
  readonly hasRest: boolean
  /** There are few groups: all are read, and added up here. */
  readonly isFoldable: boolean
}

async function answerSeries(db: Database, { ask, only, hasRest, isFoldable }: SeriesQuestion) {
  const listed = new Map(only.map((group, rank) => [JSON.stringify(group), rank]))
  const rankOf = ({ group }: Pick<Summed, 'group'>) => listed.get(JSON.stringify(group)) ?? -1
  const parts = only.length === 0 ? [] : await sumUp(db, { ...ask, only: isFoldable ? undefined : only })
  const wholes = isFoldable ? parts : await sumUp(db, { ...ask, groupings: [] })
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

async function readTimes(db: Database, ask: Question, only: readonly (readonly string[])[]) {
  const nothing = (): Times => ({ total: new Map(), first: new Map() })
  const [[whole], parts] = await Promise.all([
    timeUp(db, { ...ask, groupings: [] }),
    only.length === 0 ? [] : timeUp(db, { ...ask, only }),
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
