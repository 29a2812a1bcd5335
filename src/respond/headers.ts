import type { LimitStyle } from '../contract/dialect.ts'
import type { Refusal } from '../errors.ts'
import type { Exchange } from '../exchange.ts'
import { limitNames, tellLimits } from './limits.ts'
import { warningHeader } from './warning-header.ts'

/** As HTTP calls them. */
type Fields = Record<string, string>

/**
 * Headers that the gateway itself gives an answer of a type; an empty type is none. `added` are those of plugins.
 *
 * @param revealServed Callers are told who served, what the provider says of its limits, and where the time went.
 */
export const createHeaders =
  (revealServed: boolean) =>
  (x: Exchange, type: string, added?: Fields): Fields => {
    const headers: Fields =
      type === '' ? { 'x-request-id': x.id } : { 'content-type': type, 'x-request-id': x.id }
    if (x.endpoint.idHeader !== undefined) headers[x.endpoint.idHeader] = x.id
    if (revealServed) tellServed(headers, x, added)
    if (x.warnings.length + x.overruled.length > 0)
      headers['x-modelway-warning'] = warningHeader([...x.overruled, ...x.warnings])
    return headers
  }

function tellServed(headers: Fields, x: Exchange, added: Fields | undefined): void {
  if (x.target && (x.attempts.length > 0 || x.recalled !== undefined)) {
    headers['x-modelway-model'] = headerSafe(x.target.model)
    headers['x-modelway-provider'] = headerSafe(x.target.provider)
    headers['x-modelway-attempts'] = String(x.attempts.length)
    // Known where the answer is: the head of a stream goes out before its end.
    if (x.settled) headers['x-modelway-overhead-ms'] = String(Math.round(overheadOf(x) * 100) / 100)
    // A limit of ours goes before one of the provider's, which other callers use up, too.
    if (x.limits !== undefined)
      Object.assign(headers, tellLimits(x.limits, x.endpoint.limits ?? 'openai', Date.now()), limitsIn(added))
  }
  if (x.queuedMs > 0) headers['x-modelway-queued-ms'] = String(Math.round(x.queuedMs))
}

/** Milliseconds that the gateway itself took, and the client while it sent: all but the waiting for room, and for providers. */
const overheadOf = ({ totalMs, upstreamMs, queuedMs }: Exchange): number =>
  Math.max(0, totalMs - upstreamMs - queuedMs)

const limitsIn = (headers: Fields | undefined): Fields | undefined =>
  headers && Object.fromEntries(Object.entries(headers).filter(([name]) => name.includes('ratelimit-')))

/** What the headers of a model's answer tell, for the API document. */
export const answerTells: Readonly<Record<string, string>> = {
  'x-request-id': 'The id of the call: of its record, in the log, and for feedback',
  'x-modelway-model': 'The model that answered, as its provider calls it',
  'x-modelway-provider': 'The provider that answered',
  'x-modelway-attempts': 'How many targets were asked until one answered',
  'x-modelway-overhead-ms': "Milliseconds of a whole answer's time that were not the provider's",
  'x-modelway-queued-ms': 'Milliseconds that the call stood in line for room; absent where it did not',
  'x-modelway-warning':
    'What of the request was left out, or set by an operator; absent where all of it was heard',
}

/** What the headers of a refusal tell, beside the id. */
export const refusalTells: Readonly<Record<string, string>> = {
  'retry-after': 'Seconds after which the same call may succeed; absent where nobody can tell',
  'x-should-retry': '`false`: the same call will not succeed later',
  'www-authenticate': 'How to become known',
}

/** What the headers tell of limits, by the names that clients of a language read. */
export const limitTells = (style: LimitStyle): Readonly<Record<string, string>> =>
  Object.fromEntries(
    (['requests', 'tokens'] as const).flatMap(kind => [
      [
        limitNames[style](kind, 'limit'),
        `How many ${kind} a limit of the caller, else of the provider, allows`,
      ],
      [limitNames[style](kind, 'remaining'), `How many ${kind} of that are left`],
      [limitNames[style](kind, 'reset'), 'When there will be room again'],
    ]),
  )

/** Model names may hold any character; header values may not. */
const headerSafe = (value: string): string =>
  /^[\x21-\x7e]*$/.test(value) ? value : encodeURIComponent(value.toWellFormed())

/** SDKs retry many statuses by themselves; where that is useless they are told. */
export function refusalHeaders(refusal: Refusal, challenge?: string): Fields {
  return {
    ...(refusal.code === 'invalid_api_key' && {
      'www-authenticate': challenge === undefined ? 'Bearer' : `Bearer ${challenge}`,
    }),
    ...(refusal.status >= 400 && !refusal.heals && { 'x-should-retry': 'false' }),
    ...(refusal.retryAfter !== undefined && { 'retry-after': String(Math.ceil(refusal.retryAfter)) }),
  }
}
