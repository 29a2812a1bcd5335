import { afterAll, beforeEach, describe, expect, test } from 'bun:test'
import { readers, type Wire } from '../replay/recordings.ts'
import type { Came } from '../replay/told.ts'
import { chunksOf, type Json } from './client.ts'
import type { Plan } from './plan.ts'
import { createMockProvider } from './provider.ts'

const mock = createMockProvider({ models: ['one'], tokens: 6 })
afterAll(mock.stop)
beforeEach(mock.reset)

const hello = 'Where does it go?'
/** The same question in every language. */
const asks: Readonly<
  Record<'chat' | 'messages' | 'responses' | 'gemini', (stream: boolean) => [string, object]>
> = {
  chat: stream => [
    '/v1/chat/completions',
    {
      model: 'one',
      messages: [{ role: 'user', content: hello }],
      stream,
      stream_options: { include_usage: true },
    },
  ],
  messages: stream => [
    '/v1/messages',
    { model: 'one', max_tokens: 900, messages: [{ role: 'user', content: hello }], stream },
  ],
  responses: stream => ['/v1/responses', { model: 'one', input: hello, stream }],
  gemini: stream => [
    `/v1beta/models/one:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
    { contents: [{ role: 'user', parts: [{ text: hello }] }] },
  ],
}
const languages = Object.keys(asks) as (keyof typeof asks)[]
const base = mock.url.replace(/\/v1$/, '')
const post = (path: string, body: unknown): Promise<Response> =>
  fetch(base + path, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  })

async function tell(language: Wire & keyof typeof asks, stream: boolean, plan?: Plan) {
  if (plan) mock.setPlan(plan)
  const response = await post(...asks[language](stream))
  const came: Came = stream
    ? { kind: 'stream', events: chunksOf((await response.text()).replace(/^event: .*\n/gm, '')) as never }
    : { kind: 'whole', json: (await response.json()) as Json }
  return readers[language](came)
}

const full: Plan = {
  text: 'So be it — “gut”.',
  reasoning: 'Let me see.',
  toolCall: [
    { id: 'a', name: 'go', arguments: { to: 'the moon' } },
    { id: 'b', name: 'stay', arguments: {} },
  ],
  cacheRead: 10,
}

describe('every language', () => {
  for (const language of languages)
    test(`${language} says the same as chat, whole and as a stream`, async () => {
      const expected = await tell('chat', false, full)
      expect(expected).toMatchObject({
        text: full.text!,
        thought: full.reasoning!,
        finish: 'tool_calls',
        ended: true,
      })
      expect(expected.usage).toMatchObject({ input: 18, cacheRead: 10, reasoning: 3 })
      expect(await tell(language, false)).toEqual(expected)
      expect(await tell(language, true)).toEqual(expected)
    })

  for (const language of languages)
    test(`${language} writes what it gave into the ledger`, async () => {
      for (const stream of [false, true]) await tell(language, stream, { text: 'one two three' })
      const books = mock.ledger.entries.map(({ model, stream, prompt, completion, ending }) => [
        model,
        stream,
        prompt,
        completion,
        ending,
      ])
      expect(books).toEqual([
        ['one', false, 8, 3, 'complete'],
        ['one', true, 8, 3, 'complete'],
      ])
    })

  for (const language of languages)
    test(`${language} fails on its way, ends without an end, and is cut by its limits`, async () => {
      const failing = await tell(language, true, { text: 'one two three', errorEvent: { after: 2 } })
      expect([failing.text, failing.failed]).toEqual(['one two', true])
      expect((await tell(language, true, { text: 'one two', noDone: true })).failed).toBe(false)
      expect((await tell(language, false, { text: 'one', finishReason: 'length' })).finish).toBe('length')
      expect((await tell(language, false, { text: 'one', finishReason: 'content_filter' })).finish).toBe(
        'content_filter',
      )
    })

  test('hear answers with what was understood, the same in all of them', async () => {
    const heard = await Promise.all(
      languages.map(async language => (await tell(language, false, { hear: true })).text),
    )
    const turns = [{ role: 'user', parts: [{ text: hello }] }]
    for (const [i, text] of heard.entries())
      expect(JSON.parse(text)).toEqual({ turns, ...(languages[i] === 'messages' && { limit: 900 }) })
  })

  test('errors have the shape of their language', async () => {
    mock.setPlan({ status: 529 })
    const bodies = await Promise.all(
      languages.map(async language => (await (await post(...asks[language](false))).json()) as Json),
    )
    const [chat, messages, responses, gemini] = bodies
    expect([chat, responses]).toMatchObject([
      { error: { type: 'server_error', param: null } },
      { error: { type: 'server_error' } },
    ])
    expect(messages).toMatchObject({ type: 'error', error: { type: 'overloaded_error' } })
    expect(gemini).toMatchObject({ error: { code: 529, status: 'UNKNOWN' } })
  })
})

test('a stream of messages pings, signs its thoughts, and has an event name for each event', async () => {
  mock.setPlan({ ...full, proof: 'c2ln' })
  const text = await (await post(...asks.messages(true))).text()
  expect(text).toContain('event: ping\ndata: {"type":"ping"}\n\n')
  expect(text).toContain('{"type":"signature_delta","signature":"c2ln"}')
  const names = [...text.matchAll(/^event: (\w+)\ndata: \{"type":"(\w+)"/gm)]
  expect(names.length).toBe(text.split('\n\n').length - 1)
  expect(names.every(([, event, type]) => event === type)).toBe(true)
})

test('count_tokens counts what the answer will report', async () => {
  const [, body] = asks.messages(false)
  const { input_tokens } = (await (await post('/v1/messages/count_tokens', body)).json()) as Json
  expect(input_tokens).toBe(8)
})

test('a stream of responses is numbered without a gap', async () => {
  mock.setPlan(full)
  const events = chunksOf((await (await post(...asks.responses(true))).text()).replace(/^event: .*\n/gm, ''))
  expect(events.map(event => (event as unknown as Json).sequence_number)).toEqual(events.map((_, i) => i))
})

test('n answers stand side by side', async () => {
  mock.setPlan({ text: 'one two' })
  const [path, body] = asks.chat(true)
  const chunks = chunksOf(await (await post(path, { ...body, n: 2 })).text())
  const indexes = chunks.flatMap(({ choices }) => choices.map(choice => (choice as unknown as Json).index))
  expect(indexes).toEqual([0, 1, 0, 1, 0, 1, 0, 1])
})

test('the smaller APIs answer deterministically', async () => {
  const ask = async (path: string, body: object) => (await (await post(path, body)).json()) as never
  const floats = await ask('/v1/embeddings', { model: 'e', input: ['a', 'b'] })
  const packed = await ask('/v1/embeddings', { model: 'e', input: ['a', 'b'], encoding_format: 'base64' })
  const { data } = floats as { data: { embedding: number[] }[] }
  const bytes = (packed as { data: { embedding: string }[] }).data.map(
    ({ embedding }) => new Float32Array(Uint8Array.from(Buffer.from(embedding, 'base64')).buffer),
  )
  expect(bytes.map(each => [...each])).toEqual(data.map(({ embedding }) => embedding))
  expect(await ask('/v1/moderations', { model: 'm', input: ['a bomb', 'a road'] })).toMatchObject({
    results: [{ flagged: true }, { flagged: false }],
  })
  expect(
    await ask('/v1/rerank', { model: 'r', query: 'red fox', documents: ['blue', 'a red fox'], top_n: 1 }),
  ).toMatchObject({
    results: [{ index: 1 }],
  })
  expect(await ask('/v1/images/generations', { model: 'i', prompt: 'p', n: 2 })).toMatchObject({
    data: [{}, {}],
  })
  const sound = await post('/v1/audio/speech', { model: 's', input: 'hi', voice: 'alloy' })
  expect([sound.headers.get('content-type'), (await sound.bytes()).length]).toEqual(['audio/mpeg', 1032])
})

test('files are kept until they are deleted, and batches until they are cancelled', async () => {
  const form = new FormData()
  form.set('purpose', 'batch')
  form.set('file', new File(['{"a":"ä"}\n'], 'lines.jsonl'))
  const get = async (path: string) => (await fetch(mock.url + path)).text()
  const { id } = (await (await fetch(`${mock.url}/files`, { method: 'POST', body: form })).json()) as {
    id: string
  }
  expect(await get(`/files/${id}/content`)).toBe('{"a":"ä"}\n')
  expect(JSON.parse(await get('/files'))).toMatchObject({
    data: [{ id, bytes: 11, filename: 'lines.jsonl' }],
  })
  await fetch(`${mock.url}/files/${id}`, { method: 'DELETE' })
  expect((await fetch(`${mock.url}/files/${id}`)).status).toBe(404)
  const batch = (await (
    await post('/v1/batches', { input_file_id: id, endpoint: '/v1/responses' })
  ).json()) as Json
  await post(`/v1/batches/${String(batch.id)}/cancel`, {})
  expect(JSON.parse(await get(`/batches/${String(batch.id)}`))).toMatchObject({ status: 'cancelling' })
})

test('models are listed in the shape that the caller knows', async () => {
  const get = async (url: string, headers = {}) => (await (await fetch(url, { headers })).json()) as Json
  expect(await get(`${mock.url}/models`)).toMatchObject({ object: 'list', data: [{ id: 'one' }] })
  expect(await get(`${base}/v1beta/models`)).toMatchObject({ models: [{ name: 'models/one' }] })
  expect(await get(`${mock.url}/models`, { 'anthropic-version': '2023-06-01' })).toMatchObject({
    data: [{ type: 'model', id: 'one' }],
    has_more: false,
  })
})
