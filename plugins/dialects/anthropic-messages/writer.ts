import type { LanguageModelV4StreamPart } from '@ai-sdk/provider'
import type { AnswerFacts, Writer } from '../../../src/contract/translation.ts'
import type { JsonObject } from '../../../src/types.ts'
import { envelope } from './answer.ts'
import { fileBlock, servedResult } from './blocks.ts'
import { createCalls } from './calls.ts'
import { createQueue } from './queue.ts'
import { createTexts, createThoughts } from './texts.ts'
import { isOneCall } from './tools.ts'
import { NO_USAGE, stopOf, usageOf } from './words.ts'

type Type = LanguageModelV4StreamPart['type']
type PartOf<T extends Type> = Extract<LanguageModelV4StreamPart, { type: T }>

const event = (type: string, fields: JsonObject): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`

/** A stream in Anthropic's events: https://platform.claude.com/docs/en/build-with-claude/streaming */
export function createWriter({ id, model, body }: AnswerFacts): Writer {
  const queue = createQueue(event)
  const texts = createTexts(queue, model)
  const thoughts = createThoughts(queue, model)
  const calls = createCalls(queue, model, isOneCall(body))
  let isBegun = false
  let isOver = false

  const takes: { readonly [T in Type]?: (part: PartOf<T>) => void } = {
    'text-start': part => texts.grow(part),
    'text-delta': part => texts.grow(part, part.delta),
    'text-end': part => texts.end(part),
    'reasoning-start': part => thoughts.grow(part),
    'reasoning-delta': part => thoughts.grow(part, part.delta),
    'reasoning-end': part => thoughts.end(part),
    'tool-input-start': part => void calls.start(part),
    'tool-input-delta': part => calls.grow(part),
    'tool-call': part => calls.end(part),
    'tool-result': part => queue.addWhole(part.preliminary ? undefined : servedResult(part)),
    file: part => queue.addWhole(fileBlock(part)),
    'reasoning-file': part => queue.addWhole(fileBlock(part)),
    source: part => texts.source(part),
  }

  /** How it ended, and what it cost: all that is known of usage is known now. */
  function finish({ finishReason, usage, providerMetadata }: PartOf<'finish'>): string {
    const stop = stopOf(finishReason, calls.hasAny(), providerMetadata)
    const delta = { ...stop, container: null }
    return (
      queue.close() + event('message_delta', { delta, usage: usageOf(usage) }) + event('message_stop', {})
    )
  }

  function begin(): string {
    if (isBegun) return ''
    isBegun = true
    return event('message_start', { message: { ...envelope(id, model), usage: NO_USAGE } })
  }

  return {
    write(part) {
      if (isOver) return ''
      isOver = part.type === 'finish'
      const first = begin()
      if (part.type === 'ping') return first + event('ping', {})
      if (part.type === 'finish') return first + finish(part)
      // Each function gets the parts of its own type; the compiler does not follow the pairs.
      const take = takes[part.type] as ((part: LanguageModelV4StreamPart) => void) | undefined
      take?.(part)
      return first + queue.flush()
    },
    end: () => '',
  }
}
