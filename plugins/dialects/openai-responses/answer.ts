import type {
  LanguageModelV4Content,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
} from '@ai-sdk/provider'
import type { AnswerFacts, Writer } from '../../../src/contract/translation.ts'
import { isRefusal } from '../../../src/translate/refusals.ts'
import type { JsonObject } from '../../../src/types.ts'
import { type Clock, createBuilder } from './builder.ts'

/** A whole answer: built from the same parts as a stream, so that both say the same. */
export function toResponse(
  result: LanguageModelV4GenerateResult,
  facts: AnswerFacts,
  now: Clock,
): JsonObject {
  const builder = createBuilder(facts, now, () => {})
  const refused = isRefusal(result.finishReason)
    ? result.content.findLastIndex(({ type }) => type === 'text')
    : -1
  for (const [i, content] of result.content.entries())
    if (i === refused && content.type === 'text') builder.refuse(content.text)
    else for (const part of toParts(content, String(i))) builder.take(part)
  return builder.finish(result)
}

function toParts(content: LanguageModelV4Content, id: string): LanguageModelV4StreamPart[] {
  if (content.type === 'text')
    return [
      { type: 'text-delta', id, delta: content.text },
      { type: 'text-end', id, ...(content.citations && { citations: content.citations }) },
    ]
  if (content.type !== 'reasoning') return [content]
  const { text: delta, providerMetadata } = content
  return [
    { type: 'reasoning-delta', id, delta },
    { type: 'reasoning-end', id, ...(providerMetadata && { providerMetadata }) },
  ]
}

/** One event as OpenAI sends it. */
export const toEvent = (type: string, fields: JsonObject): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`

/** A stream of events, numbered. */
export function createWriter(facts: AnswerFacts, now: Clock): Writer {
  let text = ''
  let number = 0
  let isBegun = false
  const builder = createBuilder(facts, now, (type, fields) => {
    text += toEvent(type, { sequence_number: number++, ...fields })
  })
  return {
    write(part) {
      text = ''
      if (!isBegun) builder.begin()
      isBegun = true
      if (part.type === 'finish') builder.finish(part)
      else builder.take(part)
      return text
    },
    end: () => '',
  }
}
