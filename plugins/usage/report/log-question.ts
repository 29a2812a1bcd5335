import type { Range } from './cover.ts'
import type { Filters } from './dimensions.ts'

/** A place in the log: lines stand in the order of their calls, and those of one moment in the order of writing. */
export interface Place {
  readonly at: number
  readonly no: number
}

/** Which lines of the log are asked for. */
export interface LogQuestion {
  readonly period: Range
  readonly filters: Filters
  /** Goes on behind this line. */
  readonly after?: Place | undefined
  readonly limit: number
  readonly order: 'newest' | 'oldest'
  /** Lines that were written later are left out: else an export might never end. */
  readonly until?: number | undefined
}
