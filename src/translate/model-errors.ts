import {
  AISDKError,
  APICallError,
  InvalidArgumentError,
  InvalidPromptError,
  NoSuchModelError,
  UnsupportedFunctionalityError,
} from '@ai-sdk/provider'
import { Refusal } from '../errors.ts'
import type { JsonObject } from '../types.ts'
import { toForeignFailure } from '../upstream/failures.ts'
import { wordsOf } from '../upstream/provider-words.ts'
import { Unreachable } from '../upstream/unreachable.ts'

/** What an error of a model package means; undefined for what is none of theirs. */
export function fromModelError(provider: string, error: unknown): Refusal | undefined {
  if (error instanceof Refusal) return error
  if (!AISDKError.isInstance(error)) return fromEvent(provider, error)
  if (APICallError.isInstance(error)) return fromCall(provider, error)
  if (UnsupportedFunctionalityError.isInstance(error))
    return new Refusal('unsupported_parameter', `Provider "${provider}": ${error.message}`)
  if (InvalidPromptError.isInstance(error) || InvalidArgumentError.isInstance(error))
    return new Refusal('invalid_request', error.message)
  if (NoSuchModelError.isInstance(error))
    return new Refusal('model_not_found', `Provider "${provider}" does not know this model`)
  return new Refusal('upstream_invalid', `Provider "${provider}" sent an answer that cannot be read`, {
    cause: error,
  })
}

function fromCall(provider: string, error: APICallError): Refusal {
  const { statusCode: status, responseHeaders, responseBody } = error
  // A refusal of ours, from within the fetch that the package was given.
  if (error.cause instanceof Refusal) return error.cause
  if (status === undefined)
    return new Refusal('upstream_unreachable', `Provider "${provider}" could not be reached`, {
      cause: error,
    })
  if (status < 300)
    return new Refusal('upstream_invalid', `Provider "${provider}" sent an answer that cannot be read`, {
      cause: error,
    })
  if (status < 400)
    return new Refusal(
      'upstream_invalid',
      `Provider "${provider}" answered with a redirect (${status}), which is not followed`,
    )
  const headers = new Headers(responseHeaders)
  const words = wordsOf(toValue(responseBody))
  return toForeignFailure(provider, {
    status,
    headers,
    // Its name for a field is not the client's.
    words: { ...words, message: words.message ?? error.message, param: undefined },
  })
}

function toValue(body: string | undefined): unknown {
  try {
    return JSON.parse(body ?? '')
  } catch {
    return undefined
  }
}

/** Errors inside streams come as the provider wrote them: `{ type, message, code }`, or such an object within `error`. */
function fromEvent(provider: string, error: unknown): Refusal | undefined {
  if (error instanceof Error || typeof error !== 'object' || error === null) {
    return typeof error === 'string'
      ? toForeignFailure(provider, { status: 502, headers: new Headers(), words: { message: error } })
      : undefined
  }
  const inner = (error as JsonObject).error
  const { message, code, status, statusCode, type } = (
    typeof inner === 'object' && inner !== null ? inner : error
  ) as JsonObject
  const told = [status, statusCode, code]
    .map(value => (typeof value === 'object' ? Number.NaN : Number(value)))
    .find(value => value >= 400 && value <= 599)
  const known = typeof type === 'string' ? statusOfType[type] : undefined
  return toForeignFailure(provider, {
    status: told ?? known ?? 502,
    headers: new Headers(),
    words: { message: typeof message === 'string' ? message : 'no message' },
  })
}

/** Types of errors that stand for a status, where an event has no status of its own. */
const statusOfType: Readonly<Record<string, number>> = {
  invalid_request_error: 400,
  not_found_error: 404,
  rate_limit_error: 429,
  api_error: 500,
  overloaded_error: 529,
}

/** Packages also throw plain errors at answers that they did not foresee. */
export function unreadable(provider: string, error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof Unreachable || fromModelError(provider, error))
    return error
  return new Refusal('upstream_invalid', `Provider "${provider}" sent an answer that cannot be read`, {
    cause: error,
  })
}
