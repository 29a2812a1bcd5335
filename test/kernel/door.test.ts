import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { type Running, spawnGateway } from '../process/spawn.ts'
import { openTalk, type RawAnswer, type Talk } from './raw.ts'
import { errorOf, refusalOf } from './shapes.ts'

let gateway: Running
let talk: Talk
let routes: readonly { readonly method: string; readonly path: string }[]

beforeAll(async () => {
  gateway = await spawnGateway()
  talk = openTalk(gateway.port)
  const document = (await (await gateway.fetch('/swagger/json')).json()) as { paths: Record<string, object> }
  const documented = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map(method => ({
      method: method.toUpperCase(),
      path: path.replace(/\{\w+\}|\*/g, 'x'),
    })),
  )
  const hidden = ['/', '/swagger', '/swagger/json', '/dashboard', '/dashboard/models', '/sign-in', '/nothing']
  routes = [...documented, ...hidden.map(path => ({ method: 'GET', path }))]
})
afterAll(async () => {
  talk.close()
  await gateway.stop()
})

interface Sent {
  readonly method?: string
  readonly host?: string
  readonly headers?: string
}

const request = (path: string, { method = 'GET', host = 'gateway.example', headers = '' }: Sent = {}) =>
  Buffer.from(`${method} ${path} HTTP/1.1\r\nHost: ${host}\r\n${headers}Content-Length: 0\r\n\r\n`, 'utf8')

const ask = async (path: string, sent: Sent = {}): Promise<RawAnswer> => {
  const answer = await talk.ask(request(path, sent))
  if (answer === undefined) throw new Error(`No answer to ${sent.method ?? 'GET'} ${path}`)
  return answer
}

/** What an answer tells about the route that gave it. */
const traits = ({ status, headers, body }: RawAnswer) => [
  status,
  headers.get('content-type'),
  headers.get('location'),
  body.startsWith('{') ? body.replace(/"request_id":"[\w-]+"/, '') : body.length,
]

test('the routes under test are all that the gateway has', () => {
  const names = routes.map(({ method, path }) => `${method} ${path}`)
  expect(names).toContain('POST /v1/chat/completions')
  expect(names).toContain('GET /v1/models')
  expect(names).toContain('PUT /admin/virtual-models')
  expect(names.length).toBeGreaterThan(15)
})

describe('a Host header', () => {
  const plain = fc.constantFrom('a', 'ab', 'abc', '', 'a:1', 'localhost', '127.0.0.1:80', '[::1]', 'A.B.C')
  const odd = fc.constantFrom(
    ...['a/b', 'x@y', 'a b', '?', '#', '\\', 'a\\b', '..', '[::1', 'a:99999', 'a:b', '%2f', 'x%2fhealth'],
    ...['a'.repeat(300), 'http://x', 'a,b', '*', 'é', '0x7f.1', 'aaaaaaaaaaaa/health', 'aaaaaaaaaaa?/'],
  )
  const made = fc.string({
    unit: fc.constantFrom(...'ab.:/@?#\\%[]2f;,&= '),
    maxLength: 14,
  })
  const dressed = (path: string) =>
    fc.oneof(
      fc.constantFrom(
        ...[path, `/${path}`, `//${path}`, `/\\${path}`, `${path}/`, `${path};x`, `${path}?next=${path}`],
        ...[
          `/v1/..${path}`,
          `/v1/%2e%2e${path}`,
          `/v1/.%2E${path}`,
          `/v1/.${path}`,
          `/x/y${path}`,
          `/%2f${path}`,
        ],
      ),
      fc.nat(24).map(length => `/v1/${'a'.repeat(length)}${path}`),
    )
  const known = new Map<string, ReturnType<typeof traits>>()

  /** What becomes of the same request with an ordinary Host header. */
  async function reference(method: string, path: string): Promise<ReturnType<typeof traits>> {
    const name = `${method} ${path}`
    if (!known.has(name)) known.set(name, traits(await ask(path, { method })))
    return known.get(name)!
  }

  const cases = () =>
    fc.constantFrom(...routes).chain(({ method, path }) => fc.tuple(fc.constant(method), dressed(path)))

  test('that names a host never changes the route', async () => {
    await fc.assert(
      fc.asyncProperty(plain, cases(), async (host, [method, path]) => {
        expect(traits(await ask(path, { method, host }))).toEqual(await reference(method, path))
      }),
      { numRuns: 1500 },
    )
  })

  test('that names none is refused or changes nothing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(odd, made), cases(), async (host, [method, path]) => {
        const answer = await talk.ask(request(path, { method, host }))
        if (answer === undefined || answer.status === 400) return
        expect(traits(answer)).toEqual(await reference(method, path))
      }),
      { numRuns: 1500 },
    )
  })

  test('is refused in JSON where it is no host', async () => {
    for (const host of ['a/b', 'x@y', 'a b', 'aaaaaaaaaaaa/health']) {
      expect(refusalOf(await ask('/v1/models', { host }))).toEqual([400, 'invalid_request'])
    }
  })
})

describe('an address', () => {
  const statusOf = async (path: string) => (await ask(path)).status

  test('is read as WHATWG reads it: dot segments are resolved before the route is chosen', async () => {
    for (const dots of ['..', '%2e%2e', '%2E.', '.%2e'])
      expect(await statusOf(`/v1/${dots}/health`)).toBe(200)
    expect(await statusOf('/./health')).toBe(200)
    expect(await statusOf('/../../health')).toBe(200)
    for (const path of ['/health/../admin/keys', '/health/%2e%2e/admin/keys'])
      expect(refusalOf(await ask(path))).toEqual([401, 'invalid_api_key'])
  })

  test('with doubled slashes, parameters or another case is another address', async () => {
    const others = ['//health', '/\\health', '/health;x', '/health%2f', '/%68ealth', '/HEALTH', '/health%00']
    for (const path of others) expect(refusalOf(await ask(path))).toEqual([404, 'not_found'])
  })

  test('in absolute form is routed by its path alone', async () => {
    for (const origin of ['http://evil.example', 'http://a', 'https://x', 'http://gateway.example:1']) {
      expect(await statusOf(`${origin}/health`)).toBe(200)
      expect(refusalOf(await ask(`${origin}/admin/keys`))).toEqual([401, 'invalid_api_key'])
      expect(await statusOf(`${origin}/v1/health`)).toBe(404)
    }
  })

  test('that is unknown gets 404 in JSON, with at most 200 characters of it', async () => {
    for (const path of [
      '/nothing',
      '/v1',
      '/v1/',
      '/v2/models',
      '/admin',
      '/.env',
      '/v1/chat/completions/x',
    ]) {
      const answer = await ask(path)
      expect(refusalOf(answer)).toEqual([404, 'not_found'])
      expect(answer.headers.get('x-should-retry')).toBe('false')
    }
    const { message } = errorOf(await ask(`/${'x'.repeat(5000)}`))
    expect(message.length).toBeLessThan(300)
  })
})

/** `x` stands for whatever may stand there. */
const matches = (pattern: string, path: string): boolean =>
  new RegExp(`^${pattern.replace(/(?<=\/)x(?=\/|$)/g, '[^/]+')}$`).test(path)

describe('a method', () => {
  const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND']

  test('that a route does not take gets 405 in JSON that names those it takes', async () => {
    const byPath = Map.groupBy(
      routes.filter(({ path }) => /^\/(v1|admin|health)/.test(path)),
      ({ path }) => path,
    )
    for (const path of byPath.keys()) {
      // `/v1/responses/input_tokens` is, for a GET, an answer of that id.
      const allowed = routes.filter(route => matches(route.path, path)).map(({ method }) => method)
      for (const method of methods) {
        const answer = await ask(path, { method })
        if (allowed.includes(method)) expect([path, method, answer.status]).not.toContain(405)
        // Google's clients post below it, to names that end in what is asked.
        else if (method === 'POST' && /^\/(?:v1\/models|v1beta)\//.test(path)) expect(answer.status).toBe(401)
        else {
          expect([path, method, ...refusalOf(answer)]).toEqual([path, method, 405, 'method_not_allowed'])
          for (const name of allowed) expect(errorOf(answer).message).toContain(name)
        }
      }
    }
  })

  test('that a route does not take is answered with the header "allow"', async () => {
    const { headers } = await ask('/v1/chat/completions', { method: 'GET' })
    expect(headers.get('allow')).toBe('POST')
  })

  test('is judged alike with and without a slash at the end of the address', async () => {
    expect((await ask('/health/')).status).toBe(200)
    expect(refusalOf(await ask('/health/', { method: 'POST' }))).toEqual([405, 'method_not_allowed'])
    expect(refusalOf(await ask('/v1/chat/completions/'))).toEqual([405, 'method_not_allowed'])
  })

  test('HEAD is answered like GET, without a body', async () => {
    expect((await ask('/health', { method: 'HEAD' })).status).toBe(200)
    expect((await ask('/v1/models', { method: 'HEAD' })).status).toBe(401)
    expect((await ask('/nothing', { method: 'HEAD' })).status).toBe(404)
  })

  test('that HTTP does not know reaches no route', async () => {
    for (const method of ['FOO', 'get', 'GE T', 'G\0ET']) {
      const status = (await talk.ask(request('/health', { method })))?.status
      expect(status === undefined || status >= 400).toBe(true)
    }
  })

  test('of a WebSocket gets its 405 at once, so that clients fall back to POST', async () => {
    const upgrade =
      'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n'
    expect((await ask('/v1/chat/completions', { headers: upgrade })).status).toBe(405)
  })
})
