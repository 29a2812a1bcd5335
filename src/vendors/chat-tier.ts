import type { MetadataExtractor } from '@ai-sdk/openai-compatible'
import { objectOf } from '../contract/loose-json.ts'

/**
 * Which tier served an answer of chat stands beside its usage, where the package does not look. It is handed on under the
 * name that the package for Responses has for it.
 */
export const chatTier: MetadataExtractor = {
  extractMetadata: async ({ parsedBody }) => metadataOf(tierIn(parsedBody)),
  createStreamExtractor() {
    let tier: unknown
    return {
      processChunk(chunk) {
        tier = tierIn(chunk) ?? tier
      },
      buildMetadata: () => metadataOf(tier),
    }
  },
}

const tierIn = (part: unknown): unknown => objectOf(part).service_tier

const metadataOf = (tier: unknown) =>
  typeof tier === 'string' ? { openai: { serviceTier: tier } } : undefined
