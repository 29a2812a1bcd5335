import type { CallerPageRequest } from '../../../../src/contract/page.ts'
import { Link } from '../../../../views/link.tsx'
import { Name, spell } from '../../../../views/name.tsx'
import { Segments } from '../../../../views/segments.tsx'
import { type Asked, addressOf } from '../address.ts'
import { COLOURS } from '../chart.ts'
import { ChartCard } from '../chart-card.tsx'
import { Mistakes } from '../chips.tsx'
import type { GroupKind, Measure } from '../groups.ts'
import { Period } from '../period.tsx'
import type { Span } from '../span.ts'
import { Tiles } from '../tiles.tsx'
import { Times } from '../time.tsx'
import { BreakdownTable } from '../usage/breakdown.tsx'
import type { SummedUp } from '../usage/sum-up.ts'
import { TIMES } from './asked.ts'

export interface OwnUsageData extends SummedUp {
  readonly asked: Asked
  readonly span: Span
  /** The model that all of this is about; an empty text for calls that reached none. */
  readonly called: string | undefined
  /** To which the key is bound. */
  readonly path: string | undefined
  /** All of that path, and not of this key alone. */
  readonly isOfPath: boolean
  readonly measure: Measure
  readonly kind: GroupKind
}

interface Props {
  readonly data: OwnUsageData
  readonly request: CallerPageRequest
}

const INTO = '#usage'

export function OwnUsageView({ data, request }: Props) {
  const { asked, span, trouble, now, before } = data
  const here = `${request.base}/portal/usage`
  return (
    <div id="usage">
      <header class="top">
        <div>
          <h1>Usage</h1>
          <p class="lead">What you called, and what it cost.</p>
        </div>
        <Whose data={data} here={here} />
      </header>
      <Times asked={asked} path={here} span={span} into={INTO} choices={TIMES} />
      <Mistakes mistakes={[...span.mistakes, ...(trouble === undefined ? [] : [trouble])]} />
      <Only called={data.called} all={addressOf(here, asked, { called: '', without: '' })} />
      <Period now={now} before={before} span={span} />
      {now.sums.calls === 0 ? (
        trouble === undefined && <NothingUsed here={here} asked={asked} />
      ) : (
        <Figures data={data} request={request} />
      )}
    </div>
  )
}

/** Of this key, or of all that call on behalf of its path. */
const Whose = ({ data: { asked, path, isOfPath }, here }: { data: OwnUsageData; here: string }) =>
  path === undefined ? null : (
    <Segments
      label="Whose calls"
      into={INTO}
      segments={[
        { id: 'of-key', text: 'This key', href: addressOf(here, asked, { of: '' }), isCurrent: !isOfPath },
        {
          id: 'of-path',
          text: `All of ${spell(path)}`,
          href: addressOf(here, asked, { of: 'path' }),
          isCurrent: isOfPath,
        },
      ]}
    />
  )

/** The model that was chosen, and the way back to all of them. */
export const Only = ({ called, all }: { called: string | undefined; all: string }) =>
  called === undefined ? null : (
    <p class="chosen-model">
      {called === '' ? (
        'Only calls that reached no model.'
      ) : (
        <>
          Only <Name class="mono" text={called} />.
        </>
      )}{' '}
      <Link href={all}>Show all models</Link>
    </p>
  )

const NothingUsed = ({ here, asked }: { here: string; asked: Asked }) => (
  <div class="nothing">
    <h2>No calls in this time</h2>
    <p>
      <Link href={addressOf(here, asked, { range: '30d', from: '', to: '' })}>Look at 30 days</Link>
    </p>
  </div>
)

function Figures({ data, request: { base } }: Props) {
  const { asked, span, kind, measure, now, before, chart, isOfPath } = data
  const here = `${base}/portal/usage`
  const range = span.preset === 'custom' || span.preset === '24h' ? {} : { range: span.preset }
  const rows = (changes: Readonly<Record<string, string>> = {}) =>
    addressOf(`${base}/portal/calls`, { ...asked, ...range, of: '', show: '' }, changes)
  return (
    <>
      <Tiles
        now={now}
        before={before}
        against={span.against}
        rows={rows()}
        failed={rows({ failed: 'true' })}
        stored={rows()}
      />
      <ChartCard
        chart={chart}
        span={span}
        asked={asked}
        path={here}
        by="model"
        names={now.groups.map(({ group: [value = ''] }) => (value === '' ? kind.none : value))}
        hasOthers={now.groups.length > COLOURS || (now.rest?.calls ?? 0) > 0}
        choice={{
          label: 'Shown and sorted by',
          into: INTO,
          hrefOf: name => addressOf(here, asked, { show: name === 'cost' ? '' : name }),
        }}
      />
      <section id="breakdown" aria-labelledby="breakdown-title">
        <header class="topic">
          <h2 id="breakdown-title">By model</h2>
        </header>
        <BreakdownTable
          kind={kind}
          groups={now.groups}
          rest={now.rest}
          whole={now.sums}
          measure={measure}
          asked={asked}
          path={here}
          rows={rows}
          keyName={() => undefined}
        />
        <p class="remark">
          Costs are in US dollars. Where a token or a price is not known, it is left out and counted, never
          taken for zero.
          {isOfPath && ' Calls of other keys are counted here, and not listed: links lead to yours.'}
        </p>
      </section>
    </>
  )
}
