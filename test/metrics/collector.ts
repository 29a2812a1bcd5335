/** A collector for OTLP over HTTP: decodes what arrives, JSON or protobuf, or misbehaves as told. */

export interface SeenSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string
  readonly name: string
  readonly kind: number
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly attributes: Readonly<Record<string, unknown>>
  readonly status: number
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[]
}
export interface SeenMetric {
  readonly name: string
  readonly unit: string
  readonly bounds: readonly number[]
  readonly points: readonly {
    readonly attributes: Readonly<Record<string, unknown>>
    readonly sum: number
    readonly count: number
  }[]
}

export interface Collector {
  readonly url: string
  readonly spans: SeenSpan[]
  /** What the last delivery said. */
  metrics: readonly SeenMetric[]
  readonly resources: Readonly<Record<string, unknown>>[]
  readonly requests: { readonly path: string; readonly headers: Headers; readonly bytes: Uint8Array }[]
  mode: 'well' | 'hang' | number
  stop(): Promise<void>
}

export function startCollector(): Collector {
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    idleTimeout: 0,
    async fetch(request) {
      const bytes = await request.bytes()
      const path = new URL(request.url).pathname
      collector.requests.push({ path, headers: request.headers, bytes })
      if (collector.mode === 'hang') return new Promise<Response>(() => {})
      if (collector.mode !== 'well') return new Response('no', { status: collector.mode })
      const isJson = request.headers.get('content-type') === 'application/json'
      if (path === '/v1/traces') take(isJson ? fromJson(bytes) : fromProtobuf(bytes))
      else if (path === '/v1/metrics' && isJson) takeMetrics(JSON.parse(new TextDecoder().decode(bytes)))
      return Response.json({})
    },
  })
  function take({ resource, spans }: Decoded): void {
    collector.resources.push(resource)
    collector.spans.push(...spans)
  }
  function takeMetrics(json: MetricsJson): void {
    const all = json.resourceMetrics.flatMap(({ scopeMetrics }) =>
      scopeMetrics.flatMap(scope => scope.metrics),
    )
    collector.metrics = all.map(({ name, unit, histogram, sum }) => ({
      name,
      unit,
      bounds: histogram?.dataPoints[0]?.explicitBounds ?? [],
      points: (histogram ?? sum)!.dataPoints.map(point => ({
        attributes: plain(point.attributes),
        sum: Number(point.sum ?? point.asDouble ?? point.asInt),
        count: Number(point.count ?? 0),
      })),
    }))
  }
  const collector: Collector = {
    url: `http://127.0.0.1:${server.port}`,
    spans: [],
    metrics: [],
    resources: [],
    requests: [],
    mode: 'well',
    stop: () => server.stop(true),
  }
  return collector
}

interface Decoded {
  readonly resource: Readonly<Record<string, unknown>>
  readonly spans: readonly SeenSpan[]
}
interface Pair {
  readonly key: string
  readonly value: Readonly<Record<string, unknown>>
}
interface Point {
  readonly attributes: readonly Pair[]
  readonly sum?: number
  readonly count?: number
  readonly asDouble?: number
  readonly asInt?: number
  readonly explicitBounds?: readonly number[]
}
interface MetricsJson {
  readonly resourceMetrics: readonly {
    readonly scopeMetrics: readonly {
      readonly metrics: readonly {
        readonly name: string
        readonly unit: string
        readonly histogram?: { readonly dataPoints: readonly Point[] }
        readonly sum?: { readonly dataPoints: readonly Point[] }
      }[]
    }[]
  }[]
}

const plain = (pairs: readonly Pair[]): Record<string, unknown> =>
  Object.fromEntries(
    pairs.map(({ key, value }) => {
      const [[kind, found] = []] = Object.entries(value)
      const list = found as { values?: readonly Record<string, unknown>[] }
      if (kind === 'arrayValue') return [key, (list.values ?? []).map(item => Object.values(item)[0])]
      return [key, kind === 'intValue' ? Number(found) : found]
    }),
  )

function fromJson(bytes: Uint8Array): Decoded {
  const json = JSON.parse(new TextDecoder().decode(bytes))
  const [first] = json.resourceSpans
  return {
    resource: plain(first.resource.attributes),
    spans: first.scopeSpans.flatMap((scope: { spans: never[] }) =>
      scope.spans.map((span: SeenSpan & { attributes: readonly Pair[]; status: { code: number } }) => ({
        ...span,
        parentSpanId: span.parentSpanId ?? '',
        attributes: plain(span.attributes),
        status: span.status.code,
      })),
    ),
  }
}

/** Fields of one message by number: numbers, or the bytes of what is nested. */
type Fields = Map<number, (bigint | Uint8Array)[]>

function fieldsOf(bytes: Uint8Array): Fields {
  const fields: Fields = new Map()
  let at = 0
  const varint = (): bigint => {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++]!
      value |= BigInt(byte & 127) << shift
      if (byte < 128) return value
    }
  }
  while (at < bytes.length) {
    const tag = Number(varint())
    const add = (value: bigint | Uint8Array) => fields.set(tag >> 3, [...(fields.get(tag >> 3) ?? []), value])
    if ((tag & 7) === 0) add(varint())
    else {
      const size = (tag & 7) === 1 ? 8 : (tag & 7) === 5 ? 4 : Number(varint())
      add(bytes.slice(at, at + size))
      at += size
    }
  }
  return fields
}

const nested = (fields: Fields, field: number): Uint8Array[] => (fields.get(field) ?? []) as Uint8Array[]
const textOf = (fields: Fields, field: number): string => new TextDecoder().decode(nested(fields, field)[0])
const hexOf = (fields: Fields, field: number): string => nested(fields, field)[0]?.toHex() ?? ''
const longOf = (fields: Fields, field: number): string => {
  const bytes = nested(fields, field)[0]!
  return String(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true))
}

function decodedValue(bytes: Uint8Array): unknown {
  const fields = fieldsOf(bytes)
  const [[kind, [found] = []] = []] = [...fields]
  if (kind === 1) return new TextDecoder().decode(found as Uint8Array)
  if (kind === 2) return found === 1n
  if (kind === 3) return Number(found)
  if (kind === 4) {
    const bytes = found as Uint8Array
    return new DataView(bytes.buffer, bytes.byteOffset).getFloat64(0, true)
  }
  return nested(fieldsOf(found as Uint8Array), 1).map(decodedValue)
}

const pairsOf = (all: readonly Uint8Array[]): Record<string, unknown> =>
  Object.fromEntries(
    all.map(fieldsOf).map(fields => [textOf(fields, 1), decodedValue(nested(fields, 2)[0]!)]),
  )

function fromProtobuf(bytes: Uint8Array): Decoded {
  const first = fieldsOf(nested(fieldsOf(bytes), 1)[0]!)
  return {
    resource: pairsOf(nested(fieldsOf(nested(first, 1)[0]!), 1)),
    spans: nested(first, 2)
      .flatMap(scope => nested(fieldsOf(scope), 2))
      .map(fieldsOf)
      .map(span => ({
        traceId: hexOf(span, 1),
        spanId: hexOf(span, 2),
        parentSpanId: hexOf(span, 4),
        name: textOf(span, 5),
        kind: Number(span.get(6)?.[0]),
        startTimeUnixNano: longOf(span, 7),
        endTimeUnixNano: longOf(span, 8),
        attributes: pairsOf(nested(span, 9)),
        status: Number(fieldsOf(nested(span, 15)[0] ?? new Uint8Array()).get(3)?.[0] ?? 0),
        links: nested(span, 13)
          .map(fieldsOf)
          .map(link => ({ traceId: hexOf(link, 1), spanId: hexOf(link, 2) })),
      })),
  }
}
