import { isSelected } from '../../src/scope/selector.ts'
import { isInside } from '../../src/scope/user-path.ts'
import type { Target } from '../../src/types.ts'
import { type Book, type Entry, type ModelFigures, mostHits } from './model.ts'
import { type Shelf, sizeOf } from './shelf.ts'
import { nothingYet, type Tally } from './tally.ts'

interface Options {
  readonly shelf: Shelf | undefined
  readonly tally: Tally
  readonly isProvider: (name: string) => boolean
}

/** What operators see of the cache, and what they may do. Without a shelf there is nothing to be seen. */
export function createBook({ shelf, tally, isProvider }: Options): Book {
  return {
    figures: () => ({
      entries: shelf?.count() ?? 0,
      bytes: shelf?.bytes() ?? 0,
      ...tally.all,
      unclear: tally.unclear,
      evictions: tally.evictions,
    }),
    byModel() {
      const found = new Map<string, { -readonly [K in keyof ModelFigures]: ModelFigures[K] }>()
      for (const [model, count] of tally.models) found.set(model, { model, entries: 0, bytes: 0, ...count })
      for (const [key, entry] of shelf?.entries() ?? []) {
        const name = `${entry.provider}/${entry.model}`
        const figures = found.get(name) ?? { model: name, entries: 0, bytes: 0, ...nothingYet() }
        found.set(name, figures)
        figures.entries++
        figures.bytes += sizeOf(key, entry)
      }
      return [...found.values()].sort(mostHits)
    },
    purge({ model, userPath }) {
      const selectors = model === undefined ? undefined : new Set([model])
      const scopes = userPath === undefined ? undefined : new Set([userPath])
      return (
        shelf?.remove(
          entry =>
            (selectors === undefined || isSelected(selectors, toTarget(entry), isProvider)) &&
            (scopes === undefined || isInside(entry.userPath, scopes)),
        ) ?? 0
      )
    },
  }
}

const toTarget = ({ provider, model, redirects }: Entry): Target => ({
  provider,
  model,
  via: [...redirects].map(source => ({ source, index: 0 })),
})
