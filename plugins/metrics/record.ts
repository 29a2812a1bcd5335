import type { Settled } from '../../src/exchange.ts'
import type { Target, Usage } from '../../src/types.ts'
import type { PriceQuery } from '../prices/model.ts'
import { DURATIONS, observe } from './histogram.ts'
import { KINDS, type Labels, OTHER, type Row, type Rows } from './rows.ts'

export interface RecordFacts {
  readonly rows: Rows
  /** How many segments of user paths become a label; 0: none. */
  readonly pathDepth: number
  /** The name is the operator's or the provider's own, not just what a caller wrote. */
  readonly isNamed: (target: Target) => boolean
  readonly typeOf: (provider: string) => string
  /** Dollars; undefined where it is not known. */
  readonly costOf: (query: PriceQuery) => number | undefined
  readonly isCosting: () => boolean
  readonly now: () => number
}

/** Nobody answers with more (tokens); beyond it, it is nonsense that would spoil a sum for ever. */
const MOST_TOKENS = 1_000_000_000
const classes = ['0xx', '1xx', '2xx', '3xx', '4xx', '5xx'] as const

/** Counts one call, on the thread that serves them all. */
export function record(x: Settled, facts: RecordFacts): void {
  const { rows } = facts
  const { attempts, refusal, firstByteMs, stream, usage, recalled } = x
  const labels = labelsOf(x, facts)
  const row = rows.of(labels)
  row.calls++
  observe(row.durations, DURATIONS, (x.totalMs ?? 0) / 1000)
  if (refusal !== undefined) rows.fail(row, refusal.code)
  if (stream && firstByteMs !== undefined && recalled === undefined) rows.firstByte(row, firstByteMs / 1000)
  if (usage !== undefined && x.target !== undefined) bill(row, x.target, usage, facts)
  if (attempts === undefined) return
  for (const { target, ok, usage, status } of attempts) {
    if (ok || usage === undefined) continue
    // Whoever failed has it on its bill, not whoever answered then.
    const own = {
      provider: target.provider,
      model: modelOf(target, status ?? 0, facts.isNamed),
      status_class: classOf(status),
    }
    bill(rows.of({ ...labels, ...own }), target, usage, facts)
  }
}

const classOf = (status = 0): string => classes[Math.floor(status / 100)] ?? '5xx'

function labelsOf(x: Settled, { pathDepth, isNamed }: RecordFacts): Labels {
  const { status = 0, userPath } = x
  const target = x.target ?? x.route?.targets[0]
  const labels: Labels = {
    provider: target?.provider ?? '',
    model: target === undefined ? '' : modelOf(target, status, isNamed),
    endpoint: x.endpoint.name,
    status_class: classOf(status),
    stream: x.stream ? 'true' : 'false',
    ...(x.copyOf !== undefined && { mirror: 'true' }),
  }
  if (pathDepth === 0) return labels
  return { ...labels, user_path: userPath === undefined ? '' : beginningOf(userPath, pathDepth) }
}

/** What a caller wrote becomes a label when the provider knows it: it lists it, or has just answered to it. */
function modelOf(target: Target, status: number, isNamed: RecordFacts['isNamed']): string {
  if (status >= 400 && !isNamed(target)) return OTHER
  return target.via[0]?.source ?? target.model
}

/** `/team/alpha/service` to the depth of 1 is `/team`. */
function beginningOf(path: string, depth: number): string {
  let end = 0
  for (let i = 0; i < depth; i++) {
    end = path.indexOf('/', end + 1)
    if (end < 0) return path
  }
  return path.slice(0, end)
}

function bill(row: Row, target: Target, usage: Usage, facts: RecordFacts): void {
  let isCounted = false
  for (let kind = 0; kind < KINDS.length; kind++) {
    const count = usage[KINDS[kind]![1]]
    if (count === undefined || !(count > 0) || count > MOST_TOKENS || !Number.isInteger(count)) continue
    row.tokens[kind]! += count
    isCounted = true
  }
  if (!facts.isCosting() || (!isCounted && usage.reportedCost === undefined)) return
  const dollars = facts.costOf({
    providerType: facts.typeOf(target.provider),
    provider: target.provider,
    model: target.model,
    usage,
    at: facts.now(),
  })
  if (dollars === undefined) {
    row.unpriced++
    return
  }
  row.priced++
  row.dollars += dollars
}
