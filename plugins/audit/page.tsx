import { definePage, type Page } from '../../src/contract/page.ts'
import { MAX_SEARCH, wordsIn } from '../../views/listing.ts'
import { type CallsData, CallsView, outcomes, type Query } from './page/views.tsx'
import { people } from './schema.ts'
import type { Trail } from './trail.ts'

const ROWS = 50

/** What operators did and tried to do, call by call, newest first. */
export const createCallsPage = ({
  trail,
  now,
}: {
  readonly trail: Pick<Trail, 'flush' | 'look'>
  readonly now: () => number
}): Page =>
  definePage<CallsData>({
    path: '/history/calls',
    title: 'Admin calls',
    async load({ url: { searchParams } }) {
      const query = readQuery(name => searchParams.get(name) ?? '')
      await trail.flush()
      const leaf = await trail.look({
        who: query.who || undefined,
        status: outcomes[query.outcome].status,
        words: wordsIn(query.q),
        before: query.before === '' ? undefined : Number(query.before),
        limit: ROWS,
      })
      return { query, leaf, now: now() }
    },
    view: (data, request) => <CallsView data={data} request={request} />,
  })

function readQuery(read: (name: string) => string): Query {
  const outcome = read('outcome')
  return {
    q: read('q').trim().slice(0, MAX_SEARCH),
    who: people.find(who => who === read('who')) ?? '',
    outcome: Object.hasOwn(outcomes, outcome) ? (outcome as Query['outcome']) : '',
    before: /^[1-9]\d{0,14}$/.test(read('before')) ? read('before') : '',
  }
}
