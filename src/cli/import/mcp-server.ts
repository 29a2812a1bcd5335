import type { Values } from '../foreign.ts'
import { toKebabName } from './imported.ts'

interface Server {
  readonly name: string
  readonly url: string
  readonly headers: Values
  /** The only tools, where any are named. */
  readonly allow: readonly string[]
  readonly deny: readonly string[]
}

/** A server of MCP in the shape of our own section. */
export const toServer = ({ name, url, headers, allow, deny }: Server): Values => ({
  ...{ name, url },
  ...(Object.keys(headers).length > 0 && { headers }),
  ...(allow.length + deny.length > 0 && {
    tools: { ...(allow.length > 0 && { allow }), ...(deny.length > 0 && { deny }) },
  }),
})

/** A name as servers may have one here. */
export const toServerName = (name: string): string => toKebabName(name).slice(0, 32).replace(/-+$/, '')
