import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { LanguageModelV4StreamPart } from '@ai-sdk/provider'
import OpenAI, { APIError, BadRequestError } from 'openai'
import { MASTER, startGateway, type TestGateway } from '../../kit.ts'
import { accumulate, eventsIn } from './accumulate.ts'
import { type Any, createScripted, finish, result } from './kit.ts'

const scripted = createScripted()
let gateway: TestGateway
let client: OpenAI
beforeAll(async () => {
  gateway = await startGateway({ extra: [scripted.plugin] })
  client = new OpenAI({
    apiKey: MASTER,
    baseURL: 'http://localhost:8080/v1',
    fetch: (url, init) =>
      gateway.fetch(String(url).replace('http://localhost:8080', ''), init as RequestInit),
    maxRetries: 0,
  })
})
afterAll(() => gateway.close())

const model = 'scripted/any'
const post = async (body: object, headers: Record<string, string> = {}) => {
  const response = await gateway.fetch('/v1/responses', {
    method: 'POST',
    headers: { authorization: `Bearer ${MASTER}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ model, ...body }),
  })
  return { status: response.status, headers: response.headers, text: await response.text() }
}

const tool = {
  type: 'function',
  name: 'weather',
  parameters: {
    type: 'object',
    properties: { city: { type: 'string' } },
    required: ['city'],
    additionalProperties: false,
  },
  strict: true,
} as const

const parts: LanguageModelV4StreamPart[] = [
  { type: 'stream-start', warnings: [] },
  { type: 'reasoning-start', id: 'r' },
  { type: 'reasoning-delta', id: 'r', delta: 'Think' },
  { type: 'reasoning-end', id: 'r' },
  { type: 'text-start', id: 't' },
  { type: 'text-delta', id: 't', delta: 'Wel' },
  { type: 'text-delta', id: 't', delta: 'come' },
  { type: 'text-end', id: 't' },
  { type: 'tool-input-start', id: 'call_1', toolName: 'weather' },
  { type: 'tool-input-delta', id: 'call_1', delta: '{"city":' },
  { type: 'tool-input-delta', id: 'call_1', delta: '"Rome"}' },
  { type: 'tool-input-end', id: 'call_1' },
  { type: 'tool-call', toolCallId: 'call_1', toolName: 'weather', input: '{"city":"Rome"}' },
  finish('tool-calls'),
]

describe('the official client', () => {
  test('reads a whole answer', async () => {
    scripted.say(result([{ type: 'text', text: 'Hello, World!' }]))
    const response = await client.responses.create({ model, input: 'Hello', metadata: { a: 'b' } })
    expect(response.output_text).toBe('Hello, World!')
    expect(response).toMatchObject({
      object: 'response',
      status: 'completed',
      model: 'any',
      metadata: { a: 'b' },
      usage: { input_tokens: 10, output_tokens: 5, total_tokens: 15 },
    })
  })

  test('puts a stream together, with every kind of event in its place', async () => {
    scripted.stream(parts)
    const stream = client.responses.stream({ model, input: 'Hello', tools: [tool] })
    const seen: string[] = []
    for await (const event of stream) seen.push(event.type)
    const final = await stream.finalResponse()
    expect(final.output_text).toBe('Welcome')
    expect(final.output.map(({ type }) => type)).toEqual(['reasoning', 'message', 'function_call'])
    expect(final.output[2]).toMatchObject({
      call_id: 'call_1',
      name: 'weather',
      parsed_arguments: { city: 'Rome' },
    })
    expect(seen[0]).toBe('response.created')
    expect(seen.at(-1)).toBe('response.completed')
  })

  test('raises its own errors', async () => {
    const wrong = client.responses.create({ model, input: [{ type: 'nonsense' } as never] })
    const error = await wrong.then(
      () => undefined,
      cause => cause as APIError,
    )
    expect(error).toBeInstanceOf(BadRequestError)
    expect(error).toMatchObject({ status: 400, param: 'input[0].type', code: 'unsupported_parameter' })
  })

  test('raises an error that comes in the middle of a stream', async () => {
    scripted.stream([...parts.slice(0, 6), { type: 'error', error: new Error('gone') }])
    const stream = await client.responses.create({ model, input: 'Hello', stream: true })
    const seen: string[] = []
    const read = (async () => {
      for await (const event of stream) seen.push(event.type)
    })()
    await expect(read).rejects.toBeInstanceOf(APIError)
    await expect(read).rejects.toMatchObject({ code: expect.stringMatching(/^upstream_/) })
    expect(seen).toContain('response.output_text.delta')
    expect(seen).not.toContain('response.completed')
  })

  test('parses structured output', async () => {
    scripted.say(result([{ type: 'text', text: '{"city":"Rome"}' }]))
    const parsed = await client.responses.parse({
      model,
      input: 'Where?',
      text: { format: { type: 'json_schema', name: 'place', schema: tool.parameters, strict: true } },
    })
    expect(parsed.output_parsed as unknown).toEqual({ city: 'Rome' })
    expect(scripted.asked().responseFormat).toMatchObject({ type: 'json', name: 'place' })
  })
})

test('a stream is numbered, named and adds up; nothing follows its end', async () => {
  scripted.stream(parts)
  const { status, headers, text } = await post({ input: 'Hello', stream: true, tools: [tool] })
  expect(status).toBe(200)
  expect(headers.get('content-type')).toBe('text/event-stream')
  expect(text).not.toContain('[DONE]')
  expect(accumulate(eventsIn(text)).status).toBe('completed')
})

test('Codex, which knows no other errors of a stream, is told that the response has failed', async () => {
  scripted.stream([...parts.slice(0, 6), { type: 'error', error: new Error('gone') }])
  const { text } = await post({ input: 'Hello', stream: true })
  const events = eventsIn(text) as Any[]
  const ids = new Set(events.flatMap(({ data }) => data.response?.id ?? []))
  const { data } = events.at(-1)
  expect([data.type, data.response.status, ids.size]).toEqual(['response.failed', 'failed', 1])
  expect(data.response.error).toEqual({ code: data.error.code, message: data.error.message })
  expect(events.filter(event => /failed|error|completed/.test(event.data.type))).toHaveLength(1)
})

test("OpenAI's helper for streams raises it too", async () => {
  scripted.stream([...parts.slice(0, 6), { type: 'error', error: new Error('gone') }])
  const stream = client.responses.stream({ model, input: 'Hello' })
  await expect(stream.finalResponse()).rejects.toBeInstanceOf(APIError)
})

test('what is left out is told in a header; what would change the answer is refused', async () => {
  scripted.say(result([{ type: 'text', text: 'Hi' }]))
  const { headers } = await post({ input: 'Hello', context_management: [], truncation: 'auto' })
  expect(headers.get('x-modelway-warning')).toContain('context_management')
  expect(headers.get('x-modelway-warning')).toContain('truncation')
  const refused = await post({ input: 'Hello', background: true })
  expect([refused.status, JSON.parse(refused.text).error.param]).toEqual([400, 'background'])
})

test('a request for a WebSocket is refused at once, so that clients fall back', async () => {
  const headers = { authorization: `Bearer ${MASTER}`, upgrade: 'websocket', connection: 'Upgrade' }
  const response = await gateway.fetch('/v1/responses', { headers })
  expect(response.status).toBe(426)
  expect(response.headers.get('x-should-retry')).toBe('false')
  expect(
    (await gateway.fetch('/v1/responses', { headers: { authorization: `Bearer ${MASTER}` } })).status,
  ).toBe(405)
})

test('a model that looks for tools gets its call as the item that clients wait for, whole and in a stream', async () => {
  const search = { type: 'tool_search', execution: 'client', parameters: { type: 'object' } }
  const input = '{"query":"mail"}'
  const item = { type: 'tool_search_call', call_id: 'c', execution: 'client', arguments: { query: 'mail' } }
  scripted.say(
    result([{ type: 'tool-call', toolCallId: 'c', toolName: 'tool_search', input }], {
      finishReason: { unified: 'tool-calls', raw: 'tool_calls' },
    }),
  )
  const whole = await post({ input: 'Hi', tools: [search] })
  expect(JSON.parse(whole.text).output).toEqual([expect.objectContaining(item)])
  scripted.stream([
    { type: 'stream-start', warnings: [] },
    { type: 'tool-input-start', id: 'c', toolName: 'tool_search' },
    { type: 'tool-input-delta', id: 'c', delta: input },
    { type: 'tool-input-end', id: 'c' },
    { type: 'tool-call', toolCallId: 'c', toolName: 'tool_search', input },
    finish('tool-calls'),
  ])
  const streamed = await post({ input: 'Hi', tools: [search], stream: true })
  expect(accumulate(eventsIn(streamed.text)).output).toEqual([expect.objectContaining(item)])
})
