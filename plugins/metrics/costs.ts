import { reasonOf } from '../../src/base/describe.ts'
import type { Log } from '../../src/log.ts'
import type { PriceQuery, Pricer, Prices } from '../prices/model.ts'
import type { Metrics } from './model.ts'

const NANO = 1_000_000_000

export interface Costs extends Pick<Metrics, 'wantCosts' | 'costOf'> {
  isReady(): boolean
}

/** Prices on this thread, loaded when somebody first wants to know: the data take some twenty megabytes. */
export function createCosts(prices: Prices, log: Log): Costs {
  let pricer: Pricer | undefined
  let loading: Promise<void> | undefined

  async function load(): Promise<void> {
    try {
      const { module, options } = prices.recipe()
      const { createPricer } = (await import(module)) as {
        createPricer(options: unknown): Promise<Pricer>
      }
      pricer = await createPricer(options)
    } catch (error) {
      log.warn('Prices cannot be loaded: metrics are without costs', { error: reasonOf(error) })
    }
  }

  return {
    isReady: () => pricer !== undefined,
    wantCosts: () => (loading ??= load()),
    costOf(query: PriceQuery) {
      const nano = pricer?.price(query).nano ?? null
      return nano === null ? undefined : nano / NANO
    },
  }
}
