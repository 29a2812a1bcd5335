import type { Member, Setting } from '../../src/inventory.ts'
import { definePage, type Page } from '../../src/page.ts'
import { find, readQuery } from './page/query.ts'
import { type SettingsData, SettingsView } from './page/views.tsx'

export interface SettingsPageDeps {
  readonly settings: () => readonly Setting[]
  readonly plugins: () => readonly Member[]
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
