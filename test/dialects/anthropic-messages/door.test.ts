import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { APICallError } from '@ai-sdk/provider'
import Anthropic, {
  APIError,
  AuthenticationError,
  BadRequestError,
  InternalServerError,
  NotFoundError,
  RateLimitError,
} from '@anthropic-ai/sdk'
import { MASTER, startGateway, type TestGateway } from '../../kit.ts'
import { createScripted, eventsIn, result, usage } from './kit.ts'

const scripted = createScripted()
let gateway: TestGateway
let client: Anthropic
beforeAll(async () => {
  gateway = await startGateway({ env: { RETRIES: '0', BREAKER_FAILURES: '1000' }, extra: [scripted.plugin] })
  client = clientWith(MASTER)
})
afterAll(() => gateway.close())

const clientWith = (apiKey: string) =>
  new Anthropic({
    baseURL: 'http://localhost:8080',
    apiKey,
    maxRetries: 0,
    fetch: (url, init) =>
      gateway.fetch(String(url).replace('http://localhost:8080', ''), init as RequestInit),
  })

const ask = {
  model: 'scripted/any',
  max_tokens: 100,
  messages: [{ role: 'user' as const, content: 'Hello' }],
}
const text = { type: 'text' as const, text: 'Hi there' }
const call = { type: 'tool-call' as const, toolCallId: 'toolu_1', toolName: 'go', input: '{"to":"x"}' }
const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  gateway.fetch(path, {
    method: 'POST',
    headers: { 'x-api-key': MASTER, 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })

async function thrown(run: () => PromiseLike<unknown>): Promise<APIError> {
  try {
    await run()
  } catch (error) {
    return error as APIError
  }
  throw new Error('expected a failure')
}

describe('the official client, at a provider of another language', () => {
  test('gets a message', async () => {
    scripted.say(
      result([{ type: 'reasoning', text: 'Hm' }, text, call], {
        finishReason: { unified: 'tool-calls', raw: 'tool_calls' },
      }),
    )
    const message = await client.messages.create({ ...ask, system: 'Be kind' })
    expect(message).toMatchObject({
      type: 'message',
      role: 'assistant',
      model: 'any',
      content: [
        { type: 'thinking', thinking: 'Hm' },
        { type: 'text', text: 'Hi there' },
        { type: 'tool_use', id: 'toolu_1', name: 'go', input: { to: 'x' } },
      ],
      stop_reason: 'tool_use',
      usage: { input_tokens: 10, output_tokens: 5 },
    })
    expect(scripted.asked().prompt).toEqual([
      { role: 'system', content: 'Be kind' },
      { role: 'user', content: [{ type: 'text', text: 'Hello' }] },
    ])
  })

  test('streams one', async () => {
    scripted.stream([
      { type: 'stream-start', warnings: [] },
      { type: 'reasoning-start', id: 'r' },
      { type: 'reasoning-delta', id: 'r', delta: 'Hm' },
      { type: 'reasoning-end', id: 'r' },
      { type: 'text-start', id: 't' },
      { type: 'text-delta', id: 't', delta: 'Hi ' },
      { type: 'text-delta', id: 't', delta: 'there' },
      { type: 'tool-input-start', id: 'toolu_1', toolName: 'go' },
      { type: 'tool-input-delta', id: 'toolu_1', delta: '{"to":' },
      { type: 'tool-input-delta', id: 'toolu_1', delta: '"x"}' },
      call,
      { type: 'text-end', id: 't' },
      { type: 'finish', finishReason: { unified: 'tool-calls', raw: 'tool_calls' }, usage: usage(10, 5) },
    ])
    const stream = client.messages.stream(ask)
    const words: string[] = []
    stream.on('text', word => words.push(word))
    const message = await stream.finalMessage()
    expect(words).toEqual(['Hi ', 'there'])
    expect(message.content.map(({ type }) => type)).toEqual(['thinking', 'text', 'tool_use'])
    expect(message.content[2]).toMatchObject({ id: 'toolu_1', name: 'go', input: { to: 'x' } })
    expect([message.stop_reason, message.usage.input_tokens, message.usage.output_tokens]).toEqual([
      'tool_use',
      10,
      5,
    ])
  })

  test('is told what was left out', async () => {
    scripted.say(result([text]))
    const { response } = await client.messages
      .create({ ...ask, service_tier: 'standard_only' })
      .withResponse()
    expect(response.headers.get('x-modelway-warning')).toContain('service_tier:')
  })

  test('raises its own errors', async () => {
    scripted.say(result([text]))
    const bad = {
      ...ask,
      messages: [
        { role: 'user' as const, content: [{ type: 'tool_result' as const, tool_use_id: 'nobody' }] },
      ],
    }
    const error = await thrown(() => client.messages.create(bad))
    expect(error).toBeInstanceOf(BadRequestError)
    expect(error.type).toBe('invalid_request_error')
    expect(error.message).toContain('messages[0].content[0].tool_use_id')
    expect(error.errorCode as string).toBe('invalid_request')
    expect(await thrown(() => clientWith('wrong').messages.create(ask))).toBeInstanceOf(AuthenticationError)
    expect(await thrown(() => client.messages.create({ ...ask, model: 'scripted-not/any' }))).toBeInstanceOf(
      NotFoundError,
    )
    const failing = (statusCode: number) =>
      scripted.fail(
        new APICallError({
          message: 'No',
          url: 'https://a.example',
          requestBodyValues: {},
          statusCode,
          responseBody: '{"error":{"message":"Because"}}',
        }),
      )
    failing(429)
    expect(await thrown(() => client.messages.create(ask))).toBeInstanceOf(RateLimitError)
    failing(500)
    expect(await thrown(() => client.messages.create(ask))).toBeInstanceOf(InternalServerError)
    failing(400)
    expect((await thrown(() => client.messages.create(ask))).message).toContain('Because')
  })

  test('raises one for a stream that breaks', async () => {
    scripted.stream([
      { type: 'text-start', id: 't' },
      { type: 'text-delta', id: 't', delta: 'Hi' },
      { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } },
    ])
    const broken = await thrown(() => client.messages.stream(ask).finalMessage())
    expect(broken).toBeInstanceOf(APIError)
    expect(broken.type as string).toBe('overloaded_error')
    scripted.stream([
      { type: 'text-start', id: 't' },
      { type: 'text-delta', id: 't', delta: 'Hi' },
    ])
    expect(await thrown(() => client.messages.stream(ask).finalMessage())).toBeInstanceOf(APIError)
  })
})

test('an error names the field that it is about once', async () => {
  const { body } = await gateway.admin('POST', '/admin/keys', { name: 'closed', allowed_models: ['other'] })
  const said = async (model: unknown) => {
    const answer = await post('/v1/messages', { ...ask, model }, { 'x-api-key': body.key })
    return ((await answer.json()) as { error: { message: string } }).error.message
  }
  expect(await said('scripted/any')).toStartWith('Model "scripted/any" is not open to you')
  expect(await said(7)).toStartWith('Field "model"')
})

test("an error on the wire is Anthropic's, whole and as an event", async () => {
  const response = await post('/v1/messages', { ...ask, max_tokens: 0 })
  const id = response.headers.get('x-request-id')!
  expect(response.status).toBe(400)
  expect(await response.json()).toEqual({
    type: 'error',
    error: {
      type: 'invalid_request_error',
      message: '"max_tokens" is 0: send a whole number above 0',
      details: { error_code: 'invalid_request', param: 'max_tokens' },
    },
    request_id: id,
  })
  scripted.stream([
    { type: 'text-start', id: 't' },
    { type: 'text-delta', id: 't', delta: 'Hi' },
  ])
  const events = eventsIn(await (await post('/v1/messages', { ...ask, stream: true })).text())
  expect(events.map(({ event }) => event)).toEqual([
    'message_start',
    'content_block_start',
    'content_block_delta',
    'error',
  ])
  expect(events.at(-1)!.data).toMatchObject({
    type: 'error',
    error: { type: 'api_error' },
    request_id: expect.any(String),
  })
})

test.each([
  '',
  '{',
  '[]',
  '{"model":7}',
  '{"model":"scripted/any"}',
  '{"model":"scripted/any","max_tokens":1,"messages":[null]}',
])('the body %j is refused in its language', async body => {
  for (const path of ['/v1/messages', '/v1/messages/count_tokens']) {
    const response = await post(path, body)
    const { type, error } = (await response.json()) as { type: string; error?: { type: string } }
    if (response.status === 200)
      expect([path, body]).toEqual(['/v1/messages/count_tokens', expect.stringContaining('[null]')])
    else expect([response.status, type, error?.type]).toEqual([400, 'error', 'invalid_request_error'])
  }
})

describe('count_tokens', () => {
  const count = async (more: object) => {
    const { data, response } = await client.messages
      .countTokens({ model: ask.model, messages: ask.messages, ...more })
      .withResponse()
    return { tokens: data.input_tokens, warning: response.headers.get('x-modelway-warning') }
  }
  const words = 'The quick brown fox jumps over the lazy dog. '

  test('is an estimate where the provider cannot count, and says so', async () => {
    const { tokens, warning } = await count({ messages: [{ role: 'user', content: words.repeat(100) }] })
    // 4,500 characters of English; Claude counts about 1,000 to 1,300 tokens.
    expect(tokens).toBeGreaterThan(900)
    expect(tokens).toBeLessThan(1400)
    expect(warning).toContain('an estimate')
  })

  test('counts everything that is sent', async () => {
    const { tokens: bare } = await count({})
    const { tokens: told } = await count({ system: words })
    const { tokens: tooled } = await count({
      tools: [{ name: 'go', description: words, input_schema: { type: 'object' } }],
    })
    const image = {
      type: 'image',
      source: { type: 'base64', media_type: 'image/png', data: 'a'.repeat(4_000_000) },
    }
    const { tokens: seen } = await count({ messages: [{ role: 'user', content: [image] }] })
    expect([told - bare > 8, tooled - bare > 346, seen - bare > 1500, seen < 2000]).toEqual([
      true,
      true,
      true,
      true,
    ])
    const { tokens: chinese } = await count({ messages: [{ role: 'user', content: '你好世界'.repeat(100) }] })
    expect(chinese).toBeGreaterThan(390)
  })

  test('judges a text of 10 MB by samples that are right', async () => {
    const of = async (times: number) =>
      (await count({ messages: [{ role: 'user', content: words.repeat(times) }] })).tokens
    expect((await of(220_000)) / (await of(1000))).toBeCloseTo(220, -1)
  })
})

test('Claude Code is understood: beta in the query, cached system blocks, thinking, tools, its own headers', async () => {
  scripted.say(result([text]))
  const cached = { cache_control: { type: 'ephemeral' } }
  const body = {
    model: 'scripted/any',
    max_tokens: 32_000,
    stream: false,
    temperature: 1,
    metadata: { user_id: 'user_abc_account__session_def' },
    thinking: { type: 'enabled', budget_tokens: 31_999 },
    context_management: { edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] },
    system: [
      { type: 'text', text: 'x-anthropic-billing-header: cc_version=2.1.0;' },
      { type: 'text', text: 'You are Claude Code', ...cached },
    ],
    tools: [{ name: 'Read', description: 'Reads', input_schema: { type: 'object', properties: {} } }],
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: '<system-reminder>' },
          { type: 'text', text: 'Fix it', ...cached },
        ],
      },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'Hm', signature: 'c2ln' },
          { type: 'tool_use', id: 'toolu_1', name: 'Read', input: { file_path: '/a' } },
        ],
      },
      {
        role: 'user',
        content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'text', ...cached }],
      },
    ],
  }
  const response = await post('/v1/messages?beta=true', body, {
    'anthropic-beta': 'claude-code-20250219,interleaved-thinking-2025-05-14',
    'anthropic-version': '2023-06-01',
    'x-claude-code-session-id': 'a-session',
  })
  expect(response.status).toBe(200)
  expect(scripted.asked().reasoning).toBe('high')
  expect(scripted.asked().prompt.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'tool'])
  expect(scripted.asked().prompt[0]!.content).toBe(
    'x-anthropic-billing-header: cc_version=2.1.0;\n\nYou are Claude Code',
  )
})
