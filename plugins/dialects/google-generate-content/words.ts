import type {
  LanguageModelV4File,
  LanguageModelV4FinishReason,
  LanguageModelV4ReasoningFile,
  LanguageModelV4Source,
  LanguageModelV4ToolCall,
  LanguageModelV4Usage,
  SharedV4ProviderMetadata,
} from '@ai-sdk/provider'
import { argumentsOf, isObject } from '../../../src/contract/loose-json.ts'
import type { AnswerFacts } from '../../../src/contract/translation.ts'
import { toUsage } from '../../../src/translate/usage.ts'
import type { JsonObject } from '../../../src/types.ts'
import { signatureIn } from './carry.ts'

/** What whole answers and streams say in the same words. */

const words: Readonly<Record<LanguageModelV4FinishReason['unified'], string>> = {
  stop: 'STOP',
  length: 'MAX_TOKENS',
  'content-filter': 'SAFETY',
  // A model that calls a tool has come to its end here.
  'tool-calls': 'STOP',
  error: 'OTHER',
  interrupted: 'OTHER',
  other: 'OTHER',
}

/** Google's own word says more than the interface's. */
const OWN =
  /^(?:STOP|MAX_TOKENS|SAFETY|RECITATION|LANGUAGE|OTHER|BLOCKLIST|PROHIBITED_CONTENT|SPII|MALFORMED_\w+|IMAGE_\w+|NO_IMAGE|UNEXPECTED_TOOL_CALL|TOO_MANY_TOOL_CALLS|MISSING_THOUGHT_SIGNATURE)$/

export function reasonOf({ unified, raw }: LanguageModelV4FinishReason, hasCalls: boolean): string {
  if (raw !== undefined && OWN.test(raw)) return raw
  const word = words[unified]
  return hasCalls && word === 'OTHER' ? 'STOP' : word
}

/** The prompt counts what was cached, and thoughts stand beside the answer. */
export function usageOf(usage: LanguageModelV4Usage): JsonObject {
  const told = toUsage(usage)
  if (told === undefined) return {}
  const { input, cacheRead, cacheWrite, output, reasoning } = told
  const prompt = input + cacheRead + cacheWrite
  return {
    usageMetadata: {
      promptTokenCount: prompt,
      ...(cacheRead > 0 && { cachedContentTokenCount: cacheRead }),
      candidatesTokenCount: output,
      ...(reasoning > 0 && { thoughtsTokenCount: reasoning }),
      totalTokenCount: prompt + output + reasoning,
    },
  }
}

/** What every answer and every event of a stream has. */
export const envelope = ({ id, model }: Pick<AnswerFacts, 'id' | 'model'>) => ({
  modelVersion: model,
  responseId: id.replaceAll('-', ''),
})

export interface Said {
  readonly parts: readonly JsonObject[]
  /** At the end only. */
  readonly finishReason?: string
  /** What the answer rests on. */
  readonly grounding?: JsonObject
}

/** Clients take an answer without parts for broken. */
export const candidate = ({ parts, finishReason, grounding }: Said) => ({
  candidates: [
    {
      content: { role: 'model', parts: parts.length === 0 ? [{ text: '' }] : parts },
      ...(finishReason !== undefined && { finishReason }),
      index: 0,
      ...grounding,
    },
  ],
})

export const callPart = ({ toolCallId, toolName, input, providerMetadata }: LanguageModelV4ToolCall) => ({
  functionCall: { id: toolCallId, name: toolName, args: argumentsOf(input) },
  ...signatureIn(providerMetadata),
})

export function filePart(file: LanguageModelV4File | LanguageModelV4ReasoningFile): JsonObject {
  const { mediaType, data, providerMetadata } = file
  const signature = signatureIn(providerMetadata)
  if (data.type === 'url') return { fileData: { mimeType: mediaType, fileUri: data.url.href }, ...signature }
  const base64 = typeof data.data === 'string' ? data.data : data.data.toBase64()
  return {
    inlineData: { mimeType: mediaType, data: base64 },
    ...(file.type === 'reasoning-file' && { thought: true }),
    ...signature,
  }
}

/** What Google itself says of its sources, else the addresses that the provider told. */
export function groundingOf(
  metadata: SharedV4ProviderMetadata | undefined,
  sources: readonly LanguageModelV4Source[],
): JsonObject {
  const own = Object.values(metadata ?? {}).find(
    each => isObject(each?.groundingMetadata) || isObject(each?.urlContextMetadata),
  )
  if (own !== undefined)
    return {
      ...(isObject(own.groundingMetadata) && { groundingMetadata: own.groundingMetadata }),
      ...(isObject(own.urlContextMetadata) && { urlContextMetadata: own.urlContextMetadata }),
    }
  const groundingChunks = sources.flatMap(source =>
    source.sourceType === 'url' ? [{ web: { uri: source.url, title: source.title ?? source.url } }] : [],
  )
  return groundingChunks.length === 0 ? {} : { groundingMetadata: { groundingChunks } }
}
