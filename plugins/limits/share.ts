import { add, measures, type Pot, usedOf } from './ledger.ts'
import type { Limit } from './model.ts'

/** From here on a limit is nearly used up. */
export const NEAR = 0.8

/** How much of what it limits is taken: 0 to 1, and above where an answer took more than it held. */
export function shareOf(limit: Limit, pot: Pot): number {
  const taken = { ...add(usedOf(pot), pot.held), concurrent: pot.running }
  return Math.max(
    0,
    ...measures.map(measure => taken[measure] / (limit[measure] ?? Number.POSITIVE_INFINITY)),
  )
}

/** The pot of which most is taken; undefined where there is none. */
export const fullestOf = (limit: Limit, pots: readonly Pot[]): Pot | undefined =>
  pots.reduce<Pot | undefined>(
    (most, pot) => (most === undefined || shareOf(limit, pot) > shareOf(limit, most) ? pot : most),
    undefined,
  )
