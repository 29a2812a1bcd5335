import type { Route, Target, UserPath } from '../types.ts'
import { isSelected } from './selector.ts'

/** For whom something that an operator defines holds, and of which models it speaks. */
export interface Scope {
  readonly enabled: boolean
  /** It holds for callers that stand here or below. */
  readonly userPath: UserPath
  /** Selectors, and names of redirects; absent: every model. */
  readonly models?: ReadonlySet<string>
}

/** What holds, found by where a caller stands: as many look-ups as its path has segments. */
export interface Scopes<T extends Scope> {
  /** Those of the caller's path and of all paths above it. */
  at(userPath: UserPath): readonly T[]
}

export function createScopes<T extends Scope>(all: Iterable<T>): Scopes<T> {
  const none: readonly T[] = []
  const byPath = new Map<string, T[]>()
  for (const each of all) {
    if (!each.enabled) continue
    const own = byPath.get(each.userPath)
    if (own === undefined) byPath.set(each.userPath, [each])
    else own.push(each)
  }
  return {
    at(userPath) {
      if (byPath.size === 0) return none
      const found = [...(byPath.get('/') ?? none)]
      if (userPath === '/') return found
      for (let end = userPath.indexOf('/', 1); end > 0; end = userPath.indexOf('/', end + 1))
        found.push(...(byPath.get(userPath.slice(0, end)) ?? none))
      found.push(...(byPath.get(userPath) ?? none))
      return found
    },
  }
}

/** It speaks of the call itself: of every model, of the name that was asked for, or of a redirect on the way. */
export const isAboutCall = (
  { models }: Pick<Scope, 'models'>,
  { asked, targets }: Pick<Route, 'asked' | 'targets'>,
): boolean =>
  models === undefined ||
  models.has(asked) ||
  (targets.length > 0 && targets.every(({ via }) => via.some(({ source }) => models.has(source))))

/** It speaks of this model, by a selector. */
export const isAboutTarget = (
  { models }: Pick<Scope, 'models'>,
  target: Target,
  isProvider: (name: string) => boolean,
): boolean => models !== undefined && isSelected(models, target, isProvider)
