import type { Override, Overrides, PricerOptions } from './model.ts'
import { divide, type Exact, toExact } from './money.ts'
import { type Part, type Rates, rateOf } from './rates.ts'

const fields = {
  input: 'input',
  cacheRead: 'cache_read',
  cacheWrite: 'cache_write',
  cacheWriteHour: 'cache_write_1h',
  audioInput: 'audio_input',
  imageInput: 'image_input',
  output: 'output',
  reasoning: 'reasoning',
  audioOutput: 'audio_output',
  imageOutput: 'image_output',
} as const satisfies Record<Part, keyof Override>

/** What a part that an override does not name is measured by. */
const base = {
  cacheRead: 'input',
  cacheWrite: 'input',
  cacheWriteHour: 'input',
  audioInput: 'input',
  imageInput: 'input',
  reasoning: 'output',
  audioOutput: 'output',
  imageOutput: 'output',
} as const satisfies Partial<Record<Part, Part>>

/** An override that holds. */
export interface Entry {
  /** Since when (milliseconds since 1970); -Infinity: always. */
  readonly since: number
  readonly from: string | undefined
  /** What it names. */
  readonly rates: Rates & { readonly input: Exact; readonly output: Exact }
}

/** The override that holds for a model at a moment; undefined when there is none. */
export type FindOverride = (provider: string, model: string, at: number) => Entry | undefined

/**
 * Of all selectors that cover a model, the most specific one that has a price by then decides, as with access policies:
 * `provider/id`, `provider/`, bare `id`, `/`. Of its entries, the one that began last.
 */
export function createOverrides({ overrides, providers }: PricerOptions): FindOverride {
  const entries = new Map(Object.entries(overrides).map(([selector, told]) => [selector, toEntries(told)]))
  if (entries.size === 0) return () => undefined
  const known = new Set(providers)
  /** An id with slashes may read like another provider's model; a selector of that form then speaks of that one. */
  const isBare = (model: string) => !model.includes('/') || !known.has(model.slice(0, model.indexOf('/')))

  return (provider, model, at) => {
    const inForce = (selector: string) => entries.get(selector)?.find(({ since }) => since <= at)
    return (
      inForce(`${provider}/${model}`) ??
      inForce(`${provider}/`) ??
      (isBare(model) ? inForce(model) : undefined) ??
      inForce('/')
    )
  }
}

/** Latest first. */
const toEntries = (told: Overrides[string]): readonly Entry[] =>
  (isList(told) ? told : [told]).map(toEntry).sort((a, b) => (a.since < b.since ? 1 : -1))

const isList = (told: Overrides[string]): told is readonly Override[] => Array.isArray(told)

function toEntry(override: Override): Entry {
  const named = Object.entries(fields).flatMap(([part, field]) => {
    const price = override[field]
    return price === undefined ? [] : [[part, toExact(price)] as const]
  })
  const { input, output, request, from } = override
  return {
    since: from === undefined ? Number.NEGATIVE_INFINITY : Date.parse(from),
    from,
    rates: {
      ...Object.fromEntries(named),
      input: toExact(input),
      output: toExact(output),
      ...(request === undefined ? {} : { request: toExact(request) }),
    },
  }
}

/**
 * What an override does not name stays in proportion: who gets 20 % off the input gets it off cached input too, and who
 * pays nothing pays nothing. Without known prices everything costs what the part above it costs.
 */
export function complete({ rates }: Entry, bundled: Rates | undefined): Rates {
  if (bundled === undefined) return rates
  const rest = Object.entries(base).flatMap(([name, above]) => {
    const part = name as Part
    const [own, usual] = [bundled[part], rateOf(bundled, above)]
    return rates[part] !== undefined || own === undefined || !usual
      ? []
      : [[part, divide(rates[above] * own, usual)] as const]
  })
  return { ...Object.fromEntries(rest), ...rates }
}
