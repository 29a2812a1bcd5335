import { definePlugin } from '../../src/contract/plugin.ts'
import type { Concerns } from '../concerns/model.ts'
import type { History } from '../history/model.ts'
import { createSettingsApi } from './api.ts'
import { createUnfitWatch } from './concerns.ts'
import { createSettingsPage } from './page.tsx'
import { storedSettings } from './schema.ts'
import { openStore } from './store.ts'

/** How often it is looked whether something was missed (milliseconds). */
const LATE = 30_000

export default definePlugin({
  name: 'settings',
  about: 'Shows operators which settings are in effect and where each comes from, and lets them change some.',
  needs: ['history', 'concerns'],
  tables: { storedSettings },
  async setup({ db, log, now, plugins, restating, settings, site, use }) {
    const history = use<History>('history')
    const store = await openStore({ db, history, settings, restating })
    const unfit = restating?.unfit ?? new Map<string, string>()
    for (const [setting, why] of unfit)
      log.error('Left out what is stored of a setting: it does not fit', { setting, why })
    use<Concerns>('concerns').add(createUnfitWatch(unfit))
    const { configFile } = site
    return {
      api: createSettingsApi({ settings, store, configFile }),
      pages: [createSettingsPage({ settings, store, history, plugins, unfit, configFile, now })],
      // What was stored while this gateway was built.
      start: store.catchUp,
      // And what it could not take over when it was told of it.
      ticks: [{ every: LATE, run: store.catchUp }],
    }
  },
})
