import { batchRates } from './batch.ts'
import { BUNDLED, type Bundled, loadBundled } from './bundled.ts'
import type { Priced, PriceQuery, Pricer, PricerOptions } from './model.ts'
import { divide, toExact, toNano, toUnrounded } from './money.ts'
import { complete, createOverrides } from './overrides.ts'
import { isCounted, promptOf, type Rates, sumOf } from './rates.ts'
import { factorOf, isHalved, USUAL } from './terms.ts'

const unknown: Priced = { nano: null, source: null, version: null }

/**
 * Makes a pricer, here or in another thread. What the provider reports goes first, then what the operator says, then
 * the price data. Each sum is exact and rounded once, half a nano-dollar up.
 *
 * Reasoning is billed as output where nobody says otherwise; cached audio and images as cached text, because usage
 * does not tell them apart.
 */
export async function createPricer(options: PricerOptions): Promise<Pricer> {
  const bundled = await loadBundled()
  const findOverride = createOverrides(options)

  return {
    price(query) {
      const { reportedCost } = query.usage
      if (isAmount(reportedCost)) return priced(toNano(toUnrounded(toExact(reportedCost))), 'reported', null)
      if (!isCounted(query.usage)) return unknown
      const override = findOverride(query.provider, query.model, query.at)
      if (override === undefined) {
        const rates = ratesOf(bundled, query, promptOf(query.usage))
        return rates === undefined ? unknown : atList(bundled, query, rates)
      }
      // In proportion to the list price: longer prompts have no other one where the operator names one.
      const rates = complete(override, ratesOf(bundled, query, 0))
      return priced(costOf(query, rates, USUAL), 'operator', override.from ?? null)
    },
  }
}

const ratesOf = (bundled: Bundled, { providerType: type, model: id, at }: PriceQuery, prompt: number) =>
  bundled.rates({ type, id }, at, prompt)

/** What the data say, for the terms of the answer as far as they tell its price; those of long prompts nobody tells. */
function atList(bundled: Bundled, query: PriceQuery, rates: Rates): Priced {
  const factor = factorOf(query)
  const isKnown = factor === USUAL || (factor !== undefined && rates === ratesOf(bundled, query, 0))
  return priced(costOf(query, rates, isKnown ? factor : USUAL), isKnown ? 'bundled' : 'list', BUNDLED)
}

/** @param factor hundredths of the rates */
function costOf(query: PriceQuery, rates: Rates, factor: bigint): number | undefined {
  const { usage, batch, providerType, model } = query
  const isBatch = batch === true || isHalved(usage.terms)
  const sum = sumOf(usage, isBatch ? batchRates(rates, providerType, model) : rates)
  if (sum === undefined) return undefined
  return toNano(divide(sum * factor, USUAL) + toUnrounded(rates.request ?? 0n))
}

const priced = (nano: number | undefined, source: Priced['source'], version: string | null): Priced =>
  nano === undefined ? unknown : { nano, source, version }

/** It comes from outside: what is no amount of money is not told. */
const isAmount = (cost: number | undefined): cost is number =>
  typeof cost === 'number' && Number.isFinite(cost) && cost >= 0
