import type { Lens } from '../../src/contract/dialect.ts'
import {
  countOf,
  failureOf,
  isObject,
  listOf,
  objectOf,
  parseObject,
  textOf,
  usageOf,
} from '../../src/contract/loose-json.ts'
import type { JsonObject, Usage } from '../../src/types.ts'

/**
 * How answers of generateContent are read: https://ai.google.dev/api/generate-content. An event of a stream is an answer
 * of the same form; each tells all of the usage so far, so the last one counts.
 */
export const geminiLens: Lens = {
  usage: ({ usageMetadata }) => (isObject(usageMetadata) ? geminiUsage(usageMetadata) : undefined),
  failure: ({ error }) => (error == null ? undefined : failureOf(error)),
  isUsageOnly: () => false,
  finish: finishOf,
  endOf(data) {
    if (!MAY_END.test(data)) return undefined
    const event = parseObject(data)
    if (event.error != null) return 'stream'
    return finishOf(event) === undefined ? undefined : 'answer'
  },
  isPreamble: event => finishOf(event) === undefined && partsOf(event).every(isSilent),
  modelAt: [['modelVersion']],
  // google-genai for Python reads all that is no data as JSON of an error.
  refusesComments: true,
}

/** Worth a closer look; an answer may also talk about these words. */
const MAY_END = /"(?:finishReason|blockReason|error)"/

/** Why it ended, or why the prompt was not answered at all. */
function finishOf({ candidates, promptFeedback }: JsonObject): string | undefined {
  const said = listOf(candidates).map(candidate => objectOf(candidate).finishReason)
  const word = said.find(reason => typeof reason === 'string') ?? objectOf(promptFeedback).blockReason
  return typeof word === 'string' ? word : undefined
}

const partsOf = ({ candidates }: JsonObject): readonly unknown[] =>
  listOf(candidates).flatMap(candidate => listOf(objectOf(objectOf(candidate).content).parts))

/** It has nothing but a text, and that is empty. */
const isSilent = (part: unknown): boolean => {
  const { text, thought: _, ...more } = objectOf(part)
  return textOf(text) === '' && Object.keys(more).length === 0
}

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
