import type { Host } from '../../src/contract/plugin.ts'
import type { Making } from './making.ts'
import type { Made, StoredProvider } from './model.ts'

interface ShelfOptions {
  readonly host: Pick<Host, 'shelf' | 'providers'>
  readonly making: Making
}

/** The stored providers as they are now, made anew where they are others. */
export function createShelf({ host, making }: ShelfOptions) {
  let made: ReadonlyMap<string, Made> = new Map()

  return {
    /** Takes over what is stored; the next call sees it. Returns the names of those that are others now. */
    async take(all: readonly StoredProvider[]): Promise<readonly string[]> {
      const before = made
      const next = await Promise.all(
        all.map(async stored => {
          const known = before.get(stored.name)
          return known?.stored.version === stored.version ? known : making.make(stored)
        }),
      )
      made = new Map(next.map(each => [each.stored.name, each]))
      host.shelf.put(next.flatMap(({ provider }) => provider ?? []))
      const names = new Set([...before.keys(), ...made.keys()])
      return [...names].filter(name => before.get(name)?.provider !== made.get(name)?.provider)
    },
    all: (): readonly Made[] => [...made.values()],
    of: (name: string): Made | undefined => made.get(name),
    /** A provider of the configuration has this name, and serves in the place of a stored one. */
    declared(name: string): readonly string[] | undefined {
      const serving = host.providers().get(name)
      if (serving === undefined || serving.standIn === true || serving === made.get(name)?.provider)
        return undefined
      return serving.configuredBy ?? ['the gateway itself']
    },
  }
}
export type Shelf = ReturnType<typeof createShelf>
