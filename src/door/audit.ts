import { describe } from '../base/describe.ts'
import { all, type HookTable } from '../hooks.ts'
import type { Log } from '../log.ts'
import type { Admin } from '../types.ts'

/** Tells the `audit` hooks what an operator did; `admin` is undefined where nobody was let in. */
export type Audit = (admin: Admin | undefined, request: Request, route: string, status: number) => void

export const createAudit =
  (hooks: HookTable, log: Log, now: () => number): Audit =>
  (admin, request, route, status) => {
    const event = {
      admin,
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
