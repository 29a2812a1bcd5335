import { cpus, loadavg } from 'node:os'
import type { Goal } from './goals.ts'
import type { Languages } from './languages.ts'
import type { Kind } from './load.ts'
import type { Scale } from './scale.ts'

export interface Row {
  readonly name: string
  readonly kind: Kind
  readonly concurrency: number
  readonly perSecond: number
  readonly p50: number
  readonly p99: number
  /** Half the way from the slowest round to the fastest, in % of the median. */
  readonly spread: number
  /** Requests per second against the bare proxy; absent where that did not run. */
  readonly ofBare?: number
}

export interface ProcessFacts {
  readonly name: string
  readonly coldStartMs: number
  readonly peakMemory: number
}

export interface Report {
  readonly machine: {
    readonly cpu: string
    readonly cores: number
    readonly bun: string
    readonly load: number
  }
  readonly rounds: number
  readonly rows: readonly Row[]
  readonly processes: readonly ProcessFacts[]
  readonly scale?: Scale
  readonly languages?: Languages
  /** Why something was left out or did not run. */
  readonly notes: readonly string[]
}

/** Above this load average others get processor time that the subjects lack. */
const BUSY = 0.5

export const machine = (): Report['machine'] => ({
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  bun: Bun.version,
  load: loadavg()[0] ?? 0,
})

export function renderReport(report: Report, goals: readonly Goal[]): string {
  const { machine, rounds, rows, processes, scale, languages, notes } = report
  const title = `${machine.cores} cores (${machine.cpu}), Bun ${machine.bun}; medians of ${rounds} interleaved rounds; client, subject and upstream share the machine`
  const measured = rows.map(row => [
    row.kind,
    row.concurrency,
    row.name,
    Math.round(row.perSecond),
    row.spread.toFixed(0),
    row.p50.toFixed(2),
    row.p99.toFixed(2),
    row.ofBare?.toFixed(2) ?? '',
  ])
  const facts = processes.map(each => [each.name, Math.round(each.coldStartMs), each.peakMemory.toFixed(0)])
  return [
    title,
    machine.load > BUSY
      ? `The machine was busy before the run (load ${machine.load.toFixed(1)}): read the figures with care`
      : '',
    table(['answers', 'at a time', 'subject', 'requests/s', '± %', 'p50 ms', 'p99 ms', 'of bare'], measured),
    table(['subject', 'cold start ms', 'peak memory MiB'], facts),
    scale ? renderScale(scale) : '',
    languages ? renderLanguages(languages) : '',
    table(['goal', 'figure', ''], goals.map(goalRow)),
    ...notes,
  ]
    .filter(part => part !== '')
    .join('\n\n')
}

const goalRow = ({ says, value, isMet }: Goal) => [
  says,
  value === undefined ? '–' : Math.abs(value) < 10 ? value.toFixed(2) : value.toFixed(0),
  isMet === undefined ? 'not measured' : isMet ? 'ok' : 'missed',
]

function renderScale({ size, near, crowded, changePercent, fillSeconds }: Scale): string {
  const row = (name: string, { perSecond, p50, p99 }: Scale['near']) => [
    name,
    Math.round(perSecond),
    p50.toFixed(2),
    p99.toFixed(2),
  ]
  const rows = [row('1 of each', near), row(`${size} of each`, crowded)]
  const change = `${changePercent >= 0 ? '+' : ''}${changePercent.toFixed(1)} % requests/s`
  return `${table(['redirects, policies, keys', 'requests/s', 'p50 ms', 'p99 ms'], rows)}\n${change}; written in ${fillSeconds.toFixed(1)} s`
}

function renderLanguages({ crossings, large, many }: Languages): string {
  const rows = crossings.map(({ name, kind, perSecond, ofBare }) => [
    name,
    kind,
    Math.round(perSecond),
    ofBare.toFixed(2),
  ])
  return [
    table(['language', 'answers', 'requests/s', 'of bare'], rows),
    `A prompt of a million characters: bare ${large.bare.toFixed(1)} ms, gateway ${large.gateway.toFixed(1)} ms`,
    `${many.streams} streams at once: ${many.failed} failed, memory ${many.early.toFixed(0)} MiB at first, ${many.late.toFixed(0)} MiB in the end`,
  ].join('\n')
}

/** Words stand left, figures right. */
function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  if (rows.length === 0) return ''
  const lines = [head, ...rows].map(row => row.map(String))
  const widths = head.map((_, column) => Math.max(...lines.map(line => line[column]!.length)))
  const isWords = head.map((_, column) => lines.slice(1).some(line => /[a-z]/i.test(line[column]!)))
  const pad = (cell: string, column: number) =>
    isWords[column] ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)
  const render = (line: readonly string[]) => line.map(pad).join('  ').trimEnd()
  return [
    render(lines[0]!),
    widths.map(width => '─'.repeat(width)).join('  '),
    ...lines.slice(1).map(render),
  ].join('\n')
}
