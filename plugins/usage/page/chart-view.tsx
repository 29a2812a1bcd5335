import { compact, count, money, moneyTick, number } from '../../../views/format.ts'
import { Link } from '../../../views/link.tsx'
import { Name, spell } from '../../../views/name.tsx'
import { Table } from '../../../views/table.tsx'
import { type Asked, addressOf } from './address.ts'
import { type Chart, COLOURS, type Slot } from './chart.ts'
import { intervalOf, tickOf } from './clock.ts'
import { costOf, inputOf, known, outputOf } from './figures.ts'
import { type Measure, measures } from './groups.ts'
import { type Span, toField } from './span.ts'

/** Height of the drawing and of what stands below it, in pixels: widths are percentages, so that text keeps its size. */
const HEIGHT = 208
const FOOT = 24
const TOP = 8

const say: Readonly<Record<Measure, (value: number) => string>> = {
  cost: money,
  calls: value => count(value, 'call'),
  tokens: value => count(value, 'token'),
  errors: value => count(value, 'error'),
}

export interface ChartProps {
  readonly chart: Chart
  readonly span: Span
  readonly asked: Asked
  /** The address of the page. */
  readonly path: string
  /** Names of the groups that have a colour, and of what is beyond. */
  readonly legend: readonly string[]
  /** Moments that stand out. */
  readonly marks?: readonly Mark[]
}

/** A line across the chart, which leads to what is said of that moment. */
export interface Mark {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly text: string
  readonly href: string
  readonly isStrong: boolean
}

/** Bars by interval, stacked by group. For who does not see it, and for the keyboard, the table below says the same. */
export function ChartView({ chart, span, asked, path, legend, marks = [] }: ChartProps) {
  const most = chart.ticks.at(-1)!
  const y = (value: number) => TOP + (1 - value / most) * (HEIGHT - TOP)
  const part = chart.slots.some(({ state }) => state === 'part')
  return (
    <figure class="chart">
      <Legend names={legend} />
      <div class="plot">
        <svg class="axis" width="56" height={HEIGHT + FOOT} aria-hidden="true" focusable="false">
          {chart.ticks.map(value => (
            <text x="100%" dx="-8" y={y(value)} dy="0.32em" text-anchor="end">
              {chart.measure === 'cost' ? moneyTick(value, chart.ticks) : compact(value)}
            </text>
          ))}
        </svg>
        <svg class="bars" height={HEIGHT + FOOT} aria-hidden="true" focusable="false">
          {chart.ticks.map(value => (
            <line class="grid" x1="0" x2="100%" y1={y(value)} y2={y(value)} />
          ))}
          {chart.slots.map((slot, index) => (
            <Column {...{ slot, index, chart, span, asked, path, legend, y }} />
          ))}
          {marks.map(mark => (
            <MarkLine mark={mark} chart={chart} />
          ))}
          {chart.labels.map(({ index, isMinor }) => (
            <text
              class={isMinor ? 'minor' : undefined}
              x={at(index + 0.5, chart)}
              y={HEIGHT + FOOT - 6}
              text-anchor="middle"
            >
              {tickOf(chart.slots[index]!.from, span.interval, span.zone)}
            </text>
          ))}
        </svg>
      </div>
      {part && (
        <p class="remark">Pale bars: an interval that is not over, or lies only in part within this time.</p>
      )}
      <Rows chart={chart} span={span} asked={asked} path={path} />
    </figure>
  )
}

const at = (place: number, { slots }: Chart): string => `${((place / slots.length) * 100).toFixed(3)}%`

function MarkLine({ mark: { at: moment, text, href, isStrong }, chart }: { mark: Mark; chart: Chart }) {
  const index = chart.slots.findIndex(({ from, to }) => moment >= from && moment < to)
  if (index < 0) return null
  const { from, to } = chart.slots[index]!
  const x = at(index + (moment - from) / (to - from), chart)
  return (
    <a class="mark-line" href={href} tabindex={-1} data-strong={isStrong ? '' : undefined}>
      <title>{text}</title>
      <line x1={x} x2={x} y1="0" y2={HEIGHT} />
      <circle cx={x} cy={TOP / 2} r="4" />
    </a>
  )
}

interface ColumnProps extends ChartProps {
  readonly slot: Slot
  readonly index: number
  readonly y: (value: number) => number
}

/** One bar. The whole height answers to the mouse, and leads to that interval. */
function Column({ slot, index, chart, span, asked, path, legend, y }: ColumnProps) {
  if (slot.state === 'ahead') return null
  let below = 0
  const width = at(1, chart)
  return (
    <a class="column" href={closer(slot, span, asked, path)} tabindex={-1} data-state={slot.state}>
      <title>{titleOf(slot, chart.measure, span, legend)}</title>
      <rect class="reach" x={at(index, chart)} width={width} y="0" height={HEIGHT} />
      {slot.pieces.map(({ series, value }) => {
        const [top, bottom] = [y(below + value), y(below)]
        below += value
        return (
          <rect
            data-series={series}
            x={at(index + 0.14, chart)}
            width={at(0.72, chart)}
            y={top.toFixed(2)}
            height={Math.max(0.75, bottom - top).toFixed(2)}
          />
        )
      })}
    </a>
  )
}

/** The same page, for this interval alone. */
const closer = ({ from, to }: Slot, { zone }: Span, asked: Asked, path: string): string =>
  addressOf(path, asked, { range: 'custom', from: toField(from, zone), to: toField(to, zone) })

function titleOf(slot: Slot, measure: Measure, { interval, zone }: Span, legend: readonly string[]): string {
  const { from, to, state, value, sums } = slot
  const lines = [
    intervalOf(from, to, interval, zone) + (state === 'part' ? ' (in part)' : ''),
    value === null ? `${measures[measure].title} not known` : say[measure](value),
    ...(measure === 'calls' ? [] : [count(sums.calls, 'call')]),
    ...[...slot.pieces]
      .reverse()
      .map(({ series, value }) => `  ${spell(legend[series] ?? 'Others')}: ${say[measure](value)}`),
  ]
  return lines.join('\n')
}

const Legend = ({ names }: { names: readonly string[] }) => (
  <ul class="legend">
    {names.map((name, index) => (
      <li>
        <Swatch series={Math.min(index, COLOURS)} />
        <Name title={name.length > 40 ? name : undefined} text={name} />
      </li>
    ))}
  </ul>
)

export const Swatch = ({ series }: { series: number }) => (
  <svg class="swatch" viewBox="0 0 10 10" aria-hidden="true" focusable="false">
    <rect data-series={series} width="10" height="10" rx="2.5" />
  </svg>
)

/** The chart as a table. */
function Rows({ chart, span, asked, path }: Omit<ChartProps, 'legend'>) {
  const { interval, zone } = span
  const slots = chart.slots.filter(({ state }) => state !== 'ahead')
  return (
    <details class="as-table">
      <summary>Show the chart as a table</summary>
      <Table
        caption="Usage by interval, oldest first"
        headings={['Interval', 'Cost', 'Calls', 'Errors', 'Tokens in', 'Tokens out']}
      >
        {slots.map(slot => (
          <tr>
            <th scope="row" data-label="Interval">
              <Link href={closer(slot, span, asked, path)}>
                {intervalOf(slot.from, slot.to, interval, zone)}
              </Link>
              {slot.state === 'part' && <span class="muted"> in part</span>}
            </th>
            <td data-label="Cost">{money(costOf(slot.sums))}</td>
            <td data-label="Calls">{number(slot.sums.calls)}</td>
            <td data-label="Errors">{number(slot.sums.errors)}</td>
            <td data-label="Tokens in">{tokens(known(slot.sums, inputOf(slot.sums)))}</td>
            <td data-label="Tokens out">{tokens(known(slot.sums, outputOf(slot.sums)))}</td>
          </tr>
        ))}
      </Table>
    </details>
  )
}

const tokens = (value: number | null): string => (value === null ? 'not known' : number(value))
