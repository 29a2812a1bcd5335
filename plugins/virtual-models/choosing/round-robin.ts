import type { Branch, Picker } from './order.ts'

/** By redirect: what each branch has gained and not paid yet, by name. */
export type Turns = Map<string, Map<string, number>>

/**
 * Smooth weighted round robin: each branch gains its weight, the richest is picked and pays the sum of all. Picks are
 * spread evenly, and over a sum of weights each branch gets exactly its weight (the scheme of nginx, 2012).
 */
export function createRoundRobin(turns: Turns): Picker {
  return ({ source }, branches, { dry }) => {
    const state = new Map(turns.get(source))
    const total = branches.reduce((sum, { weight }) => sum + weight, 0)
    for (const { name, weight } of branches) state.set(name, (state.get(name) ?? 0) + weight)
    const picked = best(branches, ({ name }) => -state.get(name)!)
    state.set(picked.name, state.get(picked.name)! - total)
    if (!dry) turns.set(source, state)
    return picked
  }
}

/** The one with the smallest figure; among equals the first declared. */
export function best(branches: readonly Branch[], figure: (branch: Branch) => number): Branch {
  return branches.reduce((least, branch) => (figure(branch) < figure(least) ? branch : least))
}
