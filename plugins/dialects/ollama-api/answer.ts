import type {
  LanguageModelV4Content,
  LanguageModelV4FinishReason,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
} from '@ai-sdk/provider'
import { argumentsOf } from '../../../src/contract/loose-json.ts'
import type { AnswerFacts, Translation, Writer } from '../../../src/contract/translation.ts'
import { toUsage } from '../../../src/translate/usage.ts'
import type { JsonObject } from '../../../src/types.ts'

/** What is said, in a whole answer or a piece of one. */
export interface Said {
  readonly text: string
  readonly thinking?: string
  readonly images?: readonly string[]
  readonly tool_calls?: readonly JsonObject[]
}

/** Where an API has what is said. */
export type Place = (said: Said) => JsonObject

type Answers = Pick<Extract<Translation, { kind: 'language' }>, 'fromResult' | 'writer'>
type Clock = () => number

/** Answers as `place` has them: https://docs.ollama.com/api/chat */
export const createAnswers = (place: Place, now: Clock): Answers => ({
  fromResult: (result, facts) => fromResult(result, facts, { place, now }),
  writer: facts => createWriter(facts, { place, now }),
})

interface Manner {
  readonly place: Place
  readonly now: Clock
}

function fromResult(
  { content, finishReason, usage, response }: LanguageModelV4GenerateResult,
  facts: AnswerFacts,
  { place, now }: Manner,
): JsonObject {
  const thinking = wordsOf(content, 'reasoning')
  const images = content.flatMap(imagesOf)
  const calls = content.filter(isOwnCall).map(toCall)
  return {
    ...head(response?.modelId ?? facts.model, now),
    ...place({
      text: wordsOf(content, 'text'),
      ...(thinking !== '' && { thinking }),
      ...(images.length > 0 && { images }),
      ...(calls.length > 0 && { tool_calls: calls }),
    }),
    ...ending(finishReason, usage),
    total_duration: nanoseconds(facts.at, now()),
  }
}

const wordsOf = (content: readonly LanguageModelV4Content[], type: 'text' | 'reasoning'): string =>
  content.map(part => (part.type === type ? part.text : '')).join('')

/** Lines of a stream, as events: see `Dialect.framing`. */
function createWriter(facts: AnswerFacts, { place, now }: Manner): Writer {
  let { model } = facts
  let calls = 0
  let isOver = false
  /** When the model began to answer. */
  let begun: number | undefined
  const line = (json: JsonObject): string => `data: ${JSON.stringify({ ...head(model, now), ...json })}\n\n`
  const say = (said: Said): string => {
    begun ??= now()
    return line({ ...place(said), done: false })
  }

  function write(part: LanguageModelV4StreamPart): string {
    switch (part.type) {
      case 'response-metadata':
        if (begun === undefined) model = part.modelId ?? model
        return ''
      case 'text-delta':
        return part.delta === '' ? '' : say({ text: part.delta })
      case 'reasoning-delta':
        return part.delta === '' ? '' : say({ text: '', thinking: part.delta })
      case 'tool-call':
        return isOwnCall(part) ? say({ text: '', tool_calls: [toCall(part, calls++)] }) : ''
      case 'file': {
        const images = imagesOf(part)
        return images.length === 0 ? '' : say({ text: '', images })
      }
      case 'finish': {
        isOver = true
        const end = now()
        return line({
          ...place({ text: '' }),
          ...ending(part.finishReason, part.usage),
          total_duration: nanoseconds(facts.at, end),
          prompt_eval_duration: nanoseconds(facts.at, begun ?? end),
          eval_duration: nanoseconds(begun ?? end, end),
        })
      }
      default:
        return ''
    }
  }

  // There is one end, whatever a provider sends behind it.
  return { write: part => (isOver ? '' : write(part)), end: () => '' }
}

export const head = (model: string, now: Clock) => ({ model, created_at: new Date(now()).toISOString() })

type Call = Extract<LanguageModelV4Content, { type: 'tool-call' }>

/** The client has to run it. */
const isOwnCall = (part: LanguageModelV4Content | LanguageModelV4StreamPart): part is Call =>
  part.type === 'tool-call' && !part.providerExecuted

const toCall = ({ toolCallId: id, toolName: name, input }: Call, index: number): JsonObject => ({
  id,
  function: { index, name, arguments: argumentsOf(input) },
})

/** There is no place for a picture that has an address only. */
function imagesOf(part: LanguageModelV4Content | LanguageModelV4StreamPart): string[] {
  if (part.type !== 'file' || part.data.type !== 'data') return []
  const { data } = part.data
  return [typeof data === 'string' ? data : data.toBase64()]
}

const words: Readonly<Partial<Record<LanguageModelV4FinishReason['unified'], string>>> = {
  length: 'length',
  'content-filter': 'content_filter',
}

/** How an answer ended, and what it took; what nobody told stays untold. */
function ending({ unified }: LanguageModelV4FinishReason, told: LanguageModelV4Usage): JsonObject {
  const usage = toUsage(told)
  return {
    done: true,
    done_reason: words[unified] ?? 'stop',
    ...(usage && {
      prompt_eval_count: usage.input + usage.cacheRead + usage.cacheWrite,
      eval_count: usage.output + usage.reasoning,
    }),
  }
}

/** Between two times in milliseconds; clocks may be set back meanwhile. */
export const nanoseconds = (from: number, to: number): number => Math.max(0, Math.round((to - from) * 1e6))
