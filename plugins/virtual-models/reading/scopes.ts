import { closestScope, isInside } from '../../../src/scope/user-path.ts'
import type { UserPath } from '../../../src/types.ts'
import type { TargetInUse, VirtualModel } from '../model.ts'

/** A redirect that has no target for a caller does not exist for that caller. */
export const isThereFor = (path: UserPath, { scopes, targets }: VirtualModel): boolean =>
  (scopes === undefined || isInside(path, scopes)) && targets.some(target => closenessOf(target, path) > 0)

/**
 * How closely a target names a caller: the length of the user path by which it does. Whoever is for everybody names `/`; 0
 * is for other callers only.
 */
export const closenessOf = ({ scopes }: Pick<TargetInUse, 'scopes'>, path: UserPath): number =>
  (scopes === undefined ? '/' : closestScope(path, scopes))?.length ?? 0

/** Somebody for whom a redirect is there: everybody, if it can be. */
export function exampleOf(model: VirtualModel | undefined): UserPath {
  if (model === undefined) return '/'
  const paths = model.userPaths === undefined ? (['/', ...model.namedPaths] as const) : model.namedPaths
  return paths.find(path => isThereFor(path, model)) ?? '/'
}
