import type { State } from '../state.ts'

export interface NoticesData extends State {
  /** Milliseconds since 1970. */
  readonly now: number
  /** How long something must stand before it is told (milliseconds). */
  readonly after: number
}
