import type { Target } from '../../../src/types.ts'
import type { Amounts } from '../counting/amounts.ts'
import type { Claim, Held } from '../counting/pot.ts'
import type { Limit } from '../model.ts'
import type { Granted } from '../queue/model.ts'
import type { Need } from './need.ts'

/** A call under way, and what it holds. */
export interface Open {
  aboutCall: readonly Limit[]
  /** They are asked at each try: a target without room is skipped while another one is left. */
  aboutTarget: readonly Limit[]
  /** What it claims of `aboutCall`, where it has to wait for that: it holds it from its first try on. */
  deferred: readonly Claim[] | undefined
  /** It has waited, and this is what it got. */
  granted: Granted | undefined
  need: Need | undefined
  held: readonly Held[]
  /** What the last answer of a conversation took. */
  last: Amounts | undefined
  /** Who has worked within a conversation for what nobody knows. */
  unpriced: Target | undefined
  /** What a conversation held when it opened. */
  first: ReadonlyMap<Limit, Amounts> | undefined
  /** A provider is at work for it, or was until the end. */
  isAsked: boolean
  /** Its room is given back: a try may go on for a moment when its client has left. */
  isOver: boolean
}

export const FRESH = {
  deferred: undefined,
  granted: undefined,
  need: undefined,
  held: [],
  last: undefined,
  first: undefined,
  unpriced: undefined,
  isAsked: false,
  isOver: false,
} as const
