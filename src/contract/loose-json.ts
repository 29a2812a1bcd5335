import type { JsonObject, Usage } from '../types.ts'

/** Readers for JSON from outside, which may hold anything anywhere. */

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The object, or an empty one. */
export const objectOf = (value: unknown): JsonObject => (isObject(value) ? value : {})

/** The text, or an empty one: objects may bring ways of their own to become one, or none. */
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

/** Anything but a non-negative whole number is no count. */
export const countOf = (value: unknown): number =>
  Number.isSafeInteger(value) && (value as number) > 0 ? (value as number) : 0

/** What is no JSON object says nothing. */
export function parseObject(text: string): JsonObject {
  try {
    return objectOf(JSON.parse(text))
  } catch {
    return {}
  }
}

/**
 * The input of a tool as an object. Models break off in the middle of it, or write none, and providers take nothing else:
 * what is no object is wrapped as Anthropic's documentation asks clients to do.
 */
export function argumentsOf(text: string): JsonObject {
  if (text.trim() === '') return {}
  try {
    const json: unknown = JSON.parse(text)
    return isObject(json) ? json : { INVALID_JSON: text }
  } catch {
    return { INVALID_JSON: text }
  }
}

/** Errors in the place of an answer: `{ message, code }`, where some providers put a status into `code`. */
export function failureOf(error: unknown): { readonly status: number; readonly message: string } {
  const { message, code, status } = isObject(error) ? error : { message: error }
  const told = [status, code].map(toNumber).find(value => value >= 400 && value <= 599)
  return { status: told ?? 502, message: typeof message === 'string' ? message : 'no message' }
}

/** Objects may bring ways of their own to become a number. */
const toNumber = (value: unknown): number => (typeof value === 'object' ? Number.NaN : Number(value))

/** No tokens but those that are named. */
export const usageOf = (parts: Partial<Usage>): Usage => ({
  input: 0,
  cacheRead: 0,
  cacheWrite: 0,
  output: 0,
  reasoning: 0,
  ...parts,
})

/** The same usage, with `tokens` of what was written to a cache told apart as living for an hour. */
export const withHour = (usage: Usage, tokens: number): Usage => {
  const hour = Math.min(usage.cacheWrite, tokens)
  return hour === 0 ? usage : { ...usage, cacheWrite: usage.cacheWrite - hour, cacheWriteHour: hour }
}
