import { binOf } from './histogram.ts'
import { SPANS } from './model.ts'
import type { Line } from './record.ts'

/** Virtual model, provider, model, user path, key: what sums are told apart by; `''` for null. */
export type Group = readonly [string, string, string, string, string]
/** Span and beginning of a period, the position of its group in `groups`, then the sums in the order of `SUMS`. */
export type Sum = readonly [span: number, at: number, group: number, ...sums: number[]]
/** The same for a bin of a histogram. */
export type Bin = readonly [
  span: number,
  at: number,
  group: number,
  kind: 'total' | 'first',
  bin: number,
  count: number,
]

/** What a batch of lines adds to the roll-ups. */
export interface Increment {
  readonly groups: readonly Group[]
  readonly sums: readonly Sum[]
  readonly bins: readonly Bin[]
}

const NANO = 1_000_000_000
const flag = (is: boolean): number => (is ? 1 : 0)
const ofCall =
  (value: (line: Line) => number) =>
  (line: Line): number =>
    line.part === 0 ? value(line) : 0
const isUnknown = ({ input, output, cacheRead }: Line) =>
  input === null && output === null && cacheRead === null
/** A time of a refusal, or of a client that did not wait, says nothing about the model. */
const isAnswered = ({ code }: Line) => code === null

/** Every sum of a roll-up by the name of its column, as a function of one line. */
export const sums: Readonly<Record<string, (line: Line) => number>> = {
  calls: ofCall(() => 1),
  errors: ofCall(({ code }) => flag(code !== null && code !== 'client_closed')),
  hang_ups: ofCall(({ hungUp }) => flag(hungUp)),
  streams: ofCall(({ streamed }) => flag(streamed)),
  attempts: ofCall(({ attempts }) => attempts?.length ?? 0),
  input: ({ input }) => input ?? 0,
  cache_read: ({ cacheRead }) => cacheRead ?? 0,
  cache_write: ({ cacheWrite }) => cacheWrite ?? 0,
  cache_write_hour: ({ cacheWriteHour }) => cacheWriteHour ?? 0,
  audio_input: ({ audioInput }) => audioInput ?? 0,
  image_input: ({ imageInput }) => imageInput ?? 0,
  output: ({ output }) => output ?? 0,
  reasoning: ({ reasoning }) => reasoning ?? 0,
  audio_output: ({ audioOutput }) => audioOutput ?? 0,
  image_output: ({ imageOutput }) => imageOutput ?? 0,
  unknown: line => flag(isUnknown(line)),
  estimated: ({ billing }) => flag(billing === 'estimated' || billing === 'partial'),
  cost_nano: ({ costNano }) => costNano ?? 0,
  cost_squares: ({ costNano }) => ((costNano ?? 0) / NANO) ** 2,
  priced: ({ costNano }) => flag(costNano !== null),
  unpriced: line => flag(line.costNano === null && !isUnknown(line)),
  total_ms: ofCall(line => (isAnswered(line) ? line.totalMs : 0)),
  first_byte_ms: ofCall(line => (isAnswered(line) ? (line.firstByteMs ?? 0) : 0)),
}

const columns = Object.values(sums)

/** Where the sums begin in a `Sum`. */
const FIRST = 3
const { minute: MINUTE, ...longer } = SPANS

/** Adds lines up by minute, and minutes by hour, day and week: lines are many, minutes are few. */
export function toIncrement(lines: readonly Line[]): Increment {
  const groups = new Map<string, { readonly group: Group; readonly index: number }>()
  const totals = new Map<string, [...Sum]>()
  const bins = new Map<string, [...Bin]>()

  function groupOf({ virtualModel, provider, model, userPath, keyId }: Line): number {
    const group: Group = [virtualModel ?? '', provider ?? '', model ?? '', userPath ?? '', keyId ?? '']
    // None of them holds a line break: control characters of what comes from outside are replaced before.
    const name = group.join('\n')
    const known = groups.get(name)
    if (known !== undefined) return known.index
    groups.set(name, { group, index: groups.size })
    return groups.size - 1
  }

  function add(sum: [...Sum]): void {
    const name = `${sum[0]} ${sum[1]} ${sum[2]}`
    const known = totals.get(name)
    if (known === undefined) totals.set(name, sum)
    else for (let i = FIRST; i < sum.length; i++) known[i]! += sum[i]!
  }

  function count(...[span, at, group, kind, bin, more]: Bin): void {
    const name = `${span} ${at} ${group} ${kind} ${bin}`
    const known = bins.get(name)
    if (known === undefined) bins.set(name, [span, at, group, kind, bin, more])
    else known[5] += more
  }

  for (const line of lines) {
    const group = groupOf(line)
    const at = startOf(MINUTE, line.at)
    add([MINUTE, at, group, ...columns.map(value => value(line))])
    if (line.part > 0 || !isAnswered(line)) continue
    count(MINUTE, at, group, 'total', binOf(line.totalMs), 1)
    if (line.streamed && line.firstByteMs !== null)
      count(MINUTE, at, group, 'first', binOf(line.firstByteMs), 1)
  }
  for (const [, at, group, ...values] of [...totals.values()])
    for (const span of Object.values(longer)) add([span, startOf(span, at), group, ...values])
  for (const [, at, group, kind, bin, calls] of [...bins.values()])
    for (const span of Object.values(longer)) count(span, startOf(span, at), group, kind, bin, calls)
  return {
    groups: [...groups.values()].map(({ group }) => group),
    sums: [...totals.values()],
    bins: [...bins.values()],
  }
}

const startOf = (span: number, at: number): number => Math.floor(at / span) * span
