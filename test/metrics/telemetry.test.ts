import { afterEach, expect, test } from 'bun:test'
import { createSender } from '../../plugins/telemetry/sender.ts'
import { readTraceparent } from '../../plugins/telemetry/traceparent.ts'
import { type House, openHouse, UPSTREAM_KEY } from '../kernel/house.ts'
import { MASTER, startGateway, until } from '../kit.ts'
import { type Collector, startCollector } from './collector.ts'
import { parseScrape } from './scrape.ts'

const open: { collector: Collector; house: House }[] = []
afterEach(async () => {
  for (const { collector, house } of open.splice(0)) {
    collector.mode = 'well'
    await house[Symbol.asyncDispose]()
    await collector.stop()
  }
})

async function openTraced(env: Readonly<Record<string, string>> = {}) {
  const collector = startCollector()
  const house = await openHouse({
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_BSP_SCHEDULE_DELAY: '20',
      OTEL_METRIC_EXPORT_INTERVAL: '20',
      OTEL_EXPORTER_OTLP_TIMEOUT: '200',
      MODEL_PRICES: '{"openai/one": {"input": 3, "output": 15}}',
      ...env,
    },
  })
  open.push({ collector, house })
  const spans = async (count: number) => {
    // A collector that answers late gets them again.
    const known = () => [...new Map(collector.spans.map(span => [span.spanId, span])).values()]
    await until(() => known().length >= count, `${count} spans`)
    return known()
  }
  return { collector, house, spans }
}

test.each(['http/json', 'http/protobuf'])(
  '%s: a call is a span of the server, and below it one of the try',
  async protocol => {
    const { collector, house, spans } = await openTraced({
      OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
      OTEL_SERVICE_NAME: 'my-gateway',
      OTEL_RESOURCE_ATTRIBUTES: 'team=a%2Cb,zone=z',
      OTEL_EXPORTER_OTLP_HEADERS: 'x-collector-key=s3cret%3D',
    })
    const before = Date.now()
    await (await house.ask({ tokens: 6 }, { temperature: 0.5, max_tokens: 99, seed: 7 })).json()
    const [server, client] = await spans(2)
    const { prompt } = house.mock.ledger.entries[0]!
    expect(server).toMatchObject({
      name: 'POST /v1/chat/completions',
      kind: 2,
      parentSpanId: '',
      status: 0,
      attributes: {
        'http.request.method': 'POST',
        'http.route': '/v1/chat/completions',
        'url.scheme': 'http',
        'http.response.status_code': 200,
      },
    })
    expect(client).toMatchObject({
      name: 'chat one',
      kind: 3,
      traceId: server!.traceId,
      parentSpanId: server!.spanId,
      status: 0,
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'openai',
        'gen_ai.request.model': 'one',
        'gen_ai.request.temperature': 0.5,
        'gen_ai.request.max_tokens': 99,
        'gen_ai.request.seed': 7,
        'gen_ai.usage.input_tokens': prompt,
        'gen_ai.usage.output_tokens': 6,
        'gen_ai.response.finish_reasons': ['stop'],
        'server.address': '127.0.0.1',
        'server.port': Number(new URL(house.mock.url).port),
      },
    })
    expect(server!.traceId).toMatch(/^[\da-f]{32}$/)
    const ms = (nano: string) => Number(BigInt(nano) / 1_000_000n)
    expect(ms(server!.startTimeUnixNano)).toBeGreaterThanOrEqual(before - 2)
    expect(ms(client!.startTimeUnixNano)).toBeGreaterThanOrEqual(ms(server!.startTimeUnixNano))
    expect(ms(client!.endTimeUnixNano)).toBeLessThanOrEqual(ms(server!.endTimeUnixNano))
    expect(ms(server!.endTimeUnixNano)).toBeLessThanOrEqual(Date.now() + 2)
    expect(collector.resources[0]).toMatchObject({ 'service.name': 'my-gateway', team: 'a,b', zone: 'z' })
    expect(collector.requests[0]!.headers.get('x-collector-key')).toBe('s3cret=')
  },
)

test('a call that failed over has a span for each try, and only the failed ones are errors', async () => {
  const { house, spans } = await openTraced({
    VIRTUAL_MODELS:
      '[{"source":"smart","strategy":"failover","targets":[{"model":"openai/one"},{"model":"openai/two"}]}]',
  })
  house.mock.setPlan(({ json }) => (json?.model === 'one' ? { status: 500 } : { tokens: 3 }))
  await (await house.ask(undefined, { model: 'smart' })).json()
  const [server, first, second] = await spans(3)
  expect(server!.attributes).toMatchObject({ 'modelway.virtual_model': 'smart', 'modelway.attempts': 2 })
  expect(server!.status).toBe(0)
  expect(first).toMatchObject({ name: 'chat one', status: 2, attributes: { 'error.type': 'upstream_error' } })
  expect(first!.attributes['gen_ai.usage.output_tokens']).toBeUndefined()
  expect(second).toMatchObject({
    name: 'chat two',
    status: 0,
    attributes: { 'gen_ai.usage.output_tokens': 3 },
  })
  expect(first!.parentSpanId).toBe(server!.spanId)
  expect(second!.parentSpanId).toBe(server!.spanId)
})

test('a refusal is a span without a try; a mistake of the client is no error of the server', async () => {
  const { house, spans } = await openTraced()
  await (await house.ask({}, { model: 'nowhere' })).text()
  expect(await spans(1)).toMatchObject([
    { status: 0, attributes: { 'http.response.status_code': 404, 'error.type': 'model_not_found' } },
  ])
})

test('metrics have the names, units and buckets of the conventions, and add up', async () => {
  const { collector, house } = await openTraced()
  for (const tokens of [4, 8]) await (await house.ask({ tokens })).json()
  await (await house.ask({ tokens: 2, gapMs: 1 }, { stream: true })).text()
  const point = (name: string, type?: string) =>
    collector.metrics
      .find(metric => metric.name === name)
      ?.points.find(({ attributes }) => type === undefined || attributes['gen_ai.token.type'] === type)
  await until(() => point('gen_ai.client.operation.duration')?.count === 3, 'three durations')
  const inputs = house.mock.ledger.entries.reduce((sum, { prompt }) => sum + prompt, 0)
  expect(point('gen_ai.client.token.usage', 'output')).toMatchObject({ sum: 14, count: 3 })
  expect(point('gen_ai.client.token.usage', 'input')).toMatchObject({ sum: inputs, count: 3 })
  expect(point('gen_ai.client.operation.time_to_first_chunk')!.count).toBe(1)
  expect(point('modelway.cost.usd')!.sum).toBeCloseTo((inputs * 3 + 14 * 15) / 1e6, 12)
  const found = Object.fromEntries(
    collector.metrics.map(({ name, unit, bounds }) => [name, { unit, bounds }]),
  )
  expect(found['gen_ai.client.token.usage']).toEqual({
    unit: '{token}',
    bounds: [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864],
  })
  expect(found['gen_ai.client.operation.duration']).toEqual({
    unit: 's',
    bounds: [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92],
  })
  expect(point('gen_ai.client.operation.duration')!.attributes).toMatchObject({
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'openai',
    'gen_ai.request.model': 'one',
  })
})

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const SPAN = 'b7ad6b7169203331'
const traced = (flags = '01') => ({ headers: { traceparent: `00-${TRACE}-${SPAN}-${flags}` } })

test("a caller's trace is linked to; it does not become ours, and does not go on to the provider", async () => {
  const { house, spans } = await openTraced()
  await (await house.ask({}, {}, traced())).text()
  const [server] = await spans(2)
  expect(server!.traceId).not.toBe(TRACE)
  expect(server!.links).toMatchObject([{ traceId: TRACE, spanId: SPAN }])
  for (const { headers } of house.received()) expect(JSON.stringify(headers)).not.toContain(TRACE)
})

test('TRACE_CONTEXT=parent: our spans are its children, and its sampling is obeyed', async () => {
  const { house, spans } = await openTraced({ TRACE_CONTEXT: 'parent' })
  await (await house.ask({}, {}, traced('00'))).text()
  await (await house.ask({}, {}, traced())).text()
  const [server, client] = await spans(2)
  expect(server).toMatchObject({ traceId: TRACE, parentSpanId: SPAN, links: [] })
  expect(client!.traceId).toBe(TRACE)
  expect(house.settled.length).toBe(2)
  await (await house.ask({}, { model: 'nowhere' })).text()
  expect((await spans(3)).length).toBe(3)
})

test('TRACE_CONTEXT=ignore: it leaves no trace', async () => {
  const { collector, house, spans } = await openTraced({ TRACE_CONTEXT: 'ignore' })
  await (await house.ask({}, {}, traced())).text()
  await spans(2)
  expect(new TextDecoder().decode(collector.requests[0]!.bytes)).not.toContain(TRACE)
})

test('only well-formed traces are read', () => {
  const good = `00-${TRACE}-${SPAN}-01`
  expect(readTraceparent(good)).toEqual({ traceId: TRACE, spanId: SPAN, isSampled: true })
  expect(readTraceparent(`01-${TRACE}-${SPAN}-00-more`)).toMatchObject({ isSampled: false })
  const bad = [
    `ff${good.slice(2)}`,
    `${good}-more`,
    good.slice(1),
    good.toUpperCase(),
    `00-${'0'.repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    '',
    `${good}\n`.repeat(2),
  ]
  for (const text of bad) expect([text, readTraceparent(text)]).toEqual([text, undefined])
})

test.each(['hang', 503, 413] as const)(
  'O-04 a collector that answers with %p holds up nobody; spans are dropped and counted',
  async mode => {
    const { collector, house } = await openTraced({
      OTEL_BSP_MAX_QUEUE_SIZE: '20',
      OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '4',
    })
    collector.mode = mode
    for (let i = 0; i < 60; i++) expect((await house.ask({ tokens: 1 })).status).toBe(200)
    const dropped = async () => {
      const response = await house.test.fetch('/metrics', { headers: { authorization: `Bearer ${MASTER}` } })
      return parseScrape(await response.text()).sum('modelway_telemetry_spans_total', { result: 'dropped' })
    }
    await until(async () => (await dropped()) >= 90, 'dropped spans')
    expect(await dropped()).toBeLessThanOrEqual(120)
    await until(
      () => house.test.logs.some(({ message }) => message === 'Telemetry cannot be delivered'),
      'a word in the log',
    )
    expect(
      house.test.logs.filter(({ message }) => message === 'Telemetry cannot be delivered').length,
    ).toBeLessThanOrEqual(2)
  },
)

test('a collector that is gone holds up neither calls nor the stop', async () => {
  const { collector, house } = await openTraced({ OTEL_EXPORTER_OTLP_TIMEOUT: '10000' })
  collector.mode = 'hang'
  await (await house.ask({ tokens: 1 })).json()
  await until(() => collector.requests.some(({ path }) => path === '/v1/traces'), 'a delivery that hangs')
  const began = Date.now()
  await house.test.gateway.stop()
  expect(Date.now() - began).toBeLessThan(4000)
})

test('after a failure a collector rests, longer each time, and is tried again', async () => {
  let at = 0
  let status = 503
  const lines: string[] = []
  const say = (message: string) => void lines.push(message)
  const sender = createSender({
    url: 'http://collector:4318/v1/traces',
    headers: {},
    contentType: 'application/json',
    timeout: 1000,
    fetch: async () => new Response('', { status }),
    log: { debug: say, info: say, warn: say, error: say },
    now: () => at,
  })
  const rests: number[] = []
  for (let i = 0; i < 8; i++) {
    expect(await sender.send(new Uint8Array())).toBe('again')
    const from = at
    while (sender.isResting()) at += 500
    rests.push(at - from)
  }
  expect(rests).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000])
  status = 200
  expect(await sender.send(new Uint8Array())).toBe('taken')
  expect(sender.isResting()).toBe(false)
  expect(lines).toEqual(['Telemetry cannot be delivered', 'Telemetry is delivered again'])
})

test('nothing that somebody wrote, no key and no id of one is sent', async () => {
  const { collector, house, spans } = await openTraced({
    OTEL_EXPORTER_OTLP_HEADERS: 'authorization=collector-key-canary',
  })
  const { key, id } = (
    await house.test.admin('POST', '/admin/keys', { name: 'canary-name', user_path: '/canary-path' })
  ).body
  await (
    await house.ask(
      { echo: true },
      { messages: [{ role: 'user', content: 'canary-body' }], stop: ['canary-stop'] },
      {
        headers: { authorization: `Bearer ${key}`, 'x-canary': 'canary-header' },
      },
    )
  ).text()
  await spans(2)
  await until(() => collector.metrics.length > 0, 'metrics')
  const sent = collector.requests.map(({ bytes }) => new TextDecoder().decode(bytes)).join('\n')
  const canaries = ['canary', key, id, MASTER, UPSTREAM_KEY]
  for (const canary of canaries) expect([canary, sent.includes(canary)]).toEqual([canary, false])
  expect(JSON.stringify(house.test.logs)).not.toContain('collector-key-canary')
})

test.each([
  [{ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, 'OTEL_EXPORTER_OTLP_PROTOCOL'],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4317' }, 'OTEL_EXPORTER_OTLP_ENDPOINT'],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://user:pass@collector' }, 'OTEL_EXPORTER_OTLP_HEADERS'],
  [{ OTEL_EXPORTER_OTLP_HEADERS: 'nonsense' }, 'OTEL_EXPORTER_OTLP_HEADERS'],
  [{ OTEL_TRACES_SAMPLER: 'sometimes' }, 'OTEL_TRACES_SAMPLER'],
  [{ OTEL_TRACES_SAMPLER_ARG: '2' }, 'OTEL_TRACES_SAMPLER_ARG'],
])('a mistake in %p stops the start and names the variable', async (env, name) => {
  await expect(startGateway({ env })).rejects.toThrow(name)
})

test('without an address no hook runs', async () => {
  const gateway = await startGateway()
  const { hooks } = gateway.gateway.order.find(({ name }) => name === 'telemetry')!
  expect(hooks).toEqual([])
  await gateway.close()
})
