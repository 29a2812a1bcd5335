import { definePage, type Page } from '../../src/contract/page.ts'
import { MAX_SEARCH, wordsIn } from '../../views/listing.ts'
import { kinds, outcomes } from './calls/outcome.ts'
import type { Tools } from './model.ts'
import { type CallsData, CallsView, type Query } from './page/calls.tsx'

export interface CallsPageDeps {
  readonly tools: Pick<Tools, 'servers' | 'records'>
  readonly nameOf: (key: string) => string | undefined
  readonly now: () => number
}

const ROWS = 50

/** Calls of tools, one by one, newest first. */
export const createCallsPage = ({ tools, nameOf, now }: CallsPageDeps): Page =>
  definePage<CallsData>({
    path: '/tools/calls',
    title: 'Calls of tools',
    async load({ url: { searchParams } }) {
      const query = readQuery(name => searchParams.get(name) ?? '')
      const leaf = await tools.records({
        server: query.server || undefined,
        kind: query.kind || undefined,
        outcome: query.outcome || undefined,
        words: wordsIn(query.q),
        before: query.before === '' ? undefined : Number(query.before),
        limit: ROWS,
      })
      const servers = tools.servers().map(({ server }) => server.name)
      return { query, leaf, servers, nameOf, now: now() }
    },
    view: (data, request) => <CallsView data={data} request={request} />,
  })

const readQuery = (read: (name: string) => string): Query => ({
  q: read('q').trim().slice(0, MAX_SEARCH),
  server: read('server').slice(0, MAX_SEARCH),
  kind: kinds.find(kind => kind === read('kind')) ?? '',
  outcome: outcomes.find(outcome => outcome === read('outcome')) ?? '',
  before: /^[1-9]\d{0,14}$/.test(read('before')) ? read('before') : '',
})
