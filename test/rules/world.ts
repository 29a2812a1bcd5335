import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MASTER, startGateway, type TestGateway } from '../kit.ts'
import { createMockProvider, type MockProvider } from '../mock/provider.ts'

/** Who asks: by default the master key, from this machine, without a user path. */
export interface As {
  /** An empty one sends none. */
  readonly key?: string
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly loopback?: boolean
}

export interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly body: unknown
}

/** What came of a chat: which mock provider really got it, and under which name. */
export interface Said extends Reply {
  readonly served: string | undefined
  readonly code: unknown
  readonly message: string
}

export interface World extends AsyncDisposable {
  readonly test: TestGateway
  readonly mocks: Readonly<Record<string, MockProvider>>
  call(method: string, path: string, body?: unknown, as?: As): Promise<Reply>
  ask(model: unknown, as?: As, extra?: object): Promise<Said>
  /** The ids at `GET /v1/models`. */
  list(as?: As): Promise<string[]>
  /** Stores a virtual model, whatever it may lead to; fails when it is refused. */
  put(body: object): Promise<unknown>
  /** Creates a key and returns it. */
  key(body?: object): Promise<string>
  refresh(): Promise<void>
}

export interface WorldOptions {
  /** Providers and what each lists; null fails to list. Default: `openai` with beta and gamma, `vllm` with alpha and beta. */
  readonly lists?: Readonly<Record<string, readonly string[] | null>>
  readonly env?: Record<string, string>
  readonly folder?: string
  readonly now?: () => number
}

const TWO = { openai: ['beta', 'gamma'], vllm: ['alpha', 'beta'] }

/** The whole gateway before mock providers on real sockets, with their lists fetched. */
export async function startWorld({ lists = TWO, env, ...rest }: WorldOptions = {}): Promise<World> {
  const mocks = Object.fromEntries(
    Object.entries(lists).map(([name, models]) => [
      name,
      createMockProvider({ models: models ?? [], tokens: 1 }),
    ]),
  )
  for (const [name, mock] of Object.entries(mocks))
    if (lists[name] === null) mock.setModels({ plan: { status: 500 } })
  const urls = Object.entries(mocks).map(([name, { url }]) => [`${toEnv(name)}_BASE_URL`, url])
  const stopMocks = () => Object.values(mocks).forEach(mock => void mock.stop())
  const test = await startGateway({ env: { ...Object.fromEntries(urls), ...env }, ...rest }).catch(error => {
    stopMocks()
    throw error
  })
  const call: World['call'] = async (method, path, body, as) => {
    const response = await test.fetch(path, toInit(method, body, as))
    return { status: response.status, headers: response.headers, body: parse(await response.text()) }
  }
  const refresh = async () => void (await call('POST', '/admin/providers/refresh'))
  await refresh()
  return {
    test,
    mocks,
    call,
    refresh,
    async ask(model, as, extra) {
      const user = crypto.randomUUID()
      const reply = await call('POST', '/v1/chat/completions', { model, messages, user, ...extra }, as)
      const found = Object.entries(mocks).flatMap(([name, { requests }]) => {
        const request = requests.findLast(({ json }) => json?.user === user)
        return request ? [`${name}/${request.json?.model}`] : []
      })
      const [code, message] = [at(reply.body, 'error', 'code'), at(reply.body, 'error', 'message')]
      return { ...reply, served: found.at(-1), code, message: String(message ?? '') }
    },
    list: async as => idsOf((await call('GET', '/v1/models', undefined, as)).body),
    async put(body) {
      const reply = await call('PUT', '/admin/virtual-models', { force: true, ...body })
      if (reply.status !== 200) throw new Error(`PUT answered ${reply.status}: ${JSON.stringify(reply.body)}`)
      return reply.body
    },
    async key(body) {
      const reply = await call('POST', '/admin/keys', { name: 'test', ...body })
      if (reply.status !== 201)
        throw new Error(`POST answered ${reply.status}: ${JSON.stringify(reply.body)}`)
      return String(at(reply.body, 'key'))
    },
    async [Symbol.asyncDispose]() {
      await test.close()
      stopMocks()
    },
  }
}

const messages = [{ role: 'user', content: 'Hello' }]
const toEnv = (provider: string) => provider.toUpperCase().replaceAll('-', '_')

/** What is no JSON, such as an export, stays text. */
function parse(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text)
  } catch {
    return text
  }
}

function toInit(method: string, body: unknown, { key = MASTER, path, headers, loopback }: As = {}) {
  return {
    method,
    headers: {
      ...(key !== '' && { authorization: `Bearer ${key}` }),
      ...(path !== undefined && { 'x-modelway-user-path': path }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    ...(loopback !== undefined && { connection: { loopback, keepOpen: () => {}, expectReading: () => {} } }),
  }
}

/** Goes into parsed JSON, one key after the other; undefined where there is nothing. */
export const at = (value: unknown, ...keys: readonly (string | number)[]): unknown =>
  keys.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null
        ? (inner as Record<string | number, unknown>)[key]
        : undefined,
    value,
  )

/** The entries of an array in parsed JSON; none where there is no array. */
export const each = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

export const idsOf = (body: unknown): string[] => each(at(body, 'data')).map(model => String(at(model, 'id')))

/** A place for a database that outlives a gateway. */
export function createFolder(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'modelway-rules-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) }
}

/** What something fails with. */
export async function failureOf(run: () => Promise<unknown>): Promise<Error> {
  try {
    await run()
  } catch (error) {
    return error as Error
  }
  throw new Error('Expected a failure, there was none')
}
