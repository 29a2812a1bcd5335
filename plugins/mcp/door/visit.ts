import type { Scoped } from '../../../src/exchange.ts'
import type { UserPath } from '../../../src/types.ts'
import type { McpServer } from '../model.ts'

/** One request of a client: who asks, and of which servers. */
export interface Visit {
  readonly x: Scoped
  /** Those that the caller may use, in the order of the configuration; only one at `/mcp/NAME`. */
  readonly servers: readonly McpServer[]
  /** The tools of the one server have the names that it gave them. */
  readonly isPlain: boolean
}

/** Whose conversations with servers these are: callers of one key may speak for many people. */
export interface Owner {
  readonly key: string
  /** Where they stand; absent where the gateway asks for itself. */
  readonly userPath?: UserPath
}

export const ownerOf = ({ caller, userPath }: Pick<Scoped, 'caller' | 'userPath'>): Owner => ({
  key: JSON.stringify([caller.id, userPath]),
  userPath,
})
