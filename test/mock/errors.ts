/** Errors as providers write them. */

const kinds: Readonly<Record<number, readonly [type: string, code: string | null]>> = {
  401: ['invalid_request_error', 'invalid_api_key'],
  403: ['insufficient_permissions', null],
  404: ['invalid_request_error', 'model_not_found'],
  429: ['requests', 'rate_limit_exceeded'],
}

/** An error as OpenAI writes it. */
export function errorBody(status: number, message: string): string {
  const [type, code] = kinds[status] ?? [status < 500 ? 'invalid_request_error' : 'server_error', null]
  return JSON.stringify({ error: { message, type, param: null, code } }, null, 2)
}

const anthropicTypes: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  500: 'api_error',
  504: 'timeout_error',
  529: 'overloaded_error',
}

/** An error as Anthropic writes it. */
export const anthropicError = (status: number, message: string): string =>
  JSON.stringify({
    type: 'error',
    error: {
      type: anthropicTypes[status] ?? (status < 500 ? 'invalid_request_error' : 'api_error'),
      message,
    },
    request_id: 'req_mock',
  })

/** An error as Ollama writes it. */
export const ollamaError = (message: string): string => JSON.stringify({ error: message })

const googleStates: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
}

/** An error as Google writes it. */
export const googleError = (status: number, message: string): string =>
  JSON.stringify({ error: { code: status, message, status: googleStates[status] ?? 'UNKNOWN' } })
