import { definePlugin } from '../../src/plugin.ts'
import { createHistoryApi } from './api.ts'
import { openChronicle } from './chronicle.ts'
import type { History, Restore } from './model.ts'
import { createRestorer } from './restorer.ts'
import { versions } from './schema.ts'

export default definePlugin({
  name: 'history',
  about: 'Keeps every change that operators make as a numbered version, and puts old ones back.',
  tables: { versions },
  setup({ db, now }) {
    const chronicle = openChronicle(db, now)
    const restorers = new Map<string, Restore>()
    const restore = createRestorer(chronicle, restorers)
    const exports: History = {
      commit: chronicle.commit,
      restores: (kind, restore) => void restorers.set(kind, restore),
      async deletionOf(kind, subject) {
        const [last] = await chronicle.list({ kind, subject, limit: 1 })
        return last?.action === 'delete' && last.subject === subject ? last.id : undefined
      },
      restore: async (id, order) => (await restore(id, order)).subject,
    }
    return { exports, api: createHistoryApi({ chronicle, restore }) }
  },
})
