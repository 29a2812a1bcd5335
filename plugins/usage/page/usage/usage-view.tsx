import type { PageRequest } from '../../../../src/contract/page.ts'
import { Link } from '../../../../views/link.tsx'
import { Segments } from '../../../../views/segments.tsx'
import { type Asked, addressOf, toApiQuery } from '../address.ts'
import { COLOURS } from '../chart.ts'
import { ChartCard } from '../chart-card.tsx'
import { Chips, Mistakes } from '../chips.tsx'
import { NothingHere, Welcome } from '../empty.tsx'
import type { GroupKind, Measure } from '../groups.ts'
import { Period } from '../period.tsx'
import type { Span } from '../span.ts'
import { Tiles } from '../tiles.tsx'
import { Times } from '../time.tsx'
import { BreakdownTable } from './breakdown.tsx'
import type { SummedUp } from './sum-up.ts'

export interface UsageData extends SummedUp {
  /** What the address asks for. */
  readonly asked: Asked
  readonly span: Span
  readonly kind: GroupKind
  readonly kinds: readonly GroupKind[]
  readonly measure: Measure
  readonly mistakes: readonly string[]
  /** Nothing was ever called. */
  readonly isNew: boolean
  readonly example: string | undefined
  readonly keyName: (id: string) => string | undefined
}

const INTO = '#usage'

export function UsageView({ data, request }: { data: UsageData; request: PageRequest }) {
  const { asked, span, mistakes, trouble, isNew, now, before } = data
  const path = `${request.base}/dashboard/usage`
  return (
    <div id="usage">
      <header class="top">
        <div>
          <h1>Usage</h1>
          <p class="lead">What was called, by whom, and what it cost.</p>
        </div>
        {!isNew && <Exports data={data} base={request.base} />}
      </header>
      {isNew ? (
        <Welcome request={request} example={data.example} />
      ) : (
        <>
          <Times asked={asked} path={path} span={span} into={INTO} />
          <Mistakes mistakes={[...mistakes, ...(trouble === undefined ? [] : [trouble])]} />
          <Chips asked={asked} path={path} />
          <Period now={now} before={before} span={span} />
          {now.sums.calls === 0 ? (
            trouble === undefined && <NothingHere asked={asked} path={path} />
          ) : (
            <Figures data={data} request={request} />
          )}
        </>
      )}
    </div>
  )
}

function Figures({ data, request }: { data: UsageData; request: PageRequest }) {
  const { asked, span, kind, kinds, measure, now, before, chart, keyName } = data
  const path = `${request.base}/dashboard/usage`
  const rows = (changes: Readonly<Record<string, string>> = {}) =>
    addressOf(`${request.base}/dashboard/requests`, rowsAsked(asked, span), changes)
  const names = now.groups.map(({ group: [value = ''] }) =>
    value === '' ? kind.none : ((kind.grouping.by === 'key' ? keyName(value) : undefined) ?? value),
  )
  const hasOthers = now.groups.length > COLOURS || (now.rest?.calls ?? 0) > 0
  return (
    <>
      <Tiles
        now={now}
        before={before}
        against={span.against}
        rows={rows()}
        failed={rows({ failed: 'true' })}
        stored={rows({ cached: 'true' })}
      />
      <ChartCard
        chart={chart}
        span={span}
        asked={asked}
        path={path}
        by={kind.title.toLowerCase()}
        names={names}
        hasOthers={hasOthers}
        choice={{
          label: 'Shown and sorted by',
          into: INTO,
          hrefOf: name => addressOf(path, asked, { show: name === 'cost' ? '' : name }),
        }}
      />
      <section id="breakdown" aria-labelledby="breakdown-title">
        <header class="topic">
          <h2 id="breakdown-title">Who and what</h2>
          <Segments
            label="By"
            into={INTO}
            segments={kinds.map(({ name, title }, index) => ({
              id: `by-${index}`,
              text: title,
              href: addressOf(path, asked, { by: name === 'model' ? '' : name }),
              isCurrent: name === kind.name,
            }))}
          />
        </header>
        <BreakdownTable
          kind={kind}
          groups={now.groups}
          rest={now.rest}
          whole={now.sums}
          measure={measure}
          asked={asked}
          path={path}
          rows={rows}
          keyName={keyName}
        />
        <p class="remark">
          Costs are in US dollars. Where a token or a price is not known, it is left out and counted, never
          taken for zero.
          {now.source === 'records' &&
            ' These figures were added up from single calls: what is older than USAGE_RETENTION is not in them.'}
        </p>
      </section>
    </>
  )
}

/** What the page of the rows is asked for, to show those behind the figures. */
const rowsAsked = (asked: Asked, { preset }: Span): Asked => ({
  ...asked,
  ...(preset !== 'custom' && { range: preset }),
  by: '',
  show: '',
})

/** The rows behind the figures as a file. The admin API makes it, and takes the session of the dashboard. */
function Exports({ data: { asked, span, kind }, base }: { data: UsageData; base: string }) {
  const period = {
    from: new Date(span.period.from).toISOString(),
    to: new Date(span.period.to).toISOString(),
    time_zone: span.zone,
  }
  const file = (format: string) => `${base}/admin/usage/export?${toApiQuery(asked, { ...period, format })}`
  const { by, label } = kind.grouping
  const groups = by === 'label' ? `label:${label}` : by
  return (
    <nav class="exports" aria-label="Export">
      <span class="muted">Export</span>
      <Link class="button" href={file('csv')} download="usage.csv">
        Calls, CSV
      </Link>
      <Link class="button" href={file('jsonl')} download="usage.jsonl">
        Calls, JSONL
      </Link>
      <Link
        class="button"
        href={`${base}/admin/usage?${toApiQuery(asked, { ...period, group_by: groups, latency: 'true' })}`}
      >
        Sums, JSON
      </Link>
    </nav>
  )
}
