import type { Exchange } from '../exchange.ts'

/** Lets an exchange whose client is gone run on to its end; false when too many do already. */
export type Drain = (x: Exchange) => boolean

export interface DrainOptions {
  /** So many at once; more are cut. */
  readonly limit: number
  /** For so long (milliseconds). */
  readonly longest: number
}

/**
 * What a provider has begun it will bill. Who wants the true figure lets the answer arrive although nobody hears it,
 * within bounds: neither their number nor their time may grow with impatient clients.
 */
export function createDrain({ limit, longest }: DrainOptions): Drain {
  let count = 0
  return x => {
    if (count >= limit) return false
    count++
    x.attemptDeadline = performance.now() + longest
    x.releases.push({
      plugin: 'gateway',
      run: () => {
        count--
      },
    })
    return true
  }
}
