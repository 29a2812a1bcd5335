import * as v from 'valibot'
import { type Api, defineApi } from '../../src/api.ts'
import { refuse } from '../../src/errors.ts'
import { type Counted, outcomes, type ServerView, type Tools } from './model.ts'
import { addressOf } from './server.ts'

const view = v.object({
  name: v.string(),
  address: v.pipe(v.string(), v.description('Without its query, which may hold a secret')),
  state: v.picklist(['new', 'ready', 'away']),
  error: v.optional(v.pipe(v.string(), v.description('Why it could not be asked'))),
  asked_at: v.optional(v.string()),
  protocol: v.optional(v.pipe(v.string(), v.description('The version of the protocol'))),
  software: v.optional(v.string()),
  user_paths: v.pipe(v.nullable(v.array(v.string())), v.description('Who may use it; null: everybody')),
  tools: v.array(
    v.object({
      name: v.string(),
      description: v.optional(v.string()),
      allowed: v.pipe(v.boolean(), v.description('Callers see it, and may call it')),
      calls: v.pipe(
        v.partial(v.object(Object.fromEntries(outcomes.map(outcome => [outcome, v.number()])))),
        v.description('Since the start, by what became of them'),
      ),
    }),
  ),
})

const shared = { access: 'admin', tag: 'Tools' } as const

/** `GET /admin/mcp`, and `POST /admin/mcp/refresh`. */
export function createMcpApi({ servers, countedEverywhere, refresh }: Tools): Api[] {
  const all = async () => {
    const counts = await countedEverywhere()
    return servers().map(each => toView(each, counts))
  }
  return [
    defineApi({
      ...shared,
      method: 'GET',
      path: '/admin/mcp',
      summary: 'All MCP servers, and their tools',
      answer: { about: 'In the order of the configuration', schema: v.array(view) },
      run: all,
    }),
    defineApi({
      ...shared,
      method: 'POST',
      path: '/admin/mcp/refresh',
      summary: 'Ask MCP servers for their tools anew',
      description: 'Which ones, says the query: all without it.',
      query: v.strictObject({ server: v.optional(v.pipe(v.string(), v.description('Only this one'))) }),
      answer: { about: 'All servers, when they have been asked', schema: v.array(view) },
      refusals: [404],
      async run({ query: { server } }) {
        if (server !== undefined && !servers().some(each => each.server.name === server))
          refuse('not_found', `There is no MCP server "${server.slice(0, 100)}"`, { param: 'server' })
        await refresh(server)
        return all()
      },
    }),
  ]
}

function toView({ server, standing }: ServerView, counts: readonly Counted[]): v.InferOutput<typeof view> {
  const { offer, state, error, askedAt } = standing
  const own = counts.filter(each => each.server === server.name)
  const byTool = Map.groupBy(own, ({ tool }) => tool)
  return {
    name: server.name,
    address: addressOf(server.url),
    state,
    ...(error !== undefined && { error }),
    ...(askedAt !== undefined && { asked_at: new Date(askedAt).toISOString() }),
    ...(offer && { protocol: offer.protocol }),
    ...(offer?.software !== undefined && { software: offer.software }),
    user_paths: server.userPaths === undefined ? null : [...server.userPaths],
    tools: (offer?.tools ?? []).map(({ name, description }) => ({
      name,
      ...(description !== undefined && { description }),
      allowed: server.offers(name),
      calls: Object.fromEntries((byTool.get(name) ?? []).map(({ outcome, count }) => [outcome, count])),
    })),
  }
}
