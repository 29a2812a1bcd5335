import type { Member } from './contract/inventory.ts'
import { kinds, type Parts, type Plugin } from './contract/plugin.ts'
import type { Faults } from './faults.ts'

/** All plugins in the order of the house. */
export const describeMembers = (
  plugins: readonly Plugin[],
  { parts, brought, faults }: Described,
): readonly Member[] =>
  plugins.map(({ name, about, needs = [], tables = {} }) => {
    const part = parts.get(name)!
    const broughtAs = brought?.get(name)
    return {
      name,
      about,
      needs,
      hooks: Object.keys(kinds).filter(hook => hook in part),
      ...(broughtAs !== undefined && { broughtAs }),
      brings: bringsOf(part, Object.keys(tables)),
      errors: faults.of(name),
    }
  })

interface Described {
  readonly parts: ReadonlyMap<string, Parts>
  readonly brought: ReadonlyMap<string, string> | undefined
  readonly faults: Faults
}

const bringsOf = (part: Parts, tables: readonly string[]): Member['brings'] => {
  const { api = [], passages = [], pages = [], dialects = [], providers = [], ticks = [] } = part
  return {
    endpoints: [
      ...api.map(({ method, path }) => ({ method, path })),
      ...passages.flatMap(({ methods, path }) => methods.map(method => ({ method, path }))),
    ],
    pages: pages.map(({ path, title }) => ({ path, title })),
    dialects: dialects.map(({ name, path }) => ({ name, path })),
    providers: providers.map(({ name }) => name),
    ticks: ticks.map(({ every }) => every),
    tables,
  }
}
