import type { Member, Setting } from '../../src/inventory.ts'
import { definePage, type Page } from '../../src/page.ts'
import { find, type Query, readQuery } from './page/query.ts'
import { SettingsView } from './page/views.tsx'

export interface SettingsPageDeps {
  readonly settings: () => readonly Setting[]
  readonly plugins: () => readonly Member[]
  readonly configFile: string | undefined
}

/** What belongs together: the gateway's own settings, or those of a plugin. */
export interface Group {
  /** Absent: the gateway. */
  readonly plugin: string | undefined
  readonly about: string | undefined
  readonly settings: readonly Setting[]
}

export interface SettingsData {
  readonly query: Query
  readonly groups: readonly Group[]
  readonly found: number
  readonly all: number
  readonly changed: number
  /** Names of plugins that have settings. */
  readonly plugins: readonly string[]
  readonly configFile: string | undefined
}

/** Every setting that is in effect. Nothing can be changed here: what the operator declares is the truth. */
export const createSettingsPage = ({ settings, plugins, configFile }: SettingsPageDeps): Page =>
  definePage<SettingsData>({
    path: '/settings',
    title: 'Settings',
    nav: { group: 'System', order: 52 },
    load({ url }) {
      const all = settings()
      const query = readQuery(name => url.searchParams.get(name) ?? '')
      const found = find(all, query)
      const abouts = new Map(plugins().map(({ name, about }) => [name, about]))
      return {
        query,
        groups: [...Map.groupBy(found, ({ plugin }) => plugin)].map(([plugin, settings]) => ({
          plugin,
          about: plugin === undefined ? undefined : abouts.get(plugin),
          settings,
        })),
        found: found.length,
        all: all.length,
        changed: all.filter(({ isChanged }) => isChanged).length,
        plugins: [...new Set(all.flatMap(({ plugin }) => plugin ?? []))],
        configFile,
      }
    },
    view: (data, request) => <SettingsView data={data} request={request} />,
  })
