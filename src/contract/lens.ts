import { plainRefusal } from '../errors.ts'
import type { JsonObject, Usage } from '../types.ts'
import type { Dialect } from './dialect.ts'

/** Readers for JSON from outside, which may hold anything anywhere, and what the dialects of one family share. */

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

/**
 * What OpenAI's smaller APIs have in common: errors as `{ error }`, no usage to ask for, and streams, where there are
 * any, whose events say their `type`; the one that ends in `.done` or `.completed` is the last.
 */
export const smallApi = {
  forwardedHeaders: ['openai-beta', 'idempotency-key'],
  isStream: body => body.stream === true || body.stream === 'true',
  failure: part => (part.error == null ? undefined : failureOf(part.error)),
  isUsageOnly: () => false,
  endOf(data) {
    if (data === '[DONE]') return 'stream'
    if (!LAST.test(data)) return undefined
    const { type, error } = parseObject(data)
    return error != null || (typeof type === 'string' && LAST_TYPE.test(type)) ? 'stream' : undefined
  },
  refusalEvent: refusal => `data: ${JSON.stringify(plainRefusal(refusal))}\n\n`,
} as const satisfies Partial<Dialect>

/** Worth a closer look. */
const LAST = /\.done"|\.completed"|"error"/
const LAST_TYPE = /\.(?:done|completed)$/
