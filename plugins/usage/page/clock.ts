import type { Interval } from '../../../src/base/calendar.ts'

/** Times as people read them, by the clocks of a place. */

type Options = Intl.DateTimeFormatOptions

const formats = new Map<string, Intl.DateTimeFormat>()
/** Time zones come from outside, and each makes some formats. */
const MOST = 500

function format(zone: string, options: Options): Intl.DateTimeFormat {
  const name = JSON.stringify([zone, options])
  const known = formats.get(name)
  if (known !== undefined) return known
  if (formats.size >= MOST) formats.clear()
  const made = new Intl.DateTimeFormat('en-GB', { ...options, timeZone: zone })
  formats.set(name, made)
  return made
}

const say = (at: number, zone: string, options: Options): string => format(zone, options).format(at)

const CLOCK: Options = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }
const DATE: Options = { day: 'numeric', month: 'short' }

/** `14 Jan`. */
export const dayOf = (at: number, zone: string): string => say(at, zone, DATE)
/** `15:04`. */
const clockOf = (at: number, zone: string): string => say(at, zone, CLOCK)
/** `15:04:05`. */
export const secondsOf = (at: number, zone: string): string => say(at, zone, { ...CLOCK, second: '2-digit' })
/** `Thu 14 Jan 2027`. */
export const dateOf = (at: number, zone: string): string =>
  say(at, zone, { ...DATE, weekday: 'short', year: 'numeric' }).replaceAll(',', '')
/** `14 Jan 2027, 15:04`. */
export const momentOf = (at: number, zone: string): string =>
  `${say(at, zone, { ...DATE, year: 'numeric' })}, ${clockOf(at, zone)}`

/** Minutes since midnight. */
export function minutesOf(at: number, zone: string): number {
  const [hours, minutes] = clockOf(at, zone).split(':').map(Number)
  return hours! * 60 + minutes!
}

const long: readonly Interval[] = ['day', 'week', 'month', 'quarter', 'year']

export const isLong = (interval: Interval): boolean => long.includes(interval)

/** What an interval is called: `Thu 14 Jan 2027`, `14 Jan, 15:00 – 16:00`, `January 2027`. */
export function intervalOf(from: number, to: number, interval: Interval, zone: string): string {
  if (interval === 'day') return dateOf(from, zone)
  if (interval === 'month') return say(from, zone, { month: 'long', year: 'numeric' })
  if (interval === 'year') return say(from, zone, { year: 'numeric' })
  if (isLong(interval)) return `${dayOf(from, zone)} – ${dateOf(to - 1, zone)}`
  return `${say(from, zone, { ...DATE, weekday: 'short' }).replaceAll(',', '')}, ${clockOf(from, zone)} – ${clockOf(to, zone)}`
}

/** What a tick of the axis says. */
export function tickOf(at: number, interval: Interval, zone: string): string {
  if (interval === 'month' || interval === 'quarter')
    return say(at, zone, { month: 'short', year: '2-digit' })
  if (interval === 'year') return say(at, zone, { year: 'numeric' })
  return isLong(interval) || minutesOf(at, zone) === 0 ? dayOf(at, zone) : clockOf(at, zone)
}
