import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'
import { defineApi } from '../src/contract/api.ts'
import { definePlugin } from '../src/contract/plugin.ts'
import { MASTER, startGateway, type TestGateway } from './kit.ts'
import { type Json, name, type Route, routesOf } from './openapi-document.ts'

/** The API document is what it says: valid, and complete. */

/** What the linter of the OpenAPI world calls an error. */
async function problemsOf(document: string, folder: string): Promise<readonly unknown[]> {
  const file = join(folder, 'openapi.json')
  await Bun.write(file, document)
  const lint = Bun.spawnSync([process.execPath, 'x', 'redocly', 'lint', '--format=json', file], {
    cwd: join(import.meta.dir, '..'),
    env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' },
  })
  const { totals, problems } = JSON.parse(lint.stdout.toString()) as {
    totals: { errors: number }
    problems: readonly { readonly severity: string; readonly message: string }[]
  }
  rmSync(file)
  const errors = problems.filter(({ severity }) => severity === 'error')
  return totals.errors === errors.length ? errors : [totals]
}

let gateway: TestGateway
let routes: readonly Route[]
beforeAll(async () => {
  gateway = await startGateway()
  routes = await routesOf(gateway)
})
afterAll(() => gateway.close())

/** Our own endpoints; the bodies of all others belong to vendors. */
const OURS = /^\/(?:admin|health|v1\/(?:usage|limits|models|keys))\b/

/** Of what may be null, the words may stand with what it is else. */
const isSaid = ({ description, anyOf = [] }: Json): boolean => description !== undefined || anyOf.some(isSaid)

/** What of a schema has no description: fields by their place, `data[].id`. */
function unsaid(schema: Json, place = ''): string[] {
  const { properties = {}, items, additionalProperties } = schema
  const parts = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])]
  return [
    ...Object.entries(properties).flatMap(([field, inner]) => [
      ...(isSaid(inner) ? [] : [place + field]),
      ...unsaid(inner, `${place}${field}.`),
    ]),
    ...parts.flatMap(part => unsaid(part, place)),
    ...[items, additionalProperties].flatMap(inner =>
      typeof inner === 'object' ? unsaid(inner, `${place}[].`) : [],
    ),
  ]
}

describe('GET /swagger/json', () => {
  test('says of every parameter what it means', () => {
    const silent = routes.flatMap(route =>
      (route.parameters ?? [])
        .filter(({ description = '' }) => description === '')
        .map(parameter => `${name(route)}: ${parameter.name}`),
    )
    expect(silent).toEqual([])
  })

  test('says of every field of our own what it means', () => {
    const ours = routes.filter(({ path }) => OURS.test(path))
    const silent = ours.flatMap(route => {
      const good = Object.entries(route.responses).filter(([status]) => status.startsWith('2'))
      const contents = [route.requestBody, ...good.map(([, response]) => response)].flatMap(part =>
        Object.values(part?.content ?? {}),
      )
      return contents.flatMap(({ schema = {} }) => unsaid(schema)).map(field => `${name(route)}: ${field}`)
    })
    expect(ours.length).toBeGreaterThan(40)
    expect(silent).toEqual([])
  })

  test('lists exactly these endpoints', () => {
    expect(routes.map(name).sort()).toEqual([
      'DELETE /admin/cache',
      'DELETE /admin/guardrails/{name}',
      'DELETE /admin/keys/{id}',
      'DELETE /admin/limits/{name}',
      'DELETE /admin/providers/{name}',
      'DELETE /admin/rollouts/{source}',
      'DELETE /admin/settings/{name}',
      'DELETE /admin/virtual-models',
      'DELETE /p/{provider}/{path}',
      'DELETE /v1/conversations/{id}',
      'DELETE /v1/conversations/{id}/items/{item}',
      'DELETE /v1/files/{id}',
      'DELETE /v1/keys/{id}',
      'DELETE /v1/messages/batches/{id}',
      'DELETE /v1/responses/{id}',
      'GET /admin/audit',
      'GET /admin/cache',
      'GET /admin/feedback',
      'GET /admin/forecast',
      'GET /admin/guardrails',
      'GET /admin/guardrails/{name}',
      'GET /admin/history',
      'GET /admin/history/{id}',
      'GET /admin/keys',
      'GET /admin/keys/{id}',
      'GET /admin/limits',
      'GET /admin/limits/{name}',
      'GET /admin/mcp',
      'GET /admin/mcp/calls',
      'GET /admin/models',
      'GET /admin/notices',
      'GET /admin/provider-types',
      'GET /admin/providers',
      'GET /admin/providers/{name}',
      'GET /admin/requests/{id}',
      'GET /admin/rollouts',
      'GET /admin/rollouts/{source}',
      'GET /admin/settings',
      'GET /admin/settings/{name}',
      'GET /admin/stored-providers',
      'GET /admin/usage',
      'GET /admin/usage/export',
      'GET /admin/usage/log',
      'GET /admin/usage/log/{id}',
      'GET /admin/usage/recompute',
      'GET /admin/usage/series',
      'GET /admin/virtual-models',
      'GET /admin/virtual-models/compare',
      'GET /admin/virtual-models/{source}',
      'GET /api/ps',
      'GET /api/tags',
      'GET /api/version',
      'GET /health',
      'GET /health/ready',
      'GET /metrics',
      'GET /p/{provider}/{path}',
      'GET /v1/batches',
      'GET /v1/batches/{id}',
      'GET /v1/conversations/{id}',
      'GET /v1/conversations/{id}/items',
      'GET /v1/conversations/{id}/items/{item}',
      'GET /v1/files',
      'GET /v1/files/{id}',
      'GET /v1/files/{id}/content',
      'GET /v1/keys',
      'GET /v1/limits',
      'GET /v1/messages/batches',
      'GET /v1/messages/batches/{id}',
      'GET /v1/messages/batches/{id}/results',
      'GET /v1/models',
      'GET /v1/models/{model}',
      'GET /v1/realtime',
      'GET /v1/responses',
      'GET /v1/responses/{id}',
      'GET /v1/responses/{id}/input_items',
      'GET /v1/usage',
      'GET /v1beta/models',
      'GET /v1beta/models/{model}',
      'HEAD /p/{provider}/{path}',
      'PATCH /p/{provider}/{path}',
      'POST /admin/explain',
      'POST /admin/feedback',
      'POST /admin/guardrails/test',
      'POST /admin/history/{id}/restore',
      'POST /admin/keys',
      'POST /admin/keys/{id}/roll',
      'POST /admin/mcp/accept',
      'POST /admin/mcp/refresh',
      'POST /admin/notices/test',
      'POST /admin/providers/refresh',
      'POST /admin/providers/test',
      'POST /admin/rollouts/{source}',
      'POST /admin/usage/recompute',
      'POST /api/chat',
      'POST /api/embed',
      'POST /api/embeddings',
      'POST /api/generate',
      'POST /api/show',
      'POST /p/{provider}/{path}',
      'POST /v1/audio/speech',
      'POST /v1/audio/transcriptions',
      'POST /v1/audio/translations',
      'POST /v1/batches',
      'POST /v1/batches/{id}/cancel',
      'POST /v1/chat/completions',
      'POST /v1/completions',
      'POST /v1/conversations',
      'POST /v1/conversations/{id}',
      'POST /v1/conversations/{id}/items',
      'POST /v1/embeddings',
      'POST /v1/feedback',
      'POST /v1/files',
      'POST /v1/images/edits',
      'POST /v1/images/generations',
      'POST /v1/keys',
      'POST /v1/keys/{id}/roll',
      'POST /v1/messages',
      'POST /v1/messages/batches',
      'POST /v1/messages/batches/{id}/cancel',
      'POST /v1/messages/count_tokens',
      'POST /v1/moderations',
      'POST /v1/realtime/{rest}',
      'POST /v1/rerank',
      'POST /v1/responses',
      'POST /v1/responses/compact',
      'POST /v1/responses/input_tokens',
      'POST /v1/responses/{id}/cancel',
      'POST /v1beta/models/{model}:countTokens',
      'POST /v1beta/models/{model}:generateContent',
      'POST /v1beta/models/{model}:streamGenerateContent',
      'PUT /admin/guardrails/{name}',
      'PUT /admin/keys/{id}',
      'PUT /admin/limits/{name}',
      'PUT /admin/providers/{name}',
      'PUT /admin/rollouts/{source}',
      'PUT /admin/settings/{name}',
      'PUT /admin/virtual-models',
      'PUT /p/{provider}/{path}',
    ])
  })

  test('satisfies the linter of the OpenAPI world without an error', async () => {
    const text = await (await gateway.fetch('/swagger/json')).text()
    expect(await problemsOf(text, gateway.folder)).toEqual([])
  }, 60_000)

  test('names every operation, once', () => {
    const ids = routes.map(({ operationId }) => operationId)
    expect(new Set(ids).size).toBe(ids.length)
  })

  test('has the same endpoints below a base path, and says so', async () => {
    const based = await startGateway({ env: { BASE_PATH: '/llm' } })
    const { body } = await based.json('/llm/swagger/json')
    expect(Object.keys(body.paths)).toEqual(
      [...new Set(routes.map(({ path }) => `/llm${path}`))].sort(byOrderOf(Object.keys(body.paths))),
    )
    expect(body.servers).toEqual([{ url: '/' }])
    await based.close()
  })

  test('has the addresses of tools where there are some', async () => {
    const servers = JSON.stringify([{ name: 'away', url: 'http://127.0.0.1:9/mcp' }])
    const tooled = await startGateway({ env: { MCP_SERVERS: servers } })
    const known = new Set(routes.map(name))
    expect((await routesOf(tooled)).map(name).filter(each => !known.has(each))).toEqual([
      'POST /mcp',
      'POST /mcp/{server}',
    ])
    const text = await (await tooled.fetch('/swagger/json')).text()
    expect(await problemsOf(text, tooled.folder)).toEqual([])
    await tooled.close()
  }, 60_000)
})

const byOrderOf = (names: readonly string[]) => (a: string, b: string) => names.indexOf(a) - names.indexOf(b)

test('the introduction names every header that a key may come in', async () => {
  const { info } = (await gateway.json('/swagger/json')).body
  for (const [header, value] of [
    ['authorization', `Bearer ${MASTER}`],
    ['x-api-key', MASTER],
    ['x-goog-api-key', MASTER],
  ] as const) {
    const { status } = await gateway.fetch('/v1/models', { headers: { [header]: value } })
    expect([header, status, info.description.includes(`${header}: `)]).toEqual([header, 200, true])
  }
})

describe('an answer', () => {
  test('that is no JSON is described with every type that it may have', async () => {
    const asked = [
      ['/metrics', ''],
      ['/admin/usage/export', '?format=csv'],
      ['/admin/usage/export', '?format=jsonl'],
    ] as const
    for (const [path, query] of asked) {
      const response = await gateway.fetch(path + query, { headers: { authorization: `Bearer ${MASTER}` } })
      const type = response.headers.get('content-type')?.split(';')[0]
      const { content } = routes.find(route => name(route) === `GET ${path}`)!.responses['200']!
      expect([path, query, content?.[type!]]).toEqual([path, query, { schema: { type: 'string' } }])
    }
  })

  test('to a body that is too large is described wherever the gateway reads one', async () => {
    const silent = routes.filter(({ requestBody, responses }) => requestBody && !('413' in responses))
    expect(silent.map(name)).toEqual([])
    const { status } = await gateway.admin('PUT', '/admin/virtual-models', { source: 'x'.repeat(11_000_000) })
    expect(status).toBe(413)
  })
})

describe('the document', () => {
  const post = (path: string, body: object, headers: Record<string, string> = {}) =>
    gateway.json(path, {
      method: 'POST',
      headers: { authorization: `Bearer ${MASTER}`, 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })

  test('says of a conversation how it is opened, and of a redirect how it asks', async () => {
    const { body } = await gateway.json('/swagger/json')
    const talk = body.paths['/v1/realtime'].get
    expect(talk.description).toContain('Only how it is opened')
    expect(talk.parameters.slice(0, 1)).toMatchObject([
      { name: 'model', description: expect.stringContaining('redirect') },
    ])
    const { schema } = body.paths['/admin/virtual-models'].put.requestBody.content['application/json']
    const { max_output_tokens, instructions } = schema.properties.parameters.anyOf[0].properties
    expect(max_output_tokens.description).toContain('The most')
    expect(instructions.description).toContain("before the caller's own")
  })

  test('promises no good answer where none ever comes', async () => {
    const silent = routes.filter(
      ({ responses }) => !Object.keys(responses).some(code => code.startsWith('2')),
    )
    expect(silent.map(name).sort()).toEqual([
      'GET /v1/realtime',
      'GET /v1/responses',
      'POST /v1/realtime/{rest}',
    ])
    const headers = { authorization: `Bearer ${MASTER}` }
    const plain = await gateway.fetch('/v1/responses', { headers })
    const socket = await gateway.fetch('/v1/responses', { headers: { ...headers, upgrade: 'websocket' } })
    const unknown = await gateway.fetch('/v1/responses')
    const { responses } = silent.find(route => name(route) === 'GET /v1/responses')!
    for (const { status } of [plain, socket, unknown])
      expect(Object.keys(responses)).toContain(String(status))
    expect([plain.status, socket.status]).toEqual([405, 426])
  })

  test('promises a stream only where a call can ask for one', () => {
    const streams = routes.filter(({ responses }) => 'text/event-stream' in (responses['200']?.content ?? {}))
    expect(streams.map(name).sort()).toEqual([
      'GET /v1/responses/{id}',
      'POST /v1/audio/speech',
      'POST /v1/audio/transcriptions',
      'POST /v1/audio/translations',
      'POST /v1/chat/completions',
      'POST /v1/completions',
      'POST /v1/images/edits',
      'POST /v1/images/generations',
      'POST /v1/messages',
      'POST /v1/responses',
      'POST /v1beta/models/{model}:streamGenerateContent',
    ])
  })

  test('promises of a refusal what is really in it, in every language', async () => {
    const anthropic = { 'anthropic-version': '2023-06-01' }
    const asked = [
      ['POST /v1/chat/completions', await post('/v1/chat/completions', {})],
      ['POST /v1/messages', await post('/v1/messages', {}, anthropic)],
      ['POST /v1/messages/count_tokens', await post('/v1/messages/count_tokens', {}, anthropic)],
      ['POST /v1/messages/batches', await post('/v1/messages/batches', {}, anthropic)],
      ['GET /v1/models', await gateway.json('/v1/models', { headers: anthropic })],
      ['POST /v1beta/models/{model}:generateContent', await post('/v1beta/models/no:generateContent', {})],
      ['GET /v1beta/models/{model}', await gateway.json('/v1beta/models/no')],
      ['GET /v1/files/{id}', await gateway.json('/v1/files/x', { headers: anthropic })],
      ['GET /v1/usage', await gateway.json('/v1/usage')],
      ['POST /admin/keys', await gateway.admin('POST', '/admin/keys', {})],
    ] as const
    for (const [at, { status, body }] of asked) {
      const content = routes.find(route => name(route) === at)!.responses[status]?.content
      const { schema } = content!['application/json'] as { schema: Schema }
      expect([at, status, missing(schema, body)]).toEqual([at, status, []])
    }
  })

  test('holds what a schema of a plugin refers to, also where it refers to itself', async () => {
    interface Tree {
      readonly name: string
      readonly below: readonly Tree[]
    }
    const tree: v.GenericSchema<Tree> = v.object({ name: v.string(), below: v.array(v.lazy(() => tree)) })
    const route = (path: `/${string}`) =>
      defineApi({
        method: 'POST',
        path,
        ...(path.endsWith('*') && { rest: 'rest' }),
        access: 'admin',
        summary: 'Trees',
        tag: 'Trees',
        body: tree,
        query: v.object({ like: v.optional(v.lazy(() => v.picklist(['oak', 'elm']))) }),
        example: { name: 'root', below: [{ name: 'leaf', below: [] }] },
        answer: { about: 'The same', schema: v.lazy(() => tree) },
        run: ({ body }) => body,
      })
    const trees = definePlugin({
      name: 'trees',
      about: 'Takes trees.',
      setup: () => ({ api: [route('/admin/trees'), route('/admin/woods/*')] }),
    })
    const wooded = await startGateway({ extra: [trees] })
    const text = await (await wooded.fetch('/swagger/json')).text()
    expect(await problemsOf(text, wooded.folder)).toEqual([])
    const document = JSON.parse(text)
    const at = (ref: string) =>
      ref
        .slice(2)
        .split('/')
        .reduce((json, key) => json?.[key], document)
    const references = [...text.matchAll(/"\$ref":"([^"]+)"/g)].map(match => match[1]!)
    expect(references.length).toBeGreaterThan(5)
    for (const ref of references) expect([ref, typeof at(ref)]).toEqual([ref, 'object'])
    const { schema } = document.paths['/admin/trees'].post.requestBody.content['application/json']
    const child = at(schema.properties.below.items.$ref)
    expect(Object.keys(child.properties)).toEqual(['name', 'below'])
    expect(at(child.properties.below.items.$ref)).toBe(child)
    await wooded.close()
  }, 60_000)
})

interface Schema {
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly const?: unknown
}

/** Where a value lacks what its schema promises. */
// biome-ignore lint/suspicious/noExplicitAny: whatever came back
const missing = ({ required = [], properties = {}, const: only }: Schema, value: any, at = ''): string[] => [
  ...required.filter(key => !(key in value)).map(key => `${at}/${key}`),
  ...(only !== undefined && only !== value ? [`${at} is ${value}`] : []),
  ...Object.entries(properties).flatMap(([key, schema]) =>
    value?.[key] == null ? [] : missing(schema, value[key], `${at}/${key}`),
  ),
]

test('the reference may be shown in no page of another, and is read as what it says it is', async () => {
  for (const path of ['/swagger', '/swagger/json']) {
    const { headers } = await gateway.fetch(path)
    expect([path, headers.get('x-content-type-options'), headers.get('content-security-policy')]).toEqual([
      path,
      'nosniff',
      "frame-ancestors 'none'",
    ])
  }
})
