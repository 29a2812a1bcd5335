import type { LanguageModelV4Usage } from '@ai-sdk/provider'
import { isObject, listOf, objectOf } from '../../../src/contract/loose-json.ts'
import type { AnswerFacts } from '../../../src/contract/translation.ts'
import { toUsage } from '../../../src/translate/usage.ts'
import type { JsonObject } from '../../../src/types.ts'
import { responseId } from './ids.ts'

/** A response before it has said anything, with all that the API gives back of the request. */
export function envelope({ id, at, model, body }: AnswerFacts): JsonObject {
  const { effort = null, summary = null } = objectOf(body.reasoning)
  const { format = { type: 'text' }, verbosity = 'medium' } = objectOf(body.text)
  return {
    id: responseId(id),
    object: 'response',
    created_at: Math.floor(at / 1000),
    status: 'in_progress',
    access_programs: null,
    background: false,
    completed_at: null,
    error: null,
    frequency_penalty: 0,
    incomplete_details: null,
    instructions: body.instructions ?? null,
    max_output_tokens: body.max_output_tokens ?? null,
    max_tool_calls: body.max_tool_calls ?? null,
    model,
    output: [],
    parallel_tool_calls: body.parallel_tool_calls ?? true,
    presence_penalty: 0,
    previous_response_id: body.previous_response_id ?? null,
    prompt_cache_key: body.prompt_cache_key ?? null,
    prompt_cache_retention: body.prompt_cache_retention ?? null,
    reasoning: { effort, summary },
    safety_identifier: body.safety_identifier ?? null,
    service_tier: 'default',
    store: body.store ?? true,
    temperature: body.temperature ?? 1,
    text: { format: format ?? { type: 'text' }, verbosity: verbosity ?? 'medium' },
    tool_choice: body.tool_choice ?? 'auto',
    tools: listOf(body.tools),
    top_logprobs: body.top_logprobs ?? 0,
    top_p: body.top_p ?? 1,
    truncation: body.truncation ?? 'disabled',
    usage: null,
    user: body.user ?? null,
    metadata: isObject(body.metadata) ? body.metadata : {},
  }
}

/** OpenAI counts cached tokens within the input, and reasoning within the output. Null where nobody has counted. */
export function usageOf(told: LanguageModelV4Usage): JsonObject | null {
  const usage = toUsage(told)
  if (usage === undefined) return null
  const { cacheRead, reasoning } = usage
  const cacheWrite = usage.cacheWrite + (usage.cacheWriteHour ?? 0)
  const input = usage.input + cacheRead + cacheWrite
  const output = usage.output + reasoning
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: cacheRead, cache_write_tokens: cacheWrite },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: reasoning },
    total_tokens: input + output,
  }
}
