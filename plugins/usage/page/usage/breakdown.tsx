import { Bar } from '../../../../views/bar.tsx'
import { compact, count, duration, money, number, percent, UNKNOWN } from '../../../../views/format.ts'
import { Link } from '../../../../views/link.tsx'
import { Name } from '../../../../views/name.tsx'
import { Table } from '../../../../views/table.tsx'
import type { Sums } from '../../report/sums.ts'
import type { Group, Part } from '../../report/usage.ts'
import { type Asked, addressOf } from '../address.ts'
import { COLOURS } from '../chart.ts'
import { Swatch } from '../chart-view.tsx'
import { costOf, errorRate, inputOf, known, measured, outputOf } from '../figures.ts'
import { type GroupKind, type Measure, measures, narrowTo } from '../groups.ts'
import { quantile } from '../tiles.tsx'

interface BreakdownProps {
  readonly kind: GroupKind
  readonly groups: readonly Group[]
  readonly rest: Sums | undefined
  readonly whole: Sums
  readonly measure: Measure
  readonly asked: Asked
  readonly path: string
  /** The address of the rows behind a group, with these changes to what is asked for. */
  readonly rows: (changes: Readonly<Record<string, string>>) => string
  readonly keyName: (id: string) => string | undefined
}

/** Everything by one kind of group, the greatest first. */
export function BreakdownTable(props: BreakdownProps) {
  const { kind, groups, rest, measure } = props
  return (
    <Table
      caption={`Usage by ${kind.title.toLowerCase()}`}
      headings={[
        kind.title,
        `Share of ${measures[measure].title.toLowerCase()}`,
        'Cost',
        'Calls',
        'Failed',
        'Tokens in',
        'Tokens out',
        ...(kind.isTimed ? ['Duration'] : []),
      ]}
    >
      {groups.map((group, index) => (
        <GroupRow {...props} group={group} index={index} />
      ))}
      {rest !== undefined && rest.calls > 0 && (
        <tr>
          <th scope="row" data-label={kind.title}>
            <span class="who">
              <Swatch series={COLOURS} />
              <span class="muted">All others</span>
            </span>
          </th>
          <Cells {...props} part={{ sums: rest }} series={COLOURS} />
        </tr>
      )}
    </Table>
  )
}

function GroupRow({ group, index, ...props }: BreakdownProps & { group: Group; index: number }) {
  const { kind, asked, path, keyName, rows } = props
  const value = group.group[0] ?? ''
  const narrow = narrowTo(kind, value, asked)
  const name = kind.grouping.by === 'key' && value !== '' ? keyName(value) : undefined
  const series = Math.min(index, COLOURS)
  const label = value === '' ? kind.none : (name ?? value)
  return (
    <tr>
      <th scope="row" data-label={kind.title}>
        <span class="who">
          <Swatch series={series} />
          <Link
            class={value === '' || name !== undefined ? undefined : 'mono'}
            href={addressOf(path, asked, { ...narrow, by: kind.next })}
            title={label.length > 30 ? label : undefined}
          >
            <Name text={label} />
          </Link>
        </span>
        {name !== undefined && <p class="about mono">{value}</p>}
      </th>
      <Cells
        {...props}
        part={group}
        series={series}
        links={{ calls: rows(narrow), failed: rows({ ...narrow, failed: 'true' }), of: label }}
      />
    </tr>
  )
}

interface CellsProps extends BreakdownProps {
  readonly part: Part
  readonly series: number
  readonly links?: { readonly calls: string; readonly failed: string; readonly of: string }
}

function Cells({ kind, part, series, links, whole, measure }: CellsProps) {
  const { sums } = part
  const [value, all] = [measured(measure, sums), measured(measure, whole)]
  const share = value === null || !all ? null : value / all
  const [input, output] = [known(sums, inputOf(sums)), known(sums, outputOf(sums))]
  const [median, slow] = [quantile(part, 'total', 0.5), quantile(part, 'total', 0.95)]
  return (
    <>
      <td class="sharing" data-label="Share">
        <div>
          <span>{share === null ? (value === null ? UNKNOWN : '–') : percent(share)}</span>
          <Bar share={share ?? 0} series={series} />
        </div>
      </td>
      <td class="num" data-label="Cost">
        <div>
          {money(costOf(sums))}
          <Unsure sums={sums} />
        </div>
      </td>
      <td class="num" data-label="Calls">
        {links === undefined ? (
          number(sums.calls)
        ) : (
          <Link href={links.calls} aria-label={`${count(sums.calls, 'call')}: ${links.of}`}>
            {number(sums.calls)}
          </Link>
        )}
      </td>
      <td class="num" data-label="Failed">
        <div>
          {sums.errors === 0 || links === undefined ? (
            <span class={sums.errors === 0 ? 'muted' : undefined}>{number(sums.errors)}</span>
          ) : (
            <Link href={links.failed} aria-label={`${count(sums.errors, 'failed call')}: ${links.of}`}>
              {number(sums.errors)}
            </Link>
          )}
          {sums.errors > 0 && <p class="about">{percent(errorRate(sums))}</p>}
        </div>
      </td>
      <Amount label="Tokens in" value={input} />
      <Amount label="Tokens out" value={output} />
      {kind.isTimed && (
        <td class="num" data-label="Duration">
          <div>
            {median === null ? <span class="muted">–</span> : duration(median)}
            {slow !== null && <p class="about">95 %: {duration(slow)}</p>}
          </div>
        </td>
      )}
    </>
  )
}

const Amount = ({ label, value }: { label: string; value: number | null }) => (
  <td class="num" data-label={label} title={value === null ? undefined : number(value)}>
    {value === null ? UNKNOWN : compact(value)}
  </td>
)

/** What the cost of a group leaves out. */
function Unsure({ sums: { unpriced, unknown, estimated } }: { sums: Sums }) {
  const parts = [
    ...(unpriced > 0 ? [`${number(unpriced)} unpriced`] : []),
    ...(unknown > 0 ? [`${number(unknown)} unknown`] : []),
    ...(estimated > 0 ? [`${number(estimated)} estimated`] : []),
  ]
  return parts.length === 0 ? null : (
    <p class={unpriced + unknown > 0 ? 'about gap' : 'about'}>{parts.join(', ')}</p>
  )
}
