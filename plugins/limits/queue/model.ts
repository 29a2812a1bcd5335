import type { Refusal } from '../../../src/errors.ts'
import type { Awaitable, Target, UserPath } from '../../../src/types.ts'
import type { Claim, Held, Shortage } from '../counting/pot.ts'

/** One way of letting a call in: what it would hold of its limits at one of its targets. */
export interface Option {
  readonly target: Target
  /** As the limits are now: they may change while it waits. */
  claims(): readonly Claim[]
}

/** A call that has no room at any target that is left. */
export interface Waiter {
  /** Each with what holds it up. */
  readonly options: readonly { readonly option: Option; readonly shortage: Shortage }[]
  readonly userPath: UserPath
  /** As whom it takes its turn: what its key is bound to, or the key. Within that, user paths take turns. */
  readonly holder: string
  hold(claims: readonly Claim[]): Awaitable<readonly Held[] | Shortage>
}

export interface Granted {
  readonly target: Target
  readonly held: readonly Held[]
}

/** While it waits. */
export interface Ticket {
  /** Rejects with a refusal where no room came in time, or where waiting helps no more. */
  readonly room: Promise<Granted>
  leave(why: Refusal): void
}

/** Who leaves targets out says so here: one that is not tried has no room, and nobody waits for it. */
export interface Skipping {
  skip(isSkipped: (target: Target) => boolean): void
}

/** Hears how long a call has waited, whatever became of it; `limit` is the one that it met first. */
export type Waited = (limit: string, ms: number) => void

export interface Queue {
  /** The limit of these claims in whose line somebody stands: who comes later does not go before. */
  busy(claims: readonly Claim[]): Shortage | undefined
  /** Somebody makes room for it, where no more may wait. */
  mayJoin(waiter: Pick<Waiter, 'userPath' | 'holder'>, shortage: Shortage): boolean
  /** @throws Refusal where too many wait. */
  join(waiter: Waiter): Ticket
  /** Limits have changed: there may be room, or nothing to wait for. */
  review(): void
  /** How many wait, limit by limit. */
  waiting(): readonly (readonly [limit: string, count: number])[]
  whenOver(listener: Waited): void
}
