import * as v from 'valibot'
import { defineApi } from '../../src/contract/api.ts'
import { createChannel } from '../../src/contract/peers.ts'
import { definePlugin } from '../../src/contract/plugin.ts'
import { duration, says } from '../../src/contract/settings.ts'
import { refuse } from '../../src/errors.ts'
import type { Auth } from '../auth/model.ts'
import type { Concerns } from '../concerns/model.ts'
import { createListWatch, createRestingWatch } from './concerns.ts'
import { healthOf } from './health.ts'
import { createLists } from './lists.ts'
import type { ModelLists, ProviderDesk, Trouble } from './model.ts'
import { createProvidersPage } from './page.tsx'
import { providerModels } from './schema.ts'
import { createTestCalls } from './test-calls.ts'

const HOUR = 3_600_000

const statusView = v.object({
  name: says('What selectors call it', v.string()),
  type: says('What speaks to it', v.string()),
  base_url: says('Its address', v.optional(v.string())),
  state: says('What is known of its models', v.picklist(['fresh', 'stale', 'unknown', 'configured'])),
  models: says('How many are known', v.number()),
  refreshed_at: says('When its list was fetched', v.optional(v.string())),
  tried_at: says('When that was tried last', v.optional(v.string())),
  error: says('Why it failed', v.optional(v.string())),
})

export default definePlugin({
  name: 'model-lists',
  about: 'Knows which models each provider offers, and keeps that knowledge fresh.',
  config: v.object({
    mode: says(
      "fallback: configured *_MODELS stand in while a provider's list cannot be had; allowlist: they are the only ones",
      v.optional(v.picklist(['fallback', 'allowlist'], 'expected fallback or allowlist'), 'fallback'),
    ),
    deadline: says(
      'How long a provider may take to send its list of models',
      v.optional(v.pipe(duration(), v.minValue(1, 'expected more than 0')), '10s'),
    ),
  }),
  env: { mode: ['CONFIGURED_PROVIDER_MODELS_MODE'], deadline: ['MODEL_LIST_TIMEOUT'] },
  changeable: ['mode', 'deadline'],
  needs: ['auth', 'concerns'],
  tables: { providerModels },
  setup(host) {
    const lists = createLists(host, host.config)
    const tests = createTestCalls(host, host.use<Auth>('auth'))
    const knowing: ((provider: string) => readonly Trouble[])[] = []
    const troublesOf = (provider: string) => knowing.flatMap(troublesOf => troublesOf(provider))
    const health = () => lists.status().map(status => healthOf(status, host.providers(), troublesOf))
    const concerns = host.use<Concerns>('concerns')
    concerns.add(createRestingWatch(health))
    concerns.add(createListWatch(health))
    let nextRefresh = 0
    let desk: ProviderDesk | undefined
    const refreshAll = () => {
      nextRefresh = host.now() + HOUR
      return lists.refresh()
    }
    /** Whoever asks for it means all workers, whichever of them is asked. */
    const refreshes = createChannel(host.peers, {
      note: v.object({ provider: v.optional(v.string()) }),
      heard: ({ provider }) => lists.refresh(provider),
    })
    const refreshEverywhere: typeof lists.refresh = name => {
      void refreshes.tell({ provider: name })
      return lists.refresh(name)
    }
    return {
      exports: {
        ...lists,
        addDesk(kept) {
          desk = kept
        },
        addHealth: troublesOf => void knowing.push(troublesOf),
        health,
      } satisfies ModelLists,
      async start() {
        await lists.load()
        void refreshAll()
      },
      heritage: tests.done,
      hear: refreshes.hear,
      ticks: [{ every: HOUR, run: refreshAll }],
      pages: [
        createProvidersPage({
          lists: { ...lists, refresh: refreshEverywhere },
          tests,
          providers: host.providers,
          troublesOf: provider => troublesOf(provider).map(({ text }) => text),
          nextRefresh: () => nextRefresh,
          now: host.now,
          configFile: host.site.configFile,
          desk: () => desk,
        }),
      ],
      api: [
        defineApi({
          method: 'GET',
          path: '/admin/providers',
          access: 'admin',
          tag: 'Providers',
          summary: 'All configured providers',
          answer: {
            about: 'In the order in which bare model ids look for a provider',
            schema: v.array(statusView),
          },
          run: () => lists.status(),
        }),
        defineApi({
          method: 'POST',
          path: '/admin/providers/refresh',
          access: 'admin',
          tag: 'Providers',
          summary: 'Fetch model lists anew',
          description: 'Which ones, says the query: all without it.',
          query: v.strictObject({ provider: v.optional(v.pipe(v.string(), v.description('Only this one'))) }),
          answer: { about: 'All providers, after the refresh', schema: v.array(statusView) },
          refusals: [404],
          async run({ query: { provider } }) {
            if (provider !== undefined && !host.providers().has(provider))
              refuse('not_found', `There is no provider "${provider}"`, { param: 'provider' })
            await refreshEverywhere(provider)
            return lists.status()
          },
        }),
      ],
    }
  },
})
