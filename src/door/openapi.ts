import { toJsonSchema } from '@valibot/to-json-schema'
import * as v from 'valibot'
import type { Api } from '../api.ts'
import type { Dialect } from '../dialect.ts'
import type { Passage } from '../passage.ts'
import { json, refusals } from './openapi-refusals.ts'

/** The one place that knows how the API document is made; routes carry a `detail`, never a schema. */
export type Detail = Readonly<Record<string, unknown>>

/** JSON Schema of what a client may send: defaults and transformations are on our side. */
function jsonSchema(schema: v.GenericSchema): Record<string, unknown> {
  const { $schema: _, ...rest } = toJsonSchema(schema, { typeMode: 'input', errorMode: 'ignore' })
  return rest as Record<string, unknown>
}

const operationId = (method: string, path: string) =>
  method.toLowerCase() +
  path
    .replace(/[^a-z0-9]+([a-z0-9])/gi, (_, letter: string) => letter.toUpperCase())
    .replace(/[^a-z0-9]/gi, '')

/** What a caller says outside the body: in the path, the query and the headers. */
function parametersOf({ path, rest, heeds = {}, query }: Api) {
  const named = [...path.matchAll(/:(\w+)/g)].map(match => match[1]!)
  const text = { schema: { type: 'string' } }
  const { properties = {}, required = [] } = (query ? jsonSchema(query) : {}) as {
    readonly properties?: Readonly<Record<string, { readonly description?: string }>>
    readonly required?: readonly string[]
  }
  return [
    ...[...named, ...(path.endsWith('*') ? [rest ?? '*'] : [])].map(name => ({
      name,
      in: 'path',
      required: true,
      ...text,
    })),
    ...Object.entries(properties).map(([name, schema]) => ({
      name,
      in: 'query',
      required: required.includes(name),
      ...(schema.description !== undefined && { description: schema.description }),
      schema,
    })),
    ...Object.entries(heeds).map(([name, description]) => ({
      name,
      in: 'header',
      required: false,
      description,
      ...text,
    })),
  ]
}

/** The good answer, and the refusals that callers should expect. */
function responsesOf({ access, answer, body, query, refusals: more = [] }: Api) {
  const { type, schema = type === undefined ? undefined : v.string() } = answer
  const content =
    schema &&
    Object.fromEntries(
      [type ?? 'application/json'].flat().map(type => [type, { schema: jsonSchema(schema) }]),
    )
  const expected = [
    ...(body || query ? [400] : []),
    ...(access === 'anyone' ? [] : [401]),
    ...(body ? [413] : []),
    ...more,
  ]
  return {
    [answer.status ?? 200]: {
      description: answer.about,
      ...(content && { content }),
      ...(answer.headers && { headers: describeHeaders(answer.headers) }),
    },
    ...refusals([...new Set(expected)]),
  }
}

/** The documentation of one endpoint, from the schemas that validate it. */
export function describeApi(api: Api): Detail {
  return {
    operationId: operationId(api.method, api.path.replace('*', `:${api.rest ?? 'rest'}`)),
    summary: api.summary,
    ...(api.description !== undefined && { description: api.description }),
    tags: [api.tag],
    parameters: parametersOf(api),
    ...(api.body && {
      requestBody: {
        required: true,
        content: {
          'application/json': {
            schema: jsonSchema(api.body),
            ...(api.example !== undefined && { example: api.example }),
          },
        },
      },
    }),
    responses: responsesOf(api),
    security: api.access === 'anyone' ? [] : [{ bearer: [] }, { apiKey: [] }],
    ...(api.hidden && { hide: true }),
  }
}

const describeHeaders = (headers: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    Object.entries(headers).map(([name, description]) => [name, { description, schema: { type: 'string' } }]),
  )

/** Endpoints that end in `*`: the document generator leaves them out, so they are written down here, with a name. */
export function describeRests(base: string, apis: readonly Api[], passages: readonly Passage[]) {
  const rests = [
    ...apis
      .filter(({ rest, hidden }) => rest !== undefined && !hidden)
      .map(api => ({ ...api, detail: describeApi(api) })),
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

/** The documentation of one method of a passage: what goes in and out belongs to the provider. */
export function describePassage(passage: Passage, method: Passage['methods'][number]): Detail {
  const { path, about, tag = 'Models', takes } = passage
  const open = { type: 'object', additionalProperties: true }
  const anything = { schema: {} }
  const hasBody = takes !== undefined && /^P/.test(method)
  return {
    operationId: operationId(method, path.replace('*', `:${restName(passage)}`)),
    summary: about,
    tags: [tag],
    parameters: [...path.matchAll(/:(\w+)/g)]
      .map(match => match[1]!)
      .concat(path.endsWith('*') ? restName(passage) : [])
      .map(name => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
    ...(hasBody && {
      requestBody: {
        required: takes !== 'any',
        content: Object.fromEntries(
          bodies[takes].map(type => [type, takes === 'any' ? anything : { schema: open }]),
        ),
      },
    }),
    responses: {
      200: {
        description: "The provider's answer",
        ...(method !== 'HEAD' && { content: { ...json(open), '*/*': anything } }),
      },
      ...refusals([400, 401, 403, 404, 413, 429, 502, 503, 504]),
    },
    security: [{ bearer: [] }, { apiKey: [] }],
  }
}

/** The documentation of a dialect: its bodies belong to its vendor and pass through, so they are open objects here. */
export function describeDialect(dialect: Dialect): Detail {
  const open = { type: 'object', additionalProperties: true }
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
            properties: { model: { type: 'string' }, stream: { type: 'boolean' } },
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
          'text/event-stream': { schema: { type: 'string' } },
        },
      },
      ...refusals([400, 401, 403, 404, 413, 429, 502, 503, 504]),
    },
    security: [{ bearer: [] }, { apiKey: [] }],
  }
}
