import { Refusal } from '../../../../src/errors.ts'
import type { Ask } from '../../report/answers.ts'
import { checkSize } from '../../report/budget.ts'
import type { Range } from '../../report/cover.ts'
import { type Filters, type Grouping, needsRecords } from '../../report/dimensions.ts'
import { NOTHING } from '../../report/figures.ts'
import { type Clock, toBuckets } from '../../report/period.ts'
import type { UsageAnswer, UsageQuestion } from '../../report/usage.ts'
import { type Chart, toChart } from '../chart.ts'
import { type Measure, measures } from '../groups.ts'
import type { Span } from '../span.ts'

/** So many groups are listed; what is beyond is one line. */
const GROUPS = 50

interface Wanted {
  readonly span: Span
  readonly filters: Filters
  readonly grouping: Grouping
  /** Times are told apart by the groups. */
  readonly isTimed: boolean
  readonly measure: Measure
}

/** What was used. */
export interface SummedUp {
  readonly now: UsageAnswer
  /** The period before; undefined where it could not be read. */
  readonly before: UsageAnswer | undefined
  readonly chart: Chart
  /** Why there is nothing to show. */
  readonly trouble: string | undefined
}

/** Figures against those of the period before, everything by one kind of group, and the course of time. */
export async function sumUp(
  { ask, ...clock }: Clock & { readonly ask: Ask },
  { span, filters, grouping, isTimed, measure }: Wanted,
): Promise<SummedUp> {
  const { buckets } = toBuckets(
    span.period,
    { interval: span.interval, time_zone: span.zone },
    clock.keptSince(),
  )
  const groupings = [grouping]
  const top = { by: measures[measure].by, most: GROUPS }
  const found = await attempt(async () => {
    await checkSize(ask, { period: span.period, groupings, filters })
    return Promise.all([
      ask('usage', {
        period: span.period,
        buckets: buckets.map(({ from, to }) => ({ from, to })),
        groupings,
        filters,
        top,
        latency: isTimed,
      }),
      isTimed ? undefined : wholeTimes(ask, span.period, filters),
      compare(ask, { period: span.before, filters, top }),
    ])
  })
  const [answer, times, before] = Array.isArray(found) ? found : [nothing, undefined, undefined]
  const now = times === undefined ? answer : { ...answer, times }
  const groups = now.groups.map(({ group }) => group[0] ?? '')
  return {
    now,
    before,
    chart: toChart({ span, buckets, series: now.series ?? [], groups, measure }),
    trouble: found instanceof Refusal ? found.message : undefined,
  }
}

const nothing: UsageAnswer = { source: 'rollups', sums: NOTHING, groups: [], rest: undefined, series: [] }

/** Times of all calls together, where those of every group would take too long. */
async function wholeTimes(ask: Ask, period: Range, filters: Filters) {
  const records = needsRecords([], filters)
  return (await ask('times', { ranges: [period], groupings: [], filters, records }))[0]?.times
}

interface Comparison {
  readonly period: Range
  readonly filters: Filters
  readonly top: UsageQuestion['top']
}

/** Where the period before is too large to be looked through, the figures stand alone. */
async function compare(ask: Ask, { period, filters, top }: Comparison): Promise<UsageAnswer | undefined> {
  const answer = await attempt(async () => {
    await checkSize(ask, { period, groupings: [], filters })
    return ask('usage', { period, groupings: [], filters, top, latency: true })
  })
  return answer instanceof Refusal ? undefined : answer
}

/** What the reader refuses is shown on the page; anything else is a bug. */
async function attempt<T>(run: () => Promise<T>): Promise<T | Refusal> {
  try {
    return await run()
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
}
