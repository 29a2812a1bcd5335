import type { CallerPageRequest } from '../../../../src/contract/page.ts'
import { Badge } from '../../../../views/badge.tsx'
import { Name } from '../../../../views/name.tsx'
import { Segments } from '../../../../views/segments.tsx'
import { Table } from '../../../../views/table.tsx'
import { Turn } from '../../../../views/turn.tsx'
import type { Row } from '../../report/log.ts'
import { type Asked, addressOf } from '../address.ts'
import { Mistakes } from '../chips.tsx'
import { dayOf, secondsOf } from '../clock.ts'
import { isFailure, SWITCHED, Took } from '../requests/cells.tsx'
import { partWords } from '../requests/words.ts'
import type { Span } from '../span.ts'
import { Times } from '../time.tsx'
import { TIMES } from './asked.ts'
import { Only } from './own-usage-view.tsx'
import { whyOf } from './why.ts'

export interface OwnCallsData {
  readonly asked: Asked
  readonly span: Span
  readonly called: string | undefined
  readonly isFailed: boolean
  readonly rows: readonly Row[]
  readonly isFirst: boolean
  /** Where the page of older lines begins, as its address says it. */
  readonly older: string | undefined
  /** Not all of this time was looked through. */
  readonly isPart: boolean
  /** To which the key is bound: calls on behalf of another one say so. */
  readonly path: string | undefined
}

const INTO = '#own-calls'

export function OwnCallsView({ data, request }: { data: OwnCallsData; request: CallerPageRequest }) {
  const { asked, span, called, rows, isFirst, older, isPart } = data
  const here = `${request.base}/portal/calls`
  return (
    <div id="own-calls">
      <header class="top">
        <div>
          <h1>Calls</h1>
          <p class="lead">
            Those that were made with your key, newest first. What was asked and answered is not shown.
          </p>
        </div>
        <Which data={data} here={here} />
      </header>
      <Times asked={asked} path={here} span={span} into={INTO} choices={TIMES} />
      <Mistakes mistakes={span.mistakes} />
      <Only called={called} all={addressOf(here, asked, { called: '', without: '' })} />
      {rows.length === 0 && older === undefined ? (
        <div class="nothing">
          <h2>{data.isFailed ? 'No call failed in this time' : 'No calls in this time'}</h2>
          <p>Every call is here a moment after it has ended, with the id that its answer carried.</p>
        </div>
      ) : (
        <Table
          caption={`Your calls, newest first; times of ${span.zone}`}
          headings={['When', 'Model', 'Outcome', 'Time', 'Tokens', 'Cost']}
        >
          {rows.map(row => (
            <CallRow row={row} zone={span.zone} path={data.path} />
          ))}
        </Table>
      )}
      <Turn
        newer={{ text: 'Newest', href: isFirst ? undefined : addressOf(here, asked) }}
        older={older && addressOf(here, asked, { before: older })}
        isPart={isPart}
      />
    </div>
  )
}

const Which = ({ data: { asked, isFailed }, here }: { data: OwnCallsData; here: string }) => (
  <Segments
    label="Which calls"
    into={INTO}
    segments={[
      { id: 'all-calls', text: 'All', href: addressOf(here, asked, { failed: '' }), isCurrent: !isFailed },
      {
        id: 'failed-calls',
        text: 'Failed',
        href: addressOf(here, asked, { failed: 'true' }),
        isCurrent: isFailed,
      },
    ]}
  />
)

const CallRow = ({ row, zone, path }: { row: Row; zone: string; path: string | undefined }) => (
  <tr class="line" data-failed={isFailure(row) ? '' : undefined}>
    <th scope="row" data-label="When">
      <time datetime={new Date(row.at).toISOString()}>
        <span class="day">{dayOf(row.at, zone)}</span> {secondsOf(row.at, zone)}
      </time>
      {row.part > 0 && <p class="about">{partWords(row)}</p>}
    </th>
    <td data-label="Model">
      <div class="names">
        <Name class="mono" text={row.asked ?? row.operation} />
        <p class="about call-id">
          <Name class="mono" text={row.requestId} />
        </p>
        {row.userPath !== null && row.userPath !== path && (
          <p class="about">
            for <Name class="mono" text={row.userPath} />
          </p>
        )}
      </div>
    </td>
    <td data-label="Outcome">
      <Outcome row={row} />
    </td>
    <Took row={row} />
  </tr>
)

/** The status that was answered; of what failed also why. */
const Outcome = ({ row }: { row: Row }) => (
  <div class="became">
    <Badge tone={isFailure(row) ? 'bad' : row.hungUp ? 'amber' : 'good'}>
      {row.status === 0 ? 'none' : row.status}
    </Badge>{' '}
    {row.cached && (
      <Badge tone="violet" title="The answer was stored">
        cache
      </Badge>
    )}{' '}
    {row.code !== null && <Name class="mono code" text={row.code} />}
    {row.code === null && row.streamed && (
      <span class="muted">{row.status === SWITCHED ? 'conversation' : 'stream'}</span>
    )}
    {row.code !== null && <p class="about">{whyOf(row.code)}</p>}
  </div>
)
