import { definePage, type Page, type PageRequest } from '../../../../src/contract/page.ts'
import { Refusal } from '../../../../src/errors.ts'
import type { Ask } from '../../report/answers.ts'
import { checkSize } from '../../report/budget.ts'
import type { Range } from '../../report/cover.ts'
import { type Filters, needsRecords } from '../../report/dimensions.ts'
import { NOTHING } from '../../report/figures.ts'
import { toBuckets } from '../../report/period.ts'
import type { UsageAnswer, UsageQuestion } from '../../report/usage.ts'
import { type Asked, readFilters } from '../address.ts'
import { toChart } from '../chart.ts'
import type { PageDeps } from '../deps.ts'
import { groupKinds, measures, readGroupKind, readMeasure } from '../groups.ts'
import { readSpan, spanAddress } from '../span.ts'
import { type UsageData, UsageView } from './usage-view.tsx'

/** So many groups are listed; what is beyond is one line. */
const GROUPS = 50

/** What was used, and what it cost: figures, a chart, and everything by one kind of group. */
export const createUsagePage = (deps: PageDeps): Page =>
  definePage<UsageData>({
    path: '/usage',
    title: 'Usage',
    nav: { group: 'Insight', order: 30 },
    load: request => load(deps, request),
    view: (data, request) => <UsageView data={data} request={request} />,
  })

async function load({ ask, keyName, example, ...clock }: PageDeps, { url }: PageRequest): Promise<UsageData> {
  const params = url.searchParams
  const span = readSpan(params, clock)
  const chosen = readFilters(params)
  const kind = readGroupKind(params.get('by') ?? '')
  const measure = readMeasure(params.get('show') ?? '')
  const asked: Asked = {
    ...chosen.asked,
    ...spanAddress(span, params),
    by: kind.name === 'model' ? '' : kind.name,
    show: measure === 'cost' ? '' : measure,
  }
  const { buckets } = toBuckets(
    span.period,
    { interval: span.interval, time_zone: span.zone },
    clock.keptSince(),
  )
  const { filters } = chosen
  const groupings = [kind.grouping]
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
        latency: kind.isTimed,
      }),
      kind.isTimed ? undefined : wholeTimes(ask, span.period, filters),
      compare(ask, { period: span.before, filters, top }),
    ])
  })
  const { label } = await ask('names', null)
  const [answer, times, before] = Array.isArray(found) ? found : [nothing, undefined, undefined]
  const now = times === undefined ? answer : { ...answer, times }
  const groups = now.groups.map(({ group }) => group[0] ?? '')
  return {
    asked,
    span,
    kind,
    kinds: groupKinds(label),
    measure,
    now,
    before,
    chart: toChart({ span, buckets, series: now.series ?? [], groups, measure }),
    mistakes: [...span.mistakes, ...chosen.mistakes],
    trouble: found instanceof Refusal ? found.message : undefined,
    isNew: now.sums.calls === 0 && (await ask('edges', null)).newest === null,
    example: example(),
    keyName,
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
