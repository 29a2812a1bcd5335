import { isObject, objectOf } from '../../../src/contract/loose-json.ts'
import type { JsonObject } from '../../../src/types.ts'

/** Tools as the Responses API has them, with their name beside their type, as chat has them, with their name within. */

const kinds = new Set<unknown>(['function', 'custom'])

/** The same object where it is nested, or no tool that both have. */
export function toNestedTool(tool: unknown): unknown {
  if (!isObject(tool) || !isFlat(tool)) return tool
  const { type, cache_control: cache, defer_loading: _, format, ...own } = tool
  const kept = cache === undefined ? {} : { cache_control: cache }
  if (type === 'function') return { type, function: own, ...kept }
  return { type, custom: { ...own, ...(format != null && { format: toNestedFormat(format) }) }, ...kept }
}

const isFlat = ({ type, name, ...own }: JsonObject): boolean =>
  typeof name === 'string' && kinds.has(type) && !isObject(own[type as string])

function toNestedFormat(format: unknown): unknown {
  const { type, syntax, definition, grammar } = objectOf(format)
  return type === 'grammar' && grammar === undefined ? { type, grammar: { syntax, definition } } : format
}

/** A choice of a tool by its name, or of several; the same value where it is as chat has it. */
export function toNestedChoice(choice: unknown): unknown {
  if (!isObject(choice)) return choice
  if (choice.type === 'allowed_tools' && Array.isArray(choice.tools))
    return {
      type: 'allowed_tools',
      allowed_tools: { mode: choice.mode ?? 'auto', tools: choice.tools.map(toNestedName) },
    }
  return toNestedName(choice)
}

function toNestedName(choice: unknown): unknown {
  const { type, name } = objectOf(choice)
  return kinds.has(type) && typeof name === 'string' && !isObject(objectOf(choice)[type as string])
    ? { type, [type as string]: { name } }
    : choice
}
