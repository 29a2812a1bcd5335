import type { PageRequest } from '../../../../src/contract/page.ts'
import { Link } from '../../../../views/link.tsx'
import type { ProviderHealth } from '../../../model-lists/model.ts'
import type { Part, UsageAnswer } from '../../report/usage.ts'
import { type Asked, addressOf } from '../address.ts'
import type { Chart } from '../chart.ts'
import { ChartCard } from '../chart-card.tsx'
import { Mistakes } from '../chips.tsx'
import { NothingHere, Welcome } from '../empty.tsx'
import { Headline } from '../headline.tsx'
import { Period } from '../period.tsx'
import { type Places, placesOf } from '../places.ts'
import { type Span, spanAddress } from '../span.ts'
import { Times } from '../time.tsx'
import type { Line } from './concerns.ts'
import { Concerns, pulseOf } from './concerns-view.tsx'
import { Health } from './health.tsx'
import { NextSteps } from './next-steps.tsx'
import { RankingCard } from './ranking-card.tsx'
import { rankings, type Shown } from './rankings.ts'

export interface OverviewData {
  /** What the address asks for. */
  readonly asked: Asked
  readonly params: URLSearchParams
  readonly span: Span
  /** What those on top are chosen by. */
  readonly by: Shown
  /** Nothing was ever called. */
  readonly isNew: boolean
  readonly now: Part
  readonly before: Part | undefined
  /** Absent where nothing was called in this time. */
  readonly figures:
    | {
        /** One for each of `rankings`. */
        readonly tops: readonly UsageAnswer[]
        readonly chart: Chart
        readonly providers: UsageAnswer
      }
    | undefined
  readonly health: readonly ProviderHealth[]
  readonly concerns: readonly Line[]
  /** When this was (milliseconds since 1970). */
  readonly at: number
  readonly example: string | undefined
  readonly keyName: (id: string) => string | undefined
}

const INTO = '#overview'

export function OverviewView({ data, request }: { data: OverviewData; request: PageRequest }) {
  const { asked, params, span, now, before, isNew, figures, concerns, health, at } = data
  const { base } = request
  const path = `${base}/dashboard/overview`
  const places = placesOf(base, span, params)
  return (
    <div id="overview">
      <header class="top">
        <div>
          <h1>Overview</h1>
          <p class="lead">What goes through the gateway, what it costs, and what needs attention.</p>
        </div>
      </header>
      {isNew ? (
        <>
          <Welcome request={request} example={data.example} />
          {request.admin.mayWrite && <NextSteps base={base} />}
        </>
      ) : (
        <>
          <Times asked={asked} path={path} span={span} into={INTO} choices={['24h', '7d', '30d']} />
          <Mistakes mistakes={span.mistakes} />
          <Period now={now} before={before} span={span} />
          <Headline now={now} before={before} against={span.against} places={places} />
        </>
      )}
      {(!isNew || concerns.length > 0) && (
        <Concerns concerns={concerns} base={base} pulse={pulseOf(base, path, 0)} />
      )}
      {figures === undefined ? (
        !isNew && <NothingHere asked={asked} path={path} />
      ) : (
        <Figures data={data} figures={figures} places={places} base={base} />
      )}
      <Health health={health} groups={figures?.providers.groups ?? []} places={places} base={base} at={at} />
    </div>
  )
}

interface FiguresProps {
  readonly data: OverviewData
  readonly figures: NonNullable<OverviewData['figures']>
  readonly places: Places
  readonly base: string
}

/** The course of time, and who is on top. */
function Figures({ data, figures: { tops, chart }, places, base }: FiguresProps) {
  const { asked, params, span, by, keyName } = data
  const path = `${base}/dashboard/overview`
  const [models] = tops
  const names = (models?.groups ?? []).map(({ group: [name = ''] }) => name || rankings[0]!.none)
  const hasOthers = (models?.rest?.calls ?? 0) > 0
  return (
    <>
      <ChartCard
        chart={chart}
        span={span}
        asked={{ ...spanAddress(span, params), show: by === 'cost' ? '' : by }}
        path={`${base}/dashboard/usage`}
        by="model"
        names={names}
        hasOthers={hasOthers}
        choice={{
          label: 'Shown and sorted by',
          into: INTO,
          among: ['cost', 'calls'],
          hrefOf: name => addressOf(path, asked, { show: name }),
        }}
      />
      <div class="rankings">
        {rankings.map((ranking, index) => (
          <RankingCard
            ranking={ranking}
            answer={tops[index]!}
            by={by}
            places={places}
            keyName={keyName}
            hasSwatches={index === 0}
          />
        ))}
      </div>
      <p class="remark">
        Costs are in US dollars. <Link href={places.usage()}>The page of the usage</Link> tells all of it
        apart, and exports it.
      </p>
    </>
  )
}
