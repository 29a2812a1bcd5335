import type { Log } from './log.ts'
import type { Parts } from './plugin.ts'
import { describe } from './respond.ts'

/** Starts the repeated work of all plugins; a run that is still going is not started again. Returns what stops it. */
export function startTicks(parts: ReadonlyMap<string, Parts>, log: Log): () => void {
  const timers = [...parts].flatMap(([plugin, { ticks = [] }]) =>
    ticks.map(tick => {
      let isRunning = false
      return setInterval(async () => {
        if (isRunning) return
        isRunning = true
        try {
          await tick.run()
        } catch (error) {
          log.error(`Plugin "${plugin}" failed in a tick`, { error: describe(error) })
        } finally {
          isRunning = false
        }
      }, tick.every)
    }),
  )
  return () => timers.forEach(clearInterval)
}
