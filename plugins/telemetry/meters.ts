import type { Attributes } from '@opentelemetry/api'
import type { Resource } from '@opentelemetry/resources'
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics'
import { inputOf, outputOf } from '../../src/contract/tokens.ts'
import type { Usage } from '../../src/types.ts'
import type { Fact } from './fact.ts'
import { firstChunkOf } from './spans.ts'

/** What the conventions prescribe: powers of four from 1, and doublings from 10 ms. */
const TOKENS = Array.from({ length: 14 }, (_, i) => 4 ** i)
const SECONDS = Array.from({ length: 14 }, (_, i) => 0.01 * 2 ** i)
/** Attribute sets of one metric; what comes later is added up in one. Names of models may come from callers. */
const MOST = 500

export interface MeterFacts {
  readonly resource: Resource
  readonly version: string
  readonly provider: (name: string) => Attributes
  /** US dollars. */
  readonly costOf: (fact: { provider: string; model: string; usage: Usage; at: number }) => number | undefined
}

export interface Meters {
  record(fact: Fact): void
  collect(): Promise<ResourceMetrics>
}

/** Measurements, added up by the SDK. It is loaded here, and nowhere else. */
export async function createMeters({ resource, version, provider, costOf }: MeterFacts): Promise<Meters> {
  const { MeterProvider, MetricReader } = await import('@opentelemetry/sdk-metrics')
  /** We ask for the sums when it is time; it needs no timer and no exporter of its own. */
  class Reader extends MetricReader {
    protected override async onForceFlush(): Promise<void> {}
    protected override async onShutdown(): Promise<void> {}
  }
  const reader = new Reader({ cardinalitySelector: () => MOST })
  const meter = new MeterProvider({ resource, readers: [reader] }).getMeter('modelway', version)
  const histogram = (name: string, unit: string, bounds: number[]) =>
    meter.createHistogram(name, { unit, advice: { explicitBucketBoundaries: bounds } })
  const tokens = histogram('gen_ai.client.token.usage', '{token}', TOKENS)
  const durations = histogram('gen_ai.client.operation.duration', 's', SECONDS)
  const firstChunks = histogram('gen_ai.client.operation.time_to_first_chunk', 's', SECONDS)
  const cost = meter.createCounter('modelway.cost.usd', { unit: '{USD}' })

  function bill(fact: Fact, { usage, ...target }: Billed, attributes: Attributes): void {
    tokens.record(inputOf(usage), { ...attributes, 'gen_ai.token.type': 'input' })
    tokens.record(outputOf(usage), { ...attributes, 'gen_ai.token.type': 'output' })
    const dollars = costOf({ ...target, usage, at: fact.at })
    if (dollars !== undefined && dollars > 0) cost.add(dollars, attributes)
  }

  return {
    record(fact) {
      for (const [i, tried] of fact.tries.entries()) {
        const { target, outcome } = tried
        const hasAnswered = outcome?.ok ?? false
        const attributes = {
          'gen_ai.operation.name': fact.operation,
          'gen_ai.request.model': target.model,
          ...provider(target.provider),
        }
        const isLast = i === fact.tries.length - 1
        const error = hasAnswered ? (isLast ? fact.code : undefined) : (outcome?.code ?? fact.code)
        const ms = hasAnswered ? fact.ms - (tried.began - fact.startedAt) : (outcome?.ms ?? 0)
        durations.record(ms / 1000, { ...attributes, ...(error !== undefined && { 'error.type': error }) })
        const first = hasAnswered ? firstChunkOf(fact, tried) : undefined
        if (first !== undefined) firstChunks.record(first, attributes)
        const usage = hasAnswered ? fact.usage : outcome?.usage
        if (usage !== undefined) bill(fact, { ...target, usage }, attributes)
      }
    },
    async collect() {
      return (await reader.collect()).resourceMetrics
    },
  }
}

interface Billed {
  readonly provider: string
  readonly model: string
  readonly usage: Usage
}
