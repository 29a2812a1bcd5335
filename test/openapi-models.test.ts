import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { MASTER, startGateway, type TestGateway } from './kit.ts'
import { createMockProvider } from './mock/provider.ts'

/** What the API document shows of calls to models is true: their examples can be sent, and are answered like that. */

type Json = Readonly<Record<string, unknown>>
interface Content {
  readonly example?: Json
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>
  readonly schema: {
    readonly properties?: Readonly<
      Record<string, { readonly description?: string; readonly format?: string }>
    >
  }
}
interface Answer {
  readonly content?: Readonly<Record<string, Content>>
  readonly headers?: Readonly<Record<string, unknown>>
}
interface Operation {
  readonly tags: readonly string[]
  readonly parameters: readonly { readonly name?: string; readonly $ref?: string }[]
  readonly requestBody?: { readonly content: Readonly<Record<string, Content>> }
  readonly responses: Readonly<Record<string, Answer & { readonly $ref: string }>>
}
interface Document {
  readonly info: { readonly description: string }
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: {
    readonly responses: Readonly<Record<string, Answer>>
    readonly headers: Readonly<Record<string, unknown>>
  }
}

/** Models that the examples name and the demo cannot be. */
const models = [
  ...[
    'text-embedding-3-small',
    'omni-moderation-latest',
    'gpt-image-1',
    'gpt-4o-mini-tts',
    'gpt-4o-transcribe',
  ],
  ...['whisper-1', 'gpt-5', 'rerank-v3.5', 'claude-sonnet-4-5'],
]
const mock = createMockProvider({ models, tokens: 3 })
const elsewhere = (name: string) => ({ [`${name}_API_KEY`]: 'x', [`${name}_BASE_URL`]: mock.url })

let gateway: TestGateway
let document: Document
beforeAll(async () => {
  gateway = await startGateway({
    env: {
      ...{ DEMO: 'true', CACHE_MODELS: '/', COST_HEADER: 'true', USAGE_LABEL_HEADERS: 'x-team' },
      ...elsewhere('OPENAI'),
      ...elsewhere('ANTHROPIC'),
      ...elsewhere('COHERE'),
    },
  })
  await gateway.admin('POST', '/admin/providers/refresh')
  document = (await gateway.json('/swagger/json')).body
})
afterAll(async () => {
  await gateway.close()
  mock.stop()
})

const operationAt = (path: string, method = 'post') => document.paths[path]![method]!
/** Where bodies belong to vendors. */
const posted = () =>
  Object.keys(document.paths).filter(path => {
    const { requestBody, tags } = document.paths[path]!.post ?? {}
    return (
      requestBody !== undefined &&
      tags!.some(tag => ['Models', 'Responses', 'Files', 'Batches'].includes(tag))
    )
  })
const bodyAt = (path: string) => Object.entries(operationAt(path).requestBody!.content)[0]!

/** An address may name the model, and its ending a stream. */
const addressOf = (path: string): string =>
  path.replace('{model}', 'demo/parrot').replace(/:stream\w+$/, '$&?alt=sse')

/** Sends the example, with whatever files it needs. */
function post(path: string, at = addressOf(path)): Promise<Response> {
  const [type, { example = {}, schema }] = bodyAt(path)
  const headers = { authorization: `Bearer ${MASTER}` }
  if (type === 'application/json')
    return gateway.fetch(at, {
      ...{ method: 'POST', body: JSON.stringify(example) },
      headers: { ...headers, 'content-type': type },
    })
  const form = new FormData()
  for (const [field, value] of Object.entries(example)) form.append(field, String(value))
  const [file] = Object.entries(schema.properties ?? {}).filter(([, { format }]) => format === 'binary')
  form.append(file![0], new File(['sound or picture'], 'example.bin'))
  return gateway.fetch(at, { method: 'POST', body: form, headers })
}

/** Members of the example that the answer has not, or has as something else. */
function lacks(shown: unknown, given: unknown, at = ''): string[] {
  if (Array.isArray(shown))
    return Array.isArray(given) ? shown.slice(0, 1).flatMap(each => lacks(each, given[0], `${at}[0]`)) : [at]
  if (typeof shown === 'object' && shown !== null)
    return Object.entries(shown).flatMap(([key, value]) =>
      lacks(value, (given as Json)?.[key], `${at}.${key}`),
    )
  return typeof shown === typeof given ? [] : [`${at} is ${typeof given}`]
}

/** What names a thing that has to be there before: a file, a conversation, a call. */
const LATER = ['/v1/batches', '/v1/conversations/{id}', '/v1/conversations/{id}/items', '/v1/feedback']
/** The mock provider keeps no batches of messages, and does not count. */
const UNASKED = ['/v1/messages/batches', '/v1/responses/input_tokens']

describe('an example of a call to a model', () => {
  test('is there wherever a vendor decides what is in the body, and each of its fields is explained', () => {
    expect(posted().length).toBeGreaterThan(18)
    for (const path of posted()) {
      const [, { example = {}, schema }] = bodyAt(path)
      const { properties = {} } = schema
      const silent = Object.keys(example).filter(field => !properties[field]?.description)
      expect([path, Object.keys(example).length > 0, silent]).toEqual([path, true, []])
    }
  })

  test('can be sent as it stands, and the answer is like the one that is shown', async () => {
    for (const path of posted().filter(path => ![...LATER, ...UNASKED].includes(path))) {
      const response = await post(path)
      const shown = operationAt(path).responses['200']!.content?.['application/json']?.example
      const said = shown === undefined ? await response.text() : await response.json()
      const isOk = response.status === 200 ? 'ok' : said
      expect([path, isOk, shown === undefined ? [] : lacks(shown, said)]).toEqual([path, 'ok', []])
    }
  })

  test('of a conversation and of what is said in it can be sent to one that is there', async () => {
    const { id } = (await (await post('/v1/conversations')).json()) as { id: string }
    for (const path of LATER.filter(path => path.includes('{id}'))) {
      const response = await post(path, path.replace('{id}', id))
      const { example } = operationAt(path).responses['200']!.content!['application/json']!
      expect([path, lacks(example, await response.json())]).toEqual([path, []])
    }
  })

  test('is asked of the demo wherever that can answer', () => {
    const demo = posted().filter(path => bodyAt(path)[1].example?.model === 'demo/parrot')
    expect(demo.sort()).toEqual([
      '/api/chat',
      '/api/generate',
      '/api/show',
      '/v1/chat/completions',
      '/v1/completions',
      '/v1/messages',
      '/v1/messages/count_tokens',
      '/v1/responses',
      '/v1/responses/compact',
    ])
  })
})

describe('headers', () => {
  test('that an answer carries are described, and refer to what is there', async () => {
    for (const path of ['/v1/chat/completions', '/v1/messages']) {
      const told = operationAt(path).responses['200']!.headers!
      const { headers } = await post(path)
      const own = [...headers.keys()].filter(name => /^x-modelway-|request-id$/.test(name))
      expect(own).toContain('x-modelway-cache')
      expect([path, own.filter(name => !(name in told))]).toEqual([path, []])
    }
    const text = JSON.stringify(document)
    for (const [, kind, key] of text.matchAll(/"\$ref":"#\/components\/(headers|responses)\/([^"]+)"/g))
      expect([key, key! in document.components[kind as 'headers' | 'responses']]).toEqual([key, true])
  })

  test('that mean something are named, also those that the configuration names', () => {
    const names = (path: string) =>
      operationAt(path).parameters.map(({ name, $ref }) => name ?? $ref!.split('/').at(-1))
    expect(names('/v1/chat/completions').sort()).toEqual([
      'cache-control',
      'idempotency-key',
      'openai-beta',
      'x-modelway-user-path',
      'x-session-id',
      'x-team',
    ])
    expect(names('/v1/messages')).toContain('anthropic-beta')
    expect(names('/v1/files')).toEqual(['x-modelway-provider', 'x-modelway-user-path'])
    expect(names('/v1/conversations')).toEqual(['x-modelway-user-path'])
  })
})

describe('a refusal', () => {
  const shapesAt = (path: string, status: number, method = 'post') => {
    const name = operationAt(path, method).responses[status]!.$ref.split('/').at(-1)!
    const { content, headers } = document.components.responses[name]!
    return {
      headers,
      shapes: Object.values(content!['application/json']!.examples!).map(({ value }) => value),
    }
  }

  test('is shown as it really looks, in the language of the address', async () => {
    for (const path of ['/v1/chat/completions', '/v1/messages', '/v1/rerank']) {
      const { body } = await gateway.json(path, { method: 'POST', body: '{}' })
      const { shapes } = shapesAt(path, 401)
      expect([path, shapes.length, lacks(shapes[0], body)]).toEqual([path, 1, []])
    }
  })

  test('is shown in every language where the caller decides which one is spoken', () => {
    const types = shapesAt('/v1/files', 404).shapes.map(shape => (shape as Json).type)
    expect(types).toEqual([undefined, 'error'])
  })

  test('says when the same call may be sent again, and every code is listed', () => {
    expect(shapesAt('/v1/chat/completions', 429).headers).toHaveProperty('retry-after')
    expect(shapesAt('/v1/chat/completions', 403).headers).toHaveProperty('x-should-retry')
    expect(document.info.description).toContain('`rate_limit_exceeded` (429)')
  })
})
