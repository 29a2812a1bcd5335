import { isObject } from '../contract/loose-json.ts'
import { type Code, Refusal } from '../errors.ts'
import type { Arrival, ArrivalHeaders } from '../http/arrival.ts'
import type { JsonObject, Usage } from '../types.ts'
import { type Words, wordsOf } from './provider-words.ts'

interface Verdict {
  readonly code: Code
  readonly says: string
  /** The caller's own mistake: the provider's words go through, and no other target is asked. */
  readonly pass?: true
}

/**
 * What a provider's status means, in one table. Where it is not the caller's mistake, the provider's words may hold
 * account data and stay here. Whether a target is tried again, the next one asked, or the answer given back follows
 * from the code: see `isNextWorthwhile` and `pauseBefore`.
 */
const statuses: Readonly<Record<number, Verdict>> = {
  400: { code: 'invalid_request', pass: true, says: 'rejected the request' },
  401: { code: 'upstream_rejected', says: "rejected the gateway's credentials" },
  402: { code: 'upstream_rejected', says: 'asks the operator of the gateway to pay' },
  403: { code: 'upstream_rejected', says: 'does not allow the gateway this call' },
  404: { code: 'model_not_found', pass: true, says: 'does not know this model' },
  408: { code: 'upstream_timeout', says: 'gave up on the request' },
  409: { code: 'conflict', pass: true, says: 'reports a conflict' },
  413: { code: 'request_too_large', pass: true, says: 'finds the request too large' },
  415: { code: 'invalid_request', pass: true, says: 'rejected the request' },
  422: { code: 'invalid_request', pass: true, says: 'rejected the request' },
  429: { code: 'rate_limit_exceeded', says: 'is limiting the rate of the gateway' },
  529: { code: 'upstream_overloaded', says: 'is overloaded' },
  504: { code: 'upstream_timeout', says: 'timed out' },
  508: { code: 'loop_detected', says: 'leads back to this gateway' },
}

/** A provider's failed answer as a refusal of ours. */
export function toFailure(
  provider: string,
  response: Pick<Arrival, 'status' | 'headers'>,
  json: JsonObject | undefined,
): Refusal {
  const { status, headers } = response
  if (status >= 300 && status < 400) {
    const message = `Provider "${provider}" answered with a redirect (${status}), which is not followed`
    return new Refusal('upstream_invalid', message)
  }
  const words = wordsOf(json)
  // A client that speaks the provider's language reads its errors, too: they pass as they are. What is in no shape that
  // such clients know is told in ours.
  if (statuses[status]?.pass && isObject(json?.error) && !isAboutKey(words.message))
    return toRefusalOf(provider, status, { body: json, word: wordFor(words) })
  return toForeignFailure(provider, { status, headers, words })
}

interface ForeignFailure {
  readonly status: number
  readonly headers: ArrivalHeaders
  /** The provider's words; they go on where they speak of the caller's mistake. */
  readonly words: Partial<Words>
  readonly usage?: Usage | undefined
}

/** A failed answer in another language than the client's: its status and its words, nothing else of it. */
export function toForeignFailure(
  provider: string,
  { status, headers, words: { message, code, param, retryAfter: asked }, usage }: ForeignFailure,
): Refusal {
  const retryAfter = readRetryAfter(headers, Date.now()) ?? asked
  // To wait is no use: somebody has to pay.
  if (code === 'insufficient_quota') return toRefusalOf(provider, 402, { usage })
  const verdict = statuses[status]
  if (!verdict?.pass || message === undefined)
    return toRefusalOf(provider, status, { usage, ...(retryAfter !== undefined && { retryAfter }) })
  if (isAboutKey(message)) return toRefusalOf(provider, 401, { usage })
  const word = wordFor({ message, code })
  return new Refusal(verdict.code, message.slice(0, LONGEST_MESSAGE), {
    status,
    usage,
    ...(word !== undefined && { word }),
    ...(param !== undefined && { param }),
  })
}

/** What OpenAI calls a prompt that a model cannot read to its end. */
const TOO_LONG_WORD = 'context_length_exceeded'

const wordFor = ({ message = '', code }: Partial<Words>): string | undefined =>
  TOO_LONG.test(message) ? TOO_LONG_WORD : code

/** Agents that read OpenAI's word for this make room and go on; every provider says it in words of its own. */
const TOO_LONG =
  /\b(?:prompt is too long|maximum (?:context|prompt) length|context[_ ](?:length|window) (?:is |was )?exceed\w*|exceeds? the (?:model's )?(?:context|maximum number of tokens)|input is too long|too many (?:input )?tokens)\b/i

/** Some answer 400 to a key that they do not know. The caller's own key never gets there: it is the gateway's. */
const isAboutKey = (message: string | undefined): boolean => message !== undefined && ABOUT_KEY.test(message)
const ABOUT_KEY =
  /\b(?:api key (?:is )?(?:not valid|invalid|expired|not found)|(?:invalid|incorrect) api key)\b/i

/** Characters of a provider's words that go on to a caller. */
const LONGEST_MESSAGE = 2000

/** A failure that came with a good status, and perhaps with a bill. */
export const toHiddenFailure = (
  provider: string,
  { status, message }: { status: number; message: string },
  usage?: Usage,
): Refusal => toForeignFailure(provider, { status, headers: new Headers(), words: { message }, usage })

function toRefusalOf(
  provider: string,
  status: number,
  options: { body?: unknown; retryAfter?: number; usage?: Usage | undefined; word?: string | undefined },
): Refusal {
  const verdict = statuses[status]
  const message = `Provider "${provider}" ${verdict?.says ?? 'failed'} (status ${status})`
  const { word, ...rest } = options
  return new Refusal(verdict?.code ?? 'upstream_error', message, {
    ...rest,
    ...(word !== undefined && { word }),
    ...(verdict?.pass && { status }),
  })
}

/** Nobody is told to wait for longer (seconds). */
const LONGEST_WAIT = 3600

const NUMBER = /^\d+(?:\.\d+)?$/
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/

/** Seconds to wait, from `retry-after-ms` or `retry-after` (seconds or a date, RFC 9110 10.2.3); undefined when unsaid or nonsense. */
export function readRetryAfter(headers: Pick<Headers, 'get'>, now: number): number | undefined {
  const ms = headers.get('retry-after-ms')?.trim() ?? ''
  const text = headers.get('retry-after')?.trim() ?? ''
  let seconds = Number.NaN
  if (NUMBER.test(ms)) seconds = Number(ms) / 1000
  else if (NUMBER.test(text)) seconds = Number(text)
  else if (HTTP_DATE.test(text)) seconds = (Date.parse(text) - now) / 1000
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0), LONGEST_WAIT) : undefined
}

/**
 * A caller's mistake is a mistake everywhere, and so is a bug of ours; a provider's trouble is not, nor is a prompt that
 * this model cannot read to its end: another one may.
 */
export const isNextWorthwhile = ({ code, status, word }: Refusal): boolean =>
  code !== 'internal_error' &&
  (status === 429 || status >= 500 || elsewhere.has(code) || word === TOO_LONG_WORD)

/** What one target cannot do, another one may. */
const elsewhere: ReadonlySet<Code> = new Set([
  'model_not_found',
  'unsupported_parameter',
  'unsupported_operation',
])

const FIRST_PAUSE = 250
const LONGEST_PAUSE = 5000
const again: ReadonlySet<Code> = new Set([
  'rate_limit_exceeded',
  'upstream_error',
  'upstream_overloaded',
  'upstream_unreachable',
  'upstream_invalid',
])

/**
 * Milliseconds to wait before the only target is tried for the `tried + 2`nd time: what the provider asks for, else
 * twice as long each time, with jitter so that many clients do not come back at once. Undefined: do not try again.
 */
export function pauseBefore(tried: number, { code, retryAfter }: Refusal): number | undefined {
  if (!again.has(code)) return undefined
  // Timers drop fractions, and may be a millisecond early: who is back too soon is not let through.
  if (retryAfter !== undefined)
    return retryAfter * 1000 <= LONGEST_PAUSE ? Math.ceil(retryAfter * 1000) + 1 : undefined
  return Math.min(FIRST_PAUSE * 2 ** tried, LONGEST_PAUSE) * (0.5 + Math.random() / 2)
}

/**
 * One answer for several failures: what the caller can mend by making room, whatever the others suffered from; else what
 * they agree on, else 503 with the reasons.
 */
export function summarize(failures: readonly Refusal[]): Refusal {
  const tooLong = failures.findLast(({ word }) => word === TOO_LONG_WORD)
  if (tooLong !== undefined) return tooLong
  const [first] = failures
  if (first === undefined) return new Refusal('model_unavailable', 'No target is left to try')
  const waits = failures.flatMap(({ retryAfter }) => (retryAfter === undefined ? [] : [retryAfter]))
  const soonest = waits.length > 0 ? { retryAfter: Math.min(...waits) } : {}
  if (failures.every(({ message }) => message === first.message)) {
    return failures.find(({ retryAfter }) => retryAfter === soonest.retryAfter) ?? first
  }
  const reasons = [...new Set(failures.map(({ message }) => message))].join('; ')
  const code = failures.every(({ code }) => code === first.code) ? first.code : 'model_unavailable'
  return new Refusal(code, `No target could answer: ${reasons}`, soonest)
}
