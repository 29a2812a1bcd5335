import { topLevel } from '../../src/request/json.ts'
import type { JsonObject } from '../../src/types.ts'

/** Where the events of our languages report usage: OpenAI's chat and Anthropic's last event; the last of Responses. */
export const places = [['usage'], ['response', 'usage']] as const

/** Nano-dollars as a decimal number, no digit more than it has. */
export function toDollars(nano: number): string {
  const digits = String(nano).padStart(10, '0')
  return `${digits.slice(0, -9)}.${digits.slice(-9)}`.replace(/\.?0+$/, '')
}

/** The data of an event; undefined where it is no object. */
export function toJson(data: string): JsonObject | undefined {
  try {
    const json: unknown = JSON.parse(data)
    return typeof json === 'object' && json !== null ? (json as JsonObject) : undefined
  } catch {
    return undefined
  }
}

/** The text with the cost in the object at a place. The rest stays as the provider wrote it, and so does a cost that it reports itself. */
export function withCost(
  text: string,
  [field, ...inner]: readonly string[],
  cost: () => string | undefined,
): string {
  if (field === undefined) {
    const members = topLevel(text)
    const told = members.some(({ key }) => key === 'cost') ? undefined : cost()
    const end = text.lastIndexOf('}')
    return told === undefined ? text : `${text.slice(0, end)}${members.length > 0 ? ',' : ''}"cost":${told}}`
  }
  const found = text.trimStart().startsWith('{') && topLevel(text).findLast(({ key }) => key === field)
  if (!found) return text
  const { start, end } = found
  const value = text.slice(start, end)
  if (!value.startsWith('{')) return text
  return text.slice(0, start) + withCost(value, inner, cost) + text.slice(end)
}
