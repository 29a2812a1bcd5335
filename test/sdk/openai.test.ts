import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import OpenAI, {
  APIConnectionError,
  APIConnectionTimeoutError,
  APIError,
  APIUserAbortError,
  AuthenticationError,
  BadRequestError,
  ConflictError,
  InternalServerError,
  NotFoundError,
  PermissionDeniedError,
  RateLimitError,
  UnprocessableEntityError,
} from 'openai'
import { until } from '../kit.ts'
import type { Plan } from '../mock/plan.ts'
import { createMockProvider } from '../mock/provider.ts'
import { KEY, type Running, spawnGateway } from '../process/spawn.ts'

const mock = createMockProvider({ models: ['one', 'two', 'meta/llama'], tokens: 5 })
let gateway: Running
let client: OpenAI
/** How often the SDK called. */
let calls = 0
beforeAll(async () => {
  gateway = await spawnGateway({
    env: {
      OPENAI_API_KEY: 'sk-upstream',
      OPENAI_BASE_URL: mock.url,
      RETRIES: '0',
      BREAKER_FAILURES: '1000',
      VIRTUAL_MODELS:
        '[{"source":"openai/two","user_paths":["/team"]},{"source":"smart","target_model":"openai/one"}]',
    },
  })
  client = new OpenAI({
    baseURL: `${gateway.url}/v1`,
    apiKey: KEY,
    fetch: (url, init) => {
      calls++
      return fetch(url, init)
    },
  })
  await client.models.retrieve('openai/one')
})
beforeEach(() => {
  calls = 0
  mock.reset()
})
afterAll(async () => {
  await gateway.stop()
  mock.stop()
})

const messages = [{ role: 'user' as const, content: 'Where does it go?' }]
const ask = (model = 'one') => client.chat.completions.create({ model, messages })
const WORDS = 'a road of its own'

/** What the SDK throws. */
async function thrown(run: () => PromiseLike<unknown>): Promise<APIError> {
  try {
    await run()
  } catch (error) {
    return error as APIError
  }
  throw new Error('expected a failure')
}

describe('the official client', () => {
  test('gets a chat completion, by the id of a model or the name of a redirect', async () => {
    for (const model of ['one', 'openai/one', 'smart']) {
      const completion = await ask(model)
      expect(completion.choices[0]!.message.content).toBe(WORDS)
      expect(completion.usage).toMatchObject({ prompt_tokens: 8, completion_tokens: 5 })
      expect(completion._request_id).toMatch(/^[\w-]{36}$/)
    }
    expect(mock.requests.map(({ json }) => json?.model)).toEqual(['one', 'one', 'one'])
  })

  test('streams, without usage that it did not ask for', async () => {
    const stream = await client.chat.completions.create({ model: 'smart', messages, stream: true })
    let text = ''
    for await (const chunk of stream) {
      expect(chunk.choices.length).toBe(1)
      expect(chunk.usage ?? null).toBeNull()
      text += chunk.choices[0]!.delta.content ?? ''
    }
    expect(text).toBe(WORDS)
    expect(mock.requests[0]!.json!.stream_options).toEqual({ include_usage: true })
  })

  test('streams with usage in the last chunk when it asks', async () => {
    const stream_options = { include_usage: true }
    const stream = await client.chat.completions.create({
      model: 'one',
      messages,
      stream: true,
      stream_options,
    })
    const chunks = await Array.fromAsync(stream)
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 8, completion_tokens: 5 } })
    expect(chunks.slice(0, -1).every(({ usage }) => usage === null)).toBe(true)
  })

  test('calls tools, whole and streamed', async () => {
    mock.setPlan({
      toolCall: [
        { name: 'go', arguments: { to: 'the moon' } },
        { name: 'stay', arguments: {} },
      ],
    })
    const tools = ['go', 'stay'].map(name => ({
      type: 'function' as const,
      function: { name, parameters: {} },
    }))
    const whole = await client.chat.completions.create({ model: 'one', messages, tools })
    const streamed = await client.chat.completions
      .stream({ model: 'one', messages, tools })
      .finalChatCompletion()
    for (const { choices } of [whole, streamed]) {
      expect(choices[0]!.finish_reason).toBe('tool_calls')
      expect(choices[0]!.message.tool_calls).toMatchObject([
        { type: 'function', function: { name: 'go', arguments: '{"to":"the moon"}' } },
        { type: 'function', function: { name: 'stay', arguments: '{}' } },
      ])
    }
    expect(mock.requests[0]!.json!.tools).toEqual(tools)
  })

  test('lists models, and retrieves those with slashes in their ids', async () => {
    const ids = (await Array.fromAsync(client.models.list())).map(({ id }) => id)
    expect(ids).toEqual(['openai/meta/llama', 'openai/one', 'smart'])
    for (const id of ids) expect(await client.models.retrieve(id)).toMatchObject({ id, object: 'model' })
    expect(
      (await fetch(`${gateway.url}/v1/models/openai/meta/llama`, { headers: { 'x-api-key': KEY } })).status,
    ).toBe(200)
    expect(await thrown(() => client.models.retrieve('openai/two'))).toBeInstanceOf(NotFoundError)
  })

  test('gives up when its user does, and the provider is let go', async () => {
    mock.setPlan({ tokens: 500, gapMs: 10 })
    const stream = await client.chat.completions.create({ model: 'one', messages, stream: true })
    for await (const chunk of stream) if (chunk.choices[0]!.delta.content === ' road') break
    await until(() => mock.ledger.active() === 0, 'the provider to see the close')
    mock.setPlan({ hang: true })
    const control = new AbortController()
    const asked = client.chat.completions.create({ model: 'one', messages }, { signal: control.signal })
    await until(() => mock.ledger.active() === 1, 'the request to arrive')
    control.abort()
    expect(await asked.catch(error => error)).toBeInstanceOf(APIUserAbortError)
    await until(() => mock.ledger.active() === 0, 'the provider to see the close')
  })
})

describe('the official client throws', () => {
  test('its own class for each way in which the gateway refuses', async () => {
    const stranger = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: 'wrong' })
    for (const [type, code, run] of [
      [AuthenticationError, 'invalid_api_key', () => stranger.models.list()],
      [
        AuthenticationError,
        'invalid_api_key',
        () => stranger.chat.completions.create({ model: 'one', messages }),
      ],
      [PermissionDeniedError, 'model_access_denied', () => ask('openai/two')],
      [NotFoundError, 'model_not_found', () => ask('unknown')],
      [NotFoundError, 'model_not_found', () => client.models.retrieve('unknown')],
      [NotFoundError, 'not_found', () => client.get('/nothing')],
      [BadRequestError, 'invalid_request', () => ask('')],
      [APIError, 'method_not_allowed', () => client.get('/chat/completions')],
    ] as const) {
      calls = 0
      const error = await thrown(run as () => Promise<unknown>)
      expect([code, error.code, error instanceof type]).toEqual([code, code, true])
      expect(error.requestID).toMatch(/^[\w-]{36}$/)
      expect(calls).toBeLessThan(2)
    }
  })

  test('its own class for each way in which a provider fails, after as many calls as make sense', async () => {
    const failures: readonly (readonly [
      Plan,
      abstract new (...from: never) => APIError,
      code: string | null,
      calls: number,
    ])[] = [
      [{ status: 400 }, BadRequestError, null, 1],
      [{ status: 401 }, InternalServerError, 'upstream_rejected', 1],
      [{ status: 403 }, InternalServerError, 'upstream_rejected', 1],
      [{ status: 404 }, NotFoundError, 'model_not_found', 1],
      [{ status: 409 }, ConflictError, null, 1],
      [{ status: 422 }, UnprocessableEntityError, null, 1],
      [{ status: 429 }, RateLimitError, 'rate_limit_exceeded', 3],
      [{ status: 500 }, InternalServerError, 'upstream_error', 3],
      [{ status: 504 }, InternalServerError, 'upstream_timeout', 3],
      [{ body: '<html>' }, InternalServerError, 'upstream_invalid', 3],
    ]
    for (const [plan, type, code, wanted] of failures) {
      calls = 0
      mock.reset()
      // The client waits as long as it is told to.
      mock.setPlan({ ...plan, headers: { 'retry-after': '0' } })
      const error = await thrown(() => ask())
      expect([plan, error.code ?? null, error instanceof type, calls]).toEqual([plan, code, true, wanted])
      expect(mock.requests.length).toBe(wanted)
    }
  }, 60_000)

  test('an error in the middle of a stream that breaks', async () => {
    mock.setPlan({ cutAfterBytes: 700 })
    const stream = await client.chat.completions.create({ model: 'one', messages, stream: true })
    const error = await thrown(() => Array.fromAsync(stream))
    expect(error).toBeInstanceOf(APIError)
    expect(error.code).toBe('upstream_cut')
  })

  test('the error that a provider puts into its stream', async () => {
    mock.setPlan({ errorEvent: { after: 2 } })
    const stream = await client.chat.completions.create({ model: 'one', messages, stream: true })
    const error = await thrown(() => Array.fromAsync(stream))
    expect(error).toBeInstanceOf(APIError)
    expect(error.message).toContain('The engine is overloaded')
  })

  test('a connection error where nobody listens, or nobody answers in time', async () => {
    const lost = new OpenAI({ baseURL: 'http://127.0.0.1:9/v1', apiKey: KEY, maxRetries: 0 })
    expect(await thrown(() => lost.models.list())).toBeInstanceOf(APIConnectionError)
    mock.setPlan({ hang: true })
    const hasty = () =>
      client.chat.completions.create({ model: 'one', messages }, { timeout: 100, maxRetries: 0 })
    expect(await thrown(hasty)).toBeInstanceOf(APIConnectionTimeoutError)
    await until(() => mock.ledger.active() === 0, 'the provider to see the close')
  })
})
