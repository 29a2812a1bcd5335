import * as v from 'valibot'
import { concealed, flag, says, text, whole } from '../../src/contract/settings.ts'

/** The standard has bare numbers of milliseconds. */
const milliseconds = () => whole(1, 86_400_000)

const isUrl = (value: string): boolean => {
  const url = URL.parse(value)
  return url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === ''
}
const url = () =>
  v.pipe(
    text(),
    v.check(
      isUrl,
      'expected an address such as http://collector:4318, with credentials in OTEL_EXPORTER_OTLP_HEADERS',
    ),
  )

/** `name=value,other=value`, percent-encoded where they hold a comma or an equals sign. */
const pairs = () =>
  v.pipe(
    v.string(),
    v.transform(all => all.split(',').filter(pair => pair.trim() !== '')),
    v.check(
      all => all.every(pair => /^[^=]+=/.test(pair) && isEncoded(pair)),
      'expected name=value,name=value',
    ),
    v.transform((all): Readonly<Record<string, string>> => Object.fromEntries(all.map(toPair))),
  )

const isEncoded = (pair: string): boolean => {
  try {
    decodeURIComponent(pair)
    return true
  } catch {
    return false
  }
}
const toPair = (pair: string): [string, string] => {
  const at = pair.indexOf('=')
  return [pair.slice(0, at).trim(), decodeURIComponent(pair.slice(at + 1).trim())]
}

const exporter = () => v.picklist(['otlp', 'none'], 'expected otlp or none')
const samplers = ['always_on', 'always_off', 'traceidratio'] as const
const sampler = () =>
  v.picklist(
    [...samplers, ...samplers.map(name => `parentbased_${name}` as const)],
    'expected always_on, always_off, traceidratio, or one of them with parentbased_ before it',
  )

const ratio = v.pipe(
  v.union([v.number(), v.pipe(v.string(), v.transform(Number))]),
  v.check(value => value >= 0 && value <= 1, 'expected a share between 0 and 1'),
)

export const settings = v.object({
  endpoint: says(
    'Where a collector for OTLP over HTTP is (http://collector:4318). Unset: nothing is sent, nothing is loaded',
    v.optional(url()),
  ),
  tracesEndpoint: says('Where traces go, if elsewhere: the whole address', v.optional(url())),
  metricsEndpoint: says('Where metrics go, if elsewhere: the whole address', v.optional(url())),
  headers: says('What a collector asks for: name=value,name=value', v.optional(concealed(pairs()), '')),
  protocol: says(
    'How it is sent: http/protobuf or http/json',
    v.optional(
      v.picklist(['http/protobuf', 'http/json'], 'expected http/protobuf or http/json; gRPC is not spoken'),
      'http/protobuf',
    ),
  ),
  timeout: says('How long a collector may take, in milliseconds', v.optional(milliseconds(), 10_000)),
  tracesExporter: says('Whether traces are sent: otlp or none', v.optional(exporter(), 'otlp')),
  metricsExporter: says('Whether metrics are sent: otlp or none', v.optional(exporter(), 'otlp')),
  sampler: says(
    'Which calls are traced: always_on, always_off, traceidratio, or one of them with parentbased_ before it',
    v.optional(sampler(), 'parentbased_always_on'),
  ),
  samplerArg: says('The share of calls that traceidratio takes', v.optional(ratio, 1)),
  queueSize: says(
    'So many spans wait at most; what comes later is dropped',
    v.optional(whole(1, 1_000_000), 2048),
  ),
  batchSize: says('So many spans are sent at once', v.optional(whole(1, 10_000), 512)),
  scheduleDelay: says('How often spans are sent, in milliseconds', v.optional(milliseconds(), 5000)),
  metricInterval: says('How often metrics are sent, in milliseconds', v.optional(milliseconds(), 60_000)),
  serviceName: says('What this gateway is called there', v.optional(text(), 'modelway')),
  resourceAttributes: says('What else is said of it: name=value,name=value', v.optional(pairs(), '')),
  disabled: says('true: nothing is sent', v.optional(flag(), false)),
  /** What becomes of the trace that a caller names. */
  traceContext: says(
    'The trace that a caller names (traceparent): link to it, be its child (parent: only where you trust your callers), or ignore it',
    v.optional(v.picklist(['ignore', 'link', 'parent'], 'expected ignore, link or parent'), 'link'),
  ),
})

export type Settings = v.InferOutput<typeof settings>

export const env = {
  endpoint: ['OTEL_EXPORTER_OTLP_ENDPOINT'],
  tracesEndpoint: ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'],
  metricsEndpoint: ['OTEL_EXPORTER_OTLP_METRICS_ENDPOINT'],
  headers: ['OTEL_EXPORTER_OTLP_HEADERS'],
  protocol: ['OTEL_EXPORTER_OTLP_PROTOCOL'],
  timeout: ['OTEL_EXPORTER_OTLP_TIMEOUT'],
  tracesExporter: ['OTEL_TRACES_EXPORTER'],
  metricsExporter: ['OTEL_METRICS_EXPORTER'],
  sampler: ['OTEL_TRACES_SAMPLER'],
  samplerArg: ['OTEL_TRACES_SAMPLER_ARG'],
  queueSize: ['OTEL_BSP_MAX_QUEUE_SIZE'],
  batchSize: ['OTEL_BSP_MAX_EXPORT_BATCH_SIZE'],
  scheduleDelay: ['OTEL_BSP_SCHEDULE_DELAY'],
  metricInterval: ['OTEL_METRIC_EXPORT_INTERVAL'],
  serviceName: ['OTEL_SERVICE_NAME'],
  resourceAttributes: ['OTEL_RESOURCE_ATTRIBUTES'],
  disabled: ['OTEL_SDK_DISABLED'],
  traceContext: ['TRACE_CONTEXT'],
} as const

/** Where a signal goes; undefined where it goes nowhere. */
export function addressOf(config: Settings, signal: 'traces' | 'metrics'): string | undefined {
  if (config.disabled || config[`${signal}Exporter`] === 'none') return undefined
  const own = config[`${signal}Endpoint`]
  return own ?? (config.endpoint && `${config.endpoint.replace(/\/+$/, '')}/v1/${signal}`)
}
