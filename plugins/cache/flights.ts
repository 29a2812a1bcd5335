import type { Entry } from './model.ts'

/** Whoever asked has gone away: another one has to ask. */
export const HANDED_ON = 'handed on'

/** An answer; with a `score` where it is one to a question that means the same. */
export interface Given {
  readonly entry: Entry
  readonly score?: number | undefined
}

/** What became of a call that others waited for: its answer; nobody asks any more; or no answer that others could get. */
export type Landing = Given | typeof HANDED_ON | undefined

/** Tells those who wait, once; said again it changes nothing. */
export type Land = (landing: Landing) => void

/** Calls that are under way, each for all who ask the same meanwhile. */
export interface Flights {
  has(key: string): boolean
  /** A call asks a provider, and others may wait for its answer. */
  begin(key: string): Land
  /** Waits for it; `undefined` also when it takes longer (milliseconds), or who waits goes away. */
  wait(key: string, longest: number, gone: AbortSignal): Promise<Landing>
}

export function createFlights(): Flights {
  const flights = new Map<string, Set<Land>>()
  return {
    has: key => flights.has(key),
    begin(key) {
      const waiting = new Set<Land>()
      flights.set(key, waiting)
      return landing => {
        // Another one may have begun since then.
        if (flights.get(key) === waiting) flights.delete(key)
        for (const hear of waiting) hear(landing)
      }
    },
    wait: (key, longest, gone) =>
      new Promise(resolve => {
        const waiting = flights.get(key)
        const hear: Land = landing => {
          clearTimeout(late)
          waiting?.delete(hear)
          resolve(landing)
        }
        const leave = () => hear(undefined)
        const late = setTimeout(leave, longest)
        gone.addEventListener('abort', leave, { once: true })
        if (waiting === undefined || gone.aborted) leave()
        else waiting.add(hear)
      }),
  }
}
