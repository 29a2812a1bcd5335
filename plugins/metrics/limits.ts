import type { Limits } from '../limits/look.ts'
import { createHistogram, type Histogram, observe, samplesOf } from './histogram.ts'
import type { Family } from './model.ts'

/** So many limits are shown, the fullest ones. */
const MOST = 1000

/** How full limits are. */
export const limitFamily = ({ filled }: Limits): Family => ({
  name: 'modelway_limit_used_ratio',
  together: 'max',
  help: 'What is used and held of a limit in its present window, by whoever has taken most of it; 1 is all of it',
  type: 'gauge',
  read: () =>
    filled()
      .slice(0, MOST)
      .map(({ name, per, share }) => ({ labels: { limit: name, per }, value: share })),
})

/** Calls wait from a moment to an hour. */
const WAITS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600] as const
const NAME = 'modelway_queue_seconds'

/** Who waits for room, and for how long others have; `waits` is what was counted so far, by limit. */
export function queueFamilies(
  { waiting, whenWaited }: Pick<Limits, 'waiting' | 'whenWaited'>,
  waits: Map<string, Histogram>,
): readonly Family[] {
  whenWaited((limit, ms) => {
    if (!waits.has(limit) && waits.size < MOST) waits.set(limit, createHistogram(WAITS))
    const waited = waits.get(limit)
    if (waited !== undefined) observe(waited, WAITS, ms / 1000)
  })
  return [
    {
      name: 'modelway_queue_waiting',
      help: 'Calls that wait until others are done, by limit',
      type: 'gauge',
      read: () =>
        waiting()
          .slice(0, MOST)
          .map(([limit, count]) => ({ labels: { limit }, value: count })),
    },
    {
      name: NAME,
      help: 'How long calls have waited for room, whatever became of them, by limit',
      type: 'histogram',
      read: () =>
        [...waits].flatMap(([limit, waited]) => [
          ...samplesOf(NAME, waited, { bounds: WAITS, labels: { limit } }),
        ]),
    },
  ]
}
