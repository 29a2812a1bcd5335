import type { Refusal } from '../../../src/errors.ts'

/** What Anthropic calls an error of a status: https://platform.claude.com/docs/en/api/errors */
const types: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  500: 'api_error',
  503: 'overloaded_error',
  504: 'timeout_error',
  529: 'overloaded_error',
}

/** The status that a type of error stands for, where an event has no status of its own. */
export const statusOfType: Readonly<Record<string, number>> = {
  ...Object.fromEntries(Object.entries(types).map(([status, type]) => [type, Number(status)])),
  overloaded_error: 529,
}

const typeOf = (status: number): string =>
  types[status] ?? (status < 500 ? 'invalid_request_error' : 'api_error')

/**
 * An error as Anthropic's SDK expects it. There is no place for the field that is wrong, so the message begins with it,
 * as Anthropic's own do; the code stands where the SDK looks for one (`errorCode`).
 */
export function toError({ status, code, word, message, param }: Refusal, id: string) {
  const names = param === undefined || message.toLowerCase().includes(param.toLowerCase())
  const isTooLong = word === 'context_length_exceeded' && !/^prompt is too long/i.test(message)
  return {
    type: 'error',
    error: {
      type: typeOf(status),
      message: isTooLong
        ? `prompt is too long: ${sizesIn(message)}${message}`
        : names
          ? message
          : `${param}: ${message}`,
      details: { error_code: word ?? code, ...(param !== undefined && { param }) },
    },
    request_id: id,
  }
}

/**
 * Agents make room for more when they read that a prompt is too long, and know no other sign; how much, they read from
 * "250000 tokens > 200000 maximum". Others say it in sentences.
 */
function sizesIn(message: string): string {
  const most = Number(/\bmaximum\b\D*(\d+)/.exec(message)?.[1])
  const size = Math.max(...Array.from(message.matchAll(/\d+/g), ([digits]) => Number(digits)))
  return size > most ? `${size} tokens > ${most} maximum. ` : ''
}

/** The same as the last event of a stream. */
export const toErrorEvent = (refusal: Refusal, id: string): string =>
  `event: error\ndata: ${JSON.stringify(toError(refusal, id))}\n\n`
