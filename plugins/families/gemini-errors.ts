import type { Refusal } from '../../src/errors.ts'

/** What Google calls an error of a status: https://cloud.google.com/apis/design/errors#handling_errors */
const words: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  409: 'ABORTED',
  412: 'FAILED_PRECONDITION',
  429: 'RESOURCE_EXHAUSTED',
  499: 'CANCELLED',
  500: 'INTERNAL',
  502: 'UNAVAILABLE',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
  529: 'UNAVAILABLE',
}

const wordOf = (status: number): string => words[status] ?? (status < 500 ? 'INVALID_ARGUMENT' : 'INTERNAL')

const NO_KEY = 'Send a valid API key in the header "x-goog-api-key"'
/** Said of keys that stand in an address. */
export const KEY_IN_ADDRESS = `${NO_KEY}: one in the address ("?key=") ends in logs, and is not read`

/** The address holds a key, whoever's it is. */
export const hasKey = ({ url }: Pick<Request, 'url'>): boolean => new URL(url).searchParams.has('key')

/**
 * An error as Google's clients expect it. What is wrong, and when to come again, they read from `details`:
 * https://cloud.google.com/apis/design/errors#error_details
 */
export function geminiError({ status, code, word, message, param, retryAfter }: Refusal, request?: Request) {
  const said =
    code === 'invalid_api_key' && request !== undefined && hasKey(request) ? KEY_IN_ADDRESS : message
  const names = param === undefined || said.toLowerCase().includes(param.toLowerCase())
  return {
    error: {
      code: status,
      message: names ? said : `${param}: ${said}`,
      status: wordOf(status),
      details: [
        { '@type': `${TYPES}ErrorInfo`, reason: (word ?? code).toUpperCase(), domain: 'modelway' },
        ...(param === undefined
          ? []
          : [{ '@type': `${TYPES}BadRequest`, fieldViolations: [{ field: param, description: said }] }]),
        ...(retryAfter === undefined
          ? []
          : [{ '@type': `${TYPES}RetryInfo`, retryDelay: `${Math.ceil(retryAfter)}s` }]),
      ],
    },
  }
}

const TYPES = 'type.googleapis.com/google.rpc.'
