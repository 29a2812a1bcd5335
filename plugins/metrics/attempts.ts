import type { Outcome, Target } from '../../src/types.ts'
import type { Breaker } from '../breaker/model.ts'
import type { Family } from './model.ts'

/** Tries by provider and outcome. Providers and codes are few. */
export interface Attempts {
  count(provider: string, outcome: Outcome): void
  readonly family: Family
}

export function createAttempts(): Attempts {
  const counts = new Map<string, Map<string, number>>()
  return {
    count(provider, { code = '' }) {
      let codes = counts.get(provider)
      if (codes === undefined) {
        codes = new Map()
        counts.set(provider, codes)
      }
      codes.set(code, (codes.get(code) ?? 0) + 1)
    },
    family: {
      name: 'modelway_attempts_total',
      help: 'Tries at providers, by the code of the failure; empty when the answer began',
      type: 'counter',
      read: () =>
        [...counts].flatMap(([provider, codes]) =>
          [...codes].map(([code, value]) => ({ labels: { provider, code }, value })),
        ),
    },
  }
}

/** So many targets are asked about at most: one line each. */
const MOST = 500

/** Targets that have been tried, so that the breaker can be asked about them. */
export interface Tried {
  /** `isNamed`: its name may be a label. */
  add(target: Target, isNamed: boolean): void
  family(breaker: Breaker): Family
}

export function createTried(): Tried {
  const tried = new Map<string, Map<string, Target>>()
  let count = 0
  return {
    add({ provider, model }, isNamed) {
      let models = tried.get(provider)
      if (models === undefined) {
        models = new Map()
        tried.set(provider, models)
      }
      if (!isNamed || count >= MOST || models.has(model)) return
      models.set(model, { provider, model, via: [] })
      count++
    },
    family: breaker => ({
      name: 'modelway_breaker_open',
      together: 'max',
      help: '1 while the target is skipped because it kept failing, or asked for a pause',
      type: 'gauge',
      read: () =>
        [...tried.values()].flatMap(models =>
          [...models.values()].map(target => ({
            labels: { provider: target.provider, model: target.model },
            value: breaker.whyNot(target) === undefined ? 0 : 1,
          })),
        ),
    }),
  }
}

/** Calls under way, by endpoint. */
export interface Under {
  /** Counts one more; what it returns takes it off again. */
  enter(endpoint: string, stream: boolean): () => void
  readonly family: Family
}

export function createUnder(): Under {
  const found = new Map<string, Gauge>()
  const of = (endpoint: string, stream: boolean): Gauge => {
    const key = stream ? `${endpoint}\n` : endpoint
    let gauge = found.get(key)
    if (gauge === undefined) {
      gauge = createGauge({ endpoint, stream: String(stream) })
      found.set(key, gauge)
    }
    return gauge
  }
  return {
    enter(endpoint, stream) {
      const gauge = of(endpoint, stream)
      gauge.count++
      return gauge.leave
    },
    family: {
      name: 'modelway_in_flight',
      help: 'Calls that were admitted and have not ended',
      type: 'gauge',
      read: () => [...found.values()].map(({ labels, count }) => ({ labels, value: count })),
    },
  }
}

interface Gauge {
  readonly labels: Readonly<Record<string, string>>
  count: number
  /** One for all calls of the gauge: none has to be made for each. */
  readonly leave: () => void
}

function createGauge(labels: Gauge['labels']): Gauge {
  const gauge: Gauge = { labels, count: 0, leave: () => void gauge.count-- }
  return gauge
}
