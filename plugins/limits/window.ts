import type { Window } from './model.ts'

/** From `start` up to, and without, `end` (milliseconds since 1970). */
export interface Span {
  readonly start: number
  readonly end: number
}

const MINUTE = 60_000
const DAY = 86_400_000
const lengths = { minute: MINUTE, hour: 3_600_000, day: DAY } as const
/** 1970 began on a Thursday. */
const MONDAY = 4 * DAY
const WEEK = 7 * DAY

/** The minute, hour, day, week or month of UTC that `at` lies in. */
export function spanOf(per: Window, at: number): Span {
  if (per === 'month') {
    const day = new Date(at)
    const [year, month] = [day.getUTCFullYear(), day.getUTCMonth()]
    return { start: Date.UTC(year, month), end: Date.UTC(year, month + 1) }
  }
  const [length, offset] = per === 'week' ? [WEEK, MONDAY] : [lengths[per], 0]
  const start = Math.floor((at - offset) / length) * length + offset
  return { start, end: start + length }
}
