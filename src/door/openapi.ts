import * as v from 'valibot'
import type { Api } from '../contract/api.ts'
import type { Dialect } from '../contract/dialect.ts'
import type { Passage } from '../contract/passage.ts'
import { describeDialect, describePassage } from './openapi-calls.ts'
import { parametersOf } from './openapi-parameters.ts'
import {
  type Detail,
  describeHeaders,
  heedsOf,
  OF_BODIES,
  operationId,
  refersTo,
  type Writing,
} from './openapi-parts.ts'
import { onlyAsks } from './readers.ts'

/** The good answer, and the refusals that callers should expect. */
function responsesOf(api: Api, { toSchema, refusals }: Writing) {
  const { access, answer, body, query, refusals: more = [] } = api
  const { type, schema = type === undefined ? undefined : v.string() } = answer
  const content =
    schema &&
    Object.fromEntries([type ?? 'application/json'].flat().map(type => [type, { schema: toSchema(schema) }]))
  const expected = [
    ...(body || query ? [400] : []),
    ...(access === 'anyone' ? [] : [401]),
    // Operators who only read.
    ...(access === 'admin' && !onlyAsks(api) ? [403] : []),
    ...(body ? OF_BODIES : []),
    ...more,
  ]
  return {
    [answer.status ?? 200]: {
      description: answer.about,
      ...(content && { content }),
      headers: {
        ...refersTo('headers', ['x-request-id']),
        ...(answer.headers && describeHeaders(answer.headers)),
      },
    },
    ...refusals(api, expected),
  }
}

/** The documentation of one endpoint, from the schemas that validate it. */
export function describeApi(api: Api, writing: Writing): Detail {
  const { toSchema } = writing
  return {
    operationId: operationId(api.method, api.path.replace('*', `:${api.rest ?? 'rest'}`)),
    summary: api.summary,
    ...(api.description !== undefined && { description: api.description }),
    tags: [api.tag],
    parameters: [
      ...parametersOf(api, toSchema),
      ...(api.access === 'caller' ? heedsOf(writing.heeds.callers) : []),
    ],
    ...(api.body && {
      requestBody: {
        required: true,
        content: {
          'application/json': {
            schema: toSchema(api.body),
            ...(api.example !== undefined && { example: api.example }),
          },
        },
      },
    }),
    responses: responsesOf(api, writing),
    security: api.access === 'anyone' ? [] : [{ bearer: [] }, { apiKey: [] }],
    ...(api.hidden && { hide: true }),
  }
}

export interface Documented {
  readonly base: string
  readonly dialects: readonly Dialect[]
  readonly api: readonly Api[]
  readonly passages: readonly Passage[]
}

interface Rest {
  readonly path: string
  /** What its end is called. */
  readonly rest?: string | undefined
  /** What stands behind that. */
  readonly ending?: string
  readonly method: string
  readonly detail: Detail
}

/** Endpoints that end in `*`: the document generator leaves them out, so they are written down here, with a name. */
export function describeRests({ base, dialects, api: apis, passages }: Documented, writing: Writing) {
  const rests: readonly Rest[] = [
    ...dialects.flatMap(dialect =>
      Object.entries(dialect.said?.endings ?? {}).map(([ending, fields]) => ({
        path: dialect.path,
        rest: 'model',
        ending,
        method: 'POST',
        detail: describeDialect(dialect, writing, { ending, fields }),
      })),
    ),
    ...apis
      .filter(({ rest, hidden }) => rest !== undefined && !hidden)
      .map(api => ({ ...api, detail: describeApi(api, writing) })),
    ...passages.flatMap(passage =>
      passage.methods.map(method => ({
        path: passage.path,
        rest: passage.rest,
        method,
        detail: describePassage(passage, method, writing),
      })),
    ),
  ].filter(({ path }) => path.endsWith('*'))
  const byPath = Map.groupBy(rests, ({ path, rest, ending = '' }) => base + namedPath(path, rest) + ending)
  return Object.fromEntries(
    byPath
      .entries()
      .map(([path, group]) => [
        path,
        Object.fromEntries(group.map(({ method, detail }) => [method.toLowerCase(), detail])),
      ]),
  )
}

const namedPath = (path: string, rest = 'rest'): string =>
  path.replace('*', `{${rest}}`).replace(/:(\w+)/g, '{$1}')
