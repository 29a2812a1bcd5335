import {
  type Interval,
  isTimeZone,
  parseMoment,
  startOfDay,
  startsOf,
  toLocalText,
} from '../../../src/base/calendar.ts'
import type { Range } from '../report/cover.ts'
import { type Clock, readWholePeriod } from '../report/period.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

export const presets = {
  today: 'Today',
  yesterday: 'Yesterday',
  '24h': '24 hours',
  '7d': '7 days',
  '30d': '30 days',
  month: 'This month',
  custom: 'Custom',
} as const

export type Preset = keyof typeof presets

/** The time that a page is about. */
export interface Span {
  readonly preset: Preset
  readonly zone: string
  readonly period: Range
  /** Until when it is told, to the millisecond: `period` grows to a whole minute, or reaches ahead. */
  readonly reached: number
  /** What it is compared with. */
  readonly before: Range
  /** What that is called, as in “more than in …”. */
  readonly against: string
  readonly interval: Interval
  /** Where the time axis ends: a day or a month that goes on is shown as a whole. */
  readonly end: number
  readonly mistakes: readonly string[]
}

/** Lengths by which a period may be cut, in milliseconds; the first that leaves no more than `MOST` pieces is taken. */
const lengths: readonly (readonly [Interval, number])[] = [
  ['minute', HOUR / 60],
  ['5m', HOUR / 12],
  ['15m', HOUR / 4],
  ['30m', HOUR / 2],
  ['hour', HOUR],
  ['3h', 3 * HOUR],
  ['6h', 6 * HOUR],
  ['12h', 12 * HOUR],
  ['day', DAY],
  ['week', 7 * DAY],
  ['month', 30 * DAY],
  ['quarter', 91 * DAY],
]
const MOST = 49

const intervalFor = ({ from, to }: Range): Interval =>
  lengths.find(([, length]) => (to - from) / length <= MOST)?.[0] ?? 'year'

const text = (at: number): string => new Date(at).toISOString()

/** Reads range, from, to and time zone. What cannot be understood is said, and the last 24 hours stand in. */
export function readSpan(params: URLSearchParams, clock: Clock): Span {
  const mistakes: string[] = []
  const wanted = params.get('time_zone')?.trim() || 'UTC'
  const isZone = wanted.length <= 64 && isTimeZone(wanted)
  if (!isZone)
    mistakes.push(`There is no time zone “${wanted.slice(0, 64)}”: expected one such as Europe/Zurich`)
  const zone = isZone ? wanted : 'UTC'
  const range = params.get('range') ?? ''
  const [from, to] = [params.get('from')?.trim() ?? '', params.get('to')?.trim() ?? '']
  const preset =
    from !== '' || to !== '' ? 'custom' : Object.hasOwn(presets, range) ? (range as Preset) : '24h'
  const custom = preset === 'custom' ? readCustom({ from, to, zone, now: clock.now() }) : undefined
  if (typeof custom === 'string') mistakes.push(custom)
  const whole = (range: Range): Range =>
    readWholePeriod({ from: text(range.from), to: text(range.to), time_zone: zone }, clock)
  const parts = typeof custom === 'object' ? customParts(custom) : fixed[preset](clock.now(), zone)
  const period = whole(parts.period)
  const length = period.to - period.from
  const start = Math.max(0, parts.before ?? period.from - length)
  const until = Math.min(start + length, period.from)
  // Before the first moment of all there is nothing, and a minute of it is as good as any.
  const before = start < until ? whole({ from: start, to: until }) : { from: 0, to: HOUR / 60 }
  const reached = Math.min(parts.period.to, clock.now() + 1)
  const end = Math.max(parts.end ?? 0, period.to)
  return { ...parts, preset, zone, period, reached, before, end, mistakes }
}

interface Parts {
  readonly period: Range
  /** Where the period before begins. Default: as long before this one as this one is long. */
  readonly before?: number
  readonly against: string
  readonly interval: Interval
  readonly end?: number
}

const back = (days: number, now: number): Range => ({ from: now + 1 - days * DAY, to: now + 1 })

const fixed: Readonly<Record<Preset, (now: number, zone: string) => Parts>> = {
  today(now, zone) {
    const from = startOfDay(now, zone)
    const before = startOfDay(now, zone, 1)
    const end = startOfDay(now, zone, -1)
    return {
      period: { from, to: now + 1 },
      before,
      against: 'yesterday until this time',
      interval: 'hour',
      end,
    }
  },
  yesterday: (now, zone) => ({
    period: { from: startOfDay(now, zone, 1), to: startOfDay(now, zone) },
    before: startOfDay(now, zone, 2),
    against: 'the day before',
    interval: 'hour',
  }),
  '24h': now => ({ period: back(1, now), against: 'the 24 hours before', interval: 'hour' }),
  '7d': now => ({ period: back(7, now), against: 'the 7 days before', interval: '6h' }),
  '30d': now => ({ period: back(30, now), against: 'the 30 days before', interval: 'day' }),
  month(now, zone) {
    const month = (at: number) => startsOf('month', zone, { from: at, to: at + 1 }, 1)![0]!
    const from = month(now)
    return {
      period: { from, to: now + 1 },
      before: month(from - 1),
      against: 'last month until this time',
      interval: 'day',
      end: month(from + 32 * DAY),
    }
  },
  custom: now => customParts(back(1, now)),
}

const customParts = (period: Range): Parts => ({
  period,
  against: 'the same length of time before',
  interval: intervalFor(period),
})

/** A period from two texts, either of which may be missing; a sentence where they make none. */
function readCustom(asked: { from: string; to: string; zone: string; now: number }): Range | string {
  const { zone, now } = asked
  const read = (text: string) => (text === '' || text.length > 64 ? undefined : parseMoment(text, zone))
  const [from, to] = [read(asked.from), read(asked.to)]
  for (const [at, text] of [
    [from, asked.from],
    [to, asked.to],
  ] as const)
    if (text !== '' && at === undefined)
      return `“${text.slice(0, 64)}” is no time: expected one such as 2027-01-31T12:00`
  const end = to ?? now + 1
  const begin = from ?? end - DAY
  return begin < end ? { from: begin, to: end } : 'The time must begin before it ends'
}

/** What an address needs to say of a span; a preset moves on with the clock, and the others stand still. */
export const spanAddress = ({ preset, zone }: Span, params: URLSearchParams): Record<string, string> => ({
  ...(preset === 'custom'
    ? { range: 'custom', from: params.get('from') ?? '', to: params.get('to') ?? '' }
    : { range: preset === '24h' ? '' : preset }),
  time_zone: zone === 'UTC' ? '' : zone,
})

/** As a field of a form takes it: `2027-01-31T12:00`. */
export const toField = (at: number, zone: string): string => toLocalText(at, zone).slice(0, 16)
