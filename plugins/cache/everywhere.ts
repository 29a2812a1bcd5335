import type { Peers } from '../../src/peers.ts'
import {
  type Book,
  type Everywhere,
  type ModelFigures,
  mostHits,
  type Purge,
  type Standing,
} from './model.ts'

/** What this worker's cache looks like, for one that gathers all of them. */
export const standingOf = ({ figures, byModel }: Book): Standing => ({
  figures: figures(),
  models: byModel(),
})

/** The caches of all workers as one. Each has its own; operators mean all of them. */
export function createEverywhere(book: Book, peers: Peers | undefined): Everywhere {
  return {
    async look() {
      const all = peers === undefined ? [standingOf(book)] : ((await peers.gather()) as readonly Standing[])
      return {
        figures: all.map(({ figures }) => figures).reduce(add),
        models: addModels(all),
        caches: all.length,
      }
    },
    async purge(what: Purge) {
      const telling = peers?.tell(what)
      const here = book.purge(what)
      const there = ((await telling) ?? []) as readonly number[]
      return there.reduce((sum, removed) => sum + removed, here)
    },
  }
}

function addModels(all: readonly Standing[]): readonly ModelFigures[] {
  const byName = Map.groupBy(
    all.flatMap(({ models }) => models),
    ({ model }) => model,
  )
  return [...byName.values()].map(same => same.reduce(add)).sort(mostHits)
}

/** Adds up what is a number. */
function add<T extends object>(one: T, other: T): T {
  const sums = Object.entries(one).map(([name, value]) => [
    name,
    typeof value === 'number' ? value + Number(other[name as keyof T]) : value,
  ])
  return Object.fromEntries(sums) as T
}
