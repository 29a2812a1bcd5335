import * as v from 'valibot'
import { toLocalText } from '../../../src/base/calendar.ts'
import { says } from '../../../src/contract/settings.ts'
import type { Grouping } from './dimensions.ts'
import { type AdminFigures, adminFigures, toAdminFigures } from './figures.ts'
import type { Bucket } from './period.ts'
import type { Sums } from './sums.ts'
import type { Breakdown, Part, UsageAnswer } from './usage.ts'

const group = v.pipe(
  v.record(v.string(), v.nullable(v.string())),
  v.description('By the names of `group_by`; null for what has none'),
)

/** The parts of an answer for figures of one kind. */
export const breakdownEntries = <S extends v.ObjectEntries>(figures: v.ObjectSchema<S, undefined>) => ({
  total: says('All of it', figures),
  groups: says('Told apart by `group_by`', v.array(v.object({ group, ...figures.entries }))),
  rest: v.pipe(v.nullable(figures), v.description('What is beyond the groups that are listed')),
})

export const periodView = {
  from: says('Where the period begins', v.string()),
  to: says('Where it ends', v.string()),
  time_zone: says('By whose clocks', v.string()),
}

export const summaryView = v.object({
  ...periodView,
  source: v.pipe(
    v.picklist(['rollups', 'records']),
    v.description('`records`: older than USAGE_RETENTION is gone'),
  ),
  ...breakdownEntries(adminFigures),
})

export const seriesView = v.object({
  ...summaryView.entries,
  interval: says('How long each is', v.string()),
  data: v.pipe(
    v.array(
      v.object({ start: says('Where the interval begins', v.string()), ...breakdownEntries(adminFigures) }),
    ),
    v.description('Every interval, also where nothing happened'),
  ),
})

/** Makes figures of sums. */
export type ToFigures<F> = (sums: Sums, times?: Part['times']) => F

/** What a grouping is called. */
const nameOf = ({ by, label }: Grouping): string => (by === 'label' ? `label:${label}` : by)

/** A group by the names of the groupings. */
const toGroup = (groupings: readonly Grouping[], values: readonly string[]): Record<string, string | null> =>
  Object.fromEntries(groupings.map((grouping, i) => [nameOf(grouping), values[i] || null]))

export const toBreakdown = <F extends object>(
  { sums, times, groups, rest }: Breakdown,
  groupings: readonly Grouping[],
  toFigures: ToFigures<F>,
) => ({
  total: toFigures(sums, times),
  groups: groups.map(({ group, sums, times }) => ({
    group: toGroup(groupings, group),
    ...toFigures(sums, times),
  })),
  rest: rest === undefined ? null : toFigures(rest),
})

export const toPeriod = ({ from, to }: { readonly from: number; readonly to: number }, zone: string) => ({
  from: toLocalText(from, zone),
  to: toLocalText(to, zone),
  time_zone: zone,
})

export const toSummary = (
  answer: UsageAnswer,
  groupings: readonly Grouping[],
): Pick<v.InferOutput<typeof summaryView>, 'source' | 'total' | 'groups' | 'rest'> => ({
  source: answer.source,
  ...toBreakdown<AdminFigures>(answer, groupings, toAdminFigures),
})

export const toData = <F extends object>(
  { series = [] }: UsageAnswer,
  {
    buckets,
    zone,
    groupings,
    toFigures,
  }: {
    readonly buckets: readonly Bucket[]
    readonly zone: string
    readonly groupings: readonly Grouping[]
    readonly toFigures: ToFigures<F>
  },
) =>
  series.map((part, i) => ({
    start: toLocalText(buckets[i]!.start, zone),
    ...toBreakdown(part, groupings, toFigures),
  }))
