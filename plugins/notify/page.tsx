import { definePage, type Page } from '../../src/contract/page.ts'
import type { ApiDeps } from './api.ts'
import type { NoticesData } from './page/model.ts'
import { NoticesView, Tests } from './page/views.tsx'

/** So much of what was sent is looked at: a notice for each of its hooks. */
const SENT = 100

interface PageDeps extends ApiDeps {
  readonly now: () => number
  readonly after: number
}

/** Who is told when something needs attention. */
export const createNoticesPage = ({ read, tryAll, now, after }: PageDeps): Page =>
  definePage<NoticesData>({
    path: '/notices',
    title: 'Notices',
    nav: { group: 'System', order: 50 },
    load: async () => ({ ...(await read(SENT)), now: now(), after }),
    view: (data, request) => <NoticesView data={data} request={request} />,
    actions: {
      async test({ via }, request) {
        const tried = await tryAll()
        // htmx puts them into the page that is there; a plain browser gets the page anew.
        if (via === 'htmx') return { markup: <Tests tried={tried} /> }
        const data = { ...(await read(SENT)), now: now(), after }
        return { markup: <NoticesView data={data} request={request} tried={tried} />, status: 200 }
      },
    },
  })
