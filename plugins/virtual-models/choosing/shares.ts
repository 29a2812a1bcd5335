import type { Target, UserPath } from '../../../src/types.ts'
import type { Share, VirtualModel } from '../model.ts'
import { branchesOf } from './order.ts'

/**
 * Of the calls that come to a redirect on the way to these targets, how many begin at each of its own; those that never come
 * first for this caller are left out, and nothing is said where no weights and no order decide.
 */
export function sharesOf(
  redirect: VirtualModel,
  targets: readonly Target[],
  userPath: UserPath,
): readonly Share[] {
  const level = targets
    .map(({ via }) => via.findIndex(({ source }) => source === redirect.source))
    .find(level => level >= 0)
  if (level === undefined) return []
  const through = targets.filter(({ via }) => via[level]?.source === redirect.source)
  const branches = branchesOf(through, { level, redirect, userPath })
  const closest = branches.filter(({ closeness }) => closeness === branches[0]!.closeness)
  if (closest.length === 1 || redirect.strategy === 'failover') return [{ name: closest[0]!.name, share: 1 }]
  if (redirect.strategy !== 'round_robin') return []
  const all = closest.reduce((sum, { weight }) => sum + weight, 0)
  return closest.map(({ name, weight }) => ({ name, share: weight / all }))
}
