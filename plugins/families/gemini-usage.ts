import { countOf, listOf, objectOf, usageOf } from '../../src/contract/loose-json.ts'
import type { JsonObject, Usage } from '../../src/types.ts'

/** `usageMetadata` of an answer. The prompt includes what was cached, and all modalities; thoughts stand beside the candidates. */
export function geminiUsage(told: JsonObject): Usage {
  const cacheRead = countOf(told.cachedContentTokenCount)
  const fresh = (modality: string) =>
    Math.max(0, ofKind(told.promptTokensDetails, modality) - ofKind(told.cacheTokensDetails, modality))
  const [audioInput, imageInput] = [fresh('AUDIO'), fresh('IMAGE')]
  const audioOutput = ofKind(told.candidatesTokensDetails, 'AUDIO')
  const imageOutput = ofKind(told.candidatesTokensDetails, 'IMAGE')
  const prompt = countOf(told.promptTokenCount) + countOf(told.toolUsePromptTokenCount)
  const terms = termsOf(told)
  return usageOf({
    input: Math.max(0, prompt - cacheRead - audioInput - imageInput),
    cacheRead,
    output: Math.max(0, countOf(told.candidatesTokenCount) - audioOutput - imageOutput),
    reasoning: countOf(told.thoughtsTokenCount),
    ...(audioInput > 0 && { audioInput }),
    ...(imageInput > 0 && { imageInput }),
    ...(audioOutput > 0 && { audioOutput }),
    ...(imageOutput > 0 && { imageOutput }),
    ...(terms !== undefined && { terms }),
  })
}

/**
 * Gemini's API says `flex` or `priority`, Vertex `ON_DEMAND_FLEX` or `ON_DEMAND_PRIORITY`, others have the usual price:
 * ai.google.dev/gemini-api/docs/optimization, docs.cloud.google.com/vertex-ai/generative-ai/docs/priority-paygo
 */
function termsOf({ serviceTier, trafficType }: JsonObject): string | undefined {
  const told = serviceTier ?? trafficType
  return typeof told === 'string' ? TIER.exec(told)?.[0].toLowerCase() : undefined
}

const TIER = /(?:flex|priority)$/i

/** Tokens of one modality in a list such as `promptTokensDetails`. */
const ofKind = (details: unknown, modality: string): number =>
  listOf(details)
    .map(objectOf)
    .filter(detail => detail.modality === modality)
    .reduce((sum, { tokenCount }) => sum + countOf(tokenCount), 0)
