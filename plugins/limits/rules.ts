import type { Routed, Scoped } from '../../src/exchange.ts'
import { isSelected } from '../../src/selector.ts'
import type { Route, Target, UserPath } from '../../src/types.ts'
import type { Limit } from './model.ts'

/** The limits that hold, found by where a caller stands: as many look-ups as its path has segments. */
export interface Rules {
  /** Those of the caller's path and of all paths above it. */
  at(userPath: UserPath): readonly Limit[]
}

export function createRules(limits: Iterable<Limit>): Rules {
  const byPath = new Map<string, Limit[]>()
  for (const limit of limits) {
    if (!limit.enabled) continue
    const own = byPath.get(limit.userPath)
    if (own === undefined) byPath.set(limit.userPath, [limit])
    else own.push(limit)
  }
  return {
    at(userPath) {
      if (byPath.size === 0) return NONE
      const found = [...(byPath.get('/') ?? NONE)]
      if (userPath === '/') return found
      for (let end = userPath.indexOf('/', 1); end > 0; end = userPath.indexOf('/', end + 1))
        found.push(...(byPath.get(userPath.slice(0, end)) ?? NONE))
      found.push(...(byPath.get(userPath) ?? NONE))
      return found
    },
  }
}
const NONE: readonly Limit[] = []

/** It speaks of the call itself: of every model, of the name that was asked for, or of a redirect on the way. */
export const isAboutCall = ({ models }: Limit, { asked, targets }: Route): boolean =>
  models === undefined ||
  models.has(asked) ||
  (targets.length > 0 && targets.every(({ via }) => via.some(({ source }) => models.has(source))))

/** It speaks of this model, by a selector. */
export const isAboutTarget = (
  { models }: Limit,
  target: Target,
  isProvider: (name: string) => boolean,
): boolean => models !== undefined && isSelected(models, target, isProvider)

/** Whose room a call takes. */
export function memberOf(
  { each }: Limit,
  { caller, userPath }: Pick<Scoped & Routed, 'caller' | 'userPath'>,
): string {
  if (each === 'all') return ''
  return each === 'key' ? caller.id : userPath
}
