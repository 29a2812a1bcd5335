import { createHistogram, type Histogram, LAGS, observe, samplesOf } from './histogram.ts'
import type { Family } from './model.ts'

/** How often the clock is looked at (milliseconds). */
const EVERY = 200

/** How late timers are: whatever keeps the thread busy makes every call wait as long. */
export function createLag(
  lags: Histogram = createHistogram(LAGS),
  clock: () => number = () => performance.now(),
) {
  let last: number | undefined
  const name = 'modelway_event_loop_lag_seconds'
  const family: Family = {
    name,
    help: 'How late timers were, looked at five times a second',
    type: 'histogram',
    read: () => [...samplesOf(name, lags, { bounds: LAGS, labels: {} })],
  }
  return {
    family,
    tick: {
      every: EVERY,
      run() {
        const at = clock()
        if (last !== undefined) observe(lags, LAGS, Math.max(0, at - last - EVERY) / 1000)
        last = at
      },
    },
  }
}
