import { type Code, Refusal } from '../../../src/errors.ts'
import type { Log } from '../../../src/log.ts'
import type { JsonObject } from '../../../src/types.ts'
import type { McpServer } from '../model.ts'
import { toFailure } from '../servers/failure.ts'

/** Errors of JSON-RPC that have a number of their own; all others share one, and say in `data` what they are. */
const numbers: Partial<Record<Code, number>> = {
  invalid_request: -32600,
  not_found: -32602,
  internal_error: -32603,
}
const OTHER = -32000
const NO_JSON = -32700

/** An error as JSON-RPC has it. */
export interface RpcError {
  readonly code: number
  readonly message: string
  readonly data?: unknown
}

type Said = Pick<Refusal, 'code' | 'message'>

export const toRpcError = (refusal: Said, server?: string): RpcError => ({
  code: isAboutJson(refusal) ? NO_JSON : (numbers[refusal.code] ?? OTHER),
  message: refusal.message,
  data: { code: refusal.code, ...(server !== undefined && { server }) },
})

/** All that is said of a body that cannot be read begins so. */
const isAboutJson = ({ code, message }: Said): boolean =>
  code === 'invalid_request' && message.startsWith('The body is ')

export interface Judging {
  readonly id: string
  readonly server: McpServer
  /** Milliseconds. */
  readonly timeout: number
  readonly log: Log
  /** Looks at what a server says of its own error, as at all that it says. */
  readonly inspect: (value: JsonObject) => Promise<JsonObject>
}

/** Whatever went wrong in a call, as its client is told: an error of the server as the server said it. */
export async function judge(error: unknown, judging: Judging): Promise<RpcError> {
  const { id, server, timeout, log, inspect } = judging
  if (error instanceof Refusal) return toRpcError(error, server.name)
  const { ProtocolError } = await import('@modelcontextprotocol/client')
  if (!(error instanceof ProtocolError)) {
    const { code, words, reason } = await toFailure(error, timeout)
    log.warn('An MCP server failed', { id, server: server.name, what: words, reason })
    return toRpcError({ code, message: `MCP server "${server.name}" ${words}` }, server.name)
  }
  const { code, message, data } = error
  try {
    const { message: left, data: more } = await inspect(server.hide({ message, data }))
    return { code, message: String(left), ...(more !== undefined && { data: more }) }
  } catch (refusal) {
    return judge(refusal, judging)
  }
}
