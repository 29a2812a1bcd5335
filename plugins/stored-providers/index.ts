import * as v from 'valibot'
import { definePlugin } from '../../src/contract/plugin.ts'
import { concealed, says } from '../../src/contract/settings.ts'
import type { Database } from '../../src/database/open.ts'
import type { Auth } from '../auth/model.ts'
import type { Concerns } from '../concerns/model.ts'
import type { History } from '../history/model.ts'
import type { ModelLists } from '../model-lists/model.ts'
import type { VirtualModelSource } from '../virtual-models/model.ts'
import { createProvidersApi } from './api.ts'
import { createBrokenWatch } from './concerns.ts'
import { foresee } from './foresee.ts'
import { checkType } from './input.ts'
import { sealingKeys } from './keys.ts'
import { createMaking } from './making.ts'
import { createProviderPage } from './page.tsx'
import { createResealing } from './resealing.ts'
import { storedProviders } from './schema.ts'
import { createShelf } from './shelf.ts'
import { openStore } from './store.ts'
import { createTrial } from './trial.ts'
import { createVault } from './vault.ts'

export default definePlugin({
  name: 'stored-providers',
  about: 'Lets operators add providers on the dashboard, and keeps their secrets sealed.',
  config: v.object({
    keys: says(
      'What seals the secrets of providers that are added on the dashboard: 32 bytes in base64. Of several, with commas, the first seals and all open. Unset: a key made of the master key',
      v.optional(concealed(sealingKeys())),
    ),
  }),
  env: { keys: ['SECRETS_KEY'] },
  needs: ['history', 'concerns', 'auth', 'model-lists', 'virtual-models'],
  tables: { storedProviders },
  async setup(host) {
    const { config, db, now, use } = host
    const auth = use<Auth>('auth')
    const lists = use<ModelLists>('model-lists')
    const vaultFor = async (db?: Database) =>
      createVault([...(config.keys ?? []), ...(await auth.masterSecretsFor('secrets of providers', db))])
    const vault = await vaultFor()
    const reseal = createResealing({ ...host, vault })
    const making = createMaking({ host, vault })
    const shelf = createShelf({ host, making })
    const history = use<History>('history')
    let isStarted = false
    const store = await openStore({
      ...{ db, history, vault, now },
      typeOf: name => checkType(name, host.shelf.types()),
      // The types are known when all plugins are set up.
      onChange: async all => void (isStarted && (await lists.changed(await shelf.take(all)))),
      declared: shelf.declared,
    })
    const tryOut = createTrial({ host, store, making, lists })
    use<Concerns>('concerns').add(createBrokenWatch(shelf))
    const page = createProviderPage({
      ...{ host, store, shelf, tryOut, vault, now },
      virtual: use<VirtualModelSource>('virtual-models'),
    })
    lists.addDesk(page.desk)
    return {
      api: createProvidersApi({ host, store, shelf, tryOut }),
      pages: [page.page],
      foresee: async db => foresee({ host, db, vault: await vaultFor(db) }),
      async start() {
        isStarted = true
        await shelf.take(await reseal(store.list()))
        await lists.joined()
      },
    }
  },
})
