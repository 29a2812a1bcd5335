/** Intervals by the calendar of a place: its days may have 23 hours, or 25, and its hours may begin at half past. */

export const intervals = [
  'minute',
  '5m',
  '15m',
  '30m',
  'hour',
  '3h',
  '6h',
  '12h',
  'day',
  'week',
  'month',
  'quarter',
  'year',
] as const
export type Interval = (typeof intervals)[number]

type Zoned = Temporal.ZonedDateTime
type Day = Temporal.PlainDate

interface Steps {
  /** Where the interval that holds this moment begins. */
  floor(at: Zoned): Zoned
  /** Where the one after it begins. */
  next(at: Zoned): Zoned
}

const MINUTE = 60_000
const DAY = 1440

/** An IANA time zone that this machine knows: `Europe/Zurich`. */
export function isTimeZone(name: string): boolean {
  try {
    return toZoned(0, name) !== undefined
  } catch {
    return false
  }
}

/**
 * Where the intervals between two moments begin (milliseconds since 1970), the first of them at or before `from`.
 * Undefined where there are more than `most`.
 *
 * @param to exclusive
 */
export function startsOf(
  interval: Interval,
  zone: string,
  { from, to }: { readonly from: number; readonly to: number },
  most: number,
): number[] | undefined {
  const { floor, next } = steps[interval]
  const starts: number[] = []
  for (let at = floor(toZoned(from, zone)); at.epochMilliseconds < to; at = next(at)) {
    if (starts.length === most) return undefined
    starts.push(at.epochMilliseconds)
  }
  return starts
}

/** Where the interval begins that holds this moment. */
export const startOf = (interval: Interval, zone: string, at: number): number =>
  steps[interval].floor(toZoned(at, zone)).epochMilliseconds

/** Where the first interval begins that begins after this moment. */
export const nextStart = (interval: Interval, zone: string, at: number): number =>
  steps[interval].next(toZoned(at, zone)).epochMilliseconds

/** A moment as the clocks of a place show it: `2027-03-28T00:00:00+01:00`. */
export const toLocalText = (at: number, zone: string): string =>
  toZoned(at, zone).toString({ timeZoneName: 'never', smallestUnit: 'second' })

/**
 * Reads `2027-01-31`, `2027-01-31T12:00` (both by the clocks of the place) or a time with its own offset. Undefined
 * where it is none of them, or in no year from 1970 to 2199.
 */
export function parseMoment(text: string, zone: string): number | undefined {
  // A plus sign in an address means a blank.
  const written = text.trim().replace(/ (?=\d\d:\d\d$)/, '+')
  if (!/^(?:19[7-9]\d|2[01]\d\d)-\d\d-\d\d(?:T[\d:.]+(?:z|[+-]\d\d:?\d\d)?)?$/i.test(written))
    return undefined
  try {
    const at = /(?:z|[+-]\d\d:?\d\d)$/i.test(written.slice(10))
      ? Temporal.Instant.from(written)
      : Temporal.PlainDateTime.from(written).toZonedDateTime(zone)
    return at.epochMilliseconds
  } catch {
    return undefined
  }
}

/** Where the day begins that is so many days before the one of this moment. */
export const startOfDay = (at: number, zone: string, before = 0): number =>
  toZoned(at, zone).toPlainDate().subtract({ days: before }).toZonedDateTime(zone).epochMilliseconds

/** `2026-02-28`, and a day that there is: `Date` takes the 30th of February for the 2nd of March. */
export function isDay(text: string): boolean {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(text) : Number.NaN
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text)
}

const toZoned = (at: number, zone: string): Zoned =>
  Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone)

/** Milliseconds since midnight, as the clock shows it. */
const clockOf = ({ hour, minute, second, millisecond }: Zoned): number =>
  (hour * 60 + minute) * MINUTE + second * 1000 + millisecond

/** Up to an hour: a change of the clocks begins a new interval, and the hour that comes twice is two. */
function byClock(minutes: number): Steps {
  const length = minutes * MINUTE
  return {
    floor(at) {
      const start = at.subtract({ milliseconds: clockOf(at) % length })
      const change = at.add({ milliseconds: 1 }).getTimeZoneTransition('previous')
      return change !== null && change.epochMilliseconds > start.epochMilliseconds ? change : start
    },
    next(at) {
      const end = at.add({ milliseconds: length - (clockOf(at) % length) })
      const change = at.getTimeZoneTransition('next')
      return change !== null && change.epochMilliseconds < end.epochMilliseconds ? change : end
    },
  }
}

/** Several hours: on days when the clocks change, one of the intervals is longer or shorter. */
function byHours(hours: number): Steps {
  const minutes = hours * 60
  const startAt = (day: Day, block: number, zone: string): Zoned =>
    block * minutes < DAY
      ? day.toPlainDateTime({ hour: block * hours }).toZonedDateTime(zone)
      : day.add({ days: 1 }).toZonedDateTime(zone)
  const blockOf = (at: Zoned) => Math.floor(at.hour / hours)
  return {
    floor: at => startAt(at.toPlainDate(), blockOf(at), at.timeZoneId),
    next(at) {
      for (let block = blockOf(at) + 1; ; block++) {
        const next = startAt(at.toPlainDate(), block, at.timeZoneId)
        if (next.epochMilliseconds > at.epochMilliseconds) return next
      }
    },
  }
}

/** Whole days: where midnight does not exist, a day begins when the clocks show its first minute. */
function byDays(first: (day: Day) => Day, length: Temporal.DurationLike): Steps {
  return {
    floor: at => first(at.toPlainDate()).toZonedDateTime(at.timeZoneId),
    next(at) {
      for (let day = first(at.toPlainDate()).add(length); ; day = day.add(length)) {
        const next = day.toZonedDateTime(at.timeZoneId)
        if (next.epochMilliseconds > at.epochMilliseconds) return next
      }
    },
  }
}

const steps: Readonly<Record<Interval, Steps>> = {
  minute: byClock(1),
  '5m': byClock(5),
  '15m': byClock(15),
  '30m': byClock(30),
  hour: byClock(60),
  '3h': byHours(3),
  '6h': byHours(6),
  '12h': byHours(12),
  day: byDays(day => day, { days: 1 }),
  week: byDays(day => day.subtract({ days: day.dayOfWeek - 1 }), { days: 7 }),
  month: byDays(day => day.with({ day: 1 }), { months: 1 }),
  quarter: byDays(day => day.with({ day: 1, month: day.month - ((day.month - 1) % 3) }), { months: 3 }),
  year: byDays(day => day.with({ day: 1, month: 1 }), { years: 1 }),
}
