import type { Attributes, HrTime, Link, SpanContext } from '@opentelemetry/api'
import type { Resource } from '@opentelemetry/resources'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { inputOf, outputOf } from '../../src/contract/tokens.ts'
import type { Usage } from '../../src/types.ts'
import type { Fact, Try } from './fact.ts'
import { randomHex, type TraceContext } from './traceparent.ts'

// Numbers of the protocol, so that its package is not loaded for two of them.
const SERVER = 1
const CLIENT = 2
const UNSET = 0
const ERROR = 2

export interface SpanFacts {
  readonly resource: Resource
  readonly version: string
  readonly traceContext: 'ignore' | 'link' | 'parent'
  readonly base: string
  /** Attributes of a provider: its name, and where it is. */
  readonly provider: (name: string) => Attributes
}

interface Shape {
  readonly name: string
  readonly kind: number
  readonly context: SpanContext
  readonly parent: SpanContext | undefined
  /** Milliseconds since 1970. */
  readonly start: number
  readonly end: number
  readonly error: string | undefined
  readonly attributes: Attributes
  readonly links?: Link[]
}

/** The spans of a call: what the gateway served, and below it each try at a provider. */
export function toSpans(fact: Fact, facts: SpanFacts): ReadableSpan[] {
  const { caller } = fact
  const parent = caller !== undefined && facts.traceContext === 'parent' ? remote(caller) : undefined
  const context = local(parent?.traceId ?? randomHex(16))
  const route = facts.base + fact.route
  const isFault = fact.status >= 500 || (fact.status < 400 && fact.code !== undefined)
  const server = toSpan(
    {
      name: `${fact.method} ${route}`,
      kind: SERVER,
      context,
      parent,
      start: fact.at,
      end: fact.at + fact.ms,
      // By the conventions a mistake of the client is no error of the server.
      error: isFault ? (fact.code ?? String(fact.status)) : undefined,
      attributes: {
        'http.request.method': fact.method,
        'http.route': route,
        'url.scheme': fact.scheme,
        'http.response.status_code': fact.status,
        ...(fact.code !== undefined && { 'error.type': fact.code }),
        ...(fact.virtualModel !== undefined && { 'modelway.virtual_model': fact.virtualModel }),
        ...(fact.isCopy && { 'modelway.mirror': true }),
        ...(fact.tries.length > 1 && { 'modelway.attempts': fact.tries.length }),
      },
      ...(caller !== undefined && parent === undefined && { links: [{ context: remote(caller) }] }),
    },
    facts,
  )
  return [server, ...fact.tries.map((tried, i) => trySpan(fact, { tried, i, parent: context }, facts))]
}

interface Place {
  readonly tried: Try
  readonly i: number
  readonly parent: SpanContext
}

function trySpan(fact: Fact, { tried, i, parent }: Place, facts: SpanFacts): ReadableSpan {
  const { target, outcome } = tried
  const isLast = i === fact.tries.length - 1
  const start = fact.at + (tried.began - fact.startedAt)
  const hasAnswered = outcome?.ok ?? false
  const usage = hasAnswered ? fact.usage : outcome?.usage
  const error = hasAnswered ? (isLast ? fact.code : undefined) : (outcome?.code ?? fact.code)
  return toSpan(
    {
      name: `${fact.operation} ${target.model}`,
      kind: CLIENT,
      context: local(parent.traceId),
      parent,
      start,
      end: hasAnswered ? fact.at + fact.ms : start + (outcome?.ms ?? 0),
      error,
      attributes: {
        'gen_ai.operation.name': fact.operation,
        'gen_ai.request.model': target.model,
        ...facts.provider(target.provider),
        ...(fact.stream && { 'gen_ai.request.stream': true }),
        ...fact.parameters,
        ...(error !== undefined && { 'error.type': error }),
        ...(outcome?.status !== undefined && { 'http.response.status_code': outcome.status }),
        ...(usage && usageAttributes(usage)),
        ...(hasAnswered && fact.finish !== undefined && { 'gen_ai.response.finish_reasons': [fact.finish] }),
        ...(hasAnswered && firstChunk(fact, tried)),
      },
    },
    facts,
  )
}

/** Seconds from the try's beginning to the first byte of its stream. */
export function firstChunkOf({ stream, firstByteMs, startedAt }: Fact, { began }: Try): number | undefined {
  if (!stream || firstByteMs === undefined) return undefined
  return Math.max(0, firstByteMs - (began - startedAt)) / 1000
}

const firstChunk = (fact: Fact, tried: Try): Attributes => {
  const seconds = firstChunkOf(fact, tried)
  return seconds === undefined ? {} : { 'gen_ai.response.time_to_first_chunk': seconds }
}

function usageAttributes(usage: Usage): Attributes {
  const written = usage.cacheWrite + (usage.cacheWriteHour ?? 0)
  return {
    'gen_ai.usage.input_tokens': inputOf(usage),
    'gen_ai.usage.output_tokens': outputOf(usage),
    ...(usage.cacheRead > 0 && { 'gen_ai.usage.cache_read.input_tokens': usage.cacheRead }),
    ...(written > 0 && { 'gen_ai.usage.cache_creation.input_tokens': written }),
    ...(usage.reasoning > 0 && { 'gen_ai.usage.reasoning.output_tokens': usage.reasoning }),
    ...(usage.audioInput !== undefined && { 'gen_ai.usage.audio.input_tokens': usage.audioInput }),
    ...(usage.audioOutput !== undefined && { 'gen_ai.usage.audio.output_tokens': usage.audioOutput }),
    ...(usage.imageInput !== undefined && { 'gen_ai.usage.image.input_tokens': usage.imageInput }),
  }
}

const local = (traceId: string): SpanContext => ({ traceId, spanId: randomHex(8), traceFlags: 1 })
const remote = ({ traceId, spanId, isSampled }: TraceContext): SpanContext => ({
  traceId,
  spanId,
  traceFlags: isSampled ? 1 : 0,
  isRemote: true,
})

/** Seconds and nanoseconds. */
const toTime = (ms: number): HrTime => {
  const seconds = Math.floor(ms / 1000)
  return [seconds, Math.floor((ms - seconds * 1000) * 1_000_000)]
}

const toSpan = (shape: Shape, { resource, version }: SpanFacts): ReadableSpan => ({
  name: shape.name,
  kind: shape.kind,
  spanContext: () => shape.context,
  ...(shape.parent && { parentSpanContext: shape.parent }),
  startTime: toTime(shape.start),
  endTime: toTime(shape.end),
  duration: toTime(shape.end - shape.start),
  status: { code: shape.error === undefined ? UNSET : ERROR },
  attributes: shape.attributes,
  links: shape.links ?? [],
  events: [],
  ended: true,
  resource,
  instrumentationScope: { name: 'modelway', version },
  droppedAttributesCount: 0,
  droppedEventsCount: 0,
  droppedLinksCount: 0,
})
