import { definePlugin } from '../../src/contract/plugin.ts'
import { MASTER, startGateway, type TestGateway, type TestOptions } from '../kit.ts'

/** A request as it reached the provider. */
export interface Received {
  readonly method: string
  /** As it stood on the wire, with its query. */
  readonly path: string
  readonly headers: Headers
  readonly text: string
}

export interface House extends AsyncDisposable {
  readonly test: TestGateway
  /** Where the provider is, without a path. */
  readonly origin: string
  readonly received: Received[]
  /** Every settled exchange, newest last. */
  readonly settled: Settled[]
  /** What the provider answers from now on. */
  answer(reply: Reply): void
  /** A call with the master key, unless the headers say otherwise. */
  call(method: string, path: string, init?: Call): Promise<Response>
  /** A key of a team. */
  key(fields: object): Promise<string>
  policy(fields: object): Promise<void>
}

export interface Call {
  readonly json?: unknown
  readonly body?: BodyInit
  readonly headers?: Record<string, string>
  readonly key?: string
}

export interface Settled {
  readonly endpoint: string
  readonly asked: string | undefined
  readonly model: string | undefined
  readonly provider: string | undefined
  readonly status: number | undefined
  readonly code: string | undefined
  readonly usage: unknown
  readonly hungUp: boolean | undefined
  readonly attempts: number
}

export type Reply = (request: Request, received: Received) => Response | Promise<Response>

export interface HouseOptions extends TestOptions {
  /** Variables of providers; `$` stands for the origin of the stub. */
  readonly at?: Readonly<Record<string, string>>
}

export const UPSTREAM_KEY = 'upstream-key-123'

/** The whole gateway in front of a provider on a real socket that answers what a test says. */
export async function openHouse({ at, env = {}, ...options }: HouseOptions = {}): Promise<House> {
  const received: Received[] = []
  const settled: Settled[] = []
  let reply: Reply = () => Response.json({ ok: true })
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    idleTimeout: 60,
    async fetch(request) {
      const { pathname, search } = new URL(request.url)
      if (/\/models$/.test(pathname) && request.method === 'GET' && !search.includes('seen'))
        return Response.json({ data: [] }, { status: 503 })
      const clone = request.clone()
      const entry = {
        method: request.method,
        path: request.url.slice(request.url.indexOf('/', 8)),
        headers: request.headers,
        text: request.headers.get('x-test-unread') === null ? await request.text() : '',
      }
      received.push(entry)
      return reply(clone as Request, entry)
    },
  })
  const origin = `http://127.0.0.1:${server.port}`
  const places = at ?? { OPENAI_BASE_URL: '$/v1' }
  const witness = definePlugin({
    name: 'witness',
    about: 'Writes down what was settled.',
    setup: () => ({
      settle(x) {
        settled.push({
          endpoint: x.endpoint.name,
          asked: x.asked,
          model: x.target?.model,
          provider: x.target?.provider,
          status: x.status,
          code: x.refusal?.code,
          usage: x.usage,
          hungUp: x.hungUp,
          attempts: x.attempts?.length ?? 0,
        })
      },
    }),
  })
  const keys = Object.keys(places).map(name => [name.replace(/_BASE_URL$/, '_API_KEY'), UPSTREAM_KEY])
  const addresses = Object.entries(places).map(([name, value]) => [name, value.replace('$', origin)])
  const test = await startGateway({
    ...options,
    env: { RETRIES: '0', ...Object.fromEntries([...keys, ...addresses]), ...env },
    extra: [...(options.extra ?? []), witness],
  })
  return {
    test,
    origin,
    received,
    settled,
    answer: next => {
      reply = next
    },
    async call(method, path, { json, body, headers = {}, key = MASTER } = {}) {
      return test.fetch(path, {
        method,
        headers: {
          authorization: `Bearer ${key}`,
          ...(json !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(json !== undefined && { body: typeof json === 'string' ? json : JSON.stringify(json) }),
        ...(body !== undefined && { body }),
      })
    },
    async key(fields) {
      const { status, body } = await test.admin('POST', '/admin/keys', { name: 'Team', ...fields })
      if (status !== 201 && status !== 200) throw new Error(JSON.stringify(body))
      return body.key as string
    },
    async policy(fields) {
      const { status, body } = await test.admin('PUT', '/admin/virtual-models', fields)
      if (status >= 400) throw new Error(JSON.stringify(body))
    },
    async [Symbol.asyncDispose]() {
      await test.close()
      await server.stop(true)
    },
  }
}

/** The last request that the provider got. */
export const last = ({ received }: House): Received => received.at(-1)!

/** Server-sent events of the given data. */
export const events = (...data: readonly unknown[]): Response =>
  new Response(
    data.map(item => `data: ${typeof item === 'string' ? item : JSON.stringify(item)}\n\n`).join(''),
    { headers: { 'content-type': 'text/event-stream' } },
  )
