import * as v from 'valibot'
import {
  type Interval,
  intervals,
  isTimeZone,
  parseMoment,
  startOfDay,
  startsOf,
} from '../../../src/base/calendar.ts'
import { refuse } from '../../../src/errors.ts'
import { type Range, snap } from './cover.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
/** So many intervals fit into an answer. */
const BUCKETS = 1500
const MAX = 64

const moment = (about: string) => v.optional(v.pipe(v.string(), v.maxLength(MAX), v.description(about)))

/** A period and whose clocks it goes by. */
export const periodEntries = {
  from: moment('From this time on: `2027-01-31`, `2027-01-31T12:00` or `2027-01-31T12:00:00Z`'),
  to: moment('Before this time. Default: now'),
  time_zone: v.optional(
    v.pipe(
      v.string(),
      v.maxLength(MAX),
      v.check(isTimeZone, 'expected a time zone such as Europe/Zurich'),
      v.description('Dates and intervals go by its clocks: `Europe/Zurich`'),
    ),
    'UTC',
  ),
}

export const intervalEntry = v.optional(
  v.pipe(
    v.picklist(intervals, `expected one of ${intervals.join(', ')}`),
    v.description('Default: `hour` up to three days, `day` up to a hundred, else `month`'),
  ),
)

export interface PeriodInput {
  readonly from?: string | undefined
  readonly to?: string | undefined
  readonly time_zone: string
}

/** What periods are read with. */
export interface Clock {
  readonly now: () => number
  /** Roll-ups by the minute are complete from here on. */
  readonly keptSince: () => number
}

/** The hour from which on everything is kept by the minute. */
export const keptSince = (now: number, retention: number): number =>
  retention === 0 ? 0 : Math.ceil((now - retention) / HOUR) * HOUR

/** Reads a field that names a moment. */
export function readMoment(text: string, zone: string, param: string): number {
  const message = `Field "${param}": expected a time such as 2027-01-31 or 2027-01-31T12:00:00Z`
  return parseMoment(text, zone) ?? refuse('invalid_request', message, { param })
}

/** What the fields of a period are called, and how long it is where its end is not told. */
interface Manner {
  readonly names?: readonly [from: string, to: string]
  readonly length?: number
  /** Where it begins if nobody tells. Default: a day before its end. */
  readonly first?: number
}

/** The period of a question, to the millisecond. Default: the last 24 hours. */
export function readPeriod(
  { from, to, time_zone }: PeriodInput,
  now: number,
  { names = ['from', 'to'], length, first }: Manner = {},
): Range {
  const start = from === undefined ? undefined : readMoment(from, time_zone, names[0])
  const end =
    to !== undefined
      ? readMoment(to, time_zone, names[1])
      : start !== undefined && length !== undefined
        ? start + length
        : now + 1
  const begin = start ?? first ?? end - DAY
  if (begin >= end) {
    const param = from === undefined ? names[1] : names[0]
    refuse('invalid_request', `Field "${param}": expected "${names[0]}" to be before "${names[1]}"`, {
      param,
    })
  }
  return { from: begin, to: end }
}

/** The same for what roll-ups answer: it grows to whole minutes, or, where those are not kept any longer, to whole hours. */
export function readWholePeriod(input: PeriodInput, { now, keptSince }: Clock, manner?: Manner): Range {
  const { from, to } = readPeriod(input, now(), manner)
  return { from: snap(from, keptSince()), to: toEnd(to, keptSince()) }
}

function toEnd(at: number, kept: number): number {
  const start = snap(at, kept)
  return start === at ? at : snap(at + (at < kept ? HOUR : HOUR / 60), kept)
}

/** Yesterday, by the clocks of a place. */
export const yesterday = (now: number, zone: string): Range => ({
  from: startOfDay(now, zone, 1),
  to: startOfDay(now, zone),
})

/** An interval of a series: where it begins by the calendar, and what of it lies within the period. */
export interface Bucket extends Range {
  readonly start: number
}

/** Cuts a period into intervals of a calendar. */
export function toBuckets(
  period: Range,
  {
    interval = usual(period),
    time_zone,
  }: { readonly interval?: Interval | undefined; readonly time_zone: string },
  kept: number,
): { readonly interval: Interval; readonly buckets: Bucket[] } {
  const starts =
    startsOf(interval, time_zone, period, BUCKETS) ??
    refuse(
      'invalid_request',
      `Field "interval": "${interval}" makes more than ${BUCKETS} intervals of this period, choose a longer one`,
      { param: 'interval' },
    )
  const borders = [...starts.map(at => Math.max(snap(at, kept), period.from)), period.to]
  const buckets = starts.map((start, i) => ({ start, from: borders[i]!, to: borders[i + 1]! }))
  // Where only hours are kept, an interval of minutes may be empty, and the next one holds all of the hour.
  return { interval, buckets }
}

function usual({ from, to }: Range): Interval {
  if (to - from <= 3 * DAY + HOUR) return 'hour'
  return to - from <= 100 * DAY + HOUR ? 'day' : 'month'
}
