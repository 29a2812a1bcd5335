import type { Member } from './contract/inventory.ts'
import { entranceOf, isForCallers } from './contract/page.ts'
import { kinds, type Parts, type Plugin } from './contract/plugin.ts'
import type { Faults } from './faults.ts'

/** All plugins in the order of the house. */
export const describeMembers = (
  plugins: readonly Plugin[],
  { parts, brought, faults }: Described,
): readonly Member[] => {
  const areCallersIn = [...parts.values()].some(({ recognize }) => recognize !== undefined)
  return plugins.map(({ name, about, needs = [], tables = {} }) => {
    const part = parts.get(name)!
    const broughtAs = brought?.get(name)
    return {
      name,
      about,
      needs,
      hooks: Object.keys(kinds).filter(hook => hook in part),
      ...(broughtAs !== undefined && { broughtAs }),
      brings: bringsOf(part, { tables: Object.keys(tables), areCallersIn }),
      errors: faults.of(name),
    }
  })
}

interface Described {
  readonly parts: ReadonlyMap<string, Parts>
  readonly brought: ReadonlyMap<string, string> | undefined
  readonly faults: Faults
}

interface House {
  readonly tables: readonly string[]
  /** Otherwise there are no pages for them. */
  readonly areCallersIn: boolean
}

const bringsOf = (part: Parts, { tables, areCallersIn }: House): Member['brings'] => {
  const { api = [], passages = [], pages = [], dialects = [], providers = [], ticks = [] } = part
  return {
    endpoints: [
      ...api.map(({ method, path }) => ({ method, path })),
      ...passages.flatMap(({ methods, path }) => methods.map(method => ({ method, path }))),
    ],
    pages: pages
      .filter(page => areCallersIn || !isForCallers(page))
      .map(page => ({
        path: entranceOf(page).at + page.path,
        title: isForCallers(page) ? `${page.title} (for callers)` : page.title,
      })),
    dialects: dialects.map(({ name, path }) => ({ name, path })),
    providers: providers.map(({ name }) => name),
    ticks: ticks.map(({ every }) => every),
    tables,
  }
}
