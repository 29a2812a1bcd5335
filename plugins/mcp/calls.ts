import type { CallToolResult, Progress, Tool } from '@modelcontextprotocol/client'
import { describe } from '../../src/base/describe.ts'
import { Refusal } from '../../src/errors.ts'
import type { Scoped } from '../../src/exchange.ts'
import type { Log } from '../../src/log.ts'
import type { JsonObject } from '../../src/types.ts'
import type { Guardrails, Inspected } from '../guardrails/look.ts'
import type { McpServer, Outcome } from './model.ts'
import type { Sessions } from './sessions.ts'
import type { Tally } from './tally.ts'
import { ownerOf } from './visit.ts'

export interface ToolCall {
  readonly server: McpServer
  readonly tool: Tool
  readonly args: JsonObject | undefined
  /** Aborts when the client has gone away, or wants no answer any more. */
  readonly signal: AbortSignal
  /** Set where the client wants to hear how it goes. */
  readonly onProgress?: (progress: Progress) => void
}

export interface CallsOptions {
  readonly sessions: Sessions
  readonly guardrails: Pick<Guardrails, 'inspect'>
  readonly tally: Tally
  readonly log: Log
  /** How long a server may be silent (milliseconds). */
  readonly timeout: number
}

/** A tool that goes on telling how far it is may take this long in all (milliseconds). */
const LONGEST = 3_600_000

/** Calls tools: as far as guardrails let it pass, both ways, and with a record of each. */
export function createCalls({ sessions, guardrails, tally, log, timeout }: CallsOptions) {
  async function ask(
    x: Scoped,
    { server, tool, args, signal, onProgress }: ToolCall,
  ): Promise<CallToolResult> {
    const inspected = { id: x.id, userPath: x.userPath, asked: `${server.name}/${tool.name}` }
    const told = await guardrails.inspect(
      { params: { name: tool.name, arguments: args } },
      inspected,
      'input',
    )
    const { arguments: left } = told.params as { arguments: JsonObject | undefined }
    const result = await sessions.use(server, ownerOf(x), client =>
      client.callTool(
        { name: tool.name, ...(left !== undefined && { arguments: left }) },
        {
          signal,
          timeout,
          maxTotalTimeout: Math.max(timeout, LONGEST),
          resetTimeoutOnProgress: true,
          toolDefinition: tool,
          ...(onProgress && {
            onprogress: progress => void tell(server.hide(progress), inspected, onProgress),
          }),
        },
      ),
    )
    return (await guardrails.inspect(result as JsonObject, inspected, 'output')) as CallToolResult
  }

  /** What is said on the way may tell no more than an answer; how far it is may always be told. */
  async function tell(
    { message, ...rest }: Progress,
    inspected: Inspected,
    onProgress: (progress: Progress) => void,
  ): Promise<void> {
    try {
      const seen = message === undefined ? {} : await guardrails.inspect({ message }, inspected, 'output')
      onProgress({ ...rest, ...seen })
    } catch (error) {
      // Nobody waits for this: a bug would be lost.
      if (!(error instanceof Refusal)) log.error('Progress could not be told', { error: describe(error) })
      onProgress(rest)
    }
  }

  function record(x: Scoped, { server, tool }: ToolCall, outcome: Outcome, ms: number): void {
    tally.add(server.name, tool.name, outcome)
    log.info('Tool call', {
      id: x.id,
      server: server.name,
      tool: tool.name.slice(0, 200),
      outcome,
      ms: Math.round(ms),
      caller: x.caller.id,
      user_path: x.userPath,
    })
  }

  return async function call(x: Scoped, asked: ToolCall): Promise<CallToolResult> {
    const began = performance.now()
    let outcome: Outcome = 'error'
    try {
      const result = await ask(x, asked)
      outcome = result.isError === true ? 'failed' : 'ok'
      return result
    } catch (error) {
      if (error instanceof Refusal) outcome = 'refused'
      else if (asked.signal.aborted) outcome = 'gone'
      throw error
    } finally {
      record(x, asked, outcome, performance.now() - began)
    }
  }
}

export type Call = ReturnType<typeof createCalls>
