import { isObject, objectOf } from '../../../src/contract/loose-json.ts'
import type { Warn } from '../../../src/contract/provider.ts'
import type { JsonObject } from '../../../src/types.ts'
import { toNestedChoice, toNestedTool } from './flat-tools.ts'
import { fromMessages } from './from-messages.ts'
import { fromResponses } from './from-responses.ts'

/**
 * Some clients, Cursor among them, choose the shape of the body by the model's name and post it here all the same: that
 * of the Responses API, or that of Anthropic's Messages. They want a chat completion for it. This is the body that means
 * the same; a proper one stays the same object.
 *
 * @throws Refusal for what has no counterpart in a chat completion, and what the answer would be another one without.
 */
export function read(body: JsonObject, warn: Warn): JsonObject {
  const { messages, input } = body
  const hasMessages = Array.isArray(messages) && messages.length > 0
  if (!hasMessages && (typeof input === 'string' || Array.isArray(input))) return fromResponses(body, warn)
  if (isOfMessages(body)) return fromMessages(body, warn)
  return withNestedTools(body)
}

/** Fields that Anthropic alone has, or what stands within its messages. */
function isOfMessages({
  system,
  stop_sequences: stops,
  tools,
  tool_choice: choice,
  messages,
}: JsonObject): boolean {
  if (typeof system === 'string' || Array.isArray(system) || Array.isArray(stops)) return true
  if (isObject(choice) && anthropicChoices.has(choice.type)) return true
  if (Array.isArray(tools) && tools.some(isAnthropicTool)) return true
  return Array.isArray(messages) && messages.some(hasAnthropicBlocks)
}

const anthropicChoices = new Set<unknown>(['auto', 'any', 'tool', 'none'])

const isAnthropicTool = (tool: unknown): boolean => isObject(tool) && isObject(tool.input_schema)

function hasAnthropicBlocks(message: unknown): boolean {
  if (!isObject(message) || !Array.isArray(message.content)) return false
  for (const each of message.content) {
    const block = objectOf(each)
    // Mistral's thoughts are lists of parts, and proper parts of its chat.
    if (anthropicBlocks.has(block.type) || (block.type === 'thinking' && typeof block.thinking === 'string'))
      return true
  }
  return false
}

const anthropicBlocks = new Set<unknown>([
  'tool_use',
  'tool_result',
  'image',
  'document',
  'redacted_thinking',
  'search_result',
])

/** Cursor also sends proper messages with tools as the Responses API has them. */
function withNestedTools(body: JsonObject): JsonObject {
  const { tools, tool_choice: choice } = body
  const nested = Array.isArray(tools) && tools.some(isFlat) ? tools.map(toNestedTool) : tools
  const chosen = toNestedChoice(choice)
  return nested === tools && chosen === choice
    ? body
    : { ...body, tools: nested, ...(choice !== undefined && { tool_choice: chosen }) }
}

const isFlat = (tool: unknown): boolean => toNestedTool(tool) !== tool
