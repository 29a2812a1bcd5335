import { definePage, type Page, type PageRequest } from '../../../../src/contract/page.ts'
import { Beat, readRound } from '../../../../views/pulse.tsx'
import type { Concerns } from '../../../concerns/model.ts'
import type { ModelLists } from '../../../model-lists/model.ts'
import { toBuckets } from '../../report/period.ts'
import type { UsageAnswer, UsageQuestion } from '../../report/usage.ts'
import { COLOURS, toChart } from '../chart.ts'
import type { PageDeps } from '../deps.ts'
import { readSpan, type Span, spanAddress } from '../span.ts'
import { toLines } from './concerns.ts'
import { pulseOf, Standing } from './concerns-view.tsx'
import { type OverviewData, OverviewView } from './overview-view.tsx'
import { rankings, type Shown } from './rankings.ts'

export interface OverviewDeps extends PageDeps {
  readonly lists: Pick<ModelLists, 'health'>
  readonly concerns: Pick<Concerns, 'look'>
}

/** So many providers are told apart by their calls. */
const PROVIDERS = 100

/** How things are: figures against the period before, what needs attention, who uses most, how providers do. */
export const createOverviewPage = (deps: OverviewDeps): Page =>
  definePage<OverviewData>({
    path: '/overview',
    title: 'Overview',
    nav: { group: 'Gateway', order: 10 },
    load: request => load(deps, request),
    view: (data, request) => <OverviewView data={data} request={request} />,
    parts: {
      async now({ url, base }) {
        const pulse = pulseOf(base, `${base}/dashboard/overview`, readRound(url.searchParams))
        return (
          <Beat {...pulse} into="#standing">
            <Standing concerns={toLines(await deps.concerns.look())} base={base} />
          </Beat>
        )
      },
    },
  })

async function load(deps: OverviewDeps, { url }: PageRequest): Promise<OverviewData> {
  const { ask, keyName, example, lists, concerns } = deps
  const params = url.searchParams
  const span = readSpan(params, deps)
  const now = await ask('usage', whole(span.period))
  const isNew = now.sums.calls === 0 && (await ask('edges', null)).newest === null
  const shown = readShown(params.get('show') ?? '')
  const by = shown ?? (now.sums.cost_nano > 0 ? 'cost' : 'calls')
  const figures = now.sums.calls === 0 ? undefined : await readFigures(deps, span, by)
  return {
    asked: { ...spanAddress(span, params), show: shown ?? '' },
    params,
    span,
    by,
    isNew,
    now,
    before: isNew ? undefined : await ask('usage', whole(span.before)),
    figures,
    health: lists.health(),
    concerns: toLines(await concerns.look()),
    at: deps.now(),
    example: example(),
    keyName,
  }
}

const readShown = (text: string): Shown | undefined =>
  text === 'cost' || text === 'calls' ? text : undefined

const whole = (period: UsageQuestion['period']): UsageQuestion => ({
  period,
  groupings: [],
  filters: {},
  top: { by: 'calls', most: 1 },
  latency: true,
})

/** What is told apart by groups: who is on top, the course of time, and how providers do. */
async function readFigures(deps: OverviewDeps, span: Span, by: Shown): Promise<OverviewData['figures']> {
  const { ask } = deps
  const { period, interval, zone } = span
  const { buckets } = toBuckets(period, { interval, time_zone: zone }, deps.keptSince())
  const top = { by: by === 'cost' ? 'cost_nano' : 'calls', most: COLOURS } as const
  const tops: UsageAnswer[] = []
  // The reader answers one question at a time.
  for (const { by } of rankings) {
    const series = by === 'target' ? buckets.map(({ from, to }) => ({ from, to })) : undefined
    const question = { period, buckets: series, groupings: [{ by }], filters: {}, top, latency: false }
    tops.push(await ask('usage', question))
  }
  const [{ series = [], groups }] = tops as [UsageAnswer]
  const names = groups.map(({ group }) => group[0] ?? '')
  return {
    tops,
    chart: toChart({ span, buckets, series, groups: names, measure: by }),
    providers: await ask('usage', {
      period,
      groupings: [{ by: 'provider' }],
      filters: {},
      top: { by: 'calls', most: PROVIDERS },
      latency: true,
    }),
  }
}
