import * as v from 'valibot'
import { type Api, defineApi } from '../../../src/contract/api.ts'
import { says } from '../../../src/contract/settings.ts'
import { ownCalls } from '../../../src/scope/own-calls.ts'
import { checkSize } from './budget.ts'
import type { Grouping } from './dimensions.ts'
import { callerFigures, toCallerFigures } from './figures.ts'
import { depthEntry, groupBy, topEntries, withDepth } from './inputs.ts'
import { intervalEntry, periodEntries, readWholePeriod, toBuckets } from './period.ts'
import type { ApiDeps } from './usage-api.ts'
import { breakdownEntries, periodView, toBreakdown, toData, toPeriod } from './views.ts'

const text = (about: string) => v.optional(v.pipe(v.string(), v.maxLength(512), v.description(about)))

const view = v.object({
  ...periodView,
  path: v.pipe(v.string(), v.description('What is counted: this path and all below it')),
  ...breakdownEntries(callerFigures),
  interval: says('How long each of `data` is', v.optional(v.string())),
  data: says(
    'Every interval, also where nothing happened',
    v.optional(
      v.array(
        v.object({
          start: says('Where the interval begins', v.string()),
          ...breakdownEntries(callerFigures),
        }),
      ),
    ),
  ),
})

/** Callers know models by the names that they call: where a redirect leads is not theirs to see. */
const toGroupings = (groupings: readonly Grouping[]): Grouping[] =>
  groupings.map(grouping => (grouping.by === 'model' ? { ...grouping, by: 'called' } : grouping))

/** `GET /v1/usage`. */
export const createCallerApi = ({ ask, ...clock }: ApiDeps): Api =>
  defineApi({
    method: 'GET',
    path: '/v1/usage',
    access: 'caller',
    tag: 'Usage',
    refusals: [403, 429],
    summary: 'What you used in a period, and what it cost',
    description:
      'The usage of your user path and of all paths below it; of a key that is bound to no path, its own usage. With `interval` also interval by interval. Null is not zero: `unknown` and `unpriced` count what is missing in the sums.',
    query: v.strictObject({
      ...periodEntries,
      ...topEntries(100, 20),
      interval: intervalEntry,
      group_by: groupBy(['model', 'path', 'key', 'session']),
      path_depth: depthEntry,
      model: text('The model, as it was called'),
      path: text('Only this path below yours, and all below it'),
      key: text('Only the key with this id'),
    }),
    answer: { about: 'Sums', schema: view },
    async run({ x, query: { group_by, path_depth, sort, limit, interval, model, path, key, ...query } }) {
      const period = readWholePeriod(query, clock)
      const groupings = toGroupings(withDepth(group_by, path_depth))
      const cut = interval && toBuckets(period, { ...query, interval }, clock.keptSince())
      const filters = { called: model, path, key, ...ownCalls(x!), mirrored: false }
      await checkSize(ask, { period, groupings, filters })
      const answer = await ask('usage', {
        period,
        buckets: cut?.buckets.map(({ from, to }) => ({ from, to })),
        groupings,
        filters,
        top: { by: sort, most: limit },
        latency: false,
      })
      const zone = query.time_zone
      return {
        ...toPeriod(period, zone),
        path: x!.userPath,
        ...toBreakdown(answer, group_by, toCallerFigures),
        ...(cut && {
          interval: cut.interval,
          data: toData(answer, {
            buckets: cut.buckets,
            zone,
            groupings: group_by,
            toFigures: toCallerFigures,
          }),
        }),
      }
    },
  })
