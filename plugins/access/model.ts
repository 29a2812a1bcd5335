import type { Deciding } from '../../src/exchange.ts'
import type { Dropped, Target } from '../../src/types.ts'

/** What other plugins may ask. */
export interface Access {
  /** Why a model is closed to who asks; undefined where it is open. */
  closed(target: Target, x: Pick<Deciding, 'caller' | 'userPath'>): Dropped | undefined
}
