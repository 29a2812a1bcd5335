import type { Dialect } from '../../../src/dialect.ts'
import { definePlugin } from '../../../src/plugin.ts'
import { plainRefusal } from '../../../src/respond.ts'
import type { JsonObject, Usage } from '../../../src/types.ts'

/** OpenAI's chat completions: https://platform.openai.com/docs/api-reference/chat */
const openaiChat: Dialect = {
  name: 'openai-chat',
  path: '/v1/chat/completions',
  about: "A chat completion, in OpenAI's language",
  forwardedHeaders: ['openai-beta', 'idempotency-key'],
  endOf(data) {
    if (data === '[DONE]') return 'stream'
    return MAY_END.test(data) ? endOfEvent(parse(data)) : undefined
  },
  isStream: body => body.stream === true,
  askUsage(body) {
    const options = isObject(body.stream_options) ? body.stream_options : {}
    return options.include_usage === true
      ? undefined
      : { field: 'stream_options', value: { ...options, include_usage: true } }
  },
  usage: part => (isObject(part.usage) ? toUsage(part.usage) : undefined),
  isUsageOnly: event => Array.isArray(event.choices) && event.choices.length === 0 && isObject(event.usage),
  failure: part => (part.error == null ? undefined : toFailure(part.error)),
  refusalEvent: refusal => `data: ${JSON.stringify(plainRefusal(refusal))}\n\n`,
}

/** Worth a closer look; an answer may also talk about these words. */
const MAY_END = /"finish_reason"\s*:\s*"|"error"/

function endOfEvent({ choices, error }: JsonObject): 'answer' | 'stream' | undefined {
  if (error != null) return 'stream'
  const isLast =
    Array.isArray(choices) && choices.some(choice => isObject(choice) && choice.finish_reason != null)
  return isLast ? 'answer' : undefined
}

/** What is no JSON object says nothing. */
function parse(data: string): JsonObject {
  try {
    const json: unknown = JSON.parse(data)
    return isObject(json) ? json : {}
  } catch {
    return {}
  }
}

/** Errors in the place of an answer: `{ error: { message, code } }`, where some providers put a status into `code`. */
function toFailure(error: unknown): { status: number; message: string } {
  const { message, code, status } = isObject(error)
    ? error
    : { message: error, code: undefined, status: undefined }
  const told = [status, code].map(Number).find(value => value >= 400 && value <= 599)
  return { status: told ?? 502, message: typeof message === 'string' ? message : 'no message' }
}

/**
 * Prompt tokens include the cached ones, completion tokens the reasoning ones; our parts are disjoint. Some providers
 * count reasoning beside the completion: told by their total, or by there being more of it than of the whole.
 */
function toUsage(usage: JsonObject): Usage {
  const [prompt, completion] = [count(usage.prompt_tokens), count(usage.completion_tokens)]
  const cacheRead = count(detail(usage.prompt_tokens_details).cached_tokens ?? usage.prompt_cache_hit_tokens)
  const cacheWrite = count(detail(usage.prompt_tokens_details).cache_write_tokens)
  const reasoning = count(detail(usage.completion_tokens_details).reasoning_tokens)
  const isBeside = reasoning > completion || count(usage.total_tokens) === prompt + completion + reasoning
  return {
    input: Math.max(0, prompt - cacheRead - cacheWrite),
    cacheRead,
    cacheWrite,
    output: isBeside ? completion : completion - reasoning,
    reasoning,
  }
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const detail = (value: unknown): JsonObject => (isObject(value) ? value : {})

/** Counts come from outside: anything but a non-negative whole number is no count. */
const count = (value: unknown): number =>
  Number.isSafeInteger(value) && (value as number) > 0 ? (value as number) : 0

export default definePlugin({
  name: 'openai-chat',
  about: "Speaks OpenAI's chat completions.",
  setup: () => ({ dialects: [openaiChat] }),
})
