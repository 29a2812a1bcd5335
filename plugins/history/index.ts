import * as v from 'valibot'
import { createChannel } from '../../src/contract/peers.ts'
import { definePlugin } from '../../src/contract/plugin.ts'
import { createHistoryApi } from './api.ts'
import { openChronicle } from './chronicle.ts'
import { openDefinitions } from './definitions.ts'
import { createDefinitionsPage } from './definitions-page.tsx'
import { openFollowing } from './following.ts'
import type { History, Restore } from './model.ts'
import { createHistoryPage } from './page.tsx'
import { createReading } from './reading.ts'
import { createRestorer } from './restorer.ts'
import { versions } from './schema.ts'

/** How often it is looked whether another gateway on the same database has changed something (milliseconds). */
const LOOK = 2000

export default definePlugin({
  name: 'history',
  about: 'Keeps every change that operators make as a numbered version, and puts old ones back.',
  tables: { versions },
  async setup({ db, now, log, peers }) {
    const following = await openFollowing(db)
    const rereads = new Map<string, () => Promise<void>>()
    const lookNow = () => following.look(async kind => rereads.get(kind)?.())
    const writes = createChannel(peers, { note: v.literal('look'), heard: lookNow })
    function wrote(id: number): void {
      following.wrote(id)
      // The other workers need not wait until they look.
      void writes.tell('look')
    }
    const chronicle = openChronicle(db, { now, wrote })
    const restorers = new Map<string, Restore>()
    const staying = new Map<string, readonly string[]>()
    const places = new Map<string, (subject: string) => string>()
    const restore = createRestorer(chronicle, restorers)
    const exports: History = {
      define: options => openDefinitions(options, exports),
      page: sort => createDefinitionsPage(sort, exports),
      commit: chronicle.commit,
      restores(kind, restore, stay = []) {
        restorers.set(kind, restore)
        staying.set(kind, stay)
      },
      follows: (kind, reread) => void rereads.set(kind, reread),
      shows: (kind, place) => void places.set(kind, place),
      async lastOf(kind, subject) {
        const [last] = await chronicle.list({ kind, subject, limit: 1 })
        return last && { author: last.author, at: last.at }
      },
      async deletionOf(kind, subject) {
        const [last] = await chronicle.list({ kind, subject, limit: 1 })
        return last?.action === 'delete' && last.subject === subject ? last.id : undefined
      },
      restore: async (id, order) => (await restore(id, order)).subject,
    }
    async function look(): Promise<void> {
      const kinds = await lookNow()
      if (kinds.length > 0) log.info('Took over what another gateway has changed', { kinds })
    }
    return {
      exports,
      api: createHistoryApi({ chronicle, restore }),
      pages: [createHistoryPage({ chronicle, read: createReading(db), restore, staying, places, now })],
      hear: writes.hear,
      ticks: [{ every: LOOK, run: look }],
    }
  },
})
