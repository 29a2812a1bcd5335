import { isMap, mapOf, textsOf, type Values, wordOf } from '../foreign.ts'
import { type Converting, keyVariable, toKebabName } from './imported.ts'
import { toServer, toServerName } from './mcp-server.ts'

type Remark = Converting['remark']

/** Of a server: read here. */
const known = ['url', 'transport', 'auth_type', 'auth_value', 'authentication_token', 'static_headers']
const tools = ['allowed_tools', 'disallowed_tools']

/** Servers of MCP in the shape of our own section; those that are no servers of "streamable HTTP" are left out. */
export function readMcpServers(servers: Values, remark: Remark): readonly Values[] {
  return Object.entries(servers).flatMap(([given, value]) => {
    const [what, entry] = [`mcp_servers.${given}`, mapOf(value)]
    const [url, transport] = [wordOf(entry.url), wordOf(entry.transport) ?? 'http']
    if (!isMap(value) || url === undefined || !/^(?:streamable_)?http$/.test(transport)) {
      remark(what, 'left out: it is no server of "streamable HTTP" with a url')
      return []
    }
    const name = toServerName(given)
    if (name !== given) remark(what, `is called "${name}" now`)
    for (const field of Object.keys(entry))
      if (!known.includes(field) && !tools.includes(field)) remark(`${what}.${field}`, 'not converted')
    const headers = headersOf(entry, { name, what, remark })
    return [
      toServer({
        ...{ name, url, headers },
        ...{ allow: textsOf(entry.allowed_tools), deny: textsOf(entry.disallowed_tools) },
      }),
    ]
  })
}

interface Told {
  readonly name: string
  readonly what: string
  readonly remark: Remark
}

/** How each kind of credentials is written into a header. */
const schemes: Readonly<Record<string, (secret: string) => Values>> = {
  bearer_token: secret => ({ authorization: `Bearer ${secret}` }),
  api_key: secret => ({ 'x-api-key': secret }),
  basic: secret => ({ authorization: `Basic ${secret}` }),
  authorization: secret => ({ authorization: secret }),
}

/** Secrets go by the names of variables. */
function headersOf(entry: Values, { name, what, remark }: Told): Values {
  const secretOf = (value: string, field: string): string => {
    const variable = /^os\.environ\/(\w+)$/.exec(value)?.[1]
    if (variable !== undefined) return `\${${variable}}`
    const own = keyVariable(name).replace(
      /API_KEY$/,
      `MCP_${toKebabName(field).replaceAll('-', '_').toUpperCase()}`,
    )
    remark(`${what}.${field}`, `secrets are not copied: set ${own} to it`)
    return `\${${own}}`
  }
  const kind = wordOf(entry.auth_type) ?? 'none'
  const secret = wordOf(entry.auth_value ?? entry.authentication_token)
  if (kind !== 'none' && (secret === undefined || !Object.hasOwn(schemes, kind)))
    remark(`${what}.auth_type "${kind}"`, 'not converted: see headers of mcp.servers')
  const own = secret === undefined ? {} : (schemes[kind]?.(secretOf(secret, 'auth_value')) ?? {})
  const fixed = Object.entries(mapOf(entry.static_headers)).flatMap(([header, value]) => {
    const word = wordOf(value)
    return word === undefined ? [] : [[header, secretOf(word, header)] as const]
  })
  return { ...own, ...Object.fromEntries(fixed) }
}
