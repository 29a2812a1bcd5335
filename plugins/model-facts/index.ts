import * as v from 'valibot'
import { definePlugin } from '../../src/contract/plugin.ts'
import { says } from '../../src/contract/settings.ts'
import type { Auth } from '../auth/model.ts'
import type { ModelLists } from '../model-lists/model.ts'
import type { Prices } from '../prices/model.ts'
import { createOverrides } from './known.ts'
import { createLookUp } from './look-up.ts'
import type { FactsSource, Leaving } from './model.ts'
import { overridesSetting } from './settings.ts'

export default definePlugin({
  name: 'model-facts',
  about: 'Knows what models can: how much they read and write, and whether they see pictures or use tools.',
  config: v.object({
    overrides: says(
      'What models can, instead of what lists and public data say: {"vllm/": {"context_length": 32768, "images": false}}. Selectors and more fields: plugins/model-facts/README.md',
      v.optional(overridesSetting, {}),
    ),
  }),
  env: { overrides: ['MODEL_FACTS'] },
  file: { section: 'model_facts', field: 'overrides' },
  needs: ['auth', 'model-lists', 'prices'],
  setup({ config, providers, decide, use }) {
    const lists = use<ModelLists>('model-lists')
    const prices = use<Prices>('prices')
    const auth = use<Auth>('auth')
    const overridesOf = createOverrides(config.overrides, name => providers().has(name))
    const { of, ofAll, loading } = createLookUp({ lists, prices, overridesOf })
    let days: { readonly revision: number; readonly leaving: readonly Leaving[] } | undefined

    function listLeaving(): readonly Leaving[] {
      return [...providers().keys()].flatMap(provider =>
        [...(lists.of(provider)?.keys() ?? [])].flatMap(model => {
          const day = of({ provider, model }).facts.retiresOn
          return day === undefined ? [] : [{ provider, model, day }]
        }),
      )
    }

    return {
      exports: {
        of,
        ofAll,
        async ofName(name, userPath) {
          await loading()
          const { targets } = await decide(name, {
            caller: auth.master,
            userPath,
            dry: true,
            trace: undefined,
          })
          return ofAll(targets)
        },
        loading,
        leaving() {
          const revision = lists.revision()
          if (days?.revision !== revision) days = { revision, leaving: listLeaving() }
          return days.leaving
        },
      } satisfies FactsSource,
    }
  },
})
