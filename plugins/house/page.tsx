import type { Member, Setting } from '../../src/contract/inventory.ts'
import { definePage, type Page } from '../../src/contract/page.ts'
import { find, readQuery } from './page/query.ts'
import { type PluginsData, PluginsView } from './page/views.tsx'

export interface PluginsPageDeps {
  readonly plugins: () => readonly Member[]
  readonly settings: () => readonly Setting[]
  readonly now: () => number
}

/** Every plugin in the order of the house, and the path of a request with those who stand at it. */
export const createPluginsPage = ({ plugins, settings, now }: PluginsPageDeps): Page =>
  definePage<PluginsData>({
    path: '/plugins',
    title: 'Plugins',
    nav: { group: 'System', order: 51 },
    load({ url }) {
      const all = plugins()
      const query = readQuery(name => url.searchParams.get(name) ?? '')
      const counts = Map.groupBy(settings(), ({ plugin }) => plugin)
      return { query, all, found: find(all, counts, query), now: now() }
    },
    view: (data, request) => <PluginsView data={data} request={request} />,
  })
