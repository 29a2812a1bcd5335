import type { ModelPrice } from '@pydantic/genai-prices'
import { LRUCache } from 'lru-cache'
import { type Exact, toExact } from './money.ts'
import type { Part, Rates } from './rates.ts'

/** Package and version of the price data; a test holds it to what is installed. */
export const BUNDLED = 'genai-prices@0.1.8'

/** Prices that come with the gateway. */
export interface Bundled {
  /**
   * What a model costs at a moment, for a prompt of so many tokens; undefined when that is not known.
   *
   * @param at milliseconds since 1970
   */
  rates(model: BundledModel, at: number, prompt: number): Rates | undefined
  /** How many tokens fit into a call of it. Looks through the data each time. */
  window(model: BundledModel): number | undefined
}

/** A model by the type of its provider. */
export interface BundledModel {
  readonly type: string
  readonly id: string
}

/** Names that the price data has for providers, where they differ from ours. */
const knownAs: Readonly<Record<string, string>> = {
  xai: 'x-ai',
  moonshot: 'moonshotai',
  gemini: 'google',
  vertex: 'google',
  bedrock: 'aws',
  voyage: 'voyageai',
}

const fields = {
  input: 'input_mtok',
  cacheRead: 'cache_read_mtok',
  cacheWrite: 'cache_write_mtok',
  cacheWriteHour: 'cache_write_1h_mtok',
  audioInput: 'input_audio_mtok',
  imageInput: 'input_image_mtok',
  output: 'output_mtok',
  reasoning: 'output_reasoning_mtok',
  audioOutput: 'output_audio_mtok',
  imageOutput: 'output_image_mtok',
} as const satisfies Record<Part, string>

/** The prices for prompts of more than so many tokens: all tokens of the call cost them, not only those above. */
interface Step {
  readonly above: number
  readonly rates: Rates
}

/** Models that are remembered: callers of a passage may invent names. */
const REMEMBERED = 5000

/** Loads the data. Which price holds when, the package knows; its sums are floats, so we do our own. */
export async function loadBundled(): Promise<Bundled> {
  const { calcPrice, waitForUpdate } = await import('@pydantic/genai-prices')
  const known = new Set((await waitForUpdate())?.map(({ id }) => id))
  const laddersOf = new WeakMap<ModelPrice, readonly Step[]>()
  /** Ladders of models whose price does not depend on the time; null where there is none. */
  const timeless = new LRUCache<string, { readonly ladder: readonly Step[] | null }>({ max: REMEMBERED })

  function ladderOf(model: string, prices: ModelPrice): readonly Step[] {
    const ladder = laddersOf.get(prices) ?? toLadder(prices, model)
    laddersOf.set(prices, ladder)
    return ladder
  }

  function look(type: string, id: string, at: number): readonly Step[] | null {
    const providerId = knownAs[type] ?? type
    if (!known.has(providerId) || Number.isNaN(new Date(at).getTime())) return null
    const name = `${providerId}/${id}`
    const kept = timeless.get(name)
    if (kept !== undefined) return kept.ladder
    const found = calcPrice({}, id, { providerId, timestamp: new Date(at) })
    const ladder = found === null ? null : ladderOf(found.model.id, found.model_price)
    if (found === null || !Array.isArray(found.model.prices)) timeless.set(name, { ladder })
    return ladder
  }

  return {
    rates: ({ type, id }, at, prompt) => look(type, id, at)?.findLast(({ above }) => prompt > above)?.rates,
    window({ type, id }) {
      const providerId = knownAs[type] ?? type
      return known.has(providerId) ? calcPrice({}, id, { providerId })?.model.context_window : undefined
    },
  }
}

/** Models without a price at all are free: their entries say so. Empty where a price is for what tokens do not tell. */
function toLadder(prices: ModelPrice, model: string): readonly Step[] {
  const names = Object.keys(prices)
  if (names.length === 0) return [{ above: -1, rates: { input: 0n, output: 0n } }]
  if (!Object.values(fields).some(field => prices[field] !== undefined)) return []
  const starts = Object.values(prices).flatMap(price =>
    typeof price === 'object' ? price.tiers.map(({ start }) => start) : [],
  )
  return [-1, ...new Set(starts.sort((a, b) => a - b))].map(above => ({
    above,
    rates: toRates(prices, above, model),
  }))
}

function toRates(prices: ModelPrice, above: number, model: string): Rates {
  const told = Object.entries(fields).flatMap(([part, field]) => {
    const price = priceAt(prices[field], above)
    return price === undefined ? [] : [[part, toExact(price)] as const]
  })
  const rates: Rates = Object.fromEntries(told)
  const perThousand = priceAt(prices.requests_kcount, above)
  const request = perThousand === undefined ? {} : { request: toExact(perThousand) / 1000n }
  return { ...withHour(rates, model), ...request }
}

function priceAt(price: ModelPrice[string], above: number): number | undefined {
  if (typeof price !== 'object') return price
  const reached = price.tiers.filter(({ start }) => start <= above).sort((a, b) => a.start - b.start)
  return reached.at(-1)?.price ?? price.base
}

/**
 * What Claude keeps for an hour costs twice the input (platform.claude.com/docs/en/about-claude/pricing, "1h cache
 * writes"; Google and Amazon sell it under the same multipliers). The data tell it for Anthropic itself, and for few
 * models elsewhere.
 */
function withHour(rates: Rates, model: string): Rates {
  const { input, cacheWrite, cacheWriteHour } = rates
  const isTold = cacheWriteHour !== undefined || cacheWrite === undefined || input === undefined
  if (isTold || !model.includes('claude')) return rates
  const hour: Exact = input * 2n
  return { ...rates, cacheWriteHour: hour }
}
