import { definePage, type Page } from '../../src/contract/page.ts'
import { Refusal } from '../../src/errors.ts'
import { createActions } from './page/actions.tsx'
import { editingOf, type SettingsPageDeps } from './page/desk.ts'
import { draftOf } from './page/draft.ts'
import { find, readQuery } from './page/query.ts'
import { show } from './page/shown.ts'
import { type DialogData, type SettingsData, SettingsView } from './page/views.tsx'

/** Every setting that is in effect, and the form for those that can be changed while the gateway runs. */
export const createSettingsPage = (deps: SettingsPageDeps): Page =>
  definePage<SettingsData>({
    path: '/settings',
    title: 'Settings',
    nav: { group: 'System', order: 52 },
    async load({ url }) {
      const { settings, plugins, configFile } = deps
      const all = settings()
      const read = (name: string): string => url.searchParams.get(name) ?? ''
      const query = readQuery(read)
      const names = new Set(all.map(({ name }) => name))
      const found = find(all, query)
      const abouts = new Map(plugins().map(({ name, about }) => [name, about]))
      const shown = await Promise.all(found.map(setting => show(deps, setting)))
      const dialog = dialogOf(deps, url.searchParams.get('edit'))
      return {
        query,
        groups: [...Map.groupBy(shown, ({ setting }) => setting.plugin)].map(([plugin, settings]) => ({
          plugin,
          about: plugin === undefined ? undefined : abouts.get(plugin),
          settings,
        })),
        found: found.length,
        all: all.length,
        changed: all.filter(({ isChanged }) => isChanged).length,
        plugins: [...new Set(all.flatMap(({ plugin }) => plugin ?? []))],
        configFile,
        orphans: deps.store.list().filter(({ name }) => !names.has(name)),
        changedNow: read('changed'),
        ...(dialog !== undefined && { dialog }),
      }
    },
    view: (data, request) => <SettingsView data={data} request={request} />,
    actions: createActions(deps.store),
    asks: ['effect'],
  })

/** The dialog that the address asks for: `?edit=NAME`. */
function dialogOf({ store }: SettingsPageDeps, name: string | null): DialogData | undefined {
  if (name === null) return undefined
  try {
    const setting = store.find(name)
    const fixed = store.whyFixed(setting)
    if (fixed !== undefined) return { kind: 'note', text: `${fixed}.` }
    return { kind: 'edit', editing: editingOf(store, draftOf(setting, store.stored(name)?.version)) }
  } catch (error) {
    if (error instanceof Refusal) return { kind: 'note', text: `${error.message}.` }
    throw error
  }
}
