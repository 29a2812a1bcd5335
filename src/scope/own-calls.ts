import type { Scoped } from '../exchange.ts'
import type { UserPath } from '../types.ts'

/** Whose calls somebody may look at, or speak of. Without either: everybody's. */
export interface OwnCalls {
  /** Those of this path, and of all below it. */
  readonly within?: UserPath
  /** Those of this key. */
  readonly holder?: string
}

/** The most that may be a caller's own, whichever path it names. */
export const mostOf = (caller: Scoped['caller']): OwnCalls =>
  ownCalls({ caller, userPath: caller.path ?? '/' })

/**
 * Which calls are a caller's own. Of a key that is bound to a path: all of that path. One that is not could name any path,
 * so it has those that it made itself. Who holds the master key, or stands before a gateway without keys, has all.
 */
export function ownCalls({ caller, userPath }: Pick<Scoped, 'caller' | 'userPath'>): OwnCalls {
  const within = userPath === '/' ? {} : { within: userPath }
  if (caller.kind === 'master' || caller.kind === 'open') return within
  return caller.path === undefined ? { ...within, holder: caller.id } : { within: userPath }
}
