import type { Awaitable } from '../../../src/types.ts'
import type { Limit } from '../model.ts'
import type { Ledger } from './ledger.ts'
import type { Claim, Held, Pot, Shortage } from './pot.ts'

/** Says whether there is room, and how a limit stands: for this gateway alone, or for all that share a Redis. */
export interface Counter {
  /** Holds all claims, or none: then it says which one there is no room for. */
  hold(claims: readonly Claim[]): Awaitable<readonly Held[] | Shortage>
  /** How limits stand for a member, each as the one before it. */
  look(places: readonly { readonly limit: Limit; readonly member: string }[]): Awaitable<readonly Pot[]>
}

/** What this gateway has counted, and what the database tells of others. */
export const createLocal = (ledger: Ledger): Counter => ({
  hold: ledger.hold,
  look: places => places.map(({ limit, member }) => ledger.pot(limit, member)),
})
