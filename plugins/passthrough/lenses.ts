import type { Dialect, Lens } from '../../src/dialect.ts'
import { countOf, failureOf, isObject, listOf, objectOf, parseObject, usageOf } from '../../src/lens.ts'
import type { JsonObject, Usage } from '../../src/types.ts'

/** How one answer is read. */
export interface Reading {
  readonly lens: Lens & Partial<Pick<Dialect, 'refusalEvent' | 'isStream'>>
  /** What a stream has told of its usage by the time it ends, where its events do not say `usage`. */
  readonly told?: () => Usage | undefined
}

const plain = {
  failure: (part: JsonObject) => (part.error == null ? undefined : failureOf(part.error)),
  isUsageOnly: () => false,
} as const

/**
 * Google's generateContent: https://ai.google.dev/api/generate-content. Made for one call, because it remembers: every
 * event tells all of the usage so far, under a name of its own, and the last one counts.
 */
export function readGemini(isStream: boolean): Reading {
  let last: Usage | undefined
  return {
    told: () => last,
    lens: {
      ...plain,
      isStream: () => isStream,
      usage: ({ usageMetadata }) => (isObject(usageMetadata) ? toUsage(usageMetadata) : undefined),
      finish: finishOf,
      endOf(data) {
        const event = parseObject(data)
        if (isObject(event.usageMetadata)) last ??= toUsage(event.usageMetadata)
        if (event.error != null) return 'stream'
        return finishOf(event) === undefined ? undefined : 'answer'
      },
    },
  }
}

function finishOf({ candidates, promptFeedback }: JsonObject): string | undefined {
  const said = listOf(candidates).map(candidate => objectOf(candidate).finishReason)
  const word = said.find(reason => typeof reason === 'string') ?? objectOf(promptFeedback).blockReason
  return typeof word === 'string' ? word : undefined
}

/** Tokens of one modality in a list such as `promptTokensDetails`. */
const ofKind = (details: unknown, modality: string): number =>
  listOf(details)
    .map(objectOf)
    .filter(detail => detail.modality === modality)
    .reduce((sum, { tokenCount }) => sum + countOf(tokenCount), 0)

/** The prompt includes what was cached, and all modalities; thoughts stand beside the candidates. */
function toUsage(told: JsonObject): Usage {
  const cacheRead = countOf(told.cachedContentTokenCount)
  const fresh = (modality: string) =>
    Math.max(0, ofKind(told.promptTokensDetails, modality) - ofKind(told.cacheTokensDetails, modality))
  const [audioInput, imageInput] = [fresh('AUDIO'), fresh('IMAGE')]
  const audioOutput = ofKind(told.candidatesTokensDetails, 'AUDIO')
  const imageOutput = ofKind(told.candidatesTokensDetails, 'IMAGE')
  const prompt = countOf(told.promptTokenCount) + countOf(told.toolUsePromptTokenCount)
  return usageOf({
    input: Math.max(0, prompt - cacheRead - audioInput - imageInput),
    cacheRead,
    output: Math.max(0, countOf(told.candidatesTokenCount) - audioOutput - imageOutput),
    reasoning: countOf(told.thoughtsTokenCount),
    ...(audioInput > 0 && { audioInput }),
    ...(imageInput > 0 && { imageInput }),
    ...(audioOutput > 0 && { audioOutput }),
    ...(imageOutput > 0 && { imageOutput }),
  })
}

/** Bedrock's Converse: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html. Whole answers only: its streams are binary. */
export const readConverse: Reading = {
  lens: {
    ...plain,
    endOf: () => undefined,
    usage: ({ usage }) =>
      isObject(usage)
        ? usageOf({
            input: countOf(usage.inputTokens),
            cacheRead: countOf(usage.cacheReadInputTokens),
            cacheWrite: countOf(usage.cacheWriteInputTokens),
            output: countOf(usage.outputTokens),
          })
        : undefined,
    finish: ({ stopReason }) => (typeof stopReason === 'string' ? stopReason : undefined),
  },
}

const GEMINI = /:(?:stream)?generatecontent$/i
const GEMINI_STREAM = /:streamgeneratecontent$/i
const CONVERSE = /^\/model\/.+\/converse$/i
/** Claude at other vendors: Anthropic's language, at their own addresses. */
const CLAUDE = /\/anthropic\/models\/[^/]+:(?:stream)?rawpredict$|^\/model\/[^/]*anthropic\..+\/invoke$/i

/** The dialect whose place the path ends with, the longest one: `/chat/completions` is no `/completions`. */
export function dialectAt(reading: string, dialects: readonly Dialect[]): Dialect | undefined {
  const path = reading.toLowerCase()
  if (CLAUDE.test(path)) return dialects.find(({ name }) => name === 'anthropic-messages')
  return dialects
    .filter(dialect => path.endsWith(placeOf(dialect)))
    .sort((a, b) => b.path.length - a.path.length)[0]
}

/** Where a dialect lives below a base URL. */
export const placeOf = ({ path }: Dialect): string => path.replace(/^\/v1(?=\/)/, '')

/** How the answer of a call is read; undefined where nobody knows its language. */
export function readingAt(reading: string, dialect: Dialect | undefined): Reading | undefined {
  if (dialect !== undefined) return { lens: dialect }
  if (GEMINI.test(reading)) return readGemini(GEMINI_STREAM.test(reading))
  return CONVERSE.test(reading) ? readConverse : undefined
}
