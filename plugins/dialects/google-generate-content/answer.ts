import type { LanguageModelV4Content, LanguageModelV4GenerateResult } from '@ai-sdk/provider'
import type { AnswerFacts } from '../../../src/contract/translation.ts'
import type { JsonObject } from '../../../src/types.ts'
import { signatureIn, signatureOf } from './carry.ts'
import { showsThoughts } from './thinking.ts'
import { callPart, candidate, envelope, filePart, groundingOf, reasonOf, usageOf } from './words.ts'

/** A whole answer. */
export function fromResult(
  { content, finishReason, usage, providerMetadata }: LanguageModelV4GenerateResult,
  facts: AnswerFacts,
): JsonObject {
  const { model, body } = facts
  const isShown = showsThoughts(body)
  const parts = content.flatMap(part => toParts(part, model, isShown))
  const hasCalls = content.some(part => part.type === 'tool-call' && !part.providerExecuted)
  const sources = content.filter(part => part.type === 'source')
  return {
    ...candidate({
      parts,
      finishReason: reasonOf(finishReason, hasCalls),
      grounding: groundingOf(providerMetadata, sources),
    }),
    ...usageOf(usage),
    ...envelope(facts),
  }
}

function toParts(part: LanguageModelV4Content, model: string, isShown: boolean): JsonObject[] {
  switch (part.type) {
    case 'text': {
      const signature = signatureIn(part.providerMetadata)
      const isEmpty = part.text === '' && signature.thoughtSignature === undefined
      return isEmpty ? [] : [{ text: part.text, ...signature }]
    }
    case 'reasoning':
      return isShown ? [{ text: part.text, thought: true, ...signatureOf(part.providerMetadata, model) }] : []
    case 'tool-call':
      // What runs at a provider is no client's to run.
      return part.providerExecuted ? [] : [callPart(part)]
    case 'file':
      return [filePart(part)]
    case 'reasoning-file':
      return isShown ? [filePart(part)] : []
    default:
      return []
  }
}
