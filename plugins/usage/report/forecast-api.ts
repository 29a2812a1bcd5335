import * as v from 'valibot'
import { type Api, defineApi } from '../../../src/contract/api.ts'
import type { Provider } from '../../../src/contract/provider.ts'
import { says } from '../../../src/contract/settings.ts'
import { refuse } from '../../../src/errors.ts'
import type { Ask } from './answers.ts'
import { addForecasts, type Forecast, type ForecastQuestion, NONE } from './forecast.ts'
import type { Place } from './log-question.ts'
import { periodEntries, readPeriod, yesterday } from './period.ts'
import type { ApiDeps } from './usage-api.ts'
import { periodView, toPeriod } from './views.ts'

export interface ForecastDeps extends ApiDeps {
  readonly providers: () => ReadonlyMap<string, Provider>
}

/** So many calls are priced for one answer. */
const MOST = 1_000_000

const view = v.object({
  source: says('The redirect', v.string()),
  target: says('Where its calls might have gone', v.string()),
  ...periodView,
  calls: says('Those of the period', v.number()),
  compared: v.pipe(
    v.number(),
    v.description('Calls whose cost is known here and there; the sums are theirs'),
  ),
  cost_nano: v.pipe(
    v.nullable(v.number()),
    v.description('What they cost, in 0.000000001 US dollars; null when nothing could be compared'),
  ),
  forecast_nano: v.pipe(v.nullable(v.number()), v.description('What they would have cost on the target')),
  difference_nano: says('What they would have cost more', v.nullable(v.number())),
  unasked: v.pipe(v.number(), v.description('Calls that asked nobody')),
  unknown: v.pipe(v.number(), v.description('Calls whose tokens are not known')),
  estimated: v.pipe(v.number(), v.description('Calls whose tokens are estimated, all or in part')),
  unpriced: v.pipe(v.number(), v.description('Calls with tokens whose cost was not known')),
  unforeseen: v.pipe(v.number(), v.description('Calls with tokens for which the target has no known price')),
  caveats: says('What the forecast does not know', v.array(v.string())),
})

/** What no price list knows. */
const caveats = [
  'Tokenizers differ: the same text may be more tokens, or fewer, on the other target',
  'Another model answers at another length, and reasons more or less',
  'Cache hits are taken as they were: the other target may cache otherwise, or not at all',
  'What failed tries cost is left out',
]

/** `GET /admin/forecast`. */
export const createForecastApi = ({ ask, now, providers }: ForecastDeps): Api =>
  defineApi({
    method: 'GET',
    path: '/admin/forecast',
    access: 'admin',
    tag: 'Usage',
    refusals: [429],
    summary: 'What the traffic of a redirect would have cost on another target',
    description:
      'The tokens of each call, at the price that the other target had at the time of the call. Default period: yesterday, by the clocks of `time_zone`.',
    query: v.strictObject({
      source: v.pipe(
        v.string(),
        v.nonEmpty('expected the source of a redirect'),
        v.maxLength(512),
        v.description('The source of a redirect'),
      ),
      target: v.pipe(v.string(), v.maxLength(512), v.description('`provider/id`')),
      ...periodEntries,
    }),
    answer: { about: 'Both sums, and what is not in them', schema: view },
    async run({ query: { source, target, ...query } }) {
      const isYesterday = query.from === undefined && query.to === undefined
      const period = isYesterday ? yesterday(now(), query.time_zone) : readPeriod(query, now())
      const sums = await addPages(ask, { source, period, target: readTarget(target, providers()) })
      return { source, target, ...toPeriod(period, query.time_zone), ...toSums(sums), caveats }
    },
  })

/** Page by page: other questions are answered in between. */
async function addPages(ask: Ask, question: ForecastQuestion): Promise<Forecast> {
  let sums = NONE
  for (let after: Place | undefined; ; ) {
    const page = await ask('forecast', { ...question, after })
    sums = addForecasts([sums, page.sums])
    if (page.next === undefined) return sums
    if (sums.calls >= MOST)
      refuse(
        'invalid_request',
        `Field "from": the period has more than ${MOST} calls, choose a shorter one`,
        {
          param: 'from',
        },
      )
    after = page.next
  }
}

const toSums = ({ cost, forecast, ...counts }: Forecast) => {
  const isKnown = counts.compared > 0
  return {
    ...counts,
    cost_nano: isKnown ? cost : null,
    forecast_nano: isKnown ? forecast : null,
    difference_nano: isKnown ? forecast - cost : null,
  }
}

function readTarget(target: string, providers: ReadonlyMap<string, Provider>): ForecastQuestion['target'] {
  const slash = target.indexOf('/')
  const found = providers.get(target.slice(0, Math.max(0, slash)))
  const model = target.slice(slash + 1)
  if (found === undefined || model === '')
    refuse('invalid_request', 'Field "target": expected PROVIDER/ID with the name of a configured provider', {
      param: 'target',
    })
  return { provider: found.name, providerType: found.type, model }
}
