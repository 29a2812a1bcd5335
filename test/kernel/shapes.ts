import { expect } from 'bun:test'
import type { RawAnswer } from './raw.ts'

interface Answered {
  readonly status: number
  readonly headers: Headers
  readonly body: unknown
}

interface ErrorBody {
  readonly error: {
    readonly message: string
    readonly type: string
    readonly param: string | null
    readonly code: string
  }
}

/** The body of a refusal, after checking that it has the shape of OpenAI's language and nothing else. */
export function errorOf({ status, headers, body }: Answered | RawAnswer): ErrorBody['error'] {
  const json = (typeof body === 'string' ? JSON.parse(body) : body) as ErrorBody
  expect(headers.get('content-type')).toStartWith('application/json')
  expect(headers.get('x-request-id')).toMatch(/^[\w-]{8,}$/)
  expect(Object.keys(json)).toEqual(['error'])
  expect(Object.keys(json.error)).toEqual(['message', 'type', 'param', 'code'])
  const type = status === 429 ? 'requests' : status < 500 ? 'invalid_request_error' : 'server_error'
  expect(json.error.type).toBe(type)
  expect(json.error.message).toBeString()
  return json.error
}

/** The same for Anthropic's language: what it says, and our code. */
export function anthropicErrorOf({ status, headers, body }: Answered | RawAnswer) {
  const json = (typeof body === 'string' ? JSON.parse(body) : body) as {
    readonly error: { type: string; message: string; details: { error_code: string } }
    readonly request_id: string
  }
  expect(headers.get('content-type')).toStartWith('application/json')
  expect(Object.keys(json)).toEqual(['type', 'error', 'request_id'])
  expect(json.request_id).toBe(headers.get('x-request-id')!)
  expect(json.error.type).toEndWith(status === 413 ? 'too_large' : '_error')
  return { message: json.error.message, code: json.error.details.error_code }
}

/** The same for Ollama's language: a sentence, and nothing else. */
export function ollamaErrorOf({ headers, body }: Answered | RawAnswer) {
  const json = (typeof body === 'string' ? JSON.parse(body) : body) as { readonly error: string }
  expect(headers.get('content-type')).toStartWith('application/json')
  expect(Object.keys(json)).toEqual(['error'])
  expect(json.error).toBeString()
  return { message: json.error, code: undefined }
}

/** The same for Google's language: what it says, and our code. */
export function googleErrorOf({ status, headers, body }: Answered | RawAnswer) {
  const json = (typeof body === 'string' ? JSON.parse(body) : body) as {
    readonly error: { code: number; message: string; status: string; details: [{ reason: string }] }
  }
  expect(headers.get('content-type')).toStartWith('application/json')
  expect(Object.keys(json)).toEqual(['error'])
  expect(json.error.code).toBe(status)
  expect(json.error.status).toMatch(/^[A-Z_]+$/)
  return { message: json.error.message, code: json.error.details[0].reason.toLowerCase() }
}

/** How refusals are read in each language. */
export const errorIn = {
  openai: errorOf,
  anthropic: anthropicErrorOf,
  google: googleErrorOf,
  ollama: ollamaErrorOf,
} as const
export type Shape = keyof typeof errorIn

/** Status and code of a refusal. */
export const refusalOf = (answer: Answered | RawAnswer): readonly [number, string] => [
  answer.status,
  errorOf(answer).code,
]
