import type {
  Client,
  FetchLike,
  JSONRPCMessage,
  jsonSchemaValidator,
  PriorDiscovery,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client'
import type { Host } from '../../../src/contract/plugin.ts'
import type { UserPath } from '../../../src/types.ts'
import type { McpServer } from '../model.ts'
import { capped } from './capped.ts'
import { BrokenAnswer, CUT, TOO_LONG } from './failure.ts'

/** A conversation with one server, begun and agreed on. */
export interface Connection {
  readonly client: Client
  /** The server keeps something for it, and may forget that. */
  readonly hasSession: boolean
  /** What the next connection need not find out again. */
  readonly found: PriorDiscovery
  close(): Promise<void>
}

export interface ConnectOptions extends Pick<Host, 'fetch'> {
  readonly version: string
  /** Bytes. */
  readonly answerLimit: number
}

/** How long a server may take to agree on a conversation, or to list what it offers (milliseconds). */
export const PATIENCE = 10_000
/** How long it may take to end a session (milliseconds). */
const GOODBYE = 2000

/** For whom it is, and what need not be found out again. */
export interface Beginning {
  readonly userPath: UserPath | undefined
  readonly prior: PriorDiscovery | undefined
}

export type Connect = (server: McpServer, beginning: Beginning) => Promise<Connection>

/** Begins conversations, in the newest version of the protocol that the server speaks. */
export function createConnect({ fetch: guarded, version, answerLimit }: ConnectOptions): Connect {
  const outward: FetchLike = async (address, { headers, ...init } = {}) => {
    // Nobody listens to what servers say outside of an answer: such streams would stay open for hours.
    if (init.method === 'GET') return new Response(null, { status: 405 })
    const plain = Object.fromEntries(new Headers(headers))
    const answer = capped(await guarded(String(address), { ...init, headers: plain }), answerLimit)
    // The library would follow a redirect within an origin, where others may be at home, with the server's credentials.
    answer.headers.delete('location')
    return answer
  }

  return async (server, { userPath, prior }) => {
    const sdk = await import('@modelcontextprotocol/client')
    const transport = new sdk.StreamableHTTPClientTransport(new URL(server.url), {
      fetch: outward,
      requestInit: { headers: headersFor(server, userPath) },
    })
    endWithStream(transport)
    const client = new sdk.Client(
      { name: 'modelway', version },
      {
        versionNegotiation: { mode: 'auto' },
        inputRequired: { autoFulfill: false },
        jsonSchemaValidator: TRUSTING,
      },
    )
    await client.connect(transport, { timeout: PATIENCE, ...(prior && { prior }) })
    const discover = client.getDiscoverResult()
    return {
      client,
      hasSession: transport.sessionId !== undefined,
      found: discover === undefined ? { kind: 'legacy' } : { kind: 'modern', discover },
      async close() {
        // Closing aborts whatever is under way, a goodbye that nobody takes too.
        const late = setTimeout(() => client.close(), GOODBYE)
        await transport.terminateSession().catch(() => {})
        clearTimeout(late)
        await client.close()
      },
    }
  }
}

/** Header values have no letters beside ASCII, paths may. */
const headersFor = ({ headers, forwardsUserPath }: McpServer, userPath: UserPath | undefined) => ({
  ...(forwardsUserPath && userPath !== undefined && { 'x-modelway-user-path': encodeURI(userPath) }),
  ...headers,
})

/** What a tool answers is for whoever has called it to judge, by the schema that both have been shown. */
const TRUSTING: jsonSchemaValidator = {
  getValidator: () => data => ({ valid: true, data: data as never, errorMessage: undefined }),
}

/** The code of an answer that never came. */
const BROKEN = -32_099

/** The library waits on where a stream ends without an answer: something has to stand in its place. */
function endWithStream(transport: StreamableHTTPClientTransport): void {
  const send = transport.send.bind(transport)
  let fault = CUT
  transport.onerror = error => {
    if (error.message.includes(TOO_LONG)) fault = TOO_LONG
  }
  transport.send = (message, options) =>
    send(message, {
      ...options,
      onRequestStreamEnd() {
        // Where the answer has come, nobody waits for this one.
        if ('id' in message && message.id !== undefined) transport.onmessage?.(toBroken(message.id, fault))
        fault = CUT
      },
    })
}

const toBroken = (id: string | number, fault: string): JSONRPCMessage => ({
  jsonrpc: '2.0',
  id,
  error: { code: BROKEN, message: fault },
})

/** What was put in the place of an answer, as an error of its own; all others as they are. */
export function unbroken(error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error) || error.code !== BROKEN) return error
  return new BrokenAnswer(error.message === TOO_LONG ? TOO_LONG : CUT)
}
