import type { Lens } from '../../../src/dialect.ts'
import { countOf, failureOf, isObject, listOf, objectOf, parseObject } from '../../../src/lens.ts'
import type { JsonObject, Usage } from '../../../src/types.ts'

/** How answers are read: https://platform.openai.com/docs/api-reference/chat/object and …/chat/streaming */
export const lens: Lens = {
  usage(part) {
    const usage = usageIn(part)
    return usage && toUsage(usage)
  },
  failure(part) {
    const error = errorIn(part)
    return error == null ? undefined : failureOf(error)
  },
  isUsageOnly: event => Array.isArray(event.choices) && event.choices.length === 0 && isObject(event.usage),
  endOf(data) {
    if (data === '[DONE]') return 'stream'
    return MAY_END.test(data) ? endOfEvent(parseObject(data)) : undefined
  },
  finish: finishOf,
  isPreamble: ({ choices, usage, error }) =>
    Array.isArray(choices) && error == null && !isObject(usage) && choices.every(isSilent),
  modelAt: [['model']],
}

/** Worth a closer look; an answer may also talk about these words. Some servers say `""` in every chunk: that is no end. */
const MAY_END = /"finish_reason"\s*:\s*"[^"]|"error"/

function endOfEvent(event: JsonObject): 'answer' | 'stream' | undefined {
  if (errorIn(event) != null) return 'stream'
  return finishOf(event) === undefined ? undefined : 'answer'
}

function finishOf({ choices }: JsonObject): string | undefined {
  for (const choice of listOf(choices)) {
    const { finish_reason: reason } = objectOf(choice)
    if (typeof reason === 'string' && reason !== '') return reason
  }
  return undefined
}

/** Some servers name the error at the top, some within the choice, and some make the whole event one. */
function errorIn(part: JsonObject): unknown {
  if (part.error != null) return part.error
  if (part.object === 'error') return part
  return listOf(part.choices)
    .map(choice => objectOf(choice).error)
    .find(error => error != null)
}

/** A role, and empty texts: nothing that anybody could see. */
function isSilent(choice: unknown): boolean {
  const { delta, finish_reason: reason, message, text } = objectOf(choice)
  const isEnd = reason != null && reason !== ''
  if (isEnd || message !== undefined || text !== undefined || !isObject(delta)) return false
  return Object.entries(delta).every(
    ([key, value]) =>
      key === 'role' || value == null || value === '' || (Array.isArray(value) && value.length === 0),
  )
}

/** At the top, or where Groq and Moonshot have it in streams that were not asked for it. */
function usageIn({ usage, x_groq: groq, choices }: JsonObject): JsonObject | undefined {
  if (isObject(usage)) return usage
  const places = [objectOf(groq).usage, objectOf(listOf(choices)[0]).usage]
  return places.find(isObject)
}

/**
 * Prompt tokens include cached ones, audio and images; completion tokens include reasoning. Our parts are disjoint. Some
 * providers count reasoning beside the completion: told by their total, or by there being more of it than of the whole.
 */
function toUsage(usage: JsonObject): Usage {
  const [prompt, completion] = [countOf(usage.prompt_tokens), countOf(usage.completion_tokens)]
  const [fromPrompt, fromCompletion] = [
    objectOf(usage.prompt_tokens_details),
    objectOf(usage.completion_tokens_details),
  ]
  const cacheRead = countOf(fromPrompt.cached_tokens ?? usage.prompt_cache_hit_tokens ?? usage.cached_tokens)
  const cacheWrite = countOf(
    fromPrompt.cache_write_tokens ??
      fromPrompt.cache_creation_tokens ??
      fromPrompt.cache_creation_input_tokens,
  )
  const input = divide(Math.max(0, prompt - cacheRead - cacheWrite), fromPrompt)
  const reasoning = countOf(fromCompletion.reasoning_tokens)
  const isBeside = reasoning > completion || countOf(usage.total_tokens) === prompt + completion + reasoning
  const output = divide(isBeside ? completion : completion - reasoning, fromCompletion)
  const reportedCost = costOf(usage)
  const words = { input: input.rest, cacheRead, cacheWrite, output: output.rest, reasoning }
  // Most answers are made of words and nothing else.
  const others = input.audio + input.images + output.audio + output.images
  if (others === 0 && reportedCost === undefined) return words
  return {
    ...words,
    ...(input.audio > 0 && { audioInput: input.audio }),
    ...(input.images > 0 && { imageInput: input.images }),
    ...(output.audio > 0 && { audioOutput: output.audio }),
    ...(output.images > 0 && { imageOutput: output.images }),
    ...(reportedCost !== undefined && { reportedCost }),
  }
}

/** What of a sum is audio and images. Never more than the sum: cached audio is counted with what was cached. */
function divide(sum: number, { audio_tokens, image_tokens }: JsonObject) {
  const audio = Math.min(countOf(audio_tokens), sum)
  const images = Math.min(countOf(image_tokens), sum - audio)
  return { audio, images, rest: sum - audio - images }
}

/** xAI: https://docs.x.ai/developers/cost-tracking */
const TICKS_PER_DOLLAR = 1e10

/**
 * Dollars. OpenRouter's credits are dollars, and with the operator's own key at the vendor the vendor's bill comes on top:
 * https://openrouter.ai/docs/use-cases/usage-accounting. Perplexity tells a sum of several parts.
 */
function costOf({
  cost,
  cost_in_usd_ticks: ticks,
  is_byok: isOwnKey,
  cost_details: details,
}: JsonObject): number | undefined {
  const own = amountOf(isObject(cost) ? cost.total_cost : cost)
  if (own !== undefined)
    return own + (isOwnKey === true ? (amountOf(objectOf(details).upstream_inference_cost) ?? 0) : 0)
  const told = amountOf(ticks)
  return told === undefined ? undefined : told / TICKS_PER_DOLLAR
}

const amountOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined
