import { definePlugin } from '../../src/contract/plugin.ts'
import type { Concerns } from '../concerns/model.ts'
import type { Metrics } from '../metrics/model.ts'
import { createNoticesApi } from './api.ts'
import { createBook } from './book.ts'
import { readHooks } from './hooks.ts'
import { createOutage } from './outage.ts'
import { createNoticesPage } from './page.tsx'
import { createPost, type Tally } from './post.ts'
import { notices, standingConcerns } from './schema.ts'
import { createSend } from './send.ts'
import { env, settings } from './settings.ts'
import { createState } from './state.ts'
import { createTry } from './try.ts'
import { createWatch } from './watch.ts'

/** How often is looked, at most and at least (milliseconds). */
const OFTEN = 250
const SELDOM = 15_000
const SWEEP = 3_600_000
/** So long (milliseconds) it can be seen what was sent. */
const KEPT = 30 * 86_400_000

export default definePlugin({
  name: 'notify',
  about: 'Tells people when something needs attention, and when it is over.',
  config: settings,
  env,
  // Not where its links lead: people sign in there, with the master key too.
  changeable: ['after', 'name'],
  needs: ['concerns', 'metrics'],
  tables: { standingConcerns, notices },
  setup({ config, db, fetch, now, log, use, inherited }) {
    const { after, name, dashboardUrl } = config
    const hooks = readHooks(config)
    const concerns = use<Concerns>('concerns')
    const tally = (inherited as Tally | undefined) ?? { sent: 0, lost: 0 }
    const book = createBook(db)
    const send = createSend({ fetch, now, name, dashboardUrl })
    const tryAll = createTry(hooks, send, now)
    const read = createState({ hooks, book, concerns })
    const shown = {
      heritage: tally,
      api: createNoticesApi({ read, tryAll }),
      pages: [createNoticesPage({ read, tryAll, now, after })],
    }
    if (hooks.length === 0) return shown

    use<Metrics>('metrics').add({
      name: 'modelway_notices_total',
      help: 'Notices by what became of them; alert on lost ones',
      type: 'counter',
      read: () => [
        { labels: { result: 'sent' }, value: tally.sent },
        { labels: { result: 'lost' }, value: tally.lost },
      ],
    })
    const look = createWatch({ concerns, hooks, book, now, after })
    const post = createPost({ hooks, book, send, tally, log, now })
    const outage = createOutage({ hooks, send, tally, now, after })
    const every = Math.min(SELDOM, Math.max(OFTEN, after / 4))
    return {
      ...shown,
      origins: hooks.map(({ url }) => new URL(url).origin),
      ticks: [
        {
          every,
          async run() {
            try {
              await look()
            } catch (error) {
              await outage(true)
              throw error
            }
            await outage(false)
          },
        },
        { every, run: post.run },
        { every: SWEEP, run: () => book.sweep(now() - KEPT) },
      ],
      close: post.idle,
    }
  },
})
