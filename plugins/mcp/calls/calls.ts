import type { CallToolResult, Progress, Tool } from '@modelcontextprotocol/client'
import { describe } from '../../../src/base/describe.ts'
import { Refusal } from '../../../src/errors.ts'
import type { Scoped } from '../../../src/exchange.ts'
import type { Log } from '../../../src/log.ts'
import type { JsonObject } from '../../../src/types.ts'
import type { Guardrails } from '../../guardrails/look.ts'
import type { Inspected } from '../../guardrails/model.ts'
import type { End, ToolLimits } from '../../limits/holding/tools.ts'
import { ownerOf } from '../door/visit.ts'
import type { McpServer } from '../model.ts'
import type { Sessions } from '../servers/sessions.ts'
import type { Outcome } from './outcome.ts'
import type { Called, Register } from './register.ts'

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
  readonly limits: ToolLimits
  readonly register: Register
  readonly log: Log
  /** How long a server may be silent (milliseconds). */
  readonly timeout: number
}

/** How it goes. */
interface Course {
  outcome: Outcome
  /** The server was told to do it: it may have, whatever comes back. */
  wasAsked: boolean
  result: object | undefined
}

/** A prompt or a resource that is read. */
export interface Reading<T> extends Called {
  readonly signal: AbortSignal
  /** `begun` is to be called when the server is asked. */
  readonly ask: (begun: () => void) => Promise<T>
}

/** A tool that goes on telling how far it is may take this long in all (milliseconds). */
const LONGEST = 3_600_000

/** Calls tools, as far as limits and guardrails let it pass, and reads; with a record of each. */
export function createCalls({ sessions, guardrails, limits, register, log, timeout }: CallsOptions) {
  async function ask(x: Scoped, asked: ToolCall, course: Course): Promise<CallToolResult> {
    const { server, tool, args, signal, onProgress } = asked
    const inspected = { id: x.id, userPath: x.userPath, asked: `${server.name}/${tool.name}` }
    const told = await guardrails.inspect(
      { params: { name: tool.name, arguments: args } },
      inspected,
      'input',
    )
    const { arguments: left } = told.params as { arguments: JsonObject | undefined }
    const result = await sessions.use(server, ownerOf(x), client => {
      course.wasAsked = true
      return client.callTool(
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
      )
    })
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

  /** Room for one call, or why there is none. */
  async function hold(
    { caller, userPath }: Scoped,
    { server, tool }: ToolCall,
  ): Promise<End | Refusal | undefined> {
    try {
      const { name, price } = server
      return await limits.hold({ caller, userPath, server: name, tool: tool.name, cost: price })
    } catch (error) {
      if (error instanceof Refusal) return error
      throw error
    }
  }

  async function run(x: Scoped, asked: ToolCall, course: Course): Promise<CallToolResult> {
    const room = await hold(x, asked)
    if (room instanceof Refusal) {
      course.outcome = 'limited'
      return toLimited(room)
    }
    try {
      const result = await watch(course, asked.signal, () => ask(x, asked, course))
      if (result.isError === true) course.outcome = 'failed'
      return result
    } finally {
      room?.(course.wasAsked)
    }
  }

  /** Learns from how it ends what became of it. */
  async function watch<T extends object>(
    course: Course,
    signal: AbortSignal,
    run: () => Promise<T>,
  ): Promise<T> {
    try {
      const result = await run()
      course.result = result
      course.outcome = 'ok'
      return result
    } catch (error) {
      if (error instanceof Refusal) course.outcome = 'refused'
      else if (signal.aborted) course.outcome = 'gone'
      throw error
    }
  }

  async function record<T>(x: Scoped, called: Called, run: (course: Course) => Promise<T>): Promise<T> {
    const began = performance.now()
    const course: Course = { outcome: 'error', wasAsked: false, result: undefined }
    try {
      return await run(course)
    } finally {
      register(x, called, { ...course, ms: performance.now() - began })
    }
  }

  const running = new Set<Promise<unknown>>()
  function recorded<T>(x: Scoped, called: Called, run: (course: Course) => Promise<T>): Promise<T> {
    const under = record(x, called, run).finally(() => running.delete(under))
    running.add(under)
    return under
  }

  return {
    call(x: Scoped, asked: ToolCall): Promise<CallToolResult> {
      const { server, tool, args } = asked
      return recorded(x, { server, kind: 'tool', name: tool.name, args }, course => run(x, asked, course))
    },
    /** No limit speaks of it. */
    read: <T extends object>(x: Scoped, { ask, signal, ...called }: Reading<T>): Promise<T> =>
      recorded(x, called, course =>
        watch(course, signal, () =>
          ask(() => {
            course.wasAsked = true
          }),
        ),
      ),
    /** Resolves when all that are under way have ended, and left their records. */
    async ended(): Promise<void> {
      await Promise.allSettled(running)
    },
  }
}

/** A tool that says why it failed is read by the model, which may do something else; many clients give up at an error. */
const toLimited = ({ message, code, retryAfter }: Refusal): CallToolResult => ({
  content: [{ type: 'text', text: message }],
  isError: true,
  _meta: {
    'modelway/refusal': { code, ...(retryAfter !== undefined && { retry_after: Math.ceil(retryAfter) }) },
  },
})

export type Calls = ReturnType<typeof createCalls>
