import type { Refusal } from '../../../src/errors.ts'
import type { PotLine, Standing } from './lines.ts'
import type { Granted, Waiter } from './model.ts'

/** A call that waits. */
export interface Call {
  readonly waiter: Waiter
  /** Who came earlier has the smaller one. */
  readonly number: number
  readonly since: number
  /** The limit that it met first. */
  readonly limit: string
  /** Where it stands: in the line of each pot that holds one of its options up. */
  readonly standing: Map<PotLine, Standing>
  readonly grant: (granted: Granted) => void
  readonly refuse: (why: Refusal) => void
  /** Ends its patience. */
  late: ReturnType<typeof setTimeout> | undefined
  isOver: boolean
}
