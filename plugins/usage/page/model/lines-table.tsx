import { Badge } from '../../../../views/badge.tsx'
import { compact, count, duration, money, number, percent } from '../../../../views/format.ts'
import { Link } from '../../../../views/link.tsx'
import { Name } from '../../../../views/name.tsx'
import { Table } from '../../../../views/table.tsx'
import { COLOURS } from '../chart.ts'
import { Swatch } from '../chart-view.tsx'
import { inputOf, known, outputOf } from '../figures.ts'
import { choiceOf, type Places } from '../places.ts'
import { Before } from './before.tsx'
import type { ModelData } from './data.ts'
import { Reading } from './reading.tsx'
import { hasScores, Scores } from './scores.tsx'
import type { Line } from './sides.ts'
import { noneOf } from './subject.ts'
import { Verdict } from './verdict.tsx'

interface LinesProps {
  readonly data: ModelData
  readonly places: Places
  readonly base: string
  readonly path: string
}

/** What led here, or where it led, side by side: figures, the period before, and what can be said of differences. */
export function LinesTable({ data, places, path }: LinesProps) {
  const { subject, lines } = data
  const what = subject.by === 'target' ? 'Target' : 'Virtual model'
  return (
    <section id="lines" aria-labelledby="lines-title">
      <h2 id="lines-title">{subject.by === 'target' ? 'Targets side by side' : 'By virtual model'}</h2>
      <Table
        caption={`Figures by ${what.toLowerCase()}`}
        headings={[
          what,
          'Calls',
          'Error rate',
          'Duration',
          'First token',
          'Tokens',
          'Cost per call',
          ...(hasScores(lines) ? ['Scores'] : []),
        ]}
      >
        {lines.map(line => (
          <Row line={line} data={data} places={places} what={what} />
        ))}
      </Table>
      <Reading data={data} path={path} />
    </section>
  )
}

interface RowProps {
  readonly line: Line
  readonly data: ModelData
  readonly places: Places
  readonly what: string
}

function Row({ line, data, places, what }: RowProps) {
  const { subject, series, span } = data
  const place = line.isMirror ? -1 : series.indexOf(line.name)
  const label = line.name === '' ? noneOf(subject) : line.name
  return (
    <tr>
      <th scope="row" data-label={what}>
        <span class="who">
          <Swatch series={place < 0 ? COLOURS : place} />
          {line.name === '' ? (
            <span class="muted">{label}</span>
          ) : (
            <Link href={places.model(line.name, subject.by === 'target' ? { of: 'provider' } : {})}>
              <Name class="mono" text={label} />
            </Link>
          )}
          {line.isMirror && (
            <Badge tone="outline" title="It got copies of calls: no caller saw its answers">
              mirror
            </Badge>
          )}
        </span>
      </th>
      <Calls line={line} data={data} places={places} label={label} />
      <Errors line={line} places={places} label={label} data={data} />
      <Time line={line} kind="total_ms" label="Duration" against={span.against} />
      <Time line={line} kind="first_byte_ms" label="First token" against={span.against} />
      <Tokens line={line} />
      <CostPerCall line={line} against={span.against} />
      {hasScores(data.lines) && <Scores line={line} />}
    </tr>
  )
}

/** Which calls of the log are in a line. A model may be a target at one time and a mirror at another. */
const rowsOf = ({ name, isMirror }: Line, { lines, subject }: ModelData) => ({
  ...choiceOf(subject.by, name),
  ...(lines.some(line => line.isMirror) && { mirrored: String(isMirror) }),
})

type CellProps = Pick<RowProps, 'line' | 'data' | 'places'> & { readonly label: string }

function Calls({ line, data, places, label }: CellProps) {
  const { calls } = line.part.sums
  const all = data.now.sums.calls
  return (
    <td class="num" data-label="Calls">
      <div>
        {calls === 0 ? (
          <span class="muted">none</span>
        ) : (
          <Link
            href={places.rows(rowsOf(line, data))}
            aria-label={`${count(calls, line.isMirror ? 'copy' : 'call', line.isMirror ? 'copies' : 'calls')}: ${label}`}
          >
            {number(calls)}
          </Link>
        )}
        {calls > 0 && (
          <p class="about">{line.isMirror ? 'copies of calls' : `${percent(calls / all)} of all`}</p>
        )}
        <Before now={calls} before={line.before?.part.sums.calls} against={data.span.against} more="plain" />
      </div>
    </td>
  )
}

function Errors({ line, data, places, label }: CellProps) {
  const { error_rate, failures, tries } = line.figures
  if (tries === 0) return <Empty label="Error rate" />
  const { value, low, high } = error_rate
  const before = line.before?.figures.error_rate.value
  return (
    <td class="num" data-label="Error rate">
      <div>
        {failures === 0 ? (
          '0 %'
        ) : (
          <Link
            href={places.rows({ ...rowsOf(line, data), failed: 'true' })}
            aria-label={`${percent(value)} failed: ${label}`}
          >
            {percent(value)}
          </Link>
        )}
        {low !== null && high !== null && (
          <p class="about" title="Holds the true rate in 95 of 100 cases">
            {percent(low)} to {percent(high)}
          </p>
        )}
        <Verdict difference={line.difference?.error_rate} say={points} />
        <Before now={value} before={before} against={data.span.against} more="bad" say={percent} />
      </div>
    </td>
  )
}

/** Differences of rates. */
const points = (share: number): string =>
  `${(Math.abs(share) * 100).toLocaleString('en', { maximumFractionDigits: 1 })} points`

interface TimeProps {
  readonly line: Line
  readonly kind: 'total_ms' | 'first_byte_ms'
  readonly label: string
  readonly against: string
}

function Time({ line, kind, label, against }: TimeProps) {
  const { p50, p95 } = line.figures[kind]
  if (p50.value === null) return <Empty label={label} />
  const before = line.before?.figures[kind]
  const difference = line.difference?.[kind]
  return (
    <td class="num" data-label={label}>
      <div>
        {duration(p50.value)}
        <Verdict difference={difference?.p50} say={duration} />
        <Before now={p50.value} before={before?.p50.value} against={against} more="bad" />
        <p class="about">95 %: {duration(p95.value)}</p>
        <Verdict difference={difference?.p95} say={duration} />
        <Before now={p95.value} before={before?.p95.value} against={against} more="bad" />
      </div>
    </td>
  )
}

function Tokens({ line }: { line: Line }) {
  const { sums } = line.part
  if (sums.calls === 0) return <Empty label="Tokens" />
  const amount = (value: number | null) => (value === null ? 'not known' : compact(value))
  return (
    <td class="num" data-label="Tokens">
      <div>
        {amount(known(sums, inputOf(sums)))} in
        <p class="about">{amount(known(sums, outputOf(sums)))} out</p>
      </div>
    </td>
  )
}

function CostPerCall({ line, against }: { line: Line; against: string }) {
  const { cost_per_request_nano: mean, unpriced, unknown, cost_nano } = line.figures
  if (line.part.sums.calls === 0) return <Empty label="Cost per call" />
  const { value, low, high } = mean
  return (
    <td class="num" data-label="Cost per call">
      <div>
        {money(value)}
        {low !== null && high !== null && high > low && (
          <p class="about" title="Holds the true mean in 95 of 100 cases">
            {money(low)} to {money(high)}
          </p>
        )}
        <Verdict difference={line.difference?.cost_per_request_nano} say={nano => money(Math.abs(nano))} />
        <Before
          now={value}
          before={line.before?.figures.cost_per_request_nano.value}
          against={against}
          more="bad"
        />
        {cost_nano !== null && <p class="about">{money(cost_nano)} in all</p>}
        {unpriced + unknown > 0 && <p class="about gap">{number(unpriced + unknown)} not priced</p>}
      </div>
    </td>
  )
}

const Empty = ({ label }: { label: string }) => (
  <td class="num" data-label={label}>
    <span class="muted">–</span>
  </td>
)
