import { countOf, isObject, objectOf, usageOf } from '../contract/loose-json.ts'
import type { JsonObject, Usage } from '../types.ts'

/**
 * How reports of usage are read that are written as OpenAI writes them, by whoever: the same for calls that pass and for
 * those that are translated, or one answer would cost this here and that there.
 */

/**
 * One shape under two sets of names. Tokens of the prompt hold cached ones, audio and images, those of the answer hold
 * reasoning; our parts are disjoint.
 */
function reading(ofPrompt: string, ofAnswer: string): (usage: JsonObject) => Usage {
  const [promptDetails, answerDetails] = [`${ofPrompt}_details`, `${ofAnswer}_details`]
  return usage => {
    const [fromPrompt, fromAnswer] = [objectOf(usage[promptDetails]), objectOf(usage[answerDetails])]
    const [prompt, all] = [countOf(usage[ofPrompt]), countOf(usage[ofAnswer])]
    const cacheRead = countOf(
      fromPrompt.cached_tokens ?? usage.prompt_cache_hit_tokens ?? usage.cached_tokens,
    )
    const cacheWrite = countOf(
      fromPrompt.cache_write_tokens ??
        fromPrompt.cache_creation_tokens ??
        fromPrompt.cache_creation_input_tokens,
    )
    const input = divide(Math.max(0, prompt - cacheRead - cacheWrite), fromPrompt)
    const reasoning = countOf(fromAnswer.reasoning_tokens)
    const output = divide(withoutReasoning(usage, { prompt, all, reasoning }), fromAnswer)
    const words = { input: input.rest, cacheRead, cacheWrite, output: output.rest, reasoning }
    return withOthers(words, { input, output, reportedCost: costIn(usage) })
  }
}

/** Of chat, and of legacy completions. */
export const fromChatUsage = reading('prompt_tokens', 'completion_tokens')

/** Of Responses, and of batches. */
export const fromResponsesUsage = reading('input_tokens', 'output_tokens')

/**
 * The same, with what an answer or an event says of its tier beside it:
 * https://platform.openai.com/docs/guides/flex-processing and …/priority-processing
 */
export function withTier(usage: Usage, { service_tier: tier }: JsonObject): Usage {
  return tier === 'flex' || tier === 'priority' ? { ...usage, terms: tier } : usage
}

/** Of what is asked without an answer in words: embeddings, reranking. Some tell their sum only. */
export function fromPromptUsage(usage: JsonObject): Usage | undefined {
  const tokens = usage.prompt_tokens ?? usage.total_tokens
  const reportedCost = costIn(usage)
  if (tokens === undefined && reportedCost === undefined) return undefined
  return usageOf({ input: countOf(tokens), ...(reportedCost !== undefined && { reportedCost }) })
}

/** Some providers count reasoning beside the answer: told by their total, or by there being more of it than of the whole. */
function withoutReasoning(
  { total_tokens: total }: JsonObject,
  { prompt, all, reasoning }: { readonly prompt: number; readonly all: number; readonly reasoning: number },
): number {
  const isBeside = reasoning > all || countOf(total) === prompt + all + reasoning
  return isBeside ? all : all - reasoning
}

interface Divided {
  readonly audio: number
  readonly images: number
  readonly rest: number
}

/** What of a sum is audio and images. Never more than the sum: cached audio is counted with what was cached. */
function divide(sum: number, { audio_tokens, image_tokens }: JsonObject): Divided {
  const audio = Math.min(countOf(audio_tokens), sum)
  const images = Math.min(countOf(image_tokens), sum - audio)
  return { audio, images, rest: sum - audio - images }
}

interface Others {
  readonly input: Divided
  readonly output: Divided
  readonly reportedCost: number | undefined
}

/** Most answers are made of words and nothing else. */
function withOthers(words: Usage, { input, output, reportedCost }: Others): Usage {
  if (input.audio + input.images + output.audio + output.images === 0 && reportedCost === undefined)
    return words
  return {
    ...words,
    ...(input.audio > 0 && { audioInput: input.audio }),
    ...(input.images > 0 && { imageInput: input.images }),
    ...(output.audio > 0 && { audioOutput: output.audio }),
    ...(output.images > 0 && { imageOutput: output.images }),
    ...(reportedCost !== undefined && { reportedCost }),
  }
}

/** xAI: https://docs.x.ai/developers/cost-tracking */
const TICKS_PER_DOLLAR = 1e10

/**
 * What a provider itself says an answer cost (dollars), in whichever language; undefined where it does not. OpenRouter's
 * credits are dollars, and with the operator's own key at the vendor the vendor's bill comes on top:
 * https://openrouter.ai/docs/use-cases/usage-accounting. Perplexity tells a sum of several parts.
 */
export function costIn({
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
