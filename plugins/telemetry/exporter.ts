import type { Attributes } from '@opentelemetry/api'
import type { Host } from '../../src/contract/plugin.ts'
import type { Metrics } from '../metrics/model.ts'
import type { Fact } from './fact.ts'
import { createMeters, type Meters } from './meters.ts'
import { providerNameOf } from './names.ts'
import { createSpanQueue, type SpanQueue, type Tally } from './queue.ts'
import { createSender } from './sender.ts'
import { addressOf, type Settings } from './settings.ts'
import { type SpanFacts, toSpans } from './spans.ts'

export interface Exporter {
  readonly spans: SpanQueue | undefined
  readonly meters: Meters | undefined
  sendMetrics(timeout?: number): Promise<void>
}

export interface ExporterOptions {
  readonly host: Pick<Host, 'fetch' | 'log' | 'now' | 'peers' | 'providers' | 'site'>
  readonly config: Settings
  readonly metrics: Metrics
  readonly tally: Tally
}

/** Loads what is needed to speak the protocol: some twenty megabytes, and only where a collector is configured. */
export async function createExporter({ host, config, metrics, tally }: ExporterOptions): Promise<Exporter> {
  const { version, base } = host.site
  const [wire, { resourceFromAttributes }] = await Promise.all([
    import('@opentelemetry/otlp-transformer'),
    import('@opentelemetry/resources'),
  ])
  const isJson = config.protocol === 'http/json'
  const resource = resourceFromAttributes({
    'service.version': version,
    // Without it the sums of several workers would take each other's place.
    ...(host.peers && { 'service.instance.id': crypto.randomUUID() }),
    ...config.resourceAttributes,
    'service.name': config.serviceName,
  })
  const provider = createProviderFacts(host.providers)
  const facts = { resource, version, provider }
  const senderTo = (url: string) =>
    createSender({
      ...host,
      url,
      headers: config.headers,
      timeout: config.timeout,
      contentType: isJson ? 'application/json' : 'application/x-protobuf',
    })

  const traces = addressOf(config, 'traces')
  const spanFacts: SpanFacts = { ...facts, base, traceContext: config.traceContext }
  const traceWire = isJson ? wire.JsonTraceSerializer : wire.ProtobufTraceSerializer
  const spans =
    traces === undefined
      ? undefined
      : createSpanQueue({
          sender: senderTo(traces),
          size: config.queueSize,
          batch: config.batchSize,
          toSpans: fact => toSpans(fact, spanFacts),
          serialize: all => traceWire.serializeRequest(all),
          tally,
        })

  const address = addressOf(config, 'metrics')
  if (address === undefined) return { spans, meters: undefined, sendMetrics: async () => {} }
  const typeOf = (name: string) => host.providers().get(name)?.type ?? name
  await metrics.wantCosts()
  const meters = await createMeters({
    ...facts,
    costOf: query => metrics.costOf({ ...query, providerType: typeOf(query.provider) }),
  })
  const sender = senderTo(address)
  const metricWire = isJson ? wire.JsonMetricsSerializer : wire.ProtobufMetricsSerializer
  return {
    spans,
    meters,
    async sendMetrics(timeout) {
      if (sender.isResting()) return
      // Sums since the start: what is not delivered now is in the next ones.
      const body = metricWire.serializeRequest(await meters.collect())
      if (body !== undefined) await sender.send(body, timeout)
    },
  }
}

/** Attributes of providers, each made once. */
function createProviderFacts(providers: Host['providers']): (name: string) => Attributes {
  const known = new Map<string, Attributes>()
  return name => {
    let found = known.get(name)
    if (found === undefined) {
      const { type = name, baseUrl } = providers().get(name) ?? {}
      const url = baseUrl === undefined ? null : URL.parse(baseUrl)
      found = {
        'gen_ai.provider.name': providerNameOf(type),
        ...(url !== null && {
          'server.address': url.hostname,
          'server.port': Number(url.port || (url.protocol === 'http:' ? 80 : 443)),
        }),
      }
      known.set(name, found)
    }
    return found
  }
}

/** Whether a call is traced, as the standard's samplers decide. */
export function createSampler({ sampler, samplerArg, traceContext }: Settings): (fact: Fact) => boolean {
  const isParentBased = sampler.startsWith('parentbased_') && traceContext === 'parent'
  const name = sampler.replace('parentbased_', '')
  const ratio = name === 'always_off' ? 0 : name === 'traceidratio' ? samplerArg : 1
  return ({ caller }) =>
    isParentBased && caller !== undefined ? caller.isSampled : ratio === 1 || Math.random() < ratio
}
