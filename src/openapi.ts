import { swagger } from '@elysiajs/swagger'
import { toJsonSchema } from '@valibot/to-json-schema'
import type { GenericSchema } from 'valibot'
import type { Api } from './api.ts'
import type { Dialect } from './dialect.ts'

/** The one place that knows how the API document is made; routes carry a `detail`, never a schema. */
export type Detail = Readonly<Record<string, unknown>>

const json = (schema: object) => ({ 'application/json': { schema } })

/** JSON Schema of what a client may send: defaults and transformations are on our side. */
export function jsonSchema(schema: GenericSchema): Record<string, unknown> {
  const { $schema: _, ...rest } = toJsonSchema(schema, { typeMode: 'input', errorMode: 'ignore' })
  return rest as Record<string, unknown>
}

const errorSchema = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['message', 'type', 'code'],
      properties: {
        message: { type: 'string' },
        type: { type: 'string' },
        param: { type: ['string', 'null'] },
        code: { type: ['string', 'null'] },
      },
    },
  },
}

const statusTexts: Readonly<Record<number, string>> = {
  400: 'The request is malformed',
  401: 'The key is missing or not valid',
  403: 'Not allowed',
  404: 'Not found',
  409: 'In conflict with what is stored',
  412: 'Changed by somebody else in the meantime',
  413: 'The body is too large',
  422: 'Well-formed, but the values do not make sense',
  429: 'Too many requests',
  502: 'The provider failed',
  503: 'Not available at the moment',
  504: 'The provider did not answer in time',
}

const refusals = (statuses: readonly number[]) =>
  Object.fromEntries(
    statuses.map(status => [
      status,
      { description: statusTexts[status] ?? 'Refused', content: json(errorSchema) },
    ]),
  )

const operationId = (method: string, path: string) =>
  method.toLowerCase() +
  path
    .replace(/[^a-z0-9]+([a-z0-9])/gi, (_, letter: string) => letter.toUpperCase())
    .replace(/[^a-z0-9]/gi, '')

/** The documentation of one endpoint, from the schemas that validate it. */
export function describeApi(api: Api): Detail {
  const params = [...api.path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
  const wildcard = api.path.endsWith('*')
    ? [{ name: '*', in: 'path', required: true, schema: { type: 'string' } }]
    : []
  const query = api.query ? jsonSchema(api.query) : {}
  const required = new Set((query.required as string[] | undefined) ?? [])
  const queries = Object.entries(
    (query.properties as Record<string, { description?: string }> | undefined) ?? {},
  ).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.has(name),
    ...(schema.description !== undefined && { description: schema.description }),
    schema,
  }))
  const { answer } = api
  const content = answer.schema
    ? { [answer.type ?? 'application/json']: { schema: jsonSchema(answer.schema) } }
    : undefined
  const expected = [
    ...new Set([
      ...(api.body || api.query ? [400] : []),
      ...(api.access === 'anyone' ? [] : [401]),
      ...(api.refusals ?? []),
    ]),
  ]
  return {
    operationId: operationId(api.method, api.path),
    summary: api.summary,
    ...(api.description !== undefined && { description: api.description }),
    tags: [api.tag],
    parameters: [...params, ...wildcard, ...queries],
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
    responses: {
      [answer.status ?? 200]: { description: answer.about, ...(content && { content }) },
      ...refusals(expected),
    },
    security: api.access === 'anyone' ? [] : [{ bearer: [] }, { apiKey: [] }],
    ...(api.hidden && { hide: true }),
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
      content: json({
        ...open,
        required: ['model'],
        properties: { model: { type: 'string' }, stream: { type: 'boolean' } },
      }),
    },
    responses: {
      200: {
        description: "The model's answer",
        content: { ...json(open), 'text/event-stream': { schema: { type: 'string' } } },
      },
      ...refusals([400, 401, 403, 404, 413, 429, 502, 503, 504]),
    },
    security: [{ bearer: [] }, { apiKey: [] }],
  }
}

/** `/swagger` and `/swagger/json`. The page loads our own copy of its script. */
export function apiDocument({
  version,
  base,
  tags,
}: {
  version: string
  base: string
  tags: readonly { name: string; description: string }[]
}) {
  return swagger({
    path: '/swagger',
    provider: 'scalar',
    scalarCDN: `${base}/swagger/ui.js`,
    scalarConfig: { customCss: '' },
    exclude: ['/swagger', '/swagger/json', '/swagger/ui.js', '/swagger/ui.css'],
    documentation: {
      openapi: '3.1.0',
      info: {
        title: 'Modelway',
        version,
        description:
          'An AI gateway: one address for every model, with names, targets and access that you define.',
        license: { name: 'MIT', identifier: 'MIT' } as never,
      },
      servers: [{ url: base === '' ? '/' : base }],
      tags: [...tags],
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer' },
          apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key' },
        },
      },
    } as never,
  })
}
