import { definePage, type Page } from '../../src/contract/page.ts'
import type { Host } from '../../src/contract/plugin.ts'
import { Refusal } from '../../src/errors.ts'
import type { Ordering, Scoped } from '../../src/exchange.ts'
import { parseUserPath } from '../../src/scope/user-path.ts'
import { createSearch, MAX_SEARCH, pageOf, readPage } from '../../views/listing.ts'
import type { Auth } from '../auth/model.ts'
import type { PathUse, UsageSums } from '../usage/model.ts'
import type { VirtualModelSource } from '../virtual-models/model.ts'
import type { PathsData } from './page/model.ts'
import { PathsView } from './page/views.tsx'
import { type Branch, growTree } from './tree.ts'

export interface PathsPageDeps extends Pick<Host, 'list' | 'now'> {
  readonly auth: Auth
  readonly virtual: VirtualModelSource
  readonly usage: UsageSums
}

const DAY = 86_400_000
const DAYS = 30
/** Paths that callers have said themselves may be many. */
const MOST = 2000
/** A longer path is none (characters). */
const LONGEST = 600

type Summed = Pick<PathsData, 'most'> & { readonly uses: readonly PathUse[]; readonly trouble?: string }

/** The tree of user paths; one of them with what may be called from there. */
export function createPathsPage({ auth, virtual, usage, list, now }: PathsPageDeps): Page {
  /** As a caller without a key of its own would see `/v1/models`. */
  async function look(text: string): Promise<Pick<PathsData, 'effective' | 'mistake'>> {
    try {
      const path = parseUserPath(text)
      if (path === undefined) return { effective: undefined, mistake: undefined }
      const facts: Ordering = { caller: auth.master, userPath: path, dry: true, trace: undefined }
      return { effective: { path, models: await list(facts as Ordering & Scoped) }, mistake: undefined }
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
      return { effective: undefined, mistake: error.message }
    }
  }

  /** Where usage cannot tell at the moment, the tree stands without figures, and says why. */
  async function sumUp(): Promise<Summed> {
    try {
      // One more tells whether there are more.
      const uses = await usage.byPath(now() - DAYS * DAY, now(), MOST + 1)
      return { uses: uses.slice(0, MOST), most: uses.length > MOST ? MOST : undefined }
    } catch (error) {
      if (!(error instanceof Refusal) || error.code === 'internal_error') throw error
      return { uses: [], most: undefined, trouble: error.message }
    }
  }

  function grow(uses: readonly PathUse[]): readonly Branch[] {
    const rules = [...virtual.current().all.values()]
    return growTree({
      uses,
      keys: auth.working(),
      rules: rules.map(({ source, namedPaths }) => ({ source, paths: namedPaths })),
    })
  }

  return definePage<PathsData>({
    path: '/paths',
    title: 'User paths',
    nav: { group: 'Access', order: 21 },
    async load({ url }) {
      const read = (name: string) => (url.searchParams.get(name) ?? '').slice(0, LONGEST)
      const query = { q: read('q').slice(0, MAX_SEARCH), path: read('path'), page: readPage(read('page')) }
      const { uses, most, trouble } = await sumUp()
      const all = grow(uses)
      const isFound = createSearch(query.q)
      const found = all.filter(({ path, keys, rules }) =>
        isFound([path, ...keys.map(({ name }) => name), ...rules]),
      )
      return {
        query,
        listing: pageOf(found, query.page),
        all: all.length,
        most,
        trouble,
        ...(await look(query.path)),
      }
    },
    view: (data, request) => <PathsView data={data} request={request} />,
  })
}
