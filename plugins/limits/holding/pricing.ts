import type { Provider } from '../../../src/contract/provider.ts'
import type { Target, Usage } from '../../../src/types.ts'
import type { Pricer, Prices } from '../../prices/model.ts'
import type { Limit } from '../model.ts'

export interface Pricing {
  /** Price data take time and room: they are there only once somebody limits cost. */
  load(): Promise<void>
  /** Nano-dollars; undefined where the price is not known. */
  costOf(target: Target, usage: Usage): number | undefined
}

/** It closes models whose price nobody knows. */
export const isClosing = ({ cost, unpriced }: Limit): boolean => cost !== undefined && unpriced === 'refuse'

interface Options {
  readonly prices: Prices
  readonly providers: () => ReadonlyMap<string, Provider>
  readonly now: () => number
}

export function createPricing({ prices, providers, now }: Options): Pricing {
  let pricer: Pricer | undefined
  let loading: Promise<void> | undefined
  const recipe = prices.recipe()

  async function make(): Promise<void> {
    const { createPricer } = (await import(recipe.module)) as {
      createPricer(options: unknown): Promise<Pricer>
    }
    pricer = await createPricer(recipe.options)
  }

  return {
    load: () => (loading ??= make()),
    costOf({ provider, model }, usage) {
      const providerType = providers().get(provider)?.type ?? provider
      return pricer?.price({ providerType, provider, model, usage, at: now() }).nano ?? undefined
    },
  }
}
