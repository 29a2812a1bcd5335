import type { Limit, Window } from '../model.ts'
import { type Amounts, add, nothing } from './amounts.ts'
import type { Span } from './window.ts'

/** One limit as it counts for one member: a key, a user path, or everybody (`''`). */
export interface Pot extends Span {
  readonly member: string
  readonly per: Window
  /** What was used in this window by all gateways together, as far as it was told. */
  readonly stored: Amounts
  /** What was used here since. */
  readonly fresh: Amounts
  /** What calls under way may still use. */
  readonly held: Amounts
  readonly running: number
  /** The same of calls at other gateways; nothing where nobody tells. */
  readonly elsewhere: Running
  /** Calls of this window whose price nobody knew. */
  readonly unpriced: number
  /** Calls that stand in line here, until one of those under way is done. */
  readonly waiting: number
}

/** Calls under way, and what they hold. */
export interface Running {
  readonly held: Amounts
  readonly running: number
}

/** A pot as its ledger has it, which alone writes to it. */
export type OpenPot = { -readonly [K in keyof Pot]: Pot[K] }

/** What a call may use of one limit, at most. */
export interface Claim {
  readonly limit: Limit
  readonly member: string
  readonly amounts: Amounts
}

/** What there is no room for. */
export const measures = ['concurrent', 'requests', 'tokens', 'cost'] as const
export type Measure = (typeof measures)[number]

/** A claim that has its room. */
export interface Held {
  readonly claim: Claim
  readonly pot: Pot
}

export interface Shortage {
  readonly limit: Limit
  readonly measure: Measure
  readonly pot: Pot
  /** What the call asked for. */
  readonly wanted: number
}

/** What happens to a pot: calls begin to hold room in it, end (a negative number of them), or have used it. */
export interface Change extends Running {
  readonly used: Amounts
}

/** Hears of all that is held, given back and charged here. */
export type Mirror = (limit: string, pot: Pot, change: Change) => void

/** Where a pot is. */
export interface Place {
  readonly limit: string
  readonly member: string
}

/** What was used of a pot, and is not stored yet. */
export interface Unstored extends Place, Span {
  readonly per: Window
  readonly amounts: Amounts
}

/** How a pot stands over all gateways. */
export interface Shared extends Span {
  readonly used: Amounts
  readonly elsewhere: Running
}

export const nobody: Running = { held: nothing, running: 0 }

export const emptyPot = (member: string, per: Window, { start, end }: Span): Pot => ({
  member,
  per,
  start,
  end,
  stored: nothing,
  fresh: nothing,
  held: nothing,
  running: 0,
  elsewhere: nobody,
  unpriced: 0,
  waiting: 0,
})

/** Of the current window, in all. */
export const usedOf = ({ stored, fresh }: Pot): Amounts => add(stored, fresh)

/** What calls under way hold, wherever they run. */
export const heldOf = ({ held, elsewhere }: Pot): Amounts =>
  elsewhere === nobody ? held : add(held, elsewhere.held)

export const runningOf = ({ running, elsewhere }: Pot): number => running + elsewhere.running

/** What is not free any more. */
export const takenOf = (pot: Pot): Amounts => add(usedOf(pot), heldOf(pot))

export function shortageOf(claim: Claim, pot: Pot): Shortage | undefined {
  const { limit } = claim
  if (limit.concurrent !== undefined && runningOf(pot) >= limit.concurrent) return toFull(limit, pot)
  return windowShortageOf(claim, pot)
}

/** So many calls are under way as may be. */
export const toFull = (limit: Limit, pot: Pot): Shortage => ({ limit, measure: 'concurrent', pot, wanted: 1 })

/** What lasts longer than calls under way do. */
export function windowShortageOf({ limit, amounts }: Claim, pot: Pot): Shortage | undefined {
  const taken = takenOf(pot)
  for (const measure of ['requests', 'tokens', 'cost'] as const) {
    const most = limit[measure]
    if (most !== undefined && taken[measure] + amounts[measure] > most)
      return { limit, measure, pot, wanted: amounts[measure] }
  }
  return undefined
}

/** As if a claim were not held. */
export const without = ({ amounts }: Claim, pot: Pot): Pot => ({
  ...pot,
  held: add(pot.held, amounts, -1),
  running: pot.running - 1,
})

export const isInUse = (pot: Pot): boolean => {
  const used = usedOf(pot)
  return runningOf(pot) > 0 || used.requests > 0 || used.tokens > 0 || used.cost > 0
}
