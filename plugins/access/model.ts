import type { Deciding } from '../../src/exchange.ts'
import type { Dropped, JsonObject, Target } from '../../src/types.ts'

/** What other plugins may ask. */
export interface Access {
  /** What is closed reads like what does not exist (`HIDE_DENIED_MODELS`). */
  readonly isHiding: boolean
  /** Why a model is closed to who asks; undefined where it is open. */
  closed(target: Target, x: Pick<Deciding, 'caller' | 'userPath'>): Dropped | undefined
  /** Models that a body names beside its own, and that some providers let answer in its place. */
  namedBeside(body: JsonObject): readonly string[]
}
