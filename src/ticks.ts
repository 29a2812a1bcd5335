import { isDatabaseAway } from './database/faults.ts'
import { describe, reasonOf } from './describe.ts'
import type { Log } from './log.ts'
import type { Parts, Tick } from './plugin.ts'

/** Starts the repeated work of all plugins; a run that is still going is not started again. Returns what stops it. */
export function startTicks(parts: ReadonlyMap<string, Parts>, log: Log): () => void {
  const timers = [...parts].flatMap(([plugin, { ticks = [] }]) =>
    ticks.map(tick => setInterval(createRun(plugin, tick, log), tick.every)),
  )
  return () => timers.forEach(clearInterval)
}

/** What fails every second for an hour is one line in the log, and another one when it is over. */
function createRun(plugin: string, tick: Tick, log: Log): () => Promise<void> {
  let isRunning = false
  let trouble: string | undefined
  return async () => {
    if (isRunning) return
    isRunning = true
    try {
      await tick.run()
      if (trouble !== undefined) log.info(`Plugin "${plugin}" works again`, { after: trouble })
      trouble = undefined
    } catch (error) {
      const said = reasonOf(error)
      if (said !== trouble && isDatabaseAway(error))
        log.warn(`Plugin "${plugin}" waits for the database`, { why: said })
      else if (said !== trouble)
        log.error(`Plugin "${plugin}" failed in a tick`, { plugin, place: 'tick', error: describe(error) })
      trouble = said
    } finally {
      isRunning = false
    }
  }
}
