import type { LanguageModelV4Content, LanguageModelV4GenerateResult } from '@ai-sdk/provider'
import type { AnswerFacts } from '../../../src/contract/translation.ts'
import type { JsonObject } from '../../../src/types.ts'
import { carriedFor, fileBlock, hiddenThought, servedResult, signatureOf, wholeCall } from './blocks.ts'
import { toThought, unpack } from './carry.ts'
import { isOneCall } from './tools.ts'
import { citationOf, citationsOf, messageId, stopOf, usageOf } from './words.ts'

/** A whole answer. */
export function fromResult(
  { content, finishReason, usage, providerMetadata }: LanguageModelV4GenerateResult,
  { id, model, body }: AnswerFacts,
): JsonObject {
  const calls = content.filter(isOwnCall)
  const [first] = calls
  const kept = isOneCall(body) ? content.filter(part => !isOwnCall(part) || part === first) : content
  return {
    ...envelope(id, model),
    content: withSources(withoutLast(kept.flatMap(part => toBlocks(part, model))), content),
    ...stopOf(finishReason, calls.length > 0, providerMetadata),
    usage: usageOf(usage),
  }
}

/** The client has to run it. */
const isOwnCall = (part: LanguageModelV4Content): boolean =>
  part.type === 'tool-call' && !part.providerExecuted

/** What is carried for a text is worth nothing behind the last one, and agents take the last block for the answer. */
const withoutLast = (blocks: readonly JsonObject[]): JsonObject[] =>
  blocks.slice(0, blocks.findLastIndex(({ data }) => unpack(data)?.text !== true) + 1)

/** What every message has. */
export const envelope = (id: string, model: string) => ({
  id: messageId(id),
  type: 'message',
  role: 'assistant',
  model,
  content: [] as readonly JsonObject[],
  stop_reason: null as string | null,
  stop_sequence: null as string | null,
  stop_details: null,
  container: null,
})

function toBlocks(part: LanguageModelV4Content, model: string): JsonObject[] {
  switch (part.type) {
    case 'text': {
      if (part.text === '') return only(carriedFor(part.providerMetadata, model, { text: true }))
      const citations = citationsOf(part.citations)
      const block = { type: 'text', text: part.text, ...(citations.length > 0 && { citations }) }
      return [block, ...only(carriedFor(part.providerMetadata, model, { text: true }))]
    }
    case 'reasoning': {
      const thought = toThought(part.providerMetadata)
      const hidden = part.text === '' && thought.signature === undefined
      if (hidden) return only(hiddenThought(thought, model))
      return [{ type: 'thinking', thinking: part.text, signature: signatureOf(thought, model) }]
    }
    case 'tool-call':
      return [...only(carriedFor(part.providerMetadata, model, { call: part.toolCallId })), wholeCall(part)]
    case 'tool-result':
      return part.preliminary ? [] : [servedResult(part)]
    case 'file':
    case 'reasoning-file':
      return [fileBlock(part)]
    default:
      return []
  }
}

const only = (block: JsonObject | undefined): JsonObject[] => (block === undefined ? [] : [block])

/** Sources that belong to no text in particular are cited by the last one. */
function withSources(blocks: JsonObject[], content: readonly LanguageModelV4Content[]): JsonObject[] {
  const sources = content.flatMap(part => (part.type === 'source' ? citationOf(part) : []))
  const at = blocks.findLastIndex(({ type }) => type === 'text')
  const last = blocks[at]
  if (sources.length === 0 || last === undefined) return blocks
  const own = Array.isArray(last.citations) ? last.citations : []
  return blocks.with(at, { ...last, citations: [...own, ...sources] })
}
