import { isObject, listOf, objectOf } from '../../../src/contract/loose-json.ts'
import type { Warn } from '../../../src/contract/provider.ts'
import { arrayAt, objectAt, textAt, wrong } from '../../../src/request/border.ts'
import { warnOfUnknown } from '../../../src/translate/known.ts'
import type { JsonObject } from '../../../src/types.ts'
import { toNestedChoice, toNestedTool } from './flat-tools.ts'
import { fromItems } from './from-items.ts'
import { ofResponses } from './known-elsewhere.ts'
import { warnOfSearch } from './search-elsewhere.ts'

/**
 * A body of the Responses API (https://platform.openai.com/docs/api-reference/responses/create) as one of chat
 * completions.
 */
export function fromResponses(body: JsonObject, warn: Warn): JsonObject {
  warnOfUnknown(body, ofResponses, warn)
  const kept: Record<string, unknown> = {}
  for (const [field, value] of Object.entries(body)) {
    if (value === undefined || read.has(field)) continue
    if (beyond.has(field) && value != null && value !== false && value !== 'disabled')
      wrong(field, 'has no counterpart in a chat completion: send it to /v1/responses')
    if (!beyond.has(field)) kept[field] = value
  }
  return {
    ...kept,
    ...readLimits(body),
    ...readReasoning(body.reasoning),
    ...readText(body.text),
    ...readTools(body, warn),
    messages: readMessages(body),
  }
}

/** Read below, or without a meaning here: reasoning that is to come back, and calls of tools that OpenAI runs. */
const read = new Set(
  'input instructions messages max_output_tokens max_tokens max_completion_tokens reasoning text tools tool_choice top_logprobs include max_tool_calls'.split(
    ' ',
  ),
)

/** What the Responses API does beside answering. */
const beyond = new Set(['previous_response_id', 'conversation', 'prompt', 'background', 'truncation'])

function readMessages({ input, instructions }: JsonObject): JsonObject[] {
  const first =
    instructions == null || instructions === ''
      ? []
      : [{ role: 'system', content: textAt(instructions, 'instructions') }]
  if (typeof input === 'string') return [...first, { role: 'user', content: input }]
  return [...first, ...fromItems(arrayAt(input, 'input'))]
}

function readLimits({
  max_output_tokens,
  max_completion_tokens,
  max_tokens,
  top_logprobs,
  include,
}: JsonObject): JsonObject {
  const limit = [max_output_tokens, max_completion_tokens, max_tokens].find(value => value != null)
  return {
    ...(limit !== undefined && { max_completion_tokens: limit }),
    ...(listOf(include).includes('message.output_text.logprobs') && { logprobs: true }),
    ...(typeof top_logprobs === 'number' && top_logprobs > 0 && { logprobs: true, top_logprobs }),
  }
}

const readReasoning = (reasoning: unknown): JsonObject => {
  const { effort } = objectOf(reasoning)
  return effort == null ? {} : { reasoning_effort: effort }
}

function readText(text: unknown): JsonObject {
  if (text == null) return {}
  const { format, verbosity } = objectAt(text, 'text')
  return {
    ...(verbosity != null && { verbosity }),
    ...(isObject(format) && { response_format: toResponseFormat(format) }),
  }
}

function toResponseFormat({ type, ...schema }: JsonObject): JsonObject {
  return type === 'json_schema' ? { type, json_schema: schema } : { type }
}

function readTools({ tools, tool_choice: choice }: JsonObject, warn: Warn): JsonObject {
  const given = listOf(tools)
  const own = given.filter(tool => !isSearch(tool)).map(toNestedTool)
  const at = given.findIndex(isSearch)
  return {
    ...(own.length > 0 && { tools: own }),
    ...(choice != null && own.length > 0 && { tool_choice: toNestedChoice(choice) }),
    ...(at >= 0 && { web_search_options: toSearchOptions(objectOf(given[at]), `tools[${at}]`, warn) }),
  }
}

const isSearch = (tool: unknown): boolean => {
  const { type } = objectOf(tool)
  return typeof type === 'string' && /^web_search(?:_preview)?(?:_\d{4}_\d\d_\d\d)?$/.test(type)
}

function toSearchOptions(tool: JsonObject, at: string, warn: Warn): JsonObject {
  const { search_context_size, user_location } = tool
  warnOfSearch(tool, at, warn)
  const { type: _, ...approximate } = objectOf(user_location)
  return {
    ...(search_context_size != null && { search_context_size }),
    ...(Object.keys(approximate).length > 0 && { user_location: { type: 'approximate', approximate } }),
  }
}
