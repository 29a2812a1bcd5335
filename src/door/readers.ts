import type { Api } from '../contract/api.ts'
import type { AnyPage } from '../contract/page.ts'
import { refuse } from '../errors.ts'
import type { Admin } from '../types.ts'

/** Operators who only read are refused here whatever would change something, so that no plugin has to think of them. */
export function refuseReaders({ mayWrite }: Admin): void {
  // What a plugin forgot to say is no permission.
  if (mayWrite !== true) refuse('forbidden', 'You operate as a reader: you may look, and change nothing')
}

/** HEAD comes here, too: it asks the same, and wants less. */
export const isRead = ({ method }: Api): boolean => method === 'GET'

/** Whether an endpoint leaves everything as it is. */
export const onlyAsks = (route: Api): boolean => isRead(route) || route.asks === true

/** The same of an action of a page. */
export const isQuestion = ({ asks = [] }: Pick<AnyPage, 'asks'>, action: string): boolean =>
  asks.includes(action)
