import * as v from 'valibot'
import { createGathering } from '../../src/contract/peers.ts'
import { definePlugin, type Host } from '../../src/contract/plugin.ts'
import { chosenKey, says, whole } from '../../src/contract/settings.ts'
import type { Auth } from '../auth/model.ts'
import type { Breaker } from '../breaker/model.ts'
import type { Cache } from '../cache/model.ts'
import type { Feedback } from '../feedback/model.ts'
import type { Guardrails } from '../guardrails/look.ts'
import type { Limits } from '../limits/look.ts'
import type { ModelLists } from '../model-lists/model.ts'
import type { Prices } from '../prices/model.ts'
import type { Redis } from '../redis/model.ts'
import type { UsageBook } from '../usage/model.ts'
import { cacheFamilies } from './cache.ts'
import { createCalls } from './calls.ts'
import { createCosts } from './costs.ts'
import { createExposition, figures } from './exposition.ts'
import { familiesOf } from './families.ts'
import { feedbackFamily } from './feedback.ts'
import { guardrailFamily } from './guardrails.ts'
import { createLag } from './lag.ts'
import { limitFamily, queueFamilies } from './limits.ts'
import { createMemory, type Memory } from './memory.ts'
import type { Family, Metrics } from './model.ts'
import { infoFamily, processFamilies } from './process.ts'
import { redisFamilies } from './redis.ts'
import { createScrapeApi, createScraperCheck } from './scrape.ts'
import { spoolFamilies } from './spool.ts'
import { wrongKeysFamily } from './wrong-keys.ts'

export default definePlugin({
  name: 'metrics',
  about: 'Shows Prometheus how calls, providers and the gateway are doing.',
  config: v.object({
    /** Reads /metrics and nothing else. */
    token: says(
      'Whoever holds it may read /metrics and nothing else (Authorization: Bearer ...). At least 8 characters',
      v.optional(chosenKey()),
    ),
    userPathDepth: says(
      'How many segments of user paths become a label; 0: none',
      v.optional(whole(0, 32), 0),
    ),
    seriesLimit: says(
      'Lines of /metrics that calls may take; what comes later is counted as "other"',
      v.optional(whole(2000, 1_000_000), 5000),
    ),
  }),
  env: {
    token: ['METRICS_TOKEN'],
    userPathDepth: ['METRICS_USER_PATH_DEPTH'],
    seriesLimit: ['METRICS_SERIES_LIMIT'],
  },
  changeable: ['userPathDepth', 'seriesLimit'],
  needs: [
    ...['redis', 'auth', 'model-lists', 'prices', 'limits', 'breaker', 'cache', 'guardrails'],
    ...['feedback', 'usage'],
  ],
  setup(host) {
    const { config, log, use, site, inherited } = host
    const onFull = () =>
      log.warn('METRICS_SERIES_LIMIT is reached: further models are counted as "other"', {
        limit: config.seriesLimit,
      })
    const memory = (inherited as Memory | undefined) ?? createMemory(config.seriesLimit, onFull)
    const { rows, lags, flushes } = memory
    const auth = use<Auth>('auth')
    const costs = createCosts(use<Prices>('prices'), log)
    const calls = createCalls(host, {
      ...{ memory, costs },
      lists: use<ModelLists>('model-lists'),
      pathDepth: config.userPathDepth,
    })
    flushes.add(calls.flush)
    const lag = createLag(lags)
    const families: Family[] = [
      ...callFamilies(memory, use<Breaker>('breaker')),
      ...pluginFamilies(use, memory),
      lag.family,
      wrongKeysFamily(auth),
      ...processFamilies,
      infoFamily(site.version),
    ]
    const exposition = createExposition(() => families, log)
    const others = createGathering(host.peers, figures)
    const isScraper = createScraperCheck(config.token, `${site.base}/metrics`)

    auth.expect(isScraper)

    function wantCosts(): Promise<void> {
      memory.isCosting = true
      return costs.wantCosts()
    }

    /** From here on nothing that has ended is missing. */
    async function ready(): Promise<void> {
      await wantCosts()
      for (const flush of flushes) flush()
    }

    async function expose() {
      if (others !== undefined) return exposition.together(await others.gather())
      await ready()
      return exposition.own()
    }

    return {
      exports: {
        add: family => void families.push(family),
        wantCosts,
        costOf: costs.costOf,
      } satisfies Metrics,
      heritage: memory,
      administrate: ({ request }) => (isScraper(request) ? { via: 'master', mayWrite: false } : undefined),
      admit: calls.admit,
      attempt: calls.attempt,
      settle: calls.settle,
      async figures() {
        await ready()
        return exposition.figures(others?.left)
      },
      api: [createScrapeApi(expose)],
      ticks: [lag.tick],
      async start() {
        // Not before: until then the gateway before this one may stay.
        rows.bound(config.seriesLimit, onFull)
        // Who scraped the gateway before this one would miss what is called until the next scrape.
        if (memory.isCosting) await wantCosts()
      },
      close() {
        calls.flush()
        flushes.delete(calls.flush)
      },
    }
  },
})

const callFamilies = ({ rows, attempts, under, tried }: Memory, breaker: Breaker): Family[] => [
  ...familiesOf(rows),
  attempts.family,
  under.family,
  tried.family(breaker),
]

/** What other plugins count. */
const pluginFamilies = (use: Host['use'], { waits }: Memory): Family[] => [
  limitFamily(use<Limits>('limits')),
  ...queueFamilies(use<Limits>('limits'), waits),
  ...redisFamilies(use<Redis>('redis')),
  ...cacheFamilies(use<Cache>('cache')),
  guardrailFamily(use<Guardrails>('guardrails')),
  feedbackFamily(use<Feedback>('feedback')),
  ...spoolFamilies(use<UsageBook>('usage')),
]
