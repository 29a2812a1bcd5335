import * as v from 'valibot'
import { createCounts } from '../../src/contract/counts.ts'
import { definePlugin } from '../../src/contract/plugin.ts'
import { says } from '../../src/contract/settings.ts'
import { createUnknownModels } from '../../src/scope/unknown-models.ts'
import type { Auth } from '../auth/model.ts'
import type { Concerns } from '../concerns/model.ts'
import type { History } from '../history/model.ts'
import type { VirtualModelSource } from '../virtual-models/model.ts'
import { createGuardrailsApi } from './api.ts'
import { createAsking } from './asking.ts'
import { createAsk } from './checker.ts'
import { createGuardrailWatch } from './concerns.ts'
import { declaredGuardrails, listedGuardrails, toDeclared } from './declared.ts'
import { createGuard } from './guard.ts'
import { checkersInput } from './input.ts'
import { createLook } from './look.ts'
import { createGuardrailsPage } from './page.tsx'
import { createReacting } from './reacting.ts'
import { guardrails } from './schema.ts'
import { openStore } from './store.ts'
import { counted, createTally, type Tally } from './tally.ts'

/** What was counted since the start, whichever configuration counted it. */
interface Heritage {
  readonly tally: Tally
}

export default definePlugin({
  name: 'guardrails',
  about: 'Says what may be told to models, and what they may say: blocks, masks or reports it.',
  config: v.object({
    declared: says(
      'Guardrails as a JSON array, in the shape of PUT /admin/guardrails/NAME, each with its name. Read-only in the dashboard',
      v.optional(declaredGuardrails),
    ),
    rules: says(
      'Guardrails of the config file, in the shape of PUT /admin/guardrails with a name. Read-only in the dashboard',
      v.optional(listedGuardrails),
    ),
    checkers: says(
      'Services that are asked what they think of an input, by their names',
      v.optional(checkersInput),
    ),
  }),
  env: { declared: ['GUARDRAILS'] },
  needs: ['history', 'concerns', 'auth', 'virtual-models'],
  tables: { guardrails },
  async setup(host) {
    const { config, db, log, use, providers, site, inherited, peers } = host
    const { checkers = {} } = config
    const tally = (inherited as Heritage | undefined)?.tally ?? createTally()
    const { figures, everywhere } = createCounts(peers, { row: counted, own: tally.all })
    const history = use<History>('history')
    const names = Object.keys(checkers)
    const auth = use<Auth>('auth')
    const virtual = use<VirtualModelSource>('virtual-models')
    const unknownModels = createUnknownModels({
      ...host,
      master: auth.master,
      isRedirect: virtual.isRedirect,
    })
    const store = await openStore({
      db,
      history,
      declared: toDeclared(config, site.configFile),
      checkers: new Set(names),
      log,
      onChange(all) {
        tally.keepOnly(new Set(all.map(({ name }) => name)))
        host.review()
      },
    })
    use<Concerns>('concerns').add(createGuardrailWatch(store.list))
    const reacting = createReacting(tally, log)
    const { admit, resume, guard, tap, holding, inspect } = createGuard({
      rules: store.rules,
      isProvider: name => providers().has(name),
      reacting,
      askAll: createAsking({ checkers, ask: createAsk(host), note: reacting.note, log }),
    })
    return {
      exports: createLook({ holding, inspect }, tally),
      heritage: { tally } satisfies Heritage,
      figures,
      origins: Object.values(checkers).map(({ url }) => new URL(url).origin),
      api: createGuardrailsApi({ store, counted: everywhere }),
      pages: [
        createGuardrailsPage({
          store,
          counted: everywhere,
          history,
          auth,
          virtual,
          unknownModels,
          checkers: names,
        }),
      ],
      admit,
      resume,
      // One checker after the other, each with its own timeout.
      patient: ['guard'],
      guard,
      tap,
    }
  },
})
