import { Client, type ClientOptions, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { MASTER, startGateway, type TestGateway } from '../kit.ts'

export type Kind = 'new' | 'old'

/** A server in a process of its own. */
export interface TestServer {
  readonly name: string
  readonly port: number
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it freely, and fail where they guess wrong
  seen(): Promise<any>
  /** It has one more tool from now on. */
  grow(tool: string): Promise<void>
  /** Ends it; what it kept is gone. */
  stop(): Promise<void>
  /** Starts it again at the same address. */
  again(): Promise<void>
}

export async function startServer(name: string, kind: Kind): Promise<TestServer> {
  const path = new URL('./server.ts', import.meta.url).pathname
  async function run(at: number) {
    const child = Bun.spawn([process.execPath, path, String(at), kind], { stdout: 'pipe', stderr: 'ignore' })
    // A test that fails may leave it behind.
    process.on('exit', () => child.kill(9))
    const reader = child.stdout.getReader()
    const { value } = await reader.read()
    return { child, port: Number(new TextDecoder().decode(value)) }
  }
  let { child, port } = await run(0)
  const control = (path: string) => fetch(`http://127.0.0.1:${port}${path}`)
  return {
    name,
    port,
    seen: async () => (await control('/seen')).json(),
    grow: async tool => void (await control(`/grow?tool=${tool}`)),
    async stop() {
      child.kill(9)
      await child.exited
    },
    async again() {
      ;({ child, port } = await run(port))
    },
  }
}

export interface Toolbox extends AsyncDisposable {
  readonly test: TestGateway
  /** An official client, as a caller who stands at a path. */
  client(path: string, options?: ClientOptions & { readonly at?: string }): Promise<Client>
  /** A message as it stands, as the holder of the master key. */
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>
}

export const SECRET = 'Bearer secret-of-the-server'

/** A server as an operator declares it. */
export const declared = ({ name, port }: Pick<TestServer, 'name' | 'port'>, more: object = {}) => ({
  name,
  url: `http://127.0.0.1:${port}/mcp`,
  headers: { authorization: SECRET },
  ...more,
})

export async function openToolbox(
  servers: readonly object[],
  env: Record<string, string> = {},
): Promise<Toolbox> {
  const test = await startGateway({ env: { MCP_SERVERS: JSON.stringify(servers), ...env } })
  const clients: Client[] = []
  return {
    test,
    async client(path, { at = '/mcp', ...options } = {}) {
      const headers = { authorization: `Bearer ${MASTER}`, 'x-modelway-user-path': path }
      const transport = new StreamableHTTPClientTransport(new URL(`http://gateway.test${at}`), {
        fetch: (url, init) => test.fetch(new URL(url).pathname, init as RequestInit),
        requestInit: { headers },
      })
      const client = new Client({ name: 'test-client', version: '0' }, options)
      await client.connect(transport)
      clients.push(client)
      return client
    },
    post: (path, body, headers = {}) =>
      test.fetch(path, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${MASTER}`,
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          ...headers,
        },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    async [Symbol.asyncDispose]() {
      for (const client of clients) await client.close()
      await test.close()
    },
  }
}

/** Both versions of the protocol that clients speak. */
export const versions = {
  'of 2025': { versionNegotiation: { mode: 'legacy' } },
  'of 2026': { versionNegotiation: { mode: { pin: '2026-07-28' } } },
} as const satisfies Record<string, ClientOptions>
