import type { Progress, Server, ServerContext } from '@modelcontextprotocol/server'
import type { Calls } from '../calls/calls.ts'
import type { Desk, OpenDesk } from './desk.ts'
import type { Offered } from './offered.ts'
import type { Visit } from './visit.ts'

export interface ServingOptions {
  readonly offered: Offered
  readonly openDesk: OpenDesk
  readonly call: Calls['call']
  readonly version: string
}

/** A server of MCP for one request of one visitor: it finds all it needs in that request, and keeps nothing. */
export function createServing({ offered, openDesk, call, version }: ServingOptions) {
  return async (visit: Visit): Promise<Server> => {
    const sdk = await import('@modelcontextprotocol/server')
    const { instructions, hasResources } = await offered.about(visit)
    const server = new sdk.Server(
      { name: 'modelway', version },
      {
        capabilities: { tools: {}, prompts: {}, ...(hasResources && { resources: {} }) },
        ...(instructions !== undefined && { instructions }),
      },
    )
    const desk = openDesk(visit)
    serveTools(server, visit, desk)
    servePrompts(server, visit, desk)
    if (hasResources) serveResources(server, visit, desk)
    return server
  }

  function serveTools(server: Server, visit: Visit, desk: Desk): void {
    server.setRequestHandler('tools/list', async () => ({ tools: [...(await offered.list(visit, 'tools'))] }))
    server.setRequestHandler('tools/call', async ({ params }, context) => {
      const { server, item: tool } = await desk.find('tools', params.name)
      const signal = endOf(visit, context)
      const asked = { server, tool, args: params.arguments, signal, ...progressOf(context) }
      return desk.attempt(server, () => call(visit.x, asked), signal)
    })
  }

  function servePrompts(server: Server, visit: Visit, desk: Desk): void {
    server.setRequestHandler('prompts/list', async () => ({
      prompts: [...(await offered.list(visit, 'prompts'))],
    }))
    server.setRequestHandler('prompts/get', async ({ params }, context) => {
      const { server, item } = await desk.find('prompts', params.name)
      const wanted = { name: item.name, ...(params.arguments && { arguments: params.arguments }) }
      return desk.ask({
        ...{ server, params: wanted, signal: endOf(visit, context) },
        reads: { kind: 'prompt', name: item.name, args: params.arguments },
        run: (client, told, options) => client.getPrompt(told, options),
      })
    })
  }

  /** Their addresses are the server's own, so that they can be told apart at `/mcp/NAME` only. */
  function serveResources(server: Server, visit: Visit, desk: Desk): void {
    const only = visit.servers[0]!
    server.setRequestHandler('resources/list', ({ params }, context) =>
      desk.ask({
        ...{ server: only, params: pageOf(params), signal: endOf(visit, context) },
        run: (client, page, options) => client.listResources(page, options),
      }),
    )
    server.setRequestHandler('resources/templates/list', ({ params }, context) =>
      desk.ask({
        ...{ server: only, params: pageOf(params), signal: endOf(visit, context) },
        run: (client, page, options) => client.listResourceTemplates(page, options),
      }),
    )
    server.setRequestHandler('resources/read', ({ params: { uri } }, context) =>
      desk.ask({
        ...{ server: only, params: { uri }, signal: endOf(visit, context) },
        reads: { kind: 'resource', name: uri, args: { uri } },
        run: (client, told, options) => client.readResource(told, options),
      }),
    )
  }
}

/** Nobody wants an answer any more: the client says so, or has gone away, or the gateway stops. */
const endOf = ({ x }: Visit, { mcpReq }: ServerContext): AbortSignal =>
  AbortSignal.any([x.signal, mcpReq.signal])

/** Without a cursor the library would gather all pages. */
const pageOf = (params: { readonly cursor?: string | undefined } | undefined) =>
  params?.cursor === undefined ? undefined : { cursor: params.cursor }

/** What a tool tells of its progress goes on to who has asked for it, under the name that they gave it. */
function progressOf({ mcpReq }: ServerContext): { readonly onProgress?: (progress: Progress) => void } {
  const progressToken = mcpReq._meta?.progressToken
  if (progressToken === undefined) return {}
  return {
    onProgress(progress) {
      const params = { ...progress, progressToken }
      mcpReq.notify({ method: 'notifications/progress', params }).catch(() => {})
    },
  }
}
