import type { Scoped } from '../exchange.ts'
import type { UserPath } from '../types.ts'
import { isInside } from './user-path.ts'

/**
 * Where somebody has to be let in for a call to be: on whose behalf it is made. With a key that another key has made, no
 * deeper than where the holder of that one may stand, or a key for a path below would open what is closed to its maker.
 */
export function accessPathOf({ caller: { maker }, userPath }: Pick<Scoped, 'caller' | 'userPath'>): UserPath {
  if (maker === undefined) return userPath
  const { path = '/', subPaths } = maker
  return subPaths && isInside(userPath, new Set([path])) ? userPath : sharedPath(userPath, path)
}

/** The deepest path at or below which both stand. What is open there is open to both. */
function sharedPath(one: UserPath, other: UserPath): UserPath {
  for (let end = one.length; end > 0; end = one.lastIndexOf('/', end - 1)) {
    const above = one.slice(0, end) as UserPath
    if (isInside(other, new Set([above]))) return above
  }
  return '/'
}
