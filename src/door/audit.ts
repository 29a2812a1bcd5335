import { describe } from '../base/describe.ts'
import { all, type HookTable } from '../hooks.ts'
import type { Log } from '../log.ts'
import type { Admin, Caller } from '../types.ts'

/** Who did something; neither of them where nobody was let in. */
export interface Actor {
  readonly admin?: Admin | undefined
  readonly caller?: Caller | undefined
}

/** Tells the `audit` hooks what somebody did. */
export type Audit = (actor: Actor, request: Request, route: string, status: number) => void

export const createAudit =
  (hooks: HookTable, log: Log, now: () => number): Audit =>
  ({ admin, caller }, request, route, status) => {
    const event = {
      admin,
      ...(caller && { caller }),
      method: request.method,
      route,
      path: new URL(request.url).pathname,
      status,
      at: now(),
    }
    all(hooks.audit, event, (error, plugin) => {
      log.error(`Plugin "${plugin}" failed in "audit"`, {
        plugin,
        place: 'audit',
        error: describe(error),
      })
    })
  }
