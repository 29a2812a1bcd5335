import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { MASTER, type Parsed, startGateway, type TestGateway } from '../kit.ts'
import { linesOf, recordings } from './recorded.ts'
import { type Received, type Reply, replayStream, type Stub, startStub } from './stub.ts'
import { serviceAccount } from './vendors.ts'

/** Providers with languages of their own, asked by clients through the whole gateway. */

const SECRET = 'sk-secret-of-the-provider'
const notFound: Reply = { status: 404, body: '{"error":{"message":"no"}}' }

let stub: Stub
let gateway: TestGateway
/** What the provider answers to a POST; lists of models are not to be had. */
let answer: (request: Received) => Reply = () => notFound

beforeAll(async () => {
  stub = startStub(request => (request.method === 'POST' ? answer(request) : notFound))
  const at = (path: string) => `${stub.url}${path}`
  gateway = await startGateway({
    env: {
      ANTHROPIC_API_KEY: SECRET,
      ANTHROPIC_BASE_URL: stub.url,
      GEMINI_API_KEY: SECRET,
      GEMINI_BASE_URL: at('/v1beta'),
      VERTEX_CREDENTIALS: serviceAccount('robot', at('/token')),
      VERTEX_BASE_URL: at('/v1beta1/projects/p/locations/l'),
      VERTEX_EAST_CREDENTIALS: serviceAccount('robot', at('/refuses-everybody')),
      VERTEX_EAST_BASE_URL: at('/v1beta1/projects/p/locations/l'),
      BEDROCK_REGION: 'eu-central-1',
      BEDROCK_ACCESS_KEY_ID: 'AKIAEXAMPLE',
      BEDROCK_SECRET_ACCESS_KEY: SECRET,
      BEDROCK_BASE_URL: stub.url,
      COHERE_API_KEY: SECRET,
      COHERE_BASE_URL: at('/v2'),
      MISTRAL_API_KEY: SECRET,
      MISTRAL_BASE_URL: at('/v1'),
      XAI_API_KEY: SECRET,
      XAI_BASE_URL: at('/v1'),
      GROQ_API_KEY: SECRET,
      GROQ_BASE_URL: at('/openai/v1'),
      RETRIES: '0',
    },
  })
})
afterAll(async () => {
  await gateway.close()
  stub.stop()
})

const post = (
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): RequestInit & { path: string } => ({
  path,
  method: 'POST',
  headers: { authorization: `Bearer ${MASTER}`, 'content-type': 'application/json', ...headers },
  body: typeof body === 'string' ? body : JSON.stringify(body),
})
const ask = ({ path, ...init }: ReturnType<typeof post>): Promise<Parsed> => gateway.json(path, init)
const posts = () => stub.received.filter(({ method, path }) => method === 'POST' && path !== '/token')

describe('Anthropic, in its own language', () => {
  const body =
    '{"model":"anthropic/claude-x",  "max_tokens":9,"messages":[{"role":"user","content":"Hi"}],"new_field":1e400}'

  test('gets the client’s bytes with the provider’s own key, and a version where the client says none', async () => {
    answer = () => ({ body: '{"type":"message","content":[],"usage":{"input_tokens":1,"output_tokens":1}}' })
    await ask(post('/v1/messages?beta=true', body, { 'anthropic-beta': 'a-1,b-2', cookie: 'a=b' }))
    const sent = posts().at(-1)!
    expect(sent.path).toBe('/v1/messages')
    expect(sent.body).toBe(body.replace('anthropic/claude-x', 'claude-x'))
    expect(sent.headers.get('x-api-key')).toBe(SECRET)
    expect(sent.headers.get('anthropic-version')).toBe('2023-06-01')
    expect(sent.headers.get('anthropic-beta')).toBe('a-1,b-2')
    expect(sent.headers.get('authorization')).toBeNull()
    expect(sent.headers.get('cookie')).toBeNull()
    await ask(post('/v1/messages', body, { 'anthropic-version': '2099-01-01' }))
    expect(posts().at(-1)?.headers.get('anthropic-version')).toBe('2099-01-01')
  })

  test('counts tokens by itself', async () => {
    answer = () => ({ body: '{"input_tokens":14}' })
    const { status, body: counted } = await ask(post('/v1/messages/count_tokens', body))
    expect([status, counted.input_tokens]).toEqual([200, 14])
    expect(posts().at(-1)?.path).toBe('/v1/messages/count_tokens')
  })

  test('every recorded stream arrives byte for byte', async () => {
    for (const [, text] of recordings('anthropic', '.chunks.txt')) {
      const reply = replayStream('anthropic', linesOf(text))
      answer = () => reply
      const streaming = body.replace('"new_field":1e400', '"stream":true')
      const { path, ...init } = post('/v1/messages', streaming)
      const response = await gateway.fetch(path, init)
      expect(await response.text()).toBe(new TextDecoder().decode(reply.body as Uint8Array))
    }
  })
})

/** Text of an answer to `/v1/messages`, whole or streamed. */
async function askForText(model: string, stream: boolean): Promise<string> {
  const { path, ...init } = post('/v1/messages', {
    model,
    max_tokens: 99,
    messages: [{ role: 'user', content: 'Hi' }],
    stream,
  })
  const response = await gateway.fetch(path, init)
  const text = await response.text()
  expect({ status: response.status, text: response.status === 200 ? '' : text }).toEqual({
    status: 200,
    text: '',
  })
  if (!stream) {
    const { content } = JSON.parse(text) as { content: { text?: string }[] }
    return content.map(block => block.text ?? '').join('')
  }
  return [...text.matchAll(/^data: (.*)$/gm)]
    .map(([, data = '']) => JSON.parse(data) as { delta?: { text?: string } })
    .map(({ delta }) => delta?.text ?? '')
    .join('')
}

describe('clients of another language are understood by', () => {
  const cases = [
    ['gemini/gemini-3-pro', 'google', 'google-text'],
    ['vertex/gemini-3-pro', 'google', 'google-text'],
    ['vertex/claude-opus-5', 'anthropic', 'anthropic-text'],
    ['bedrock/us.anthropic.claude-x:0', 'amazon-bedrock', 'amazon-bedrock-reasoning'],
    ['cohere/command-a', 'cohere', 'cohere-text'],
    ['mistral/mistral-large', 'mistral', 'mistral-text'],
  ] as const
  test.each(cases)('%s: whole and streamed', async (model, folder, name) => {
    const find = (ending: '.json' | '.chunks.txt') =>
      recordings(folder, ending).find(([file]) => file === `${folder}/${name}${ending}`)?.[1]
    const [whole, chunks] = [find('.json'), find('.chunks.txt')]
    if (whole === undefined || chunks === undefined) return
    answer = () => ({ body: whole })
    expect(await askForText(model, false)).not.toBe('')
    const reply = replayStream(folder, linesOf(chunks))
    answer = () => reply
    expect(await askForText(model, true)).not.toBe('')
    for (const { headers } of posts()) expect(JSON.stringify([...headers])).not.toContain(MASTER)
  })

  test('mistral, whose models think in pieces', async () => {
    const content = [
      { type: 'thinking', thinking: [{ type: 'text', text: 'Hm.' }] },
      { type: 'text', text: 'Four.' },
    ]
    answer = () => ({
      body: JSON.stringify({
        id: 'a',
        object: 'chat.completion',
        created: 1,
        model: 'magistral',
        choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
        usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 },
      }),
    })
    expect(await askForText('mistral/magistral', false)).toBe('Four.')
  })
})

describe('other kinds of models', () => {
  test('embeddings of Gemini', async () => {
    answer = () => ({ body: '{"embedding":{"values":[0.5,0.25]}}' })
    const { status, body } = await ask(
      post('/v1/embeddings', { model: 'gemini/gemini-embedding-001', input: 'a' }),
    )
    expect([status, body.data?.[0]?.embedding]).toEqual([200, [0.5, 0.25]])
    expect(posts().at(-1)?.path).toBe('/v1beta/models/gemini-embedding-001:embedContent')
  })

  test('reranking: Cohere’s bytes, and Bedrock through its package, signed', async () => {
    const request = { query: 'a', documents: ['b', 'c'], top_n: 1 }
    answer = () => ({ body: '{"id":"x","results":[{"index":1,"relevance_score":0.5}],"extra":1}' })
    const cohere = await ask(post('/v1/rerank', { model: 'cohere/rerank-v4', ...request }))
    expect([posts().at(-1)?.path, cohere.body.extra]).toEqual(['/v2/rerank', 1])
    answer = () => ({ body: '{"results":[{"index":1,"relevanceScore":0.5}]}' })
    const bedrock = await ask(post('/v1/rerank', { model: 'bedrock/cohere.rerank-v3-5:0', ...request }))
    expect([bedrock.status, bedrock.body.results]).toEqual([200, [{ index: 1, relevance_score: 0.5 }]])
    expect(posts().at(-1)?.headers.get('authorization')).toStartWith('AWS4-HMAC-SHA256 ')
  })

  test('images of xAI, as its own bytes', async () => {
    answer = () => ({ body: '{"created":1,"data":[{"url":"https://x"}]}' })
    await ask(post('/v1/images/generations', { model: 'xai/grok-image', prompt: 'a' }))
    expect(posts().at(-1)?.path).toBe('/v1/images/generations')
  })
})

describe('what a client names', () => {
  const withImage = (model: string, url: string) =>
    post('/v1/messages', {
      model,
      max_tokens: 9,
      messages: [{ role: 'user', content: [{ type: 'image', source: { type: 'url', url } }] }],
    })

  test.each(['/image.png', '/latest/meta-data'])(
    'an image inside the house (%s) is a 400, fetched by nobody',
    async path => {
      const before = stub.received.length
      const { status, body } = await ask(withImage('bedrock/m', `${stub.url}${path}`))
      expect([status, body.error.message]).toEqual([
        400,
        `Cannot fetch "${stub.url}${path}": its host is not known on the public internet`,
      ])
      expect(stub.received.length).toBe(before)
    },
  )

  test.each([
    'gemini/../../v1beta/cachedContents#',
    'gemini/models/../../x?a=',
    'vertex/endpoints/%2e%2e/%2e%2e/x',
    'bedrock/../x',
  ])('a model %j makes no other call of the same', async model => {
    const before = posts().length
    const { status } = await ask(
      post('/v1/messages', { model, max_tokens: 9, messages: [{ role: 'user', content: 'Hi' }] }),
    )
    expect(status).toBe(404)
    expect(posts().length).toBe(before)
  })
})

test('a token that is refused is the provider’s trouble, in the client’s language', async () => {
  answer = () => notFound
  const { status, body } = await ask(
    post('/v1/messages', {
      model: 'vertex-east/a',
      max_tokens: 9,
      messages: [{ role: 'user', content: 'x' }],
    }),
  )
  expect([status, body.type]).toEqual([502, 'error'])
  expect(body.error.message).toBe('Provider "vertex-east": Google refuses an access token')
})

test('neither answers nor logs hold a credential, whatever goes wrong', async () => {
  const models = [
    'anthropic/a',
    'gemini/a',
    'vertex/a',
    'bedrock/a',
    'cohere/a',
    'mistral/a',
    'xai/a',
    'groq/a',
  ]
  for (const model of models) {
    for (const status of [400, 401, 403, 429, 500]) {
      answer = () => ({ status, body: JSON.stringify({ error: { message: 'no', code: status } }) })
      const { body } = await ask(
        post('/v1/messages', { model, max_tokens: 9, messages: [{ role: 'user', content: 'x' }] }),
      )
      expect(body.type ?? body.error).toBeDefined()
      for (const secret of [SECRET, MASTER, 'ya29.token', 'PRIVATE KEY'])
        expect(JSON.stringify(body)).not.toContain(secret)
    }
  }
  const logged = JSON.stringify(gateway.logs)
  for (const secret of [SECRET, MASTER, 'ya29.token', 'PRIVATE KEY']) expect(logged).not.toContain(secret)
})
