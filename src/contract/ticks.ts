import { describe, reasonOf } from '../base/describe.ts'
import { isDatabaseAway } from '../database/faults.ts'
import type { Log } from '../log.ts'
import type { Awaitable } from '../types.ts'

/** Work that repeats; never two runs at once. */
export interface Tick {
  /** Milliseconds from one beginning to the next. */
  readonly every: number
  /** What it throws is logged, and the next run comes all the same. */
  run(): Awaitable<void>
}

/** What a plugin has of it. */
interface Ticking {
  readonly ticks?: readonly Tick[]
}

/** What still goes on when all is to end gets so long (milliseconds): a database may be silent. */
const LAST_RUNS = 1000

/**
 * Starts the repeated work of all plugins; a run that is still going is not started again. Returns what stops it, and
 * waits for what is still going: what that needs is closed behind it.
 */
export function startTicks(parts: ReadonlyMap<string, Ticking>, log: Log): () => Promise<void> {
  const running = new Set<Promise<void>>()
  const timers = [...parts].flatMap(([plugin, { ticks = [] }]) =>
    ticks.map(tick => {
      const run = createRun(plugin, tick, log)
      return setInterval(() => {
        const done = run().finally(() => running.delete(done))
        running.add(done)
      }, tick.every)
    }),
  )
  return async () => {
    timers.forEach(clearInterval)
    await Promise.race([Promise.all(running), new Promise(resolve => setTimeout(resolve, LAST_RUNS))])
  }
}

/**
 * What fails every second for an hour is one line in the log, and another one when it is over. That the database is away
 * is told once for all plugins, by whoever watches it.
 */
function createRun(plugin: string, tick: Tick, log: Log): () => Promise<void> {
  let isRunning = false
  let trouble: string | undefined
  let tell = log.info
  return async () => {
    if (isRunning) return
    isRunning = true
    try {
      await tick.run()
      if (trouble !== undefined) tell(`Plugin "${plugin}" works again`, { after: trouble })
      trouble = undefined
    } catch (error) {
      const said = reasonOf(error)
      const isAway = isDatabaseAway(error)
      tell = isAway ? log.debug : log.info
      if (said !== trouble && isAway) log.debug(`Plugin "${plugin}" waits for the database`, { why: said })
      else if (said !== trouble)
        log.error(`Plugin "${plugin}" failed in a tick`, { plugin, place: 'tick', error: describe(error) })
      trouble = said
    } finally {
      isRunning = false
    }
  }
}
