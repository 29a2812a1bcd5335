import type { PageRequest } from '../../../../src/contract/page.ts'
import { Badge } from '../../../../views/badge.tsx'
import { Icon } from '../../../../views/icon.tsx'
import { Link } from '../../../../views/link.tsx'
import { Name } from '../../../../views/name.tsx'
import { addressOf, toApiQuery } from '../address.ts'
import { ChartCard } from '../chart-card.tsx'
import { Mistakes } from '../chips.tsx'
import { momentOf } from '../clock.ts'
import { NothingHere } from '../empty.tsx'
import { Headline } from '../headline.tsx'
import { Period } from '../period.tsx'
import { type Places, placesOf } from '../places.ts'
import { Times } from '../time.tsx'
import { Changes, changeId, wordsOf } from './changes.tsx'
import type { ModelData } from './data.ts'
import { Facts } from './facts.tsx'
import { LinesTable } from './lines-table.tsx'
import { PairedTable } from './paired.tsx'
import { noneOf, type Subject } from './subject.ts'

const INTO = '#model'

export function ModelView({ data, request }: { data: ModelData; request: PageRequest }) {
  const { asked, params, subject, span, now, before } = data
  const { base } = request
  const path = `${base}/dashboard/models/detail`
  const places = placesOf(base, span, params, subject.filters)
  return (
    <div id="model">
      <header class="top">
        <div>
          <p class="crumb">
            <Link href={`${base}/dashboard/models`}>Models</Link>
          </p>
          <h1>
            <Name text={subject.name === '' ? 'No model' : subject.name} /> <Kind subject={subject} />
          </h1>
          {(subject.view?.description ?? '') !== '' && <p class="lead">{subject.view!.description}</p>}
        </div>
        {subject.name !== '' && <Ways data={data} request={request} />}
      </header>
      {subject.kind === 'gone' && <Gone name={subject.name} base={base} />}
      <Facts data={data} places={places} base={base} />
      {data.panels}
      {subject.name !== '' && (
        <>
          <Times asked={asked} path={path} span={span} into={INTO} />
          <Mistakes mistakes={span.mistakes} />
          <Period now={now} before={before} span={span} />
          {now.sums.calls === 0 ? (
            <NothingHere asked={asked} path={path} />
          ) : (
            <Traffic data={data} places={places} base={base} path={path} />
          )}
          <Changes data={data} base={base} path={path} />
        </>
      )}
    </div>
  )
}

const Gone = ({ name, base }: { name: string; base: string }) => (
  <p class="banner note">
    {name === ''
      ? 'The address names no model.'
      : 'There is no model of this name now; what is left is its past.'}{' '}
    <Link href={`${base}/dashboard/models`}>Choose one</Link>
  </p>
)

const Kind = ({ subject: { kind, view } }: { subject: Subject }) => (
  <span class="badges">
    {kind === 'provider' && <Badge>provider</Badge>}
    {kind === 'policy' && <Badge tone="amber">policy</Badge>}
    {kind === 'redirect' &&
      (view?.shadows === true ? <Badge tone="violet">shadow</Badge> : <Badge tone="accent">redirect</Badge>)}
    {kind === 'gone' && <Badge tone="outline">not there</Badge>}
    {view?.managed === true && (
      <Badge tone="outline">
        <Icon name="lock" />
        managed
      </Badge>
    )}
    {view?.enabled === false && <Badge tone="outline">{kind === 'policy' ? 'closed' : 'off'}</Badge>}
  </span>
)

/** What can be done with it, and its calls as a file. */
function Ways({ data: { subject, span, params }, request }: { data: ModelData; request: PageRequest }) {
  const { base, admin } = request
  const { name, view, filters } = subject
  const period = {
    from: new Date(span.period.from).toISOString(),
    to: new Date(span.period.to).toISOString(),
    time_zone: span.zone,
  }
  const compare = new URLSearchParams({ source: name, ...period })
  return (
    <nav class="exports" aria-label="This model">
      {view !== undefined && !view.managed && (
        <Link class="button" href={`${base}/dashboard/models?${new URLSearchParams({ edit: name })}`}>
          {admin.mayWrite ? 'Edit' : 'View'}
        </Link>
      )}
      <Link class="button" href={`${base}/dashboard/explain?${new URLSearchParams({ model: name })}`}>
        Explain
      </Link>
      {subject.kind !== 'policy' && (
        <Link class="button" href={`${base}/dashboard/playground?${new URLSearchParams({ model: name })}`}>
          Try it
        </Link>
      )}
      <Link class="button" href={placesOf(base, span, params, filters).usage()}>
        Usage
      </Link>
      <Link
        class="button"
        href={`${base}/admin/usage/export?${toApiQuery(filters, { ...period, format: 'csv' })}`}
        download="usage.csv"
      >
        Calls, CSV
      </Link>
      {subject.kind === 'redirect' && (
        <Link class="button" href={`${base}/admin/virtual-models/compare?${compare}`}>
          Comparison, JSON
        </Link>
      )}
    </nav>
  )
}

interface TrafficProps {
  readonly data: ModelData
  readonly places: Places
  readonly base: string
  readonly path: string
}

/** Figures, the course of time, and the lines side by side. */
function Traffic({ data, places, base, path }: TrafficProps) {
  const { asked, subject, span, chart, series, hasOthers, now, before, markers } = data
  const what = subject.by === 'target' ? 'target' : 'virtual model'
  const names = series.map(name => (name === '' ? noneOf(subject) : name))
  return (
    <>
      <Headline now={now} before={before} against={span.against} places={places} />
      <ChartCard
        chart={chart}
        span={span}
        asked={asked}
        path={path}
        by={what}
        names={names}
        hasOthers={hasOthers}
        choice={{
          label: 'Shown',
          into: INTO,
          hrefOf: name => addressOf(path, asked, { show: name === 'calls' ? '' : name }),
        }}
        marks={markers
          .filter(({ isNow }) => isNow)
          .map(marker => ({
            at: marker.at,
            text: `${momentOf(marker.at, span.zone)}: ${wordsOf(marker)}`,
            href: `#${changeId(marker)}`,
            isStrong: marker.repoints,
          }))}
      />
      <LinesTable data={data} places={places} base={base} path={path} />
      <PairedTable paired={data.paired} />
    </>
  )
}
