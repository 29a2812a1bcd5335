import { coverAddress } from '../../../src/config/veil.ts'
import { isInside } from '../../../src/scope/user-path.ts'
import type { UserPath } from '../../../src/types.ts'
import type { McpServer } from '../model.ts'
import type { Declaration, McpSettings } from '../settings.ts'
import { createHide } from './secrets.ts'

/** All servers by their names; `MCP_SERVERS` wins over the file. */
export function toServers({
  declared = [],
  servers,
}: Pick<McpSettings, 'declared' | 'servers'>): ReadonlyMap<string, McpServer> {
  return new Map([...servers, ...declared].map(each => [each.name, toServer(each)]))
}

/** Nano-dollars in a dollar. */
const DOLLAR = 1e9

function toServer({
  name,
  url,
  headers,
  user_paths: paths,
  tools,
  price_per_call_usd: price,
  review_changes: reviewsChanges,
  forward_user_path: forwardsUserPath,
}: Declaration): McpServer {
  const isAllowed = tools.allow === undefined ? () => true : createMatch(tools.allow)
  const isDenied = createMatch(tools.deny ?? [])
  return {
    name,
    url,
    headers,
    ...(paths !== undefined && { userPaths: new Set(paths) }),
    ...(price !== undefined && { price: Math.round(price * DOLLAR) }),
    reviewsChanges,
    forwardsUserPath,
    hide: createHide({ headers, url }),
    offers: tool => isAllowed(tool) && !isDenied(tool),
  }
}

/** Finds names, and with a `*` at the end all that begin so. */
function createMatch(patterns: readonly string[]): (name: string) => boolean {
  const names = new Set(patterns.filter(pattern => !pattern.endsWith('*')))
  const beginnings = patterns.filter(pattern => pattern.endsWith('*')).map(pattern => pattern.slice(0, -1))
  return name => names.has(name) || beginnings.some(beginning => name.startsWith(beginning))
}

/** May a caller who stands here use it? */
export const isOpen = ({ userPaths }: Pick<McpServer, 'userPaths'>, path: UserPath): boolean =>
  userPaths === undefined || isInside(path, userPaths)

/** What may be shown of an address. Some services give each of their customers one with a key in its path. */
export function addressOf(url: string): string {
  const { origin, pathname } = new URL(url)
  return coverAddress(origin + pathname)
}
