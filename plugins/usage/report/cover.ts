import { SPANS } from '../model.ts'

/** From (inclusive) and to (exclusive), in milliseconds since 1970. */
export interface Range {
  readonly from: number
  readonly to: number
}

/** Roll-ups of one length that are to be added, or taken away. */
export interface Segment extends Range {
  readonly sign: 1 | -1
  readonly span: number
}

/** Shortest first. */
const spans = Object.values(SPANS).sort((a, b) => a - b)

/** Moves a moment to where roll-ups begin: a minute, or, where minutes are not kept any longer, an hour. */
export function snap(at: number, keptSince: number): number {
  const span = at < keptSince ? SPANS.hour : SPANS.minute
  return Math.floor(at / span) * span
}

/**
 * The fewest roll-ups that add up to a range. A day of Zurich is a day of UTC, an hour more at its beginning and an hour
 * less at its end: three rows a group instead of twenty-four.
 *
 * @param range begins and ends with a minute
 */
export const cover = ({ from, to }: Range): Segment[] => coverWith(spans.length - 1, from, to)

function coverWith(level: number, from: number, to: number): Segment[] {
  const span = spans[level]
  if (from >= to || span === undefined) return []
  if (level === 0) return [{ sign: 1, span, from, to }]
  const fine = coverWith(level - 1, from, to)
  const [first, last] = [Math.round(from / span) * span, Math.round(to / span) * span]
  if (first >= last) return fine
  const coarse = [
    { sign: 1, span, from: first, to: last } as const,
    ...between(level - 1, from, first),
    ...between(level - 1, last, to),
  ]
  return sizeOf(coarse) < sizeOf(fine) ? coarse : fine
}

/** What lies between two moments; taken away where the second is the earlier one. */
const between = (level: number, from: number, to: number): Segment[] =>
  from <= to
    ? coverWith(level, from, to)
    : coverWith(level, to, from).map(segment => ({ ...segment, sign: segment.sign === 1 ? -1 : 1 }))

/** Roll-ups of one group. */
const sizeOf = (segments: readonly Segment[]): number =>
  segments.reduce((sum, { from, to, span }) => sum + (to - from) / span, 0)
