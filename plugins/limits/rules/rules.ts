import type { Routed, Scoped } from '../../../src/exchange.ts'
import type { Scopes } from '../../../src/scope/scope.ts'
import type { Limit } from '../model.ts'

/** The limits that hold, found by where a caller stands. */
export type Rules = Scopes<Limit>

/** Whose room a call takes. */
export function memberOf(
  { each }: Limit,
  { caller, userPath }: Pick<Scoped & Routed, 'caller' | 'userPath'>,
): string {
  if (each === 'all') return ''
  return each === 'key' ? caller.id : userPath
}
