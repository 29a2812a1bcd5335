import type { Limit } from '../model.ts'
import { measures, type Pot, runningOf, takenOf, usedOf } from './pot.ts'

/** From here on a limit is nearly used up. */
export const NEAR = 0.8

/** How much of what it limits is taken: 0 to 1, and above where an answer took more than it held. */
export function shareOf(limit: Limit, pot: Pot): number {
  const taken = { ...takenOf(pot), concurrent: runningOf(pot) }
  return Math.max(
    0,
    ...measures.map(measure => taken[measure] / (limit[measure] ?? Number.POSITIVE_INFINITY)),
  )
}

/** The same of what stays used until the window is over: calls under way are no reason to wait for that. */
export function usedShareOf(limit: Limit, pot: Pot): number {
  const used = usedOf(pot)
  return Math.max(0, ...lasting.map(measure => used[measure] / (limit[measure] ?? Number.POSITIVE_INFINITY)))
}
const lasting = ['requests', 'tokens', 'cost'] as const

/** The pot of which most is taken; undefined where there is none. */
export const fullestOf = (limit: Limit, pots: readonly Pot[], share = shareOf): Pot | undefined =>
  pots.reduce<Pot | undefined>(
    (most, pot) => (most === undefined || share(limit, pot) > share(limit, most) ? pot : most),
    undefined,
  )
