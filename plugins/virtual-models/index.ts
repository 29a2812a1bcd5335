import * as v from 'valibot'
import { definePlugin } from '../../src/contract/plugin.ts'
import { flag, says } from '../../src/contract/settings.ts'
import { accessPathOf } from '../../src/scope/access-path.ts'
import type { ListedModel, Target } from '../../src/types.ts'
import type { Concerns } from '../concerns/model.ts'
import type { History } from '../history/model.ts'
import type { FactsSource } from '../model-facts/model.ts'
import type { ModelLists } from '../model-lists/model.ts'
import type { Prices } from '../prices/model.ts'
import { createVirtualModelsApi } from './api.ts'
import { createLatencies } from './choosing/latency.ts'
import { createOrder } from './choosing/order.ts'
import { createPins } from './choosing/pins.ts'
import type { Turns } from './choosing/round-robin.ts'
import { sharesOf } from './choosing/shares.ts'
import { createLostWatch } from './concerns.ts'
import {
  KIND,
  type ModelMarks,
  type Shares,
  type Snapshot,
  type Traces,
  type VirtualModelSource,
  type VirtualModels,
} from './model.ts'
import { createModelsPage } from './page.tsx'
import { createReach } from './reading/reach.ts'
import { isThereFor } from './reading/scopes.ts'
import { expand, redirectOf } from './reading/snapshot.ts'
import { declaredModels, listedModels, noLoops, toManaged } from './rows/declared.ts'
import { shape } from './rows/parameters.ts'
import { openStore } from './rows/store.ts'
import { virtualModels } from './schema.ts'
import { createViews, toRecord, toView } from './views-of.ts'

/** What a reload of the configuration must not forget. */
interface Heritage {
  readonly pins: ReturnType<typeof createPins>
  readonly latencies: ReturnType<typeof createLatencies>
  readonly turns: Turns
}

export default definePlugin({
  name: 'virtual-models',
  about:
    'Keeps redirects and access policies, puts targets in place of redirect names, and sets how they are asked.',
  config: v.pipe(
    v.object({
      /** What `access` does where no policy speaks; here it is only shown. */
      openByDefault: v.optional(flag(), true),
      declared: says(
        'Virtual models, in the shape of PUT /admin/virtual-models: [{"source": "smarter", "target_model": "openai/gpt-5"}]. Read-only in the dashboard',
        v.optional(declaredModels),
      ),
      listed: says(
        'Virtual models of the config file, in the shape of PUT /admin/virtual-models. Read-only in the dashboard',
        v.optional(listedModels),
      ),
    }),
    noLoops(),
  ),
  env: { openByDefault: ['MODELS_ENABLED_BY_DEFAULT'], declared: ['VIRTUAL_MODELS'] },
  file: { section: 'virtual_models', field: 'listed' },
  needs: ['history', 'concerns', 'model-lists', 'prices', 'model-facts'],
  tables: { virtualModels },
  async setup({ config, db, now, use, providers, site, inherited, review }) {
    const lists = use<ModelLists>('model-lists')
    const reach = createReach(lists, providers)
    const history = use<History>('history')
    const store = await openStore({
      db,
      history,
      now,
      managed: toManaged(config, now(), site.configFile),
      onChange: review,
      checkReach: reach.check,
    })
    const { current, remove } = store
    history.restores(KIND, store.restore)
    history.follows(KIND, store.reread)
    history.shows(KIND, source => `/models?${new URLSearchParams({ q: source })}`)
    const before = inherited as Heritage | undefined
    const pins = before?.pins ?? createPins()
    const latencies = before?.latencies ?? createLatencies({ now, random: Math.random })
    const turns: Turns = before?.turns ?? new Map()
    const order = createOrder({ current, prices: use<Prices>('prices'), latencies, pins, turns })
    const marks: Parameters<ModelMarks['addMarks']>[0][] = []
    const virtual: VirtualModels & VirtualModelSource & Traces & Shares & ModelMarks = {
      current,
      isRedirect: name => current().all.get(name)?.kind === 'redirect',
      remove,
      reread: store.reread,
      stated(source) {
        const model = current().all.get(source)
        return model && toRecord(model)
      },
      save: async (input, by) => toView(current(), await store.save(input, by), reach),
      ...createViews({ current, reach, lists, openByDefault: config.openByDefault }),
      sessionOf: pins.nameOf,
      sessionNamed: pins.namedBy,
      choiceOf: order.choiceOf,
      sharesOf(source, targets, userPath) {
        const redirect = redirectOf(current(), source)
        return redirect === undefined ? [] : sharesOf(redirect, targets, userPath)
      },
      addMarks: more => void marks.push(more),
    }
    use<Concerns>('concerns').add(createLostWatch(virtual.lost))
    return {
      exports: virtual,
      heritage: { pins, latencies, turns } satisfies Heritage,
      api: createVirtualModelsApi(virtual),
      pages: [
        createModelsPage({
          virtual,
          history,
          lists,
          facts: use<FactsSource>('model-facts'),
          providers,
          now,
          marks: async () =>
            new Map((await Promise.all(marks.map(more => more()))).flatMap(found => [...found])),
          openByDefault: config.openByDefault,
        }),
      ],
      heeds: {
        'x-session-id': 'Calls of one session are answered by one target of a redirect, where that can be',
      },
      route: (route, x) => expand(current(), route, x),
      order,
      shape: (asked, x) => shape(asked, x, current()),
      attempt({ target }) {
        if (target === undefined || !isMeasured(target, current())) return undefined
        return outcome => latencies.learn(target, outcome)
      },
      settle(x) {
        if (x.route === undefined || x.route.targets.length < 2) return
        const { target, refusal, dry = false, trace, caller, userPath, request, body } = x
        if (target === undefined || refusal !== undefined) return
        const facts = { dry, trace, caller: caller!, userPath: userPath!, request, ...(body && { body }) }
        pins.correct(facts, target, (source, index) => current().all.get(source)?.targets[index]?.name)
      },
      list(models, x) {
        const snapshot = current()
        const userPath = accessPathOf(x)
        const redirects = [...snapshot.all.values()].filter(
          model => redirectOf(snapshot, model.source) && isThereFor(userPath, model),
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

/** A redirect that wants to know leads to it. */
const isMeasured = ({ via }: Target, { all }: Snapshot): boolean =>
  via.some(({ source }) => all.get(source)?.strategy === 'latency')
