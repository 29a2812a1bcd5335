import { reasonOf } from '../../src/base/describe.ts'
import { isDatabaseAway } from '../../src/database/faults.ts'
import { refuse } from '../../src/errors.ts'
import type { Log } from '../../src/log.ts'

/** Milliseconds that somebody waits for the database. A server that takes calls and never answers would be waited for for ever. */
const PATIENCE = 3000

export type Patiently = <T>(work: PromiseLike<T>, complaint: string) => Promise<T>

/**
 * Waits for the database, but not long; refuses with `complaint` where it fails. The log hears when that begins and ends;
 * that the database itself is away, it hears from whoever watches that.
 */
export function createPatience(log: Log): Patiently {
  let isAway = false
  let isTold = false
  return async <T>(work: PromiseLike<T>, complaint: string): Promise<T> => {
    try {
      const done = await inTime(work)
      if (isAway) (isTold ? log.debug : log.info)('Sessions can be read and stored again')
      isAway = false
      return done
    } catch (cause) {
      isTold = isDatabaseAway(cause)
      if (!isAway)
        (isTold ? log.debug : log.warn)('Sessions cannot be read or stored', { reason: reasonOf(cause) })
      isAway = true
      return refuse('identity_unavailable', complaint, { cause })
    }
  }
}

function inTime<T>(work: PromiseLike<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${PATIENCE / 1000} s`)), PATIENCE)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}
