import { binOf } from '../../../src/base/histogram.ts'
import { SPANS } from '../model.ts'
import type { Line } from '../record/record.ts'

/** Virtual model, provider, model, user path, key, mirrored: what sums are told apart by; `''` for null. */
export type Group = readonly [string, string, string, string, string, 0 | 1]
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

/** What roll-ups of one kind get more of. */
export interface Level {
  readonly sums: readonly Sum[]
  readonly bins: readonly Bin[]
}

/** What a batch of lines adds to the roll-ups. */
export interface Increment {
  readonly groups: readonly Group[]
  /** Told apart by who called, and what. */
  readonly callers: Level
  /** Told apart by what was called only: few, however many keys and paths there are. Path and key of a group are `''`. */
  readonly targets: Level
}

const NANO = 1_000_000_000
const flag = (is: boolean): number => (is ? 1 : 0)
const ofCall =
  (value: (line: Line) => number) =>
  (line: Line): number =>
    line.part === 0 ? value(line) : 0
const isUnknown = ({ input, output, cacheRead }: Line) =>
  input === null && output === null && cacheRead === null
/** A time of a refusal, of a client that did not wait, or of a stored answer says nothing about the model. */
const isAnswered = ({ code, cached }: Line) => code === null && !cached
const isError = ({ code }: Line) => code !== null && code !== 'client_closed'

/** Every sum of a roll-up by the name of its column, as a function of one line. */
export const sums: Readonly<Record<string, (line: Line) => number>> = {
  calls: ofCall(() => 1),
  errors: ofCall(line => flag(isError(line))),
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
  hits: ofCall(line => flag(line.cached && !isError(line))),
  saved_nano: ofCall(line => (isError(line) ? 0 : (line.savedNano ?? 0))),
  total_ms: ofCall(line => (isAnswered(line) ? line.totalMs : 0)),
  first_byte_ms: ofCall(line => (isAnswered(line) ? (line.firstByteMs ?? 0) : 0)),
}

const columns = Object.values(sums)

/** Where the sums begin in a `Sum`. */
const FIRST = 3
const MINUTE = SPANS.minute
const longer = Object.values(SPANS).filter(span => span > MINUTE)

/** Adds lines up by minute, and minutes by target and by hour, day and week: lines are many, minutes are few. */
export function toIncrement(lines: readonly Line[]): Increment {
  const groups = createGroups()
  const callers = createLevel()
  const targets = createLevel()
  for (const line of lines) {
    const group = groups.indexOf(groupOf(line))
    const at = startOf(MINUTE, line.at)
    callers.add([MINUTE, at, group, ...columns.map(value => value(line))])
    if (line.part > 0 || !isAnswered(line)) continue
    callers.count([MINUTE, at, group, 'total', binOf(line.totalMs), 1])
    if (line.streamed && line.firstByteMs !== null)
      callers.count([MINUTE, at, group, 'first', binOf(line.firstByteMs), 1])
  }
  const byTarget = groups.all().map(group => groups.indexOf(targetOf(group)))
  for (const [span, at, group, ...values] of callers.sums())
    targets.add([span, at, byTarget[group]!, ...values])
  for (const [span, at, group, ...bin] of callers.bins()) targets.count([span, at, byTarget[group]!, ...bin])
  return { groups: groups.all(), callers: callers.rollUp(), targets: targets.rollUp() }
}

/** The group that a line is added up in. */
export const groupOf = ({
  virtualModel,
  provider,
  model,
  userPath,
  keyId,
  mirrored,
}: Pick<Line, 'virtualModel' | 'provider' | 'model' | 'userPath' | 'keyId' | 'mirrored'>): Group => [
  virtualModel ?? '',
  provider ?? '',
  model ?? '',
  userPath ?? '',
  keyId ?? '',
  mirrored ? 1 : 0,
]

/** The same without path and key. */
export const targetOf = ([virtualModel, provider, model, , , mirrored]: Group): Group => [
  virtualModel,
  provider,
  model,
  '',
  '',
  mirrored,
]

/** Gives every group a number. */
function createGroups() {
  const known = new Map<string, { readonly group: Group; readonly index: number }>()
  return {
    all: (): Group[] => [...known.values()].map(({ group }) => group),
    indexOf(group: Group): number {
      // None of them holds a line break: control characters of what comes from outside are replaced before.
      const name = group.join('\n')
      const { index } = known.get(name) ?? { index: known.size }
      if (index === known.size) known.set(name, { group, index })
      return index
    },
  }
}

function createLevel() {
  const sums = new Map<string, [...Sum]>()
  const bins = new Map<string, [...Bin]>()

  function add(sum: [...Sum]): void {
    const name = `${sum[0]} ${sum[1]} ${sum[2]}`
    const known = sums.get(name)
    if (known === undefined) sums.set(name, sum)
    else for (let i = FIRST; i < sum.length; i++) known[i]! += sum[i]!
  }

  function count(more: [...Bin]): void {
    const [span, at, group, kind, bin, calls] = more
    const name = `${span} ${at} ${group} ${kind} ${bin}`
    const known = bins.get(name)
    if (known === undefined) bins.set(name, more)
    else known[5] += calls
  }

  return {
    add,
    count,
    sums: (): Sum[] => [...sums.values()],
    bins: (): Bin[] => [...bins.values()],
    /** The minutes, and what is longer. */
    rollUp(): Level {
      for (const [, at, group, ...values] of [...sums.values()])
        for (const span of longer) add([span, startOf(span, at), group, ...values])
      for (const [, at, group, ...bin] of [...bins.values()])
        for (const span of longer) count([span, startOf(span, at), group, ...bin])
      return { sums: [...sums.values()], bins: [...bins.values()] }
    },
  }
}

const startOf = (span: number, at: number): number => Math.floor(at / span) * span
