import * as v from 'valibot'
import { type Api, defineApi } from '../../../src/contract/api.ts'
import { flag, says } from '../../../src/contract/settings.ts'
import type { Ask } from './answers.ts'
import { checkSize } from './budget.ts'
import { recordedOnly, rolledUp } from './dimensions.ts'
import { toAdminFigures } from './figures.ts'
import { depthEntry, filterEntries, groupBy, toFilters, topEntries, withDepth } from './inputs.ts'
import { type Clock, intervalEntry, periodEntries, readWholePeriod, toBuckets } from './period.ts'
import { seriesView, summaryView, toData, toPeriod, toSummary } from './views.ts'

export interface ApiDeps extends Clock {
  readonly ask: Ask
}

/** `called` is for callers: where a redirect leads is not theirs to know. */
const groupNames = [...rolledUp, ...recordedOnly].filter(name => name !== 'called' && name !== 'label')

const shared = {
  method: 'GET',
  access: 'admin',
  tag: 'Usage',
  refusals: [429],
} as const

const explanation =
  'Null is not zero: `unknown` and `unpriced` count what is missing in the sums. By `label`, `session`, `operation`, `dialect`, `status`, `code`, `streamed`, `cached` or `min_cost_usd` the records are looked through, which takes longer than adding up roll-ups, and knows nothing older than USAGE_RETENTION. The period grows to whole minutes.'

/** `GET /admin/usage` and `GET /admin/usage/series`. */
export const createUsageApi = (deps: ApiDeps): Api[] => [createSummary(deps), createSeries(deps)]

const queryOf = (most: number, usual: number) => ({
  ...periodEntries,
  ...filterEntries,
  ...topEntries(most, usual),
  group_by: groupBy(groupNames),
  path_depth: depthEntry,
})

const createSummary = ({ ask, ...clock }: ApiDeps): Api =>
  defineApi({
    ...shared,
    path: '/admin/usage',
    summary: 'What was used in a period, and what it cost',
    description: `All of it, and by groups. ${explanation}`,
    query: v.strictObject({
      ...queryOf(1000, 100),
      latency: says('With percentiles of times, which takes longer', v.optional(flag(), false)),
    }),
    answer: { about: 'Sums', schema: summaryView },
    async run({ query: { group_by, path_depth, sort, limit, latency, ...query } }) {
      const period = readWholePeriod(query, clock)
      const groupings = withDepth(group_by, path_depth)
      const filters = toFilters(query)
      await checkSize(ask, { period, groupings, filters })
      const answer = await ask('usage', {
        period,
        groupings,
        filters,
        top: { by: sort, most: limit },
        latency,
      })
      return { ...toPeriod(period, query.time_zone), ...toSummary(answer, groupings) }
    },
  })

const createSeries = ({ ask, ...clock }: ApiDeps): Api =>
  defineApi({
    ...shared,
    path: '/admin/usage/series',
    summary: 'The same, interval by interval',
    description: `Intervals follow the calendar of \`time_zone\`: a day in which the clocks change has 23 hours, or 25. ${explanation}`,
    query: v.strictObject({ ...queryOf(100, 10), interval: intervalEntry }),
    answer: { about: 'Sums by interval, oldest first', schema: seriesView },
    async run({ query: { group_by, path_depth, sort, limit, ...query } }) {
      const period = readWholePeriod(query, clock)
      const groupings = withDepth(group_by, path_depth)
      const { interval, buckets } = toBuckets(period, query, clock.keptSince())
      const filters = toFilters(query)
      await checkSize(ask, { period, groupings, filters })
      const answer = await ask('usage', {
        period,
        buckets: buckets.map(({ from, to }) => ({ from, to })),
        groupings,
        filters,
        top: { by: sort, most: limit },
        latency: false,
      })
      const zone = query.time_zone
      return {
        ...toPeriod(period, zone),
        interval,
        ...toSummary(answer, groupings),
        data: toData(answer, { buckets, zone, groupings, toFigures: toAdminFigures }),
      }
    },
  })
