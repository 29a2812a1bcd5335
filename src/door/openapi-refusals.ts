import type { Api } from '../contract/api.ts'
import type { Dialect, Endpoint } from '../contract/dialect.ts'
import type { Passage } from '../contract/passage.ts'
import { type Code, codes, plainRefusal, Refusal } from '../errors.ts'
import { refer, refersTo } from './openapi-parts.ts'

/** The documentation of a body of this schema. */
export const json = (schema: object, more: object = {}) => ({ 'application/json': { schema, ...more } })

const error = {
  message: { type: 'string' },
  type: { type: 'string' },
  param: { type: ['string', 'null'] },
  code: { type: ['string', 'null'] },
}
const errorSchema = (required: readonly string[], properties: object, more: object = {}) => ({
  type: 'object',
  required: ['error'],
  properties: { error: { type: 'object', required, properties }, ...more },
})

/** The gateway's own words. */
const ours = errorSchema(['message', 'type', 'code'], error)
/** In the language of the call, which may be another one: all have a message; some number their codes, and say who asked. */
const others = errorSchema(
  ['message'],
  { ...error, code: { type: ['string', 'integer', 'null'] }, status: { type: 'string' } },
  { type: { const: 'error' }, request_id: { type: 'string' } },
)

/** What a status means, and a code that has it. */
const meanings: Readonly<Record<number, readonly [text: string, code: Code]>> = {
  400: ['The request is malformed', 'invalid_request'],
  401: ['The key is missing or not valid', 'invalid_api_key'],
  403: ['Not allowed', 'forbidden'],
  404: ['Not found', 'not_found'],
  405: ['The address takes other methods', 'method_not_allowed'],
  409: ['In conflict with what is stored', 'conflict'],
  412: ['Changed by somebody else in the meantime', 'version_conflict'],
  413: ['The body is too large', 'request_too_large'],
  415: ['The body is packed in a way that nobody knows', 'invalid_request'],
  422: ['Well-formed, but the values do not make sense', 'invalid_value'],
  426: ['The address takes no WebSockets, or nothing else', 'unsupported_operation'],
  429: ['Too many requests', 'rate_limit_exceeded'],
  502: ['The provider failed', 'upstream_error'],
  503: ['Not available at the moment', 'model_unavailable'],
  504: ['The provider did not answer in time', 'upstream_timeout'],
  529: ['The provider is overloaded', 'upstream_overloaded'],
}

/** Headers that only some refusals carry. */
const extraHeaders = (status: number, { heals }: { readonly heals: boolean }): readonly string[] => [
  ...(status === 401 ? ['www-authenticate'] : []),
  ...(heals ? ['retry-after'] : ['x-should-retry']),
]

type Refusing = Pick<Api | Dialect | Passage, 'path'> & Pick<Endpoint, 'refusal' | 'idHeader'>

/** The documentation of the refusals that callers should expect, by status, with what the endpoint really says. */
export type DescribeRefusals = (endpoint: Refusing, statuses: readonly number[]) => object

/** The id of the call in examples. */
const ID = '6f1c2a34-9d1b-4c6e-8f0a-5b7d3e2c1a90'

/**
 * Refusals for one document. Each stands once in its `components.responses`: they are few, at many addresses.
 *
 * @param dialects Who speaks a language is known by the headers that it has of its own.
 */
export function createRefusals(dialects: readonly Pick<Dialect, 'forwardedHeaders'>[]) {
  const responses: Record<string, object> = {}
  const names = new Map<string, string>()
  const clients = [[], ...dialects.map(({ forwardedHeaders }) => forwardedHeaders)]

  /** In each shape that it may have, which for most endpoints is one. */
  function shapesOf({ path, refusal: render }: Refusing, refusal: Refusal): readonly unknown[] {
    const said = clients.map(headers => {
      const request = new Request(`http://localhost${path}`, {
        headers: Object.fromEntries(headers.map(name => [name, 'x'])),
      })
      return JSON.stringify(render?.(refusal, request, ID) ?? plainRefusal(refusal))
    })
    return [...new Set(said)].map(shape => JSON.parse(shape))
  }

  function responseOf(endpoint: Refusing, status: number): object {
    const [text, code] = meanings[status] ?? ['Refused', 'invalid_request']
    const schema = 'access' in endpoint && endpoint.refusal === undefined ? ours : others
    const shapes = shapesOf(endpoint, new Refusal(code, text, { status }))
    const headers = ['x-request-id', ...extraHeaders(status, codes[code])]
    return {
      description: text,
      headers: {
        ...refersTo('headers', headers),
        ...(endpoint.idHeader !== undefined && { [endpoint.idHeader]: refer('headers', 'x-request-id') }),
      },
      content: json(schema, {
        examples: Object.fromEntries(shapes.map((value, i) => [`shape${i + 1}`, { summary: code, value }])),
      }),
    }
  }

  const describe: DescribeRefusals = (endpoint, statuses) =>
    Object.fromEntries(
      statuses.map(status => {
        const response = responseOf(endpoint, status)
        const key = JSON.stringify(response)
        const name = names.get(key) ?? `refusal${status}_${names.size}`
        names.set(key, name)
        responses[name] = response
        return [status, refer('responses', name)]
      }),
    )
  return { describe, responses }
}
