import * as v from 'valibot'
import { type Channel, createChannel, createGathering, type Peers } from '../../src/contract/peers.ts'
import type { UserPath } from '../../src/types.ts'
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

const counts = {
  entries: v.number(),
  bytes: v.number(),
  hits: v.number(),
  joined: v.number(),
  similar: v.number(),
  misses: v.number(),
}
const standing = v.object({
  figures: v.object({ ...counts, unclear: v.number(), evictions: v.number() }),
  models: v.array(v.object({ ...counts, model: v.string() })),
})
const purge = v.object({
  model: v.optional(v.string()),
  userPath: v.optional(v.custom<UserPath>(path => typeof path === 'string' && path.startsWith('/'))),
})

/** The caches of all workers as one. Each has its own; operators mean all of them. */
export function createEverywhere(
  book: Book,
  peers: Peers | undefined,
): Everywhere & Pick<Channel<Purge, number>, 'hear'> {
  const others = createGathering(peers, standing)
  const purges = createChannel(peers, { note: purge, answer: v.number(), heard: book.purge })
  return {
    hear: purges.hear,
    async look() {
      const all = (await others?.gather()) ?? [standingOf(book)]
      return {
        figures: all.map(({ figures }) => figures).reduce(add),
        models: addModels(all),
        caches: all.length,
      }
    },
    async purge(what: Purge) {
      const telling = purges.tell(what)
      const here = book.purge(what)
      const there = await telling
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
