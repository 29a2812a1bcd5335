import type {
  LanguageModelV4Content,
  LanguageModelV4File,
  LanguageModelV4GenerateResult,
  LanguageModelV4ToolCall,
} from '@ai-sdk/provider'
import type { AnswerFacts } from '../../../src/contract/translation.ts'
import { addressOf } from '../../../src/translate/data-url.ts'
import { freeTextOf } from '../../../src/translate/free-text.ts'
import { isRefusal, refusalIn } from '../../../src/translate/refusals.ts'
import type { JsonObject } from '../../../src/types.ts'
import { isHidden } from './reasoning.ts'
import { detailOf, extraOf, textDetailOf } from './thoughts.ts'
import { customNames, isLegacy, isOneCall } from './tools.ts'
import { createAnnotations, finishWord, head, usageOf } from './words.ts'

/** A whole answer. */
export function fromResult(result: LanguageModelV4GenerateResult, facts: AnswerFacts): JsonObject {
  const { content, finishReason, usage, response, providerMetadata } = result
  const refused = isRefusal(finishReason) ? content.findLast(({ type }) => type === 'text') : undefined
  const said = content.filter(part => part !== refused)
  const { message, hasCalls } = toMessage(said, facts.body)
  const words = refused?.type === 'text' ? refused.text : refusalIn(finishReason, providerMetadata)
  const refusal = words ?? null
  const reason = finishWord(finishReason, { hasCalls, isLegacy: isLegacy(facts.body) })
  return {
    ...head(facts, 'chat.completion', response?.modelId ?? facts.model),
    choices: [{ index: 0, message: { ...message, refusal }, logprobs: null, finish_reason: reason }],
    usage: usageOf(usage),
  }
}

function toMessage(content: readonly LanguageModelV4Content[], body: JsonObject) {
  const annotations = createAnnotations()
  const calls = content.filter(
    part => part.type === 'tool-call' && !part.providerExecuted,
  ) as LanguageModelV4ToolCall[]
  const kept = isOneCall(body) ? calls.slice(0, 1) : calls
  const images: JsonObject[] = []
  let text = ''
  for (const part of content) {
    if (part.type === 'text') {
      annotations.cite(part.citations, text.length, text.length + part.text.length)
      text += part.text
    }
    if (part.type === 'source') annotations.add(part)
    if (part.type === 'file') images.push(imageOf(part, images.length))
  }
  const cited = annotations.all()
  const message = {
    role: 'assistant',
    content: text === '' && kept.length > 0 ? null : text,
    refusal: null,
    annotations: cited,
    ...(isHidden(body) ? {} : thoughtsOf(content)),
    ...callsOf(kept, body),
    ...(images.length > 0 && { images }),
  }
  return { message, hasCalls: kept.length > 0 }
}

function thoughtsOf(content: readonly LanguageModelV4Content[]): JsonObject {
  const words = content.map(part => (part.type === 'reasoning' ? part.text : '')).join('')
  const details = content.flatMap(part => {
    const detail =
      part.type === 'reasoning'
        ? detailOf(part.text, part.providerMetadata)
        : part.type === 'text'
          ? textDetailOf(part.providerMetadata)
          : undefined
    return detail === undefined ? [] : [detail]
  })
  return {
    ...(words !== '' && { reasoning_content: words }),
    ...(details.length > 0 && { reasoning_details: numbered(details) }),
  }
}

export const numbered = (details: readonly JsonObject[]): JsonObject[] =>
  details.map((detail, index) => ({ ...detail, index }))

function callsOf(calls: readonly LanguageModelV4ToolCall[], body: JsonObject): JsonObject {
  const first = calls[0]
  if (first === undefined) return {}
  if (isLegacy(body)) return { function_call: { name: first.toolName, arguments: first.input } }
  const custom = customNames(body)
  return { tool_calls: calls.map(call => wholeCall(call, custom)) }
}

/** A call with all that it has. */
export function wholeCall(
  { toolCallId: id, toolName: name, input, providerMetadata }: LanguageModelV4ToolCall,
  custom: ReadonlySet<string>,
): JsonObject {
  const call = custom.has(name)
    ? { id, type: 'custom', custom: { name, input: freeTextOf(input) } }
    : { id, type: 'function', function: { name, arguments: input === '' ? '{}' : input } }
  return { ...call, ...extraOf(providerMetadata) }
}

/** Pictures, and whatever else a model makes, as OpenRouter has them in this language. */
export function imageOf({ mediaType, data }: LanguageModelV4File, index: number): JsonObject {
  return { type: 'image_url', image_url: { url: addressOf(mediaType, data) }, index }
}
