import * as v from 'valibot'
import { bytes, concealed, duration, jsonArray, retention, says, shown } from '../../src/contract/settings.ts'
import { haveNames, isPath, toPath } from '../../src/scope/input.ts'

/** Without "__", which stands between the name of a server and that of a tool. */
const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?$/

const name = v.pipe(
  v.string(),
  v.regex(NAME, 'expected a name of at most 32 letters, digits and "-"'),
  v.description('What it is called in the names of its tools, and at /mcp/NAME'),
)

/** An address may hold a secret, so that it is not shown as a setting. */
const url = v.pipe(
  v.string(),
  v.trim(),
  v.check(isAddress, 'expected an address such as https://tools.example.com/mcp, without credentials'),
  v.description('Where it is: an address of "streamable HTTP"'),
)

function isAddress(text: string): boolean {
  const address = URL.parse(text)
  if (address === null || !/^https?:$/.test(address.protocol)) return false
  return address.username === '' && address.password === '' && address.hash === ''
}

const headers = v.pipe(
  v.record(
    v.pipe(v.string(), v.regex(/^[\w!#$%&'*+.^`|~-]+$/, 'expected the name of a header')),
    concealed(v.pipe(v.string(), v.regex(/^[\x20-\x7e]*$/, 'expected printable ASCII characters'))),
  ),
  v.description('What it is told with every call: its credentials, say'),
)

const userPath = v.pipe(
  v.string(),
  v.check(text => text.trim() !== '' && isPath(text), 'expected a user path such as /team/alpha'),
  v.transform(toPath),
)

const names = (about: string) =>
  v.pipe(
    v.array(v.pipe(v.string(), v.nonEmpty('expected the name of a tool, it is empty'))),
    v.description(about),
  )

const server = v.strictObject({
  name,
  url,
  headers: v.optional(headers, {}),
  user_paths: v.optional(
    v.pipe(
      v.array(userPath),
      v.minLength(1, 'expected at least one; leave it out for everybody'),
      v.description('Who may use it: callers that stand here or below. Absent: everybody'),
    ),
  ),
  tools: v.optional(
    v.strictObject({
      allow: v.optional(names('The only tools that may be used; "read_*" means all that begin so')),
      deny: v.optional(names('Tools that nobody may use'), []),
    }),
    {},
  ),
  forward_user_path: v.optional(
    v.pipe(
      v.boolean(),
      v.description('It is told where the caller stands, in the header x-modelway-user-path'),
    ),
    false,
  ),
  review_changes: v.optional(
    v.pipe(
      v.boolean(),
      v.description(
        'A tool that is new, or another one than before, stays closed until an operator accepts it',
      ),
    ),
    false,
  ),
  price_per_call_usd: v.optional(
    v.pipe(
      v.number(),
      v.minValue(0, 'expected 0 or more'),
      v.maxValue(1000, 'expected at most 1000'),
      v.description('What a call of one of its tools costs: for records, and for limits in dollars'),
    ),
  ),
})
/** An MCP server as an operator declares it. */
export type Declaration = v.InferOutput<typeof server>

const unique = haveNames<Declaration>('servers')
const EXAMPLE = '[{"name": "search", "url": "https://search.example.com/mcp"}]'

const patience = (standard: string) =>
  v.optional(v.pipe(duration(), v.minValue(1, 'expected more than 0')), standard)

export const mcpSettings = v.object({
  declared: says(
    'JSON array of MCP servers, whose tools callers find at /mcp: [{"name": "search", "url": "https://search.example.com/mcp"}]. More fields: plugins/mcp/README.md',
    v.optional(v.pipe(jsonArray(server, EXAMPLE), unique)),
  ),
  servers: says(
    'MCP servers, whose tools callers find at /mcp, in the shape of MCP_SERVERS',
    v.optional(v.pipe(v.array(server), unique), []),
  ),
  timeout: says('How long an MCP server may be silent in a call of a tool', patience('2m')),
  answerLimit: says(
    'So much may an MCP server answer to one call (bytes)',
    v.optional(shown(v.pipe(bytes(), v.minValue(1, 'expected more than 0'))), '10M'),
  ),
  retention: says(
    'How long the record of a call of a tool is kept; 0: for ever',
    v.optional(retention(), '90d'),
  ),
})
export type McpSettings = v.InferOutput<typeof mcpSettings>
