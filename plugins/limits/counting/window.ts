import { nextStart, startOf } from '../../../src/base/calendar.ts'
import type { Limit } from '../model.ts'

/** From `start` up to, and without, `end` (milliseconds since 1970). */
export interface Span {
  readonly start: number
  readonly end: number
}

/** The minute, hour, day, week or month that `at` lies in, by the clocks of the limit's time zone. */
export const spanOf = ({ per, timeZone }: Pick<Limit, 'per' | 'timeZone'>, at: number): Span => ({
  start: startOf(per, timeZone, at),
  end: nextStart(per, timeZone, at),
})

/** The present window of a limit. Each call asks for it, and calendars take their time: it is remembered. */
export function createWindows(now: () => number): (limit: Limit) => Span {
  const windows = new WeakMap<Limit, Span>()
  return limit => {
    const at = now()
    const known = windows.get(limit)
    if (known !== undefined && isGoingOn(known, at)) return known
    const span = spanOf(limit, at)
    windows.set(limit, span)
    return span
  }
}

export const isWithin = ({ start, end }: Span, at: number): boolean => at >= start && at < end

/** Clocks are set back by a little all the time; one that is set back by more was wrong (milliseconds). */
const SETBACK = 60_000

/** The window goes on: one that has begun is not begun again because a clock was set back a little. */
const isGoingOn = ({ start, end }: Span, at: number): boolean => at >= start - SETBACK && at < end

export const isSpan = (a: Span, b: Span): boolean => a.start === b.start && a.end === b.end

/** They have a moment in common, as the windows of two time zones have. */
export const isMeeting = (a: Span, b: Span): boolean => a.start < b.end && b.start < a.end
