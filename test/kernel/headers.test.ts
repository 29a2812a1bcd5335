import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { MASTER } from '../kit.ts'
import { type House, openHouse, UPSTREAM_KEY } from './house.ts'
import { createScript } from './script.ts'
import { refusalOf } from './shapes.ts'

let house: House
beforeAll(async () => {
  house = await openHouse()
})
beforeEach(() => house.mock.reset())
afterAll(() => house[Symbol.asyncDispose]())

/** What browsers, proxies and other clients send along. */
const sent: Readonly<Record<string, string>> = {
  'x-api-key': MASTER,
  'api-key': 'client-secret',
  'proxy-authorization': 'Basic client-secret',
  cookie: 'session=client-secret',
  forwarded: 'for=10.0.0.1',
  'x-forwarded-for': '10.0.0.1',
  'x-forwarded-host': 'inside.example',
  'x-forwarded-proto': 'https',
  'x-real-ip': '10.0.0.1',
  via: '1.1 proxy',
  te: 'trailers',
  origin: 'https://page.example',
  referer: 'https://page.example/',
  'user-agent': 'client/1.0',
  'accept-encoding': 'gzip, br',
  'accept-language': 'de',
  'openai-organization': 'org-of-the-client',
  'openai-project': 'proj-of-the-client',
  'x-stainless-lang': 'js',
  'x-modelway-user-path': '/team/a',
  'x-request-id': 'of-the-client',
  'content-language': 'de',
}

describe('a request upstream', () => {
  test('has the credentials of the gateway, and of the client only what the dialect lets through', async () => {
    for (const extra of [{}, { stream: true }]) {
      house.mock.reset()
      const headers = { ...sent, 'OpenAI-Beta': 'assistants=v2', 'Idempotency-Key': 'once' }
      expect((await house.ask({}, extra, { headers })).status).toBe(200)
      const { host, 'content-length': length, 'user-agent': agent, ...rest } = house.received()[0]!.headers
      expect(rest).toEqual({
        authorization: `Bearer ${UPSTREAM_KEY}`,
        'content-type': 'application/json',
        'accept-encoding': 'identity',
        accept: '*/*',
        connection: 'keep-alive',
        'openai-beta': 'assistants=v2',
        'idempotency-key': 'once',
        'cdn-loop': expect.stringMatching(/^modelway; id=[\w-]{12}$/),
      })
      expect([host, Number(length)]).toEqual([new URL(house.mock.url).host, house.received()[0]!.body.length])
      expect(agent).not.toContain('client')
    }
  })

  test('goes where the provider is, whatever the body says', async () => {
    const body = {
      api_base: 'http://evil.example',
      base_url: 'http://evil.example',
      api_key: 'k',
      extra_headers: { authorization: 'x' },
    }
    expect((await house.ask({}, body)).status).toBe(200)
    expect(house.received()[0]!.headers.authorization).toBe(`Bearer ${UPSTREAM_KEY}`)
    expect(house.received()[0]!.json).toMatchObject(body)
  })
})

describe('an answer to the client', () => {
  const odd = {
    'set-cookie': ['a=1; Path=/', 'b=2'],
    'x-api-key': UPSTREAM_KEY,
    'openai-organization': 'org-of-the-operator',
    'x-ratelimit-limit-requests': '10',
    'access-control-allow-origin': '*',
    'strict-transport-security': 'max-age=1',
    server: 'provider/1.0',
    via: '1.1 provider',
    'x-foo': 'bar',
    'keep-alive': 'timeout=5',
    'proxy-authenticate': 'Basic',
    'x-request-id': 'of-the-provider',
    'content-disposition': 'attachment',
    location: 'http://elsewhere.example',
  }
  const names = (headers: Headers) => [...headers.keys()].sort()
  const limit = 'x-ratelimit-limit-requests'
  const served = [limit, 'x-modelway-attempts', 'x-modelway-model', 'x-modelway-provider', 'x-request-id']

  test('has no header of the provider but its limits', async () => {
    const whole = await house.ask({ headers: odd, contentType: 'text/html; charset=x' })
    const more = ['content-length', 'content-type', 'date', 'x-modelway-overhead-ms']
    expect(names(whole.headers)).toEqual([...more, ...served].sort())
    expect(whole.headers.get('content-type')).toBe('application/json')
    expect(whole.headers.get('x-request-id')).not.toBe('of-the-provider')
    await whole.text()
    const stream = await house.ask({ headers: odd }, { stream: true })
    expect(names(stream.headers)).toEqual(
      ['cache-control', 'content-type', 'date', 'transfer-encoding', 'x-accel-buffering', ...served].sort(),
    )
    expect(stream.headers.get('content-type')).toBe('text/event-stream')
    expect(stream.headers.get('cache-control')).toBe('no-cache, no-transform')
    await stream.text()
    const failed = await house.ask({ status: 400, headers: odd })
    expect(names(failed.headers)).toEqual([...more, ...served, 'x-should-retry'].sort())
  })

  test('tells which model served, also when its name fits into no header', async () => {
    const { headers } = await house.ask({})
    expect([headers.get('x-modelway-provider'), headers.get('x-modelway-model')]).toEqual(['openai', 'one'])
    await using quiet = await openHouse({
      env: { OPENAI_MODELS: 'mödel\u2028x', SERVED_MODEL_HEADERS: 'true' },
    })
    const odd = await quiet.ask({}, { model: 'mödel\u2028x' })
    expect(decodeURIComponent(odd.headers.get('x-modelway-model')!)).toBe('mödel\u2028x')
    const half = createScript('half', false)
    half.say([new TextEncoder().encode('data: {"choices":[]}\n\ndata: [DONE]\n\n')])
    await using open = await openHouse({ extra: [half.plugin], env: { SERVED_MODEL_HEADERS: 'true' } })
    const broken = await open.ask({}, { model: 'half/a\ud800b', stream: true })
    expect([broken.status, broken.headers.get('x-modelway-model')]).toEqual([200, 'a%EF%BF%BDb'])
  })
})

describe('an answer that the provider packed unasked', () => {
  for (const encoding of ['gzip', 'deflate', 'br', 'zstd'] as const) {
    test(`is unpacked: ${encoding}`, async () => {
      for (const extra of [{}, { stream: true }]) {
        const response = await house.ask({ encoding, text: 'packed words' }, extra)
        expect([response.status, response.headers.get('content-encoding')]).toEqual([200, null])
        expect(await response.text()).toContain('packed')
      }
    })
  }

  test('is refused with 502 when it cannot be unpacked', async () => {
    for (const plan of [
      { encoding: 'gzip', endAfterBytes: 50 },
      { encoding: 'br', endAfterBytes: 20 },
      { body: '{"choices":[]}', headers: { 'content-encoding': 'gzip' } },
    ] as const) {
      const response = await house.ask(plan)
      const { status, headers } = response
      const [told] = refusalOf({ status, headers, body: await response.text() })
      expect([plan, told]).toEqual([plan, 502])
    }
  })
})
