import { nextStart, startsOf } from '../../../src/base/calendar.ts'
import { NOTHING } from '../report/figures.ts'
import type { Bucket } from '../report/period.ts'
import type { Sums } from '../report/sums.ts'
import type { Breakdown } from '../report/usage.ts'
import { isLong, minutesOf } from './clock.ts'
import { measured } from './figures.ts'
import type { Measure } from './groups.ts'
import type { Span } from './span.ts'

/** So many groups have a colour of their own; what is beyond is drawn as one. */
export const COLOURS = 6

/** In nano-dollars. Where nothing cost anything, the axis goes up to it: not to one billionth, which nobody can read. */
const DOLLAR = 1e9

/** A piece of a bar. */
export interface Piece {
  /** Position of the group, `COLOURS` for all that are beyond. */
  readonly series: number
  readonly value: number
}

export interface Slot {
  readonly from: number
  readonly to: number
  readonly sums: Sums
  /** From the bottom up. */
  readonly pieces: readonly Piece[]
  /** Null where it is not known. */
  readonly value: number | null
  /** `whole`; `part`: not all of the interval is within the period; `ahead`: it has not begun. */
  readonly state: 'whole' | 'part' | 'ahead'
}

export interface Chart {
  readonly measure: Measure
  readonly slots: readonly Slot[]
  /** Where the axis of values has its ticks, from 0 up. */
  readonly ticks: readonly number[]
  /** Which slots carry a label, and which of those there is no room for on a small screen. */
  readonly labels: readonly { readonly index: number; readonly isMinor: boolean }[]
}

interface Source {
  readonly span: Span
  readonly buckets: readonly Bucket[]
  readonly series: readonly Breakdown[]
  /** The groups in the order of their colours. */
  readonly groups: readonly string[]
  readonly measure: Measure
}

/** Stacked bars out of a series. */
export function toChart({ span, buckets, series, groups, measure }: Source): Chart {
  const { interval, zone, period, reached, end } = span
  const first = buckets[0]?.start ?? period.from
  const starts = startsOf(interval, zone, { from: first, to: end }, 500) ?? buckets.map(({ start }) => start)
  const rank = new Map(groups.slice(0, COLOURS).map((group, index) => [group, index]))
  const slots = starts.map((start, i): Slot => {
    const next = starts[i + 1] ?? nextStart(interval, zone, start)
    const part = series[i]
    const sums = part?.sums ?? NOTHING
    const state = start >= reached ? 'ahead' : start < period.from || next > reached ? 'part' : 'whole'
    const [from, to] = [Math.max(start, period.from), state === 'ahead' ? next : Math.min(next, period.to)]
    return { from, to, sums, state, pieces: piecesOf(part, rank, measure), value: measured(measure, sums) }
  })
  const isCost = measure === 'cost'
  const most = Math.max(0, ...slots.map(({ value }) => value ?? 0)) || (isCost ? DOLLAR : 0)
  return { measure, slots, ticks: ticksFor(most, !isCost), labels: labelsFor(slots, span) }
}

function piecesOf(part: Breakdown | undefined, rank: ReadonlyMap<string, number>, measure: Measure): Piece[] {
  if (part === undefined) return []
  const values = new Array<number>(COLOURS + 1).fill(0)
  for (const { group, sums } of part.groups)
    values[rank.get(group[0] ?? '') ?? COLOURS]! += measured(measure, sums) ?? 0
  if (part.rest !== undefined) values[COLOURS]! += measured(measure, part.rest) ?? 0
  // What is taken away from a sum may leave a trace of less than nothing.
  return values.flatMap((value, series) => (value > 1e-6 ? [{ series, value }] : []))
}

/** Up to five round steps from 0 to where all bars fit. */
export function ticksFor(most: number, isWhole: boolean): number[] {
  if (most <= 0) return [0, 1]
  const rough = most / 4
  const size = 10 ** Math.floor(Math.log10(rough))
  const factor = [1, 2, 2.5, 5, 10].find(factor => size * factor >= rough * 0.999)!
  const step = isWhole ? Math.max(1, Math.ceil(size * factor)) : size * factor
  const steps = Math.max(1, Math.ceil(most / step - 1e-9))
  return Array.from({ length: steps + 1 }, (_, i) => i * step)
}

/** Distances of labels, in minutes of a day. */
const distances = [1, 5, 10, 15, 30, 60, 120, 180, 240, 360, 720, 1440]
const ROOM = 8

function labelsFor(slots: readonly Slot[], { interval, zone }: Span): Chart['labels'] {
  const minutes = isLong(interval) ? undefined : slots.map(({ from }) => minutesOf(from, zone))
  const all = slots.map((_, index) => index)
  const choices = (minutes && distances.map(distance => all.filter(i => minutes[i]! % distance === 0))) ?? [
    all,
  ]
  const chosen = choices.find(({ length }) => length <= ROOM) ?? choices.at(-1)!
  const step = Math.ceil(chosen.length / ROOM)
  return chosen.filter((_, i) => i % step === 0).map((index, i) => ({ index, isMinor: i % 2 === 1 }))
}
