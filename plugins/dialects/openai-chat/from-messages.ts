import { isObject, listOf, objectOf } from '../../../src/contract/loose-json.ts'
import type { Warn } from '../../../src/contract/provider.ts'
import { arrayAt, nameAt, objectAt, shown, textAt, wordAt, wrong } from '../../../src/request/border.ts'
import { warnOfUnknown } from '../../../src/translate/known.ts'
import type { JsonObject } from '../../../src/types.ts'
import { fromAssistant, fromUser, toTextParts } from './from-blocks.ts'
import { ofMessages } from './known-elsewhere.ts'
import { warnOfSearch } from './search-elsewhere.ts'

/** A body of Anthropic's Messages API (https://platform.claude.com/docs/en/api/messages) as one of chat completions. */
export function fromMessages(body: JsonObject, warn: Warn): JsonObject {
  warnOfUnknown(body, ofMessages, warn)
  const kept: Record<string, unknown> = {}
  for (const [field, value] of Object.entries(body)) {
    if (value === undefined || read.has(field)) continue
    if (beyond.has(field) && value != null)
      wrong(field, 'has no counterpart in a chat completion: send it to /v1/messages')
    if (!beyond.has(field)) kept[field] = value
  }
  const { stop_sequences: stop, metadata, service_tier: tier } = body
  const { user_id: user, ...labels } = objectOf(metadata)
  return {
    ...kept,
    ...(Array.isArray(stop) && stop.length > 0 && { stop }),
    ...(user != null && { user }),
    ...(Object.keys(labels).length > 0 && { metadata: labels }),
    ...(tier != null && tier !== 'auto' && { service_tier: tier === 'standard_only' ? 'default' : tier }),
    ...readThinking(body, warn),
    ...readFormat(body),
    ...readTools(body, warn),
    messages: readMessages(body),
  }
}

/** Read here. */
const read = new Set(
  'system messages stop_sequences metadata service_tier thinking output_config output_format tools tool_choice'.split(
    ' ',
  ),
)

/** What Anthropic's servers do beside answering. */
const beyond = new Set(['container', 'mcp_servers', 'context_management'])

function readMessages({ system, messages }: JsonObject): JsonObject[] {
  const first = system == null ? [] : [{ role: 'system', content: toTextParts(system, 'system') }]
  const rest = arrayAt(messages, 'messages').flatMap((each, i) => {
    const at = `messages[${i}]`
    const message = objectAt(each, at)
    const { role, content } = message
    const place = `${at}.content`
    if (role === 'user' && Array.isArray(content)) return fromUser(content, place)
    if (role === 'assistant' && Array.isArray(content))
      return [{ ...message, ...fromAssistant(content, place) }]
    // Texts are the same in both, and clients that mix the two mean what they say.
    return [message]
  })
  return [...first, ...rest]
}

/** How much it shall think, in words; budgets (tokens) are what coding agents call "think", "think hard", "ultrathink". */
function readThinking({ thinking, output_config: config }: JsonObject, warn: Warn): JsonObject {
  const { effort } = objectOf(config)
  if (effort != null) return { reasoning_effort: effort }
  const { type, budget_tokens: budget } = objectOf(thinking)
  if (type === 'adaptive') return { reasoning_effort: 'medium' }
  if (type === 'disabled') warn('thinking.type: the model decides by itself whether it thinks')
  if (type !== 'enabled') return {}
  const tokens = typeof budget === 'number' ? budget : 0
  return { reasoning_effort: tokens <= 4096 ? 'low' : tokens <= 12_288 ? 'medium' : 'high' }
}

function readFormat({ output_config: config, output_format: old }: JsonObject): JsonObject {
  const format = objectOf(config).format ?? old
  if (!isObject(format) || format.type !== 'json_schema') return {}
  return {
    response_format: {
      type: 'json_schema',
      json_schema: { name: 'answer', schema: format.schema, strict: true },
    },
  }
}

function readTools({ tools, tool_choice: choice }: JsonObject, warn: Warn): JsonObject {
  const given = listOf(tools).map((each, i) => toTool(each, `tools[${i}]`, warn))
  const own = given.filter(tool => tool.web_search_options === undefined)
  const search = given.find(tool => tool.web_search_options !== undefined)
  return {
    ...(own.length > 0 && { tools: own, ...readChoice(choice) }),
    ...search,
  }
}

function toTool(each: unknown, at: string, warn: Warn): JsonObject {
  const tool = objectAt(each, at)
  const { type, name, description, input_schema: parameters, strict, cache_control: cache } = tool
  if (typeof type === 'string' && type.startsWith('web_search_')) {
    warnOfSearch(tool, at, warn)
    const { user_location: where } = tool
    return { web_search_options: isObject(where) ? { user_location: located(where) } : {} }
  }
  // Some clients mix the two: a tool as chat has it stays.
  if (type === 'function' && isObject(tool.function)) return tool
  if (type != null && type !== 'custom')
    wrong(`${at}.type`, `is ${shown(type)}, a tool of Anthropic's own: send it to /v1/messages`)
  return {
    type: 'function',
    function: {
      name: nameAt(name, `${at}.name`),
      ...(description != null && { description: textAt(description, `${at}.description`) }),
      parameters: objectAt(parameters, `${at}.input_schema`),
      ...(typeof strict === 'boolean' && { strict }),
    },
    ...(cache !== undefined && { cache_control: cache }),
  }
}

const located = ({ type: _, ...approximate }: JsonObject): JsonObject => ({
  type: 'approximate',
  approximate,
})

const choices = { auto: 'auto', any: 'required', none: 'none' } as const

function readChoice(choice: unknown): JsonObject {
  if (choice == null) return {}
  if (typeof choice === 'string') return { tool_choice: choice }
  const given = objectAt(choice, 'tool_choice')
  if (given.type === 'function') return { tool_choice: given }
  const type = wordAt(given.type, 'tool_choice.type', ['auto', 'any', 'tool', 'none'])
  const isOne = given.disable_parallel_tool_use === true && type !== 'none'
  return {
    tool_choice:
      type === 'tool'
        ? { type: 'function', function: { name: nameAt(given.name, 'tool_choice.name') } }
        : choices[type],
    ...(isOne && { parallel_tool_calls: false }),
  }
}
