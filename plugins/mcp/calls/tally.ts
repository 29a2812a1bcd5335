import * as v from 'valibot'
import type { Counted } from '../model.ts'
import { type Outcome, outcomes } from './outcome.ts'

/** So many lines are kept: a server may change the names of its tools as often as it likes. */
const MOST = 5000
const OTHER = 'other'

/** How often tools were called since the start, by what became of it. */
export interface Tally {
  add(server: string, tool: string, outcome: Outcome): void
  all(): readonly Counted[]
}

/** As it comes from another worker. */
export const counted = v.object({
  server: v.string(),
  tool: v.string(),
  outcome: v.picklist(outcomes),
  count: v.number(),
})

export function createTally(): Tally {
  const counts = new Map<string, { -readonly [K in keyof Counted]: Counted[K] }>()
  return {
    add(server, tool, outcome) {
      const key = (name: string) => JSON.stringify([server, name, outcome])
      const isRoom = counts.has(key(tool)) || counts.size < MOST
      const name = isRoom ? tool : OTHER
      const own = counts.get(key(name))
      if (own === undefined) counts.set(key(name), { server, tool: name, outcome, count: 1 })
      else own.count++
    },
    all: () => [...counts.values()],
  }
}
