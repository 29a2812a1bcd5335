import * as v from 'valibot'
import { definePlugin } from '../../src/plugin.ts'
import type { ListedModel } from '../../src/types.ts'
import { isInside } from '../../src/user-path.ts'
import type { ModelLists } from '../model-lists/model.ts'
import type { Prices } from '../prices/model.ts'
import { createVirtualModelsApi } from './api.ts'
import { parseDeclared } from './declared.ts'
import { createLatencies } from './latency.ts'
import type { VirtualModelSource, VirtualModels } from './model.ts'
import { createOrder } from './order.ts'
import { createModelsPage } from './page.tsx'
import { createPins } from './pins.ts'
import { createReach } from './reach.ts'
import { virtualModels } from './schema.ts'
import { expand, redirectOf } from './snapshot.ts'
import { openStore } from './store.ts'
import { toView } from './views-of.ts'

export default definePlugin({
  name: 'virtual-models',
  about: 'Keeps redirects and access policies, and puts targets in place of redirect names.',
  config: v.object({ declared: v.optional(v.string()) }),
  env: { declared: ['VIRTUAL_MODELS'] },
  needs: ['model-lists', 'prices'],
  tables: { virtualModels },
  async setup({ config, db, now, use, providers }) {
    const lists = use<ModelLists>('model-lists')
    const reach = createReach(lists, providers)
    const store = await openStore({
      db,
      now,
      managed: parseDeclared(config.declared, now()),
      checkReach: reach.check,
    })
    const { current, remove } = store
    const pins = createPins()
    const latencies = createLatencies({ now, random: Math.random })
    const order = createOrder({ current, prices: use<Prices>('prices'), latencies, pins })
    const virtual: VirtualModels & VirtualModelSource = {
      current,
      remove,
      save: async input => toView(current(), await store.save(input), reach),
      views: async () => {
        const snapshot = current()
        return [...snapshot.all.values()]
          .map(model => toView(snapshot, model, reach))
          .sort((a, b) => (a.source < b.source ? -1 : 1))
      },
    }
    return {
      exports: virtual,
      api: createVirtualModelsApi(virtual),
      pages: [createModelsPage({ virtual, lists, providers, now })],
      route: (route, x) => expand(current(), route, x),
      order,
      attempt: ({ target }) => (target?.via.length ? outcome => latencies.learn(target, outcome) : undefined),
      settle(x) {
        const { target, route, refusal, dry = false, trace, caller, userPath, request, body } = x
        if (target === undefined || refusal !== undefined || (route?.targets.length ?? 0) < 2) return
        const facts = { dry, trace, caller: caller!, userPath: userPath!, request, ...(body && { body }) }
        pins.correct(facts, target, (source, index) => current().all.get(source)?.targets[index]?.name)
      },
      list(models, { userPath }) {
        const snapshot = current()
        const redirects = [...snapshot.all.values()].filter(
          ({ source, scopes }) =>
            redirectOf(snapshot, source) && (scopes === undefined || isInside(userPath, scopes)),
        )
        return [
          ...models,
          ...redirects.map(
            ({ source, updatedAt }): ListedModel => ({
              id: source,
              kind: 'redirect',
              ownedBy: 'modelway',
              created: Math.floor(updatedAt / 1000),
            }),
          ),
        ]
      },
    }
  },
})
