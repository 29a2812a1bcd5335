import type { Exact } from './money.ts'
import { type Part, parts, type Rates, rateOf } from './rates.ts'

/**
 * Who sells batches at half the price, cached tokens included:
 * - openai: platform.openai.com/docs/guides/batch, and the batch prices of cached input at /docs/pricing
 * - azure: learn.microsoft.com/azure/ai-foundry/openai/how-to/batch ("50% less cost than global standard")
 * - anthropic: platform.claude.com/docs/en/build-with-claude/batch-processing (cache writes and reads too)
 * - bedrock: aws.amazon.com/bedrock/pricing (models that batches can be made with)
 * - mistral: mistral.ai/news/batch-api
 * - gemini: ai.google.dev/gemini-api/docs/optimization; vertex: docs.cloud.google.com, "Batch inference with Gemini"
 * Others have no discount, have it for some of their models only (together, xai), or another one (moonshot: 60 %).
 */
const halving: ReadonlySet<string> = new Set([
  'openai',
  'azure',
  'anthropic',
  'bedrock',
  'mistral',
  'gemini',
  'vertex',
])

/** Google: "the discounts for cache and batch don't stack"; the one for the cache goes first. */
const keepsCachePrice = (model: string): boolean => model.toLowerCase().includes('gemini')

/** The prices of a batch. What is asked for each call, beside tokens, stays. */
export function batchRates(rates: Rates, providerType: string, model: string): Rates {
  if (!halving.has(providerType)) return rates
  const halves = parts.flatMap((part): [Part, Exact][] => {
    const rate = rateOf(rates, part)
    if (rate === undefined) return []
    return [[part, part === 'cacheRead' && keepsCachePrice(model) ? rate : rate / 2n]]
  })
  return { ...rates, ...Object.fromEntries(halves) }
}
