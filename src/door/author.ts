import type { ApiCall } from '../contract/api.ts'
import type { Admin } from '../types.ts'
import { readIfMatch } from './precondition.ts'

/** As whom the history writes an operator down: the person, or, where nobody knows that, the way in. */
export const authorOf = ({ name, via }: Admin): string => name ?? via

/** Who makes a call of the admin API, and which version they have seen. */
export const authorshipOf = ({ admin, request }: Pick<ApiCall<unknown, unknown>, 'admin' | 'request'>) => ({
  author: authorOf(admin!),
  ifMatch: readIfMatch(request),
})
