import type {
  LanguageModelV4File,
  LanguageModelV4FinishReason,
  LanguageModelV4StreamPart,
} from '@ai-sdk/provider'
import type { AnswerFacts } from '../../../src/contract/translation.ts'
import { isRefusal, refusalIn, refusalOfChunk } from '../../../src/translate/refusals.ts'
import type { JsonObject } from '../../../src/types.ts'
import { createCalls } from './calls.ts'
import { readCatalogue } from './catalogue.ts'
import { createSummary, isCompacting } from './compaction.ts'
import { envelope, usageOf } from './envelope.ts'
import { createMessages } from './messages.ts'
import { createOutput, type Emit } from './output.ts'
import { createThoughts } from './thoughts.ts'
import { isOneCall } from './tools.ts'

type PartOf<T extends LanguageModelV4StreamPart['type']> = Extract<LanguageModelV4StreamPart, { type: T }>
type Takes = { readonly [T in LanguageModelV4StreamPart['type']]?: (part: PartOf<T>) => void }

/** Milliseconds since 1970. */
export type Clock = () => number

/** Builds a response from the parts of an answer, and tells each step to whoever listens. */
export function createBuilder(facts: AnswerFacts, now: Clock, emit: Emit) {
  const begun = envelope(facts)
  const output = createOutput(facts.id, emit)
  const messages = createMessages(output)
  const thoughts = createThoughts(output, facts.model)
  const calls = createCalls(output, {
    thoughts,
    catalogue: readCatalogue(facts.body),
    isOneCall: isOneCall(facts.body),
  })

  const summary = isCompacting(facts.body) ? createSummary(output, facts.model) : undefined

  /** What the next piece of text refuses with. */
  let refusal: string | undefined
  const takes: Takes = {
    raw({ rawValue }) {
      refusal = refusalOfChunk(rawValue)
    },
    'text-delta'({ id, delta }) {
      const isRefused = delta === refusal
      if (isRefused) refusal = undefined
      messages.grow(id, delta, isRefused ? 'refusal' : 'text')
    },
    'text-end': ({ id, citations }) => messages.end(id, citations),
    'reasoning-start': ({ id, providerMetadata }) => thoughts.grow(id, '', providerMetadata),
    'reasoning-delta': ({ id, delta, providerMetadata }) => thoughts.grow(id, delta, providerMetadata),
    'reasoning-end': ({ id, providerMetadata }) => thoughts.end(id, providerMetadata),
    'tool-input-start': calls.start,
    'tool-input-delta': calls.grow,
    'tool-call': calls.end,
    source: messages.cite,
    file: part => {
      const item = toImage(part)
      if (item)
        output.addWhole('ig', { type: 'image_generation_call', status: 'in_progress', result: null }, item)
    },
  }

  return {
    begin(): void {
      emit('response.created', { response: begun })
      emit('response.in_progress', { response: begun })
    },
    take(part: LanguageModelV4StreamPart): void {
      if (summary !== undefined) return void summary.take(part)
      // Each function gets the parts of its own type; the compiler does not follow the pairs.
      const take = takes[part.type] as ((part: LanguageModelV4StreamPart) => void) | undefined
      take?.(part)
    },
    /** The model will not answer, and says why. */
    refuse: (words: string): void => messages.grow('refusal', words, 'refusal'),
    /** The whole response. Whatever is still open ends here. */
    finish({
      usage,
      finishReason,
      providerMetadata,
    }: Pick<PartOf<'finish'>, 'usage' | 'finishReason' | 'providerMetadata'>): JsonObject {
      const end = summary?.close() === false ? noSummary : endOf(finishReason)
      const status = end.status === 'completed' ? 'completed' : 'incomplete'
      thoughts.closeAll()
      calls.closeAll(status)
      messages.grow('refusal', refusalIn(finishReason, providerMetadata) ?? '', 'refusal')
      messages.close(status)
      const completed = end.status === 'completed' ? { completed_at: Math.floor(now() / 1000) } : {}
      const response = { ...begun, ...end, ...completed, output: output.items(), usage: usageOf(usage) }
      emit(`response.${end.status}`, { response })
      return response
    },
  }
}

/** In this language an answer that was cut is incomplete, whatever it calls before; a model that refuses is done. */
function endOf(finishReason: LanguageModelV4FinishReason) {
  const { unified } = finishReason
  if (isRefusal(finishReason)) return { status: 'completed' }
  if (unified === 'length')
    return { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } }
  if (unified === 'content-filter')
    return { status: 'incomplete', incomplete_details: { reason: 'content_filter' } }
  if (unified !== 'error') return { status: 'completed' }
  return {
    status: 'failed',
    error: { code: 'server_error', message: 'The model stopped because of an error' },
  }
}

const noSummary = {
  status: 'failed',
  error: { code: 'server_error', message: 'The model wrote no summary' },
}

/** A picture that the model has made; other files have no item in this language. */
function toImage({ mediaType, data }: LanguageModelV4File): JsonObject | undefined {
  if (!mediaType.startsWith('image/') || data.type !== 'data') return undefined
  const result = typeof data.data === 'string' ? data.data : data.data.toBase64()
  return {
    type: 'image_generation_call',
    status: 'completed',
    result,
    output_format: mediaType.slice('image/'.length),
  }
}
