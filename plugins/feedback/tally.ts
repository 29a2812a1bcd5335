import type { Count } from './model.ts'

/** So many names are counted on their own, and only what looks like one: anybody may think of any. */
const MOST = 50
const NAME = /^[\w.-]{1,32}$/
const OTHER = 'other'

/** How often something was said, by its name. */
export interface Tally {
  add(name: string, by: Count['by']): void
  all(): readonly Count[]
}

export function createTally(): Tally {
  const counts = new Map<string, Map<Count['by'], number>>()
  return {
    add(name, by) {
      const isCounted = counts.has(name) || (NAME.test(name) && counts.size < MOST)
      const known = isCounted ? name : OTHER
      const own = counts.get(known) ?? new Map<Count['by'], number>()
      counts.set(known, own.set(by, (own.get(by) ?? 0) + 1))
    },
    all: () => [...counts].flatMap(([name, own]) => [...own].map(([by, count]) => ({ name, by, count }))),
  }
}
