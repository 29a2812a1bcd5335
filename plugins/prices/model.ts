import type { Target, Usage } from '../../src/types.ts'

/** What models cost, as far as is known. */
export interface Prices {
  /** Dollars for a million tokens of input and a million of output together; undefined when unknown. */
  perMillion(target: Target): number | undefined
  /** The same apart; null where one of them is unknown. */
  perMillionOf(target: Pick<Target, 'provider' | 'model'>): {
    readonly input: number | null
    readonly output: number | null
  }
  /** How many tokens fit into a call, as the price data have it; undefined when unknown, or not loaded yet. */
  windowOf(target: Pick<Target, 'provider' | 'model'>): number | undefined
  /** Price data is loaded when somebody first needs it; undefined once it is there. */
  loading(): Promise<void> | undefined
  /** How to make the same pricer in another thread. May be asked for during setup, and read or sent from `start` on. */
  recipe(): PriceRecipe
}

/** One answer to be priced. */
export interface PriceQuery {
  /** The adapter of the provider: `openai`. Price data go by it. */
  readonly providerType: string
  /** The configured provider: `openai-east`. Overrides go by it. */
  readonly provider: string
  readonly model: string
  readonly usage: Usage
  /** When the call was made (milliseconds since 1970). */
  readonly at: number
  /** Billed as a batch, as usage with the terms `flex` or `batch` always is. */
  readonly batch?: boolean
}

/**
 * Who told the price: the provider with its answer, the operator, or the data that come with the gateway. `list` is the
 * usual price of those data for an answer that costs more than usual, nobody knows how much: not what it cost, but the
 * least that it did.
 */
export type PriceSource = 'reported' | 'operator' | 'bundled' | 'list'

/** What an answer cost. All is null where that is not known, which is not the same as nothing. */
export interface Priced {
  /** Nano-dollars (0.000000001 US dollars), a whole number. */
  readonly nano: number | null
  readonly source: PriceSource | null
  /** Of the price data: `genai-prices@0.1.8`; of an override: since when it holds, where it says so. */
  readonly version: string | null
}

/** Tells the same for the same question, as long as overrides and price data are the same. Never throws. */
export interface Pricer {
  price(query: PriceQuery): Priced
}

/** Prices of the operator, in dollars for a million tokens, but for `request`. */
export interface Override {
  readonly input: number
  readonly output: number
  readonly cache_read?: number | undefined
  readonly cache_write?: number | undefined
  readonly cache_write_1h?: number | undefined
  readonly reasoning?: number | undefined
  readonly audio_input?: number | undefined
  readonly audio_output?: number | undefined
  readonly image_input?: number | undefined
  readonly image_output?: number | undefined
  /** Dollars for each call, beside its tokens. */
  readonly request?: number | undefined
  /** Since when it holds: `2026-01-01` (UTC) or `2026-01-01T08:00:00Z`. Absent: always. */
  readonly from?: string | undefined
}

/** By selector: `provider/id`, `provider/`, `id` or `/`. */
export type Overrides = Readonly<Record<string, Override | readonly Override[]>>

/** What a pricer is made from; can be sent to a worker. */
export interface PricerOptions {
  readonly overrides: Overrides
  /** Names of all providers: an id with slashes may read like another provider's model. */
  readonly providers: readonly string[]
}

export interface PriceRecipe {
  /** The address of a module that exports `createPricer`. */
  readonly module: string
  /** Its argument; not to be read during setup. */
  readonly options: PricerOptions
}
