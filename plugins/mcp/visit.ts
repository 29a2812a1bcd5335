import type { Scoped } from '../../src/exchange.ts'
import type { McpServer } from './model.ts'

/** One request of a client: who asks, and of which servers. */
export interface Visit {
  readonly x: Scoped
  /** Those that the caller may use, in the order of the configuration; only one at `/mcp/NAME`. */
  readonly servers: readonly McpServer[]
  /** The tools of the one server have the names that it gave them. */
  readonly isPlain: boolean
}

/** Whose conversations with servers these are: callers of one key may speak for many people. */
export const ownerOf = ({ caller, userPath }: Pick<Scoped, 'caller' | 'userPath'>): string =>
  JSON.stringify([caller.id, userPath])
