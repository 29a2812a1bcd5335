import type { Server } from '@modelcontextprotocol/server'
import * as v from 'valibot'
import { type Api, type ApiCall, defineApi } from '../../../src/contract/api.ts'
import { type Refusal, refuse } from '../../../src/errors.ts'
import type { Scoped } from '../../../src/exchange.ts'
import { accessPathOf } from '../../../src/scope/access-path.ts'
import type { McpServer } from '../model.ts'
import { isOpen } from '../servers/server.ts'
import { toRpcError } from './errors.ts'
import type { Visit } from './visit.ts'

export interface DoorOptions {
  readonly servers: ReadonlyMap<string, McpServer>
  /** How who is not known becomes it; absent where only keys are taken. */
  readonly challenge: ((request: Request) => string) | undefined
  readonly serve: (visit: Visit) => Promise<Server>
  /** Told of what the library could not answer. */
  readonly failed: (error: Error) => void
}

/** What is to be done with it is for the library to judge. */
const message = v.looseObject({
  jsonrpc: v.literal('2.0', 'expected "2.0"'),
  id: v.optional(v.union([v.string(), v.number()], 'expected a string or a number')),
  method: v.optional(v.string()),
  params: v.optional(v.looseObject({})),
})

/** `/mcp`, the tools of all servers, and `/mcp/NAME`, those of one, for clients of any version of the protocol. */
export function createDoor({ servers, challenge, serve, failed }: DoorOptions): Api[] {
  function visitOf(x: Scoped, name: string | undefined): Visit {
    const path = accessPathOf(x)
    const mine = [...servers.values()].filter(server => isOpen(server, path))
    if (name === undefined) return { x, servers: mine, isPlain: false }
    const only = mine.find(server => server.name === name)
    if (only === undefined)
      return refuse('not_found', `There is no MCP server "${name.slice(0, 100)}" for ${x.userPath}`)
    return { x, servers: [only], isPlain: true }
  }

  async function run({ request, params, x, body }: ApiCall<unknown, unknown>): Promise<Response> {
    const visit = visitOf(x!, params.server)
    const { createMcpHandler } = await import('@modelcontextprotocol/server')
    x!.connection.keepOpen()
    const server = await serve(visit)
    const handler = createMcpHandler(() => server, {
      // A tool may think for long: only a stream can say meanwhile that somebody is still there.
      responseMode: 'sse',
      // Nothing is told to clients outside of an answer.
      maxSubscriptions: 0,
      onerror: failed,
    })
    return handler.fetch(request, { parsedBody: body })
  }

  const shared = {
    access: 'caller',
    name: 'mcp',
    tag: 'Tools',
    refusal: toRpcRefusal,
    ...(challenge && { challenge }),
    run,
  } as const
  const answer = {
    about: 'What the method answers, or an error of JSON-RPC',
    type: ['application/json', 'text/event-stream'],
  } as const
  const routes = [
    { path: '/mcp', summary: 'Tools of all MCP servers that the caller may use' },
    { path: '/mcp/:server', summary: 'Tools of one MCP server, by its own names for them' },
  ] as const
  return routes.flatMap(route => [
    defineApi({
      ...shared,
      ...route,
      method: 'POST',
      description:
        'The Model Context Protocol over streamable HTTP: a message of JSON-RPC, in any of its versions. No session is kept.',
      body: message,
      example: { jsonrpc: '2.0', id: 1, method: 'tools/list' },
      answer,
      refusals: [404, 413],
    }),
    // Clients of older versions ask whether there is a stream to listen to, or a session to end: there is none.
    ...(['GET', 'DELETE'] as const).map(method =>
      defineApi({ ...shared, ...route, method, hidden: true, answer }),
    ),
  ])
}

/** What is refused before anybody has read a message: nobody knows its id. */
const toRpcRefusal = (refusal: Refusal) => ({ jsonrpc: '2.0', error: toRpcError(refusal), id: null })
