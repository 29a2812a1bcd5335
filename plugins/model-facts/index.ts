import { LRUCache } from 'lru-cache'
import * as v from 'valibot'
import type { Model, ModelFacts } from '../../src/model.ts'
import { definePlugin } from '../../src/plugin.ts'
import { says } from '../../src/settings.ts'
import type { Auth } from '../auth/model.ts'
import type { ModelLists } from '../model-lists/model.ts'
import type { Prices } from '../prices/model.ts'
import { common, createOverrides, merge } from './known.ts'
import type { FactsSource, Known, Leaving, ModelName } from './model.ts'
import { overridesSetting } from './settings.ts'

/** Models that no list has, and that are remembered: callers may invent names. */
const REMEMBERED = 5000
const NOTHING: ModelFacts = {}

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
    // A list that is fetched anew has new models in it.
    let listed = new WeakMap<Model, Known>()
    const others = new LRUCache<string, Known>({ max: REMEMBERED })
    let days: { readonly revision: number; readonly leaving: readonly Leaving[] } | undefined
    let isLoaded = false

    function look(name: ModelName, own: ModelFacts | undefined): Known {
      const known = merge([
        ['operator', overridesOf(name)],
        ['provider', own ?? NOTHING],
      ])
      // The data are looked through for what nobody else says.
      const contextWindow = known.facts.contextWindow === undefined ? prices.windowOf(name) : undefined
      if (contextWindow === undefined) return known
      return {
        facts: { ...known.facts, contextWindow },
        origins: { ...known.origins, contextWindow: 'bundled' },
      }
    }

    function of(name: ModelName): Known {
      const model = lists.of(name.provider)?.get(name.model)
      if (model === undefined) return ofUnlisted(name)
      const kept = listed.get(model)
      if (kept !== undefined) return kept
      const known = look(name, model.facts)
      listed.set(model, known)
      return known
    }

    function ofUnlisted(name: ModelName): Known {
      const key = `${name.provider}/${name.model}`
      const known = others.get(key) ?? look(name, undefined)
      others.set(key, known)
      return known
    }

    const ofAll = (models: readonly ModelName[]): ModelFacts =>
      models.length === 1 ? of(models[0]!).facts : common(models.map(model => of(model).facts))

    function loading(): Promise<void> | undefined {
      if (isLoaded) return undefined
      const forget = () => {
        isLoaded = true
        listed = new WeakMap()
        others.clear()
      }
      const waited = prices.loading()
      if (waited !== undefined) return waited.then(forget)
      forget()
      return undefined
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

    function listLeaving(): readonly Leaving[] {
      return [...providers().keys()].flatMap(provider =>
        [...(lists.of(provider)?.keys() ?? [])].flatMap(model => {
          const day = of({ provider, model }).facts.retiresOn
          return day === undefined ? [] : [{ provider, model, day }]
        }),
      )
    }
  },
})
