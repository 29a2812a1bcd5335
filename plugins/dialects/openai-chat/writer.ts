import type { LanguageModelV4StreamPart } from '@ai-sdk/provider'
import { objectOf } from '../../../src/contract/loose-json.ts'
import type { AnswerFacts, Writer } from '../../../src/contract/translation.ts'
import { refusalIn, refusalOfChunk } from '../../../src/translate/refusals.ts'
import type { JsonObject } from '../../../src/types.ts'
import { imageOf, numbered } from './answer.ts'
import { createCalls } from './calls.ts'
import { isHidden } from './reasoning.ts'
import { createThinking } from './thinking.ts'
import { createAnnotations, finishWord, head, usageOf } from './words.ts'

type Type = LanguageModelV4StreamPart['type']
type PartOf<T extends Type> = Extract<LanguageModelV4StreamPart, { type: T }>

/** A stream of chunks: https://platform.openai.com/docs/api-reference/chat/streaming */
export function createWriter(facts: AnswerFacts): Writer {
  const { body } = facts
  // Who asked for usage finds the field in every event.
  const isAsked = objectOf(body.stream_options).include_usage === true
  let { model } = facts
  let start = ''
  let isBegun = false
  let isOver = false
  let length = 0
  let images = 0
  /** What the next piece of text refuses with. */
  let refusal: string | undefined
  const calls = createCalls(body)
  const annotations = createAnnotations()
  const thinking = createThinking(isHidden(body))
  /** Where each text begins. */
  const offsets = new Map<string, number>()
  // All but the delta is the same in nearly every event, and most of a stream is deltas.
  const rest = `,"logprobs":null,"finish_reason":null}]${isAsked ? ',"usage":null' : ''}}\n\n`

  const event = (json: JsonObject): string => `data: ${JSON.stringify(json)}\n\n`
  const chunk = (delta: JsonObject): string => start + JSON.stringify(delta) + rest

  /** Who speaks; with the first thing that is said, when the model's name is known. */
  function begin(): string {
    if (isBegun) return ''
    isBegun = true
    const opening = JSON.stringify(head(facts, 'chat.completion.chunk', model)).slice(0, -1)
    start = `data: ${opening},"choices":[{"index":0,"delta":`
    return chunk({ role: 'assistant', content: '', refusal: null })
  }

  const say = (delta: JsonObject | undefined): string => (delta === undefined ? '' : begin() + chunk(delta))

  const takes: { readonly [T in Type]?: (part: PartOf<T>) => string } = {
    'response-metadata'({ modelId }) {
      if (!isBegun) model = modelId ?? model
      return ''
    },
    'text-start'({ id, providerMetadata }) {
      offsets.set(id, length)
      thinking.sign(id, providerMetadata)
      return ''
    },
    raw({ rawValue }) {
      refusal = refusalOfChunk(rawValue)
      return ''
    },
    'text-delta'({ id, delta, providerMetadata }) {
      thinking.sign(id, providerMetadata)
      if (delta === '') return ''
      if (delta === refusal) {
        refusal = undefined
        return say({ refusal: delta })
      }
      length += delta.length
      return say({ content: delta })
    },
    'text-end'({ id, citations, providerMetadata }) {
      thinking.sign(id, providerMetadata)
      annotations.cite(citations, offsets.get(id) ?? 0, length)
      return ''
    },
    'reasoning-start': part => say(thinking.grow(part, '')),
    'reasoning-delta': part => say(thinking.grow(part, part.delta)),
    'reasoning-end': part => say(thinking.grow(part, '')),
    'tool-input-start': part => say(calls.start(part)),
    'tool-input-delta': part => say(calls.grow(part)),
    'tool-call': part => calls.end(part).map(say).join(''),
    source(part) {
      annotations.add(part)
      return ''
    },
    file: part => say({ images: [imageOf(part, images++)] }),
    finish({ finishReason, usage, providerMetadata }) {
      isOver = true
      const [details, cited] = [numbered(thinking.details()), annotations.all()]
      const extra = {
        ...(details.length > 0 && { reasoning_details: details }),
        ...(cited.length > 0 && { annotations: cited }),
      }
      const none = isAsked ? { usage: null } : {}
      const base = head(facts, 'chat.completion.chunk', model)
      const reason = finishWord(finishReason, { hasCalls: calls.hasAny(), isLegacy: calls.isLegacy })
      const explained = refusalIn(finishReason, providerMetadata)
      return [
        begin(),
        explained === undefined ? '' : chunk({ refusal: explained }),
        Object.keys(extra).length > 0 ? chunk(extra) : '',
        event({
          ...base,
          choices: [{ index: 0, delta: {}, logprobs: null, finish_reason: reason }],
          ...none,
        }),
        event({ ...base, choices: [], usage: usageOf(usage) }),
      ].join('')
    },
  }
  return {
    write(part) {
      // There is one end, whatever a provider sends behind it.
      if (isOver) return ''
      // Each function gets the parts of its own type; the compiler does not follow the pairs.
      const take = takes[part.type] as ((part: LanguageModelV4StreamPart) => string) | undefined
      return take?.(part) ?? ''
    },
    end: () => 'data: [DONE]\n\n',
  }
}
