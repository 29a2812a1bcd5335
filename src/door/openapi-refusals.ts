import type { Endpoint } from '../contract/dialect.ts'

/** The documentation of a body of this schema. */
export const json = (schema: object) => ({ 'application/json': { schema } })

const error = {
  message: { type: 'string' },
  type: { type: 'string' },
  param: { type: ['string', 'null'] },
  code: { type: ['string', 'null'] },
}
const errorSchema = (required: readonly string[], more: object = {}) => ({
  type: 'object',
  required: ['error'],
  properties: { error: { type: 'object', required, properties: error }, ...more },
})

/** The gateway's own words. */
const ours = errorSchema(['message', 'type', 'code'])
/** In the language of the call, which may be another one: all have these in common, and Messages says who asked. */
const others = errorSchema(['message', 'type'], { type: { const: 'error' }, request_id: { type: 'string' } })

const statusTexts: Readonly<Record<number, string>> = {
  400: 'The request is malformed',
  401: 'The key is missing or not valid',
  403: 'Not allowed',
  404: 'Not found',
  405: 'The address takes other methods',
  409: 'In conflict with what is stored',
  412: 'Changed by somebody else in the meantime',
  413: 'The body is too large',
  415: 'The body is packed in a way that nobody knows',
  422: 'Well-formed, but the values do not make sense',
  426: 'The address takes no WebSockets, or nothing else',
  429: 'Too many requests',
  502: 'The provider failed',
  503: 'Not available at the moment',
  504: 'The provider did not answer in time',
}

/**
 * The documentation of the refusals that callers should expect, by status: in the gateway's own words, or, where the
 * endpoint has words of its own, in those.
 */
export const refusals = (whose: 'others' | Partial<Endpoint>, statuses: readonly number[]) => {
  const isOurs = whose !== 'others' && whose.refusal === undefined
  const content = json(isOurs ? ours : others)
  return Object.fromEntries(
    statuses.map(status => [status, { description: statusTexts[status] ?? 'Refused', content }]),
  )
}
