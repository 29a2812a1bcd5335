import * as v from 'valibot'
import { defineApi } from '../../src/contract/api.ts'
import { definePlugin } from '../../src/contract/plugin.ts'
import { flag, says } from '../../src/contract/settings.ts'
import type { ListedModel } from '../../src/types.ts'
import type { FactsSource } from '../model-facts/model.ts'
import type { ModelLists } from '../model-lists/model.ts'
import type { Prices } from '../prices/model.ts'
import type { VirtualModelSource } from '../virtual-models/model.ts'
import { adminModel, createAdminModels } from './admin.ts'
import { createListCache } from './cache.ts'
import { googleModels } from './google.ts'
import type { Catalog, ShownModel } from './model.ts'
import { modelAt } from './one.ts'
import { createOwnModelsPage } from './own-models.tsx'
import { listQuery } from './pages.ts'
import { createReader } from './reader.ts'
import { createRenderer, renderListRefusal } from './shapes.ts'

const listedModel = v.looseObject({ id: says('What callers name', v.string()) })
const listAnswer = v.object({
  object: says('`list`, for clients of OpenAI', v.optional(v.string())),
  data: says('Sorted by id', v.array(listedModel)),
})

export default definePlugin({
  name: 'catalog',
  about: 'Reads model names, and lists the models of all providers.',
  config: v.object({
    unqualified: says(
      'true: GET /v1/models shows "gpt-5" instead of "openai/gpt-5"',
      v.optional(flag(), false),
    ),
  }),
  env: { unqualified: ['UNQUALIFIED_MODEL_IDS_AT_MODELS_ENDPOINT'] },
  changeable: ['unqualified'],
  needs: ['model-lists', 'prices', 'model-facts', 'virtual-models'],
  setup({ config, use, providers, list, decide, now }) {
    const lists = use<ModelLists>('model-lists')
    const virtual = use<VirtualModelSource>('virtual-models')
    const facts = use<FactsSource>('model-facts')
    const prices = use<Prices>('prices')
    const adminModels = createAdminModels({ lists, facts, prices })
    const listed = createListCache({
      async list(x) {
        await facts.loading()
        return (await list(x)).map(model => withFacts(model, facts))
      },
      now,
      revision: () => `${virtual.current().revision} ${lists.revision()}`,
    })
    const render = createRenderer()
    const shared = { access: 'caller', tag: 'Models', name: 'models', refusal: renderListRefusal } as const

    const reader = createReader({ lists, providers, now })
    return {
      exports: { newsFor: reader.newsFor, shownTo: listed } satisfies Catalog,
      route: reader.route,
      list(models) {
        const taken = new Set(models.map(({ id }) => id))
        const found = [...models]
        for (const provider of providers().keys()) {
          for (const { id: bare, created, ownedBy } of lists.of(provider)?.values() ?? []) {
            const id = config.unqualified ? bare : `${provider}/${bare}`
            if (taken.has(id)) continue
            taken.add(id)
            found.push({ id, kind: 'model', created, ownedBy: ownedBy ?? provider } satisfies ListedModel)
          }
        }
        return found
      },
      pages: [createOwnModelsPage({ shownTo: listed, decide, prices })],
      api: [
        defineApi({
          ...shared,
          method: 'GET',
          path: '/v1/models',
          summary: 'The models you may use',
          description:
            "With the header `anthropic-version` in Anthropic's shape, with `x-goog-api-key` in Google's, and in both page by page on request.",
          query: listQuery,
          answer: { about: 'Sorted by id', schema: listAnswer },
          run: async ({ x, request, query }) => render.list(await listed(x!), request, query),
        }),
        defineApi({
          ...shared,
          method: 'GET',
          path: '/v1/models/*',
          rest: 'model',
          summary: 'One of the models you may use',
          answer: { about: 'The model', schema: listedModel },
          refusals: [404],
          run: async ({ x, request }) =>
            render.model(modelAt(await listed(x!), request, '/v1/models/'), request),
        }),
        ...googleModels(listed),
        defineApi({
          method: 'GET',
          path: '/admin/models',
          access: 'admin',
          tag: 'Providers',
          summary: 'Every model of every provider, whoever may use it',
          answer: { about: 'By provider, in stable order', schema: v.array(adminModel) },
          run: adminModels,
        }),
      ],
    }
  },
})

/** Field by field: there are thousands of them, and their targets are not kept. */
const withFacts = (
  { id, kind, ownedBy, created, displayName, targets = [] }: ListedModel,
  facts: FactsSource,
): ShownModel => ({ id, kind, ownedBy, created, displayName, facts: facts.ofAll(targets) })
