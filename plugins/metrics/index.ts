import * as v from 'valibot'
import { defineApi } from '../../src/api.ts'
import { describe } from '../../src/base/describe.ts'
import { createLater } from '../../src/base/later.ts'
import { keyedHash, randomToken } from '../../src/base/runtime.ts'
import type { Settled } from '../../src/exchange.ts'
import { definePlugin } from '../../src/plugin.ts'
import { concealed, says, whole } from '../../src/settings.ts'
import type { Target } from '../../src/types.ts'
import type { Breaker } from '../breaker/model.ts'
import type { Cache } from '../cache/model.ts'
import type { Guardrails } from '../guardrails/look.ts'
import type { Limits } from '../limits/look.ts'
import type { ModelLists } from '../model-lists/model.ts'
import type { Prices } from '../prices/model.ts'
import type { Redis } from '../redis/model.ts'
import type { UsageBook } from '../usage/model.ts'
import { createAttempts, createTried, createUnder, type Memory } from './attempts.ts'
import { cacheFamilies } from './cache.ts'
import { createCosts } from './costs.ts'
import { createExposition, type Figures } from './exposition.ts'
import { familiesOf } from './families.ts'
import { guardrailFamily } from './guardrails.ts'
import { createHistogram, LAGS } from './histogram.ts'
import { createLag } from './lag.ts'
import { limitFamily } from './limits.ts'
import type { Family, Metrics } from './model.ts'
import { processFamilies } from './process.ts'
import { type RecordFacts, record } from './record.ts'
import { redisFamilies } from './redis.ts'
import { createRows } from './rows.ts'
import { spoolFamilies } from './spool.ts'

/** A call waits so long (milliseconds) for others that are counted with it, and so many go at once. */
const WAIT = 2
const MOST = 32

export default definePlugin({
  name: 'metrics',
  about: 'Shows Prometheus how calls, providers and the gateway are doing.',
  config: v.object({
    /** Reads /metrics and nothing else. */
    token: says(
      'Whoever holds it may read /metrics and nothing else (Authorization: Bearer ...). At least 8 characters',
      v.optional(
        concealed(
          v.pipe(
            v.string(),
            v.trim(),
            v.minLength(8, 'expected at least 8 characters'),
            v.regex(/^[\x21-\x7e]+$/, 'expected printable ASCII characters without spaces'),
          ),
        ),
      ),
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
  needs: ['redis', 'model-lists', 'prices', 'limits', 'breaker', 'cache', 'guardrails', 'usage'],
  setup({ config, log, now, providers, use, site, inherited, peers }) {
    const lists = use<ModelLists>('model-lists')
    const onFull = () =>
      log.warn('METRICS_SERIES_LIMIT is reached: further models are counted as "other"', {
        limit: config.seriesLimit,
      })
    const memory = (inherited as Memory | undefined) ?? {
      rows: createRows(config.seriesLimit, onFull),
      attempts: createAttempts(),
      under: createUnder(),
      lags: createHistogram(LAGS),
      isCosting: false,
      flushes: new Set(),
    }
    const { rows, attempts, under, lags, flushes } = memory
    const isNamed = ({ provider, model, via }: Target) =>
      via.length > 0 || (lists.of(provider)?.has(model) ?? false)
    const tried = createTried()
    const costs = createCosts(use<Prices>('prices'), log)
    const lag = createLag(lags)
    const families: Family[] = [
      ...familiesOf(rows),
      attempts.family,
      under.family,
      tried.family(use<Breaker>('breaker')),
      limitFamily(use<Limits>('limits')),
      ...redisFamilies(use<Redis>('redis')),
      ...cacheFamilies(use<Cache>('cache')),
      guardrailFamily(use<Guardrails>('guardrails')),
      ...spoolFamilies(use<UsageBook>('usage')),
      lag.family,
      ...processFamilies,
      {
        name: 'modelway_info',
        together: 'max',
        help: 'The version that runs',
        type: 'gauge',
        read: () => [{ labels: { version: site.version }, value: 1 }],
      },
    ]
    const exposition = createExposition(() => families, log)
    const wantCosts = () => {
      memory.isCosting = true
      return costs.wantCosts()
    }
    async function ready(): Promise<void> {
      await wantCosts()
      for (const flush of flushes) flush()
    }
    async function expose() {
      if (peers !== undefined) return exposition.together((await peers.gather()) as readonly Figures[])
      await ready()
      return exposition.own()
    }
    const exports: Metrics = {
      add: family => void families.push(family),
      wantCosts,
      costOf: costs.costOf,
    }
    const facts: RecordFacts = {
      rows,
      pathDepth: config.userPathDepth,
      isNamed,
      typeOf: provider => providers().get(provider)?.type ?? provider,
      costOf: costs.costOf,
      isCosting: costs.isReady,
      now,
    }
    const later = createLater({
      run: (x: Settled) => record(x, facts),
      failed: error => log.error('A call could not be counted', { error: describe(error) }),
      wait: WAIT,
      most: MOST,
    })
    flushes.add(later.flush)
    const isScraper = createScraperCheck(config.token, `${site.base}/metrics`)
    return {
      exports,
      heritage: memory,
      administrate: ({ request }) => (isScraper(request) ? { via: 'master' } : undefined),
      admit: ({ endpoint, stream }) => under.enter(endpoint.name, stream),
      attempt({ target }) {
        if (target === undefined) return undefined
        return outcome => {
          tried.add(target, outcome.ok || isNamed(target))
          attempts.count(target.provider, outcome)
        }
      },
      settle: later.add,
      async start() {
        // Not before: until then the gateway before this one may stay.
        rows.bound(config.seriesLimit, onFull)
        // Who scraped the gateway before this one would miss what is called until the next scrape.
        if (memory.isCosting) await wantCosts()
      },
      close() {
        later.flush()
        flushes.delete(later.flush)
      },
      async figures() {
        await ready()
        return exposition.figures(peers?.left as Figures | undefined)
      },
      ticks: [lag.tick],
      api: [
        defineApi({
          method: 'GET',
          path: '/metrics',
          access: 'admin',
          tag: 'Health',
          summary: 'Figures for Prometheus',
          description:
            'In the text format of Prometheus. Whoever holds `METRICS_TOKEN` may read it, and nothing else: `Authorization: Bearer TOKEN`. No label ever holds a key or the id of one; paths of users only where `METRICS_USER_PATH_DEPTH` says how deep.',
          answer: { about: 'All metrics', type: 'text/plain' },
          async run() {
            const { contentType, text } = await expose()
            return new Response(text, {
              headers: { 'content-type': contentType, 'cache-control': 'no-store' },
            })
          },
        }),
      ],
    }
  },
})

/**
 * Does a scraper call? It is an operator at this one address and nowhere else. Both sides are hashed with a secret, so
 * that the time of the comparison tells nothing.
 */
function createScraperCheck(token: string | undefined, path: string): (request: Request) => boolean {
  if (token === undefined) return () => false
  const pepper = randomToken(32)
  const hash = keyedHash(pepper, token)
  return request => {
    if (!/^(?:GET|HEAD)$/.test(request.method) || new URL(request.url).pathname !== path) return false
    const sent = /^bearer +(\S+) *$/i.exec(request.headers.get('authorization') ?? '')?.[1]
    return sent !== undefined && keyedHash(pepper, sent) === hash
  }
}
