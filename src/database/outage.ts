import type { Client, InStatement, ResultSet } from '@libsql/client'
import { reasonOf } from '../base/describe.ts'
import type { Log } from '../log.ts'
import { awayReason, isStuck } from './faults.ts'

/** What becomes of statements. */
export interface Outage {
  failed(error: unknown): void
  succeeded(results: readonly ResultSet[]): void
}

const MEANS =
  'calls of models go on with what is known, records wait, and what needs it is refused with a 503'

/** Whoever waits to write tries again sooner (milliseconds). */
const QUIET = 60_000

/**
 * Tells once that the database went away, and once that it is back, however many plugins wait for it. One that can be
 * read and not written is back when something was written; where nothing has to be for a while, that is said instead.
 */
export function createOutage(log: Log, now: () => number): Outage {
  let since: number | undefined
  let last = 0
  let isReadable = false

  function end(message: string, from: number): void {
    log.info(message, { ms: now() - from })
    since = undefined
  }

  return {
    failed(error) {
      if (awayReason(error) === undefined) return
      isReadable = isStuck(error)
      last = now()
      if (since !== undefined) return
      since = now()
      log.warn(`The database ${isReadable ? 'cannot be written' : 'does not answer'}: ${MEANS}`, {
        why: reasonOf(error),
      })
    },
    succeeded(results) {
      if (since === undefined) return
      if (!isReadable || results.some(({ rowsAffected }) => rowsAffected > 0))
        end('The database is back', since)
      else if (now() - last > QUIET) end('Nothing waits for the database any more', since)
    },
  }
}

/** The same client; `outage`, where there is one by then, hears of each statement. */
export function watched(client: Client, outage: () => Outage | undefined): Client {
  async function hear<T extends ResultSet | readonly ResultSet[]>(run: Promise<T>): Promise<T> {
    try {
      const done = await run
      outage()?.succeeded([done].flat() as ResultSet[])
      return done
    } catch (error) {
      outage()?.failed(error)
      throw error
    }
  }
  return Object.assign(Object.create(client) as Client, {
    execute: (statement: InStatement) => hear(client.execute(statement)),
    batch: (...said: Parameters<Client['batch']>) => hear(client.batch(...said)),
  })
}
