/** How many copies were not sent, by redirect: there are no more of them than the operator has made. */
export interface Drops {
  /** Tells how many it has been. */
  add(source: string): number
  all(): Iterable<readonly [source: string, count: number]>
}

export function createDrops(): Drops {
  const counts = new Map<string, number>()
  return {
    add(source) {
      const count = (counts.get(source) ?? 0) + 1
      counts.set(source, count)
      return count
    },
    all: () => counts,
  }
}
