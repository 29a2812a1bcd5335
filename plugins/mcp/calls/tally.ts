import * as v from 'valibot'
import type { Counted } from '../model.ts'
import { kinds, outcomes } from './outcome.ts'

/** So many lines are kept: a server may change the names of its tools as often as it likes. */
const MOST = 5000
const OTHER = 'other'

/** How often tools were called, and prompts and resources read, since the start, by what became of it. */
export interface Tally {
  add(one: Omit<Counted, 'count'>): void
  all(): readonly Counted[]
}

/** As it comes from another worker. */
export const counted = v.object({
  server: v.string(),
  kind: v.picklist(kinds),
  name: v.string(),
  outcome: v.picklist(outcomes),
  count: v.number(),
})

export function createTally(): Tally {
  const counts = new Map<string, { -readonly [K in keyof Counted]: Counted[K] }>()
  return {
    add({ server, kind, name: own, outcome }) {
      const key = (name: string) => JSON.stringify([server, kind, name, outcome])
      const isRoom = counts.has(key(own)) || counts.size < MOST
      const name = isRoom ? own : OTHER
      const known = counts.get(key(name))
      if (known === undefined) counts.set(key(name), { server, kind, name, outcome, count: 1 })
      else known.count++
    },
    all: () => [...counts.values()],
  }
}
