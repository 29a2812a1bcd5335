import { describe } from '../../src/base/describe.ts'
import { isDatabaseAway } from '../../src/database/faults.ts'
import type { Log } from '../../src/log.ts'
import { inTime } from '../../src/workers/in-time.ts'
import type { LastUse, LastUses } from './model.ts'

/** Undefined: it cannot be told at the moment. */
export type Uses = ReadonlyMap<string, LastUse> | undefined

/** When keys were last used, as far as somebody knows. */
export interface KeyUses {
  of(ids: readonly string[]): Promise<Uses>
  tell(look: LastUses): void
}

/** Whoever wants to revoke a key waits no longer (milliseconds) to hear when it was used. */
const PATIENCE = 2000

/** Keys can be managed while whoever knows of their use is busy, or away. */
export function createKeyUses(log: Log): KeyUses {
  let look: LastUses = async () => new Map()
  return {
    tell(other) {
      look = other
    },
    of: ids =>
      inTime(look(ids), PATIENCE).catch((error: unknown) => {
        const tell = isDatabaseAway(error) ? log.debug : log.warn
        tell('When keys were last used cannot be told', { error: describe(error) })
        return undefined
      }),
  }
}
