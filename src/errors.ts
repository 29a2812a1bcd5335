import { didYouMean } from './base/nearest.ts'
import type { Usage } from './types.ts'

/**
 * Every way in which the gateway says no. `heals` tells whether the same call may succeed when it is sent again
 * unchanged; where it cannot, clients are told not to retry.
 */
export const codes = {
  invalid_request: { status: 400, heals: false },
  /** This target cannot do what the field asks for; another one may. */
  unsupported_parameter: { status: 400, heals: false },
  /** This target does not offer the operation; another one may. */
  unsupported_operation: { status: 400, heals: false },
  /** It says what the operator does not let through, in the question or in the answer. */
  guardrail_blocked: { status: 400, heals: false },
  invalid_api_key: { status: 401, heals: false },
  /** Who calls cannot be told, because an identity provider, or the database, cannot be asked. */
  identity_unavailable: { status: 503, heals: true },
  forbidden: { status: 403, heals: false },
  model_access_denied: { status: 403, heals: false },
  model_not_found: { status: 404, heals: false },
  not_found: { status: 404, heals: false },
  method_not_allowed: { status: 405, heals: false },
  conflict: { status: 409, heals: false },
  version_conflict: { status: 412, heals: false },
  request_too_large: { status: 413, heals: false },
  invalid_value: { status: 422, heals: false },
  rate_limit_exceeded: { status: 429, heals: true },
  /** There will be room again, but not soon; or never for a call of this size. */
  quota_exceeded: { status: 429, heals: false },
  client_closed: { status: 499, heals: true },
  internal_error: { status: 500, heals: false },
  upstream_error: { status: 502, heals: true },
  upstream_unreachable: { status: 502, heals: true },
  upstream_rejected: { status: 502, heals: false },
  upstream_invalid: { status: 502, heals: true },
  upstream_cut: { status: 502, heals: true },
  /** What is asked for is in the database, or would have to be, and that does not answer. */
  database_unavailable: { status: 503, heals: true },
  model_unavailable: { status: 503, heals: true },
  /** A service that has to agree does not answer. */
  guardrail_unavailable: { status: 503, heals: true },
  shutting_down: { status: 503, heals: true },
  upstream_timeout: { status: 504, heals: true },
  /** A provider's address leads back here, again and again. */
  loop_detected: { status: 508, heals: false },
  upstream_overloaded: { status: 529, heals: true },
} as const satisfies Record<string, { status: number; heals: boolean }>

export type Code = keyof typeof codes

/** What speaks against a provider, and against nobody else. */
export const upstreamFaults: ReadonlySet<string> = new Set(
  Object.keys(codes).filter(code => code.startsWith('upstream_')),
)

export interface RefusalOptions {
  /** The field of the request that is wrong. */
  readonly param?: string
  /** The provider's own code, for clients that act on it: `context_length_exceeded`. */
  readonly word?: string
  /** For the log only; never shown. */
  readonly cause?: unknown
  /** Overrides the status of the code: an upstream's own 400 or 409 stays what it was. */
  readonly status?: number
  /** Seconds after which a retry makes sense. */
  readonly retryAfter?: number
  /** The provider's own error body, already in the client's dialect. */
  readonly body?: unknown
  /** What the failure has cost all the same. */
  readonly usage?: Usage | undefined
}

/** An answer that says no. Anything else that is thrown is a bug. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly code: Code
  readonly status: number
  readonly heals: boolean
  readonly param: string | undefined
  readonly word: string | undefined
  readonly retryAfter: number | undefined
  readonly body: unknown
  readonly usage: Usage | undefined

  constructor(code: Code, message: string, options: RefusalOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    if (!Object.hasOwn(codes, code)) {
      throw new TypeError(
        `Cannot refuse with "${code}": there is no such code${didYouMean(code, Object.keys(codes))}`,
      )
    }
    this.code = code
    this.status = options.status ?? codes[code].status
    this.heals = codes[code].heals
    // What is wrong with the whole body has no name.
    this.param = options.param === '' ? undefined : options.param
    this.word = options.word
    this.retryAfter = options.retryAfter
    this.body = options.body
    this.usage = options.usage
  }
}

/** Stops the request with an answer in the client's dialect. */
export function refuse(code: Code, message: string, options?: RefusalOptions): never {
  throw new Refusal(code, message, options)
}

/** A refusal stays what it is; a bug becomes a 500 that tells the client nothing. */
export const toRefusal = (error: unknown): Refusal =>
  error instanceof Refusal
    ? error
    : new Refusal('internal_error', 'The gateway failed to handle this request', { cause: error })

/** Mistakes in configuration: they stop the start, or a reload, with one line. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  /** Everything that was found, one line each; the message is the first of them. */
  readonly problems: readonly string[]

  constructor(problems: string | readonly string[], options?: ErrorOptions) {
    const all = typeof problems === 'string' ? [problems] : problems
    const more = all.length > 1 ? ` (and ${all.length - 1} more: "modelway check" names them all)` : ''
    super(`${all[0] ?? 'The configuration is wrong'}${more}`, options)
    this.problems = all
  }
}

/** The error shape of everything that is not a dialect of its own. */
export const plainRefusal = (refusal: Refusal) => ({
  error: {
    message: refusal.message,
    type: typeOf(refusal.status),
    param: refusal.param ?? null,
    code: refusal.word ?? refusal.code,
  },
})

const typeOf = (status: number): string =>
  status === 429 ? 'requests' : status < 500 ? 'invalid_request_error' : 'server_error'
