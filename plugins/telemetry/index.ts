import { reasonOf } from '../../src/base/describe.ts'
import { isDialect } from '../../src/contract/dialect.ts'
import { definePlugin } from '../../src/contract/plugin.ts'
import type { Attempted, Settled } from '../../src/exchange.ts'
import type { Metrics } from '../metrics/model.ts'
import { createExporter, createSampler, type Exporter } from './exporter.ts'
import { type Fact, type Try, toFact } from './fact.ts'
import type { Tally } from './queue.ts'
import { addressOf, env, settings } from './settings.ts'

/** Calls wait so long to be looked at (milliseconds), and so many of them at most. */
const SOON = 100
const MOST = 10_000
/** Calls that are looked at in one go: others want the thread too. */
const CHUNK = 200
/** What is left at the end gets so long (milliseconds). */
const LAST = 2000
const NOBODY: readonly Try[] = []

export default definePlugin({
  name: 'telemetry',
  about: 'Sends spans and measurements of calls to an OpenTelemetry collector, where one is configured.',
  config: settings,
  env,
  needs: ['metrics'],
  setup(host) {
    const { config, log, now, use } = host
    const hasTraces = addressOf(config, 'traces') !== undefined
    const hasMetrics = addressOf(config, 'metrics') !== undefined
    if (!hasTraces && !hasMetrics) return {}

    const metrics = use<Metrics>('metrics')
    const isSampled = createSampler(config)
    const isHeard = hasTraces && config.traceContext !== 'ignore'
    /** By the exchange: they are forgotten with it. */
    const tries = new WeakMap<object, Try[]>()
    const tally = (host.inherited as Tally | undefined) ?? { sent: 0, dropped: 0 }
    let waiting: Fact[] = []
    let exporter: Exporter | undefined
    let timer: ReturnType<typeof setTimeout> | undefined

    function look(): void {
      timer = undefined
      if (exporter === undefined) return
      const facts = waiting.slice(0, CHUNK)
      waiting = waiting.slice(CHUNK)
      for (const fact of facts) {
        exporter.meters?.record(fact)
        if (exporter.spans !== undefined && isSampled(fact)) exporter.spans.add(fact)
      }
      if (waiting.length > 0) timer = setTimeout(look, 0)
      if (exporter.spans?.isDue()) void flush()
    }

    let flushing: Promise<void> | undefined
    function flush(timeout?: number): Promise<void> {
      flushing ??= (exporter?.spans?.flush(timeout) ?? Promise.resolve()).finally(() => {
        flushing = undefined
      })
      return flushing
    }

    async function load(): Promise<void> {
      try {
        exporter = await createExporter({ host, config, metrics, tally })
        look()
      } catch (error) {
        log.error('Telemetry cannot be started', { error: reasonOf(error) })
      }
    }

    metrics.add({
      name: 'modelway_telemetry_spans_total',
      help: 'Spans by what became of them',
      type: 'counter',
      read: () => [
        { labels: { result: 'sent' }, value: tally.sent },
        { labels: { result: 'dropped' }, value: tally.dropped },
      ],
    })

    const addresses = [addressOf(config, 'traces'), addressOf(config, 'metrics')]
    return {
      heritage: tally,
      ...(isHeard && { heeds: { traceparent: 'The trace that the call is a part of, as W3C says it' } }),
      origins: addresses.flatMap(address => (address === undefined ? [] : [new URL(address).origin])),
      attempt(x: Attempted) {
        if (x.target === undefined) return undefined
        const tried: Try = { target: x.target, began: performance.now(), outcome: undefined }
        const known = tries.get(x)
        if (known === undefined) tries.set(x, [tried])
        else known.push(tried)
        return outcome => {
          tried.outcome = outcome
        }
      },
      settle(x: Settled) {
        if (!isDialect(x.endpoint) && x.aim === undefined) return
        const own = tries.get(x) ?? NOBODY
        if (waiting.length >= MOST) {
          tally.dropped += 1 + own.length
          return
        }
        waiting.push(toFact(x, { now: now(), tries: own, isHeard }))
        timer ??= setTimeout(look, SOON)
      },
      start: () => void load(),
      ticks: [
        { every: config.scheduleDelay, run: () => flush() },
        { every: config.metricInterval, run: () => exporter?.sendMetrics() },
      ],
      async close() {
        clearTimeout(timer)
        while (exporter !== undefined && waiting.length > 0) {
          look()
          clearTimeout(timer)
        }
        const sent = Promise.all([flush(LAST), exporter?.sendMetrics(LAST)])
        let late: ReturnType<typeof setTimeout> | undefined
        const given = new Promise(resolve => {
          late = setTimeout(resolve, LAST)
        })
        await Promise.race([sent, given])
        clearTimeout(late)
      },
    }
  },
})
