import type {
  LanguageModelV4FinishReason,
  LanguageModelV4GenerateResult,
  LanguageModelV4Usage,
} from '@ai-sdk/provider'
import type { AnswerFacts, Call, Writer } from '../../../src/contract/translation.ts'
import { refuse } from '../../../src/errors.ts'
import type { JsonObject } from '../../../src/types.ts'

/** What a chat model cannot be asked for, and whose absence would be noticed. */
const impossible: Readonly<Record<string, (value: unknown) => boolean>> = {
  n: value => value != null && value !== 1,
  best_of: value => value != null && value !== 1,
  echo: value => value === true,
  logprobs: value => value != null,
  suffix: value => value != null && value !== '',
}
/** What only steers, and is left out with a word. */
const steering = new Set(['logit_bias', 'user'])
const known = new Set(
  'model prompt max_tokens temperature top_p stop seed presence_penalty frequency_penalty stream stream_options n best_of echo logprobs suffix logit_bias user'.split(
    ' ',
  ),
)

/** The text becomes what a user says: chat models have no other way to be given a beginning. */
export function toCall(body: JsonObject): Call {
  for (const [param, isAsked] of Object.entries(impossible)) {
    if (isAsked(body[param]))
      refuse('unsupported_parameter', `"${param}" is not possible with a chat model`, { param })
  }
  const warnings = Object.keys(body)
    .filter(field => steering.has(field) || !known.has(field))
    .map(field => `"${field}" has no counterpart at this provider`)
  const number = (param: string) => numberOf(body, param)
  const [maxOutputTokens, temperature, topP, seed, presencePenalty, frequencyPenalty] = [
    number('max_tokens'),
    number('temperature'),
    number('top_p'),
    number('seed'),
    number('presence_penalty'),
    number('frequency_penalty'),
  ]
  const stopSequences = stopOf(body.stop)
  return {
    warnings,
    options: {
      prompt: [{ role: 'user', content: [{ type: 'text', text: promptOf(body.prompt) }] }],
      ...(maxOutputTokens !== undefined && { maxOutputTokens }),
      ...(temperature !== undefined && { temperature }),
      ...(topP !== undefined && { topP }),
      ...(seed !== undefined && { seed }),
      ...(presencePenalty !== undefined && { presencePenalty }),
      ...(frequencyPenalty !== undefined && { frequencyPenalty }),
      ...(stopSequences.length > 0 && { stopSequences }),
    },
  }
}

function promptOf(prompt: unknown): string {
  const only = Array.isArray(prompt) && prompt.length === 1 ? (prompt as unknown[])[0] : prompt
  if (typeof only === 'string') return only
  if (Array.isArray(only))
    refuse(
      'unsupported_parameter',
      'Several prompts, or tokens, are not possible with a chat model: send one text',
      {
        param: 'prompt',
      },
    )
  return refuse('invalid_request', 'Field "prompt" must be a text', { param: 'prompt' })
}

function numberOf(body: JsonObject, param: string): number | undefined {
  const value = body[param]
  if (value == null) return undefined
  if (typeof value === 'number' && Number.isFinite(value)) return value
  return refuse('invalid_request', `Field "${param}" must be a number`, { param })
}

function stopOf(stop: unknown): string[] {
  const texts: unknown[] = stop == null ? [] : [stop].flat()
  if (texts.every(text => typeof text === 'string')) return texts
  return refuse('invalid_request', 'Field "stop" must be a text or a list of texts', { param: 'stop' })
}

const head = ({ id, at }: AnswerFacts, model: string) => ({
  id: `cmpl-${id}`,
  object: 'text_completion',
  created: Math.floor(at / 1000),
  model,
})

export function fromResult(result: LanguageModelV4GenerateResult, facts: AnswerFacts): JsonObject {
  const text = result.content.map(part => (part.type === 'text' ? part.text : '')).join('')
  return {
    ...head(facts, result.response?.modelId ?? facts.model),
    choices: [{ index: 0, text, logprobs: null, finish_reason: wordFor(result.finishReason) }],
    usage: toUsage(result.usage),
  }
}

export function writer(facts: AnswerFacts): Writer {
  let { model } = facts
  const event = (json: object) => `data: ${JSON.stringify({ ...head(facts, model), ...json })}\n\n`
  const choice = (text: string, finish_reason: string | null) =>
    event({ choices: [{ index: 0, text, logprobs: null, finish_reason }] })
  return {
    write(part) {
      if (part.type === 'response-metadata') model = part.modelId ?? model
      if (part.type === 'text-delta') return choice(part.delta, null)
      if (part.type !== 'finish') return ''
      return choice('', wordFor(part.finishReason)) + event({ choices: [], usage: toUsage(part.usage) })
    },
    end: () => 'data: [DONE]\n\n',
  }
}

const wordFor = ({ unified }: LanguageModelV4FinishReason): string =>
  unified === 'length' ? 'length' : unified === 'content-filter' ? 'content_filter' : 'stop'

function toUsage({ inputTokens, outputTokens }: LanguageModelV4Usage): object {
  const prompt_tokens = inputTokens.total ?? 0
  const completion_tokens = outputTokens.total ?? 0
  return {
    prompt_tokens,
    completion_tokens,
    total_tokens: prompt_tokens + completion_tokens,
    prompt_tokens_details: { cached_tokens: inputTokens.cacheRead ?? 0 },
    completion_tokens_details: { reasoning_tokens: outputTokens.reasoning ?? 0 },
  }
}
