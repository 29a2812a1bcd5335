import * as v from 'valibot'
import { type Api, defineApi } from '../../src/contract/api.ts'
import { moment, says, whole } from '../../src/contract/settings.ts'
import { refuse } from '../../src/errors.ts'
import { toPath } from '../../src/scope/input.ts'
import { kinds, outcomes } from './calls/outcome.ts'
import type { ToolRecord } from './calls/records.ts'
import type { Counted, ServerView, Tools } from './model.ts'
import { chosenChanges } from './review/chosen-changes.ts'
import { type Change, hashOfAll } from './review/review.ts'
import { addressOf } from './servers/server.ts'

const view = v.object({
  name: says('What tools begin with', v.string()),
  address: v.pipe(v.string(), v.description('Without its query, which may hold a secret')),
  state: says('Whether it could be asked', v.picklist(['new', 'ready', 'away'])),
  error: v.optional(v.pipe(v.string(), v.description('Why it could not be asked'))),
  asked_at: says('When it was asked last', v.optional(v.string())),
  protocol: v.optional(v.pipe(v.string(), v.description('The version of the protocol'))),
  software: says('What it calls itself', v.optional(v.string())),
  reviews_changes: says('Tools that are new or changed are closed until somebody accepts them', v.boolean()),
  changes_hash: says('Tells all changes that wait from others; null where none does', v.nullable(v.string())),
  user_paths: v.pipe(v.nullable(v.array(v.string())), v.description('Who may use it; null: everybody')),
  tools: says(
    'What it offers',
    v.array(
      v.object({
        name: says('What tools begin with', v.string()),
        description: says('As it says', v.optional(v.string())),
        allowed: v.pipe(v.boolean(), v.description('Callers see it, and may call it')),
        change: says(
          'Set where it is another one than operators have accepted',
          v.optional(
            v.object({
              kind: says('Whether it was there before', v.picklist(['new', 'changed'])),
              before: says('As it was accepted', v.optional(v.string())),
              after: says('As it is now', v.string()),
              hash: says('Tells this state from others', v.string()),
            }),
          ),
        ),
        calls: v.pipe(
          v.partial(
            v.object(
              Object.fromEntries(
                outcomes.map(outcome => [outcome, says(`Calls that ended as ${outcome}`, v.number())]),
              ),
            ),
          ),
          v.description('Since the start, by what became of them'),
        ),
      }),
    ),
  ),
})

const shared = { access: 'admin', tag: 'Tools' } as const

const callsQuery = v.strictObject({
  server: says('What was asked of it', v.optional(v.string())),
  kind: says(
    'Calls of tools, or what was read',
    v.optional(v.picklist(kinds, `expected one of ${kinds.join(', ')}`)),
  ),
  tool: says('A tool, a prompt or a resource, as `tool` of a row has it', v.optional(v.string())),
  outcome: says(
    'What became of it',
    v.optional(v.picklist(outcomes, `expected one of ${outcomes.join(', ')}`)),
  ),
  key: v.optional(v.pipe(v.string(), v.description('The id of a key'))),
  user_path: v.optional(v.pipe(v.string(), v.description('This path, and all below it'))),
  since: says('From this time on', v.optional(moment())),
  until: says('Before this time', v.optional(moment())),
  before: v.optional(v.pipe(whole(1, Number.MAX_SAFE_INTEGER), v.description('`next` of the page before'))),
  limit: v.optional(v.pipe(whole(1, 200), v.description('Rows on a page, at most')), 50),
})

const acceptInput = v.strictObject({
  server: says('Whose tools', v.string()),
  tool: v.optional(v.pipe(v.string(), v.description('Absent: all that have changed'))),
  hash: says('Of the change that was looked at', v.string()),
})

const recordView = v.object({
  id: says('Counts calls; `before` of a query', v.number()),
  request_id: says('As `x-request-id` tells it', v.string()),
  at: says('When it began', v.string()),
  key: says('The id of the key that called', v.string()),
  user_path: says('Where the caller stands', v.string()),
  server: says('Who was asked', v.string()),
  kind: says('Whether a tool was called, or something read', v.picklist(kinds)),
  tool: says(
    'The tool or prompt, by the name that its server gave it; of a resource its address, without its query',
    v.string(),
  ),
  outcome: says('What became of it', v.picklist(outcomes)),
  ms: says('Until its answer was there, in milliseconds', v.number()),
  request_bytes: says('Bytes of what it was called with', v.number()),
  answer_bytes: v.pipe(v.nullable(v.number()), v.description('Null where there was no answer')),
  cost_usd: v.pipe(v.nullable(v.number()), v.description('Null where nobody said what a call costs')),
})

/** `GET /admin/mcp`, `GET /admin/mcp/calls`, and `POST` of `/admin/mcp/refresh` and `/admin/mcp/accept`. */
export function createMcpApi({ servers, countedEverywhere, records, refresh, accept }: Tools): Api[] {
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
      method: 'GET',
      path: '/admin/mcp/calls',
      summary: 'Calls of tools, and prompts and resources that were read, one by one',
      description:
        'Newest first; never what was said, or answered. `next` of one page is `before` of the following one; on the last it is null. A page looks through some thousand calls: where few match, it may hold fewer than `limit`, or none, and there is a `next` all the same.',
      query: callsQuery,
      answer: {
        about: 'Newest first',
        schema: v.object({
          data: says('The calls', v.array(recordView)),
          next: says('`before` of the following page; null on the last', v.nullable(v.number())),
        }),
      },
      async run({ query: { user_path, tool, ...query } }) {
        const { rows, next = null } = await records({
          ...query,
          name: tool,
          path: user_path === undefined ? undefined : toPath(user_path),
        })
        return { data: rows.map(toRecordView), next }
      },
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
    defineApi({
      ...shared,
      method: 'POST',
      path: '/admin/mcp/accept',
      summary: 'Accept changed tools of an MCP server',
      description:
        'One tool, or all that have changed. `hash` says which change was looked at, as `GET /admin/mcp` tells it: `change.hash` of the tool, or `changes_hash` of the server. Where it is another one by now, nothing is accepted.',
      body: acceptInput,
      example: { server: 'search', tool: 'web', hash: '0123456789abcdef' },
      answer: { about: 'All servers as they are now', schema: v.array(view) },
      refusals: [404, 409],
      async run({ body }) {
        await accept(body.server, chosenChanges(servers(), body))
        return all()
      },
    }),
  ]
}

const toChangeView = ({ tool: _, ...change }: Change) => change

const NANO = 1e9

const toRecordView = ({
  requestId,
  at,
  keyId,
  userPath,
  ...row
}: ToolRecord): v.InferOutput<typeof recordView> => ({
  id: row.id,
  request_id: requestId,
  at: new Date(at).toISOString(),
  key: keyId,
  user_path: userPath,
  server: row.server,
  kind: row.kind,
  tool: row.name,
  outcome: row.outcome,
  ms: row.ms,
  request_bytes: row.requestBytes,
  answer_bytes: row.answerBytes,
  cost_usd: row.costNano === null ? null : row.costNano / NANO,
})

function toView(
  { server, standing, changes }: ServerView,
  counts: readonly Counted[],
): v.InferOutput<typeof view> {
  const { offer, state, error, askedAt } = standing
  const own = counts.filter(each => each.server === server.name && each.kind === 'tool')
  const byName = new Map(changes.map(change => [change.tool.name, change]))
  const byTool = Map.groupBy(own, ({ name }) => name)
  return {
    name: server.name,
    address: addressOf(server.url),
    state,
    ...(error !== undefined && { error }),
    ...(askedAt !== undefined && { asked_at: new Date(askedAt).toISOString() }),
    ...(offer && { protocol: offer.protocol }),
    ...(offer?.software !== undefined && { software: offer.software }),
    reviews_changes: server.reviewsChanges,
    changes_hash: changes.length === 0 ? null : hashOfAll(changes),
    user_paths: server.userPaths === undefined ? null : [...server.userPaths],
    tools: (offer?.tools ?? []).map(({ name, description }) => ({
      name,
      ...(description !== undefined && { description }),
      allowed: server.offers(name) && !(server.reviewsChanges && byName.has(name)),
      ...(byName.has(name) && { change: toChangeView(byName.get(name)!) }),
      calls: Object.fromEntries((byTool.get(name) ?? []).map(({ outcome, count }) => [outcome, count])),
    })),
  }
}
