import { countOf, objectOf, usageOf, withHour } from '../../src/contract/loose-json.ts'
import type { EarlyUsageReader, UsageReader } from '../../src/contract/provider.ts'
import type { JsonObject } from '../../src/types.ts'

/** The share of the cache that was written for an hour, and the terms under which more than the usual price is asked. */
export const claudeUsage: UsageReader = (usage, raw) => {
  const counted = withHour(usage, countOf(objectOf(raw.cache_creation).ephemeral_1h_input_tokens))
  const terms = claudeTerms(raw)
  return terms === undefined ? counted : { ...counted, terms }
}

/**
 * Why an answer costs more than usual, in words of our own, whatever it says; undefined where it does not
 * (platform.claude.com/docs/en: api/service-tiers, build-with-claude/fast-mode, manage-claude/data-residency).
 */
export function claudeTerms({ service_tier, speed, inference_geo: geo }: JsonObject): string | undefined {
  const isBound = typeof geo === 'string' && !ANYWHERE.has(geo)
  // Nearly all answers have the usual price.
  if (service_tier !== 'priority' && speed !== 'fast' && !isBound) return undefined
  const told = [service_tier === 'priority' && 'priority', speed === 'fast' && 'fast']
  const where = isBound && (geo === 'us' ? 'us' : 'region')
  return [...told, where].filter(word => word !== false).join(' ')
}

/** Where nobody was told to stay, or an older model cannot be told. */
const ANYWHERE: ReadonlySet<string> = new Set(['global', 'not_available', ''])

/**
 * The prompt is told in the first event, which the package hands on as a part of its own. Who does not know yet what it
 * costs begins with zeros: nothing is told by that.
 */
export const claudeEarlyUsage: EarlyUsageReader = ({ kind, providerMetadata }) => {
  if (kind !== 'anthropic.message_start') return undefined
  const told = objectOf(providerMetadata?.anthropic?.usage)
  const [input, cacheRead, cacheWrite] = fields.map(field => countOf(told[field])) as [number, number, number]
  if (input + cacheRead + cacheWrite === 0) return undefined
  return claudeUsage(
    usageOf({
      input,
      cacheRead,
      cacheWrite,
      output: countOf(told.output_tokens),
    }),
    told,
  )
}

const fields = ['input_tokens', 'cache_read_input_tokens', 'cache_creation_input_tokens'] as const
