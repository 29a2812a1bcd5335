import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type CallerEndpoint, findEndpoints } from '../kernel/endpoints.ts'
import { type Variant, variantsOf } from '../kernel/matrix.ts'
import { everyProvider, planFor } from '../kernel/replies.ts'
import { asForm, asJson, type Sent } from '../kernel/samples.ts'
import { startGateway, type TestGateway } from '../kit.ts'
import { createMockProvider } from '../mock/provider.ts'
import { startWorld } from './world.ts'

const mock = createMockProvider({ models: ['one', 'two'], tokens: 1 })
mock.setPlan(planFor)
let gateway: TestGateway
let endpoints: readonly CallerEndpoint[]
let key: string
beforeAll(async () => {
  endpoints = await findEndpoints()
  gateway = await startGateway({ env: everyProvider(mock.url) })
  key = (await gateway.admin('POST', '/admin/keys', { name: 'Other', user_path: '/other' })).body.key
})
afterAll(async () => {
  await gateway.close()
  mock.stop()
})

async function send(method: string, path: string, { headers, body }: Partial<Sent> = {}) {
  const response = await gateway.fetch(path, {
    method,
    headers: { ...headers, authorization: `Bearer ${key}` },
    ...(body && { body }),
  })
  return { status: response.status, text: await response.text() }
}

const prepare = async (...request: Parameters<typeof send>) => JSON.parse((await send(...request)).text)
const close = (source: string) =>
  gateway.admin('PUT', '/admin/virtual-models', { source, user_paths: ['/team'], force: true })
const open = (source: string) => gateway.admin('DELETE', '/admin/virtual-models', { source })

/** A request that was prepared while everything was open, sent before and after this policy closed its way. */
async function sendClosed({ endpoint, make }: Variant, source: string) {
  const { path = endpoint.path, ...sent } = await make(prepare)
  expect((await close(source)).status).toBe(200)
  const before = mock.requests.length
  const answer = await send(endpoint.method, path, sent)
  expect((await open(source)).status).toBe(204)
  return { ...answer, reached: mock.requests.length - before }
}

const isAsking = ({ hooks }: Variant) => hooks.includes('attempt')

describe('P8', () => {
  test('P8 holds a policy on every endpoint that leads to a provider, streamed or not, in every language', async () => {
    for (const variant of variantsOf(endpoints).filter(isAsking)) {
      const { title, endpoint, shape } = variant
      const { status, text, reached } = await sendClosed(variant, '/')
      // Inside of a batch a model that may not be called is a mistake in what was sent.
      const isInside = /batches$/.test(endpoint.path) || title.endsWith('(for batches)')
      expect([title, status, reached]).toEqual([title, isInside ? 400 : 403, 0])
      if (endpoint.method === 'HEAD') continue
      const { error, type } = JSON.parse(text)
      const said = shape === 'google' ? error.status : error.type
      expect([title, type]).toEqual([title, shape === 'anthropic' ? 'error' : undefined])
      if (!isInside) expect([title, said]).toEqual([title, denied[shape]])
    }
  })

  test('P8 leaves open what a policy does not name, and what is kept for its owner', async () => {
    for (const variant of variantsOf(endpoints)) {
      const { title, status } = variant
      const source = isAsking(variant) ? 'openai/three' : '/'
      const answer = await sendClosed(variant, source)
      // A list of models shows what may be called, and nothing else.
      const isGone = /^GET \/v1\w*\/models\/\*$/.test(title) || title === 'POST /api/show'
      expect([title, answer.status]).toEqual([title, isGone ? 404 : status])
      if (title === 'GET /v1/models') expect(JSON.parse(answer.text).data).toEqual([])
    }
  })

  test('P8 takes a policy for one model as it stands, wherever the model is named', async () => {
    const named: readonly (readonly [path: string, sent: Sent, status: number])[] = [
      ['/p/vllm/chat/completions', asJson({ model: 'one', messages: [] }), 403],
      ['/p/vllm/rerank', asJson({ model: 'one', query: 'a', documents: ['a'] }), 403],
      ['/p/vllm/models/one:generate', asJson({}), 403],
      ['/p/vllm/things?model=one', asJson({}), 403],
      ['/p/vllm/audio/transcriptions', asForm({ file: new File(['a'], 'a.wav'), model: 'one' }), 403],
      ['/v1/responses/input_tokens', asJson({ model: 'vllm/one', input: 'Hello' }), 403],
      ['/v1/responses/compact', asJson({ model: 'vllm/one', input: 'Hello' }), 403],
    ]
    await close('vllm/one')
    for (const [path, sent, status] of named) {
      const before = mock.requests.length
      const answer = await send('POST', path, sent)
      expect([path, answer.status, mock.requests.length - before]).toEqual([path, status, 0])
    }
    await open('vllm/one')
  })

  test('P8 holds a policy on every list', async () => {
    await using world = await startWorld()
    await world.put({ source: 'vllm/alpha', user_paths: ['/team'] })
    const headers = { authorization: `Bearer ${await world.key({ user_path: '/other' })}` }
    const ask = async (path: string) => {
      const response = await world.test.fetch(path, { headers })
      return { status: response.status, text: await response.text() }
    }
    expect((await ask('/v1/models')).text).not.toContain('vllm/alpha')
    expect((await ask('/v1/models/vllm%2Falpha')).status).toBe(404)
    expect((await ask('/v1/models/vllm%2Fbeta')).status).toBe(200)
  })

  test('P8 knows every dialect: a new one has to be asked here too', () => {
    const names = endpoints.filter(({ kind }) => kind === 'dialect').map(({ name }) => name)
    expect(names.sort()).toEqual([
      'anthropic-count-tokens',
      'anthropic-messages',
      'google-count-tokens',
      'google-generate-content',
      'ollama-chat',
      'ollama-embed',
      'ollama-embeddings',
      'ollama-generate',
      'openai-chat',
      'openai-completions',
      'openai-embeddings',
      'openai-image-edits',
      'openai-images',
      'openai-moderations',
      'openai-realtime',
      'openai-responses',
      'openai-responses-compact',
      'openai-speech',
      'openai-transcriptions',
      'openai-translations',
      'rerank',
    ])
  })
})

/** What a client reads where it is not allowed. */
const denied = {
  openai: 'invalid_request_error',
  anthropic: 'permission_error',
  google: 'PERMISSION_DENIED',
  // An error is a sentence there.
  ollama: undefined,
} as const
