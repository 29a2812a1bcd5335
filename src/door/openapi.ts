import * as v from 'valibot'
import type { Api } from '../contract/api.ts'
import type { Dialect } from '../contract/dialect.ts'
import type { Passage } from '../contract/passage.ts'
import { inPath, parametersOf } from './openapi-parameters.ts'
import { json, refusals } from './openapi-refusals.ts'
import type { ToSchema } from './openapi-schemas.ts'
import { onlyAsks } from './readers.ts'

/** The one place that knows how the API document is made; routes carry a `detail`, never a schema. */
export type Detail = Readonly<Record<string, unknown>>

export const operationId = (method: string, path: string) =>
  method.toLowerCase() +
  path
    .replace(/[^a-z0-9]+([a-z0-9])/gi, (_, letter: string) => letter.toUpperCase())
    .replace(/[^a-z0-9]/gi, '')

/** Of bodies: too large, or packed in a way that nobody knows. */
const OF_BODIES = [413, 415]

/** The good answer, and the refusals that callers should expect. */
function responsesOf(api: Api, toSchema: ToSchema) {
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
      ...(answer.headers && { headers: describeHeaders(answer.headers) }),
    },
    ...refusals(api, expected),
  }
}

/** The documentation of one endpoint, from the schemas that validate it. */
export function describeApi(api: Api, toSchema: ToSchema): Detail {
  return {
    operationId: operationId(api.method, api.path.replace('*', `:${api.rest ?? 'rest'}`)),
    summary: api.summary,
    ...(api.description !== undefined && { description: api.description }),
    tags: [api.tag],
    parameters: parametersOf(api, toSchema),
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
    responses: responsesOf(api, toSchema),
    security: api.access === 'anyone' ? [] : [{ bearer: [] }, { apiKey: [] }],
    ...(api.hidden && { hide: true }),
  }
}

const describeHeaders = (headers: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    Object.entries(headers).map(([name, description]) => [name, { description, schema: { type: 'string' } }]),
  )

export interface Documented {
  readonly base: string
  readonly api: readonly Api[]
  readonly passages: readonly Passage[]
}

/** Endpoints that end in `*`: the document generator leaves them out, so they are written down here, with a name. */
export function describeRests({ base, api: apis, passages }: Documented, toSchema: ToSchema) {
  const rests = [
    ...apis
      .filter(({ rest, hidden }) => rest !== undefined && !hidden)
      .map(api => ({ ...api, detail: describeApi(api, toSchema) })),
    ...passages.flatMap(passage =>
      passage.methods.map(method => ({
        path: passage.path,
        rest: restName(passage),
        method,
        detail: describePassage(passage, method),
      })),
    ),
  ].filter(({ path }) => path.endsWith('*'))
  const byPath = Map.groupBy(rests, ({ path, rest }) => base + namedPath(path, rest))
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

const restName = ({ rest = 'rest' }: Passage): string => rest

const bodies = {
  json: ['application/json'],
  form: ['multipart/form-data'],
  any: ['application/json', 'multipart/form-data', '*/*'],
} as const

const open = { type: 'object', additionalProperties: true }
const anything = { schema: {} }
const contents: Readonly<Record<string, object>> = {
  'application/json': { schema: open },
  'text/event-stream': { schema: { type: 'string' } },
  '*/*': anything,
}

/** Where a call goes on to a provider. */
export const FORWARDED = [400, 403, 404, 429, 502, 504]

/** What a passage answers to a method, the good answer first. */
function responsesOfPassage(passage: Passage, method: Passage['methods'][number], hasBody: boolean) {
  const { gives = ['application/json', '*/*'], refusals: own = FORWARDED } = passage
  const isSent = (type: string) => method !== 'HEAD' && (method !== 'DELETE' || type !== 'text/event-stream')
  const content = gives.filter(isSent).map(type => [type, contents[type]])
  const good = {
    description: 'The answer',
    ...(content.length > 0 && { content: Object.fromEntries(content) }),
  }
  return {
    ...(gives.length > 0 && { 200: good }),
    ...refusals('others', [...own, 401, ...(hasBody ? OF_BODIES : []), 503]),
  }
}

/** The documentation of one method of a passage: what goes in and out belongs to the provider. */
export function describePassage(passage: Passage, method: Passage['methods'][number]): Detail {
  const { path, about, tag = 'Models', takes } = passage
  const hasBody = takes !== undefined && /^P/.test(method)
  return {
    operationId: operationId(method, path.replace('*', `:${restName(passage)}`)),
    summary: about,
    tags: [tag],
    parameters: [...path.matchAll(/:(\w+)/g)]
      .map(match => match[1]!)
      .concat(path.endsWith('*') ? restName(passage) : [])
      .map(inPath),
    ...(hasBody && {
      requestBody: {
        required: takes !== 'any',
        content: Object.fromEntries(
          bodies[takes].map(type => [type, takes === 'any' ? anything : { schema: open }]),
        ),
      },
    }),
    responses: responsesOfPassage(passage, method, hasBody),
    security: [{ bearer: [] }, { apiKey: [] }],
  }
}

/** How any dialect says that it wants a stream. */
const ASKS_STREAM = { stream: true, stream_format: 'sse' }

/** The documentation of a dialect: its bodies belong to its vendor and pass through, so they are open objects here. */
export function describeDialect(dialect: Dialect): Detail {
  const streams = dialect.isStream(ASKS_STREAM)
  return {
    operationId: operationId('post', dialect.path),
    summary: dialect.about,
    tags: ['Models'],
    requestBody: {
      required: true,
      content: {
        [dialect.takes === 'form' ? 'multipart/form-data' : 'application/json']: {
          schema: {
            ...open,
            ...(dialect.read === undefined && { required: ['model'] }),
            properties: {
              model: { type: 'string' },
              ...(dialect.isStream({ stream: true }) && { stream: { type: 'boolean' } }),
            },
          },
        },
      },
    },
    responses: {
      200: {
        description: "The model's answer",
        content: {
          ...json(open),
          ...(dialect.gives === 'any' && { '*/*': { schema: { type: 'string', format: 'binary' } } }),
          ...(streams && { 'text/event-stream': { schema: { type: 'string' } } }),
        },
      },
      ...refusals('others', [...FORWARDED, 401, ...OF_BODIES, 503]),
    },
    security: [{ bearer: [] }, { apiKey: [] }],
  }
}
