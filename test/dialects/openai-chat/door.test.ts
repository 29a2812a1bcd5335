import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { APICallError } from '@ai-sdk/provider'
import OpenAI, { APIError, BadRequestError, InternalServerError, RateLimitError } from 'openai'
import { MASTER, startGateway, type TestGateway } from '../../kit.ts'
import { createScripted, finish, type Loose, result, usage } from './kit.ts'

/** The whole way, from the official client to a model of another language. */

const scripted = createScripted('stranger')
let gateway: TestGateway
let client: OpenAI
let lastHeaders = new Headers()
beforeAll(async () => {
  gateway = await startGateway({ extra: [scripted.plugin], env: { RETRIES: '0', BREAKER_FAILURES: '1000' } })
  client = new OpenAI({
    apiKey: MASTER,
    baseURL: 'http://localhost:8080/v1',
    maxRetries: 0,
    fetch: async (input, init) => {
      const url = new URL(String(input instanceof Request ? input.url : input))
      const response = await gateway.fetch(url.pathname + url.search, init as RequestInit)
      lastHeaders = response.headers
      return response
    },
  })
})
afterAll(() => gateway.close())

const model = 'scripted/any'
const messages = [{ role: 'user' as const, content: 'Where is it?' }]
const tools = [
  { type: 'function' as const, function: { name: 'find', parameters: { type: 'object', properties: {} } } },
]

describe('the official client', () => {
  test('gets a completion, and hears what was left out', async () => {
    scripted.say(
      result(
        [
          { type: 'reasoning', text: 'Hm' },
          { type: 'text', text: 'There' },
        ],
        { warnings: [{ type: 'unsupported', feature: 'seed' }] },
      ),
    )
    const answer = await client.chat.completions.create({
      model,
      messages,
      seed: 7,
      user: 'u',
      max_completion_tokens: 50,
      stop: 'END',
    })
    expect(answer.choices[0]).toMatchObject({
      finish_reason: 'stop',
      message: { role: 'assistant', content: 'There', reasoning_content: 'Hm' } as object,
    })
    expect(answer).toMatchObject({
      object: 'chat.completion',
      model: 'any',
      usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
    })
    expect(scripted.asked()).toMatchObject({
      seed: 7,
      maxOutputTokens: 50,
      stopSequences: ['END'],
      prompt: [{ role: 'user' }],
    })
    expect(lastHeaders.get('x-modelway-warning')).toBe(
      'user: has no counterpart at this provider, and was left out; seed is not supported by this model and was left out',
    )
  })

  test('gets the calls of tools, and gives their results back', async () => {
    const content = ['c1', 'c2'].map(toolCallId => ({
      type: 'tool-call' as const,
      toolCallId,
      toolName: 'find',
      input: '{"q":"x"}',
    }))
    scripted.say(result(content, { finishReason: { unified: 'tool-calls', raw: 'tool_use' } }))
    const answer = await client.chat.completions.create({ model, messages, tools })
    expect(answer.choices[0]!.finish_reason).toBe('tool_calls')
    const said = answer.choices[0]!.message
    scripted.say(result([{ type: 'text', text: 'Done' }]))
    const results = said.tool_calls!.map(({ id }) => ({
      role: 'tool' as const,
      tool_call_id: id,
      content: `of ${id}`,
    }))
    const last = await client.chat.completions.create({
      model,
      messages: [...messages, said, ...results],
      tools,
    })
    expect(last.choices[0]!.message.content).toBe('Done')
    expect(scripted.asked().prompt.slice(1)).toEqual([
      {
        role: 'assistant',
        content: ['c1', 'c2'].map(toolCallId => ({
          type: 'tool-call',
          toolCallId,
          toolName: 'find',
          input: { q: 'x' },
        })),
      },
      {
        role: 'tool',
        content: ['c1', 'c2'].map(toolCallId => ({
          type: 'tool-result',
          toolCallId,
          toolName: 'find',
          output: { type: 'text', value: `of ${toolCallId}` },
        })),
      },
    ] as never)
  })

  test('parses what is structured', async () => {
    scripted.say(result([{ type: 'text', text: '{"a":1}' }]))
    const answer = await client.chat.completions.parse({
      model,
      messages,
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'n', schema: { type: 'object' }, strict: true },
      },
    })
    expect(answer.choices[0]!.message.content).toBe('{"a":1}')
    expect(scripted.asked().responseFormat).toEqual({ type: 'json', schema: { type: 'object' }, name: 'n' })
  })

  test('adds up a stream: words, thoughts, calls in turns, sources, usage', async () => {
    scripted.stream([
      { type: 'stream-start', warnings: [] },
      { type: 'reasoning-start', id: 'r' },
      { type: 'reasoning-delta', id: 'r', delta: 'Hm' },
      { type: 'reasoning-end', id: 'r', providerMetadata: { anthropic: { signature: 'S' } } },
      { type: 'text-delta', id: 't', delta: 'Look: ' },
      { type: 'tool-input-start', id: 'c1', toolName: 'find' },
      { type: 'tool-input-start', id: 'c2', toolName: 'find' },
      { type: 'tool-input-delta', id: 'c2', delta: '{"q":' },
      { type: 'tool-input-delta', id: 'c1', delta: '{"q":"ä' },
      { type: 'text-delta', id: 't', delta: '😀' },
      { type: 'tool-input-delta', id: 'c1', delta: '"}' },
      { type: 'tool-input-delta', id: 'c2', delta: '2}' },
      { type: 'tool-call', toolCallId: 'c1', toolName: 'find', input: '{"q":"ä"}' },
      { type: 'tool-call', toolCallId: 'c2', toolName: 'find', input: '{"q":2}' },
      { type: 'source', sourceType: 'url', id: 's', url: 'https://a.example' },
      finish('tool-calls'),
    ])
    const stream = client.chat.completions.stream({
      model,
      messages,
      tools,
      stream_options: { include_usage: true },
    })
    const answer: Loose = await stream.finalChatCompletion()
    expect(answer.choices[0]).toMatchObject({
      finish_reason: 'tool_calls',
      message: {
        content: 'Look: 😀',
        tool_calls: [
          { id: 'c1', type: 'function', function: { name: 'find', arguments: '{"q":"ä"}' } },
          { id: 'c2', type: 'function', function: { name: 'find', arguments: '{"q":2}' } },
        ],
        annotations: [{ type: 'url_citation', url_citation: { url: 'https://a.example' } }],
        reasoning_details: [{ type: 'reasoning.text', text: 'Hm', signature: 'S' }],
      },
    })
    expect(answer.usage).toMatchObject({ prompt_tokens: 10, completion_tokens: 5 })
    expect(await stream.totalUsage()).toMatchObject({ total_tokens: 15 })
  })

  test('sees no usage that it did not ask for', async () => {
    scripted.stream([{ type: 'text-delta', id: 't', delta: 'Hi' }, finish()])
    const chunks: OpenAI.ChatCompletionChunk[] = []
    for await (const chunk of await client.chat.completions.create({ model, messages, stream: true }))
      chunks.push(chunk)
    expect(chunks.map(({ choices }) => choices.length)).toEqual([1, 1, 1])
    expect(chunks.some(({ usage }) => usage !== undefined)).toBe(false)
    expect(chunks.map(({ choices }) => choices[0]!.delta.content ?? '').join('')).toBe('Hi')
  })

  test('runs its tools by itself', async () => {
    const asked: string[] = []
    let turn = 0
    scripted.say(
      result([{ type: 'tool-call', toolCallId: 'c1', toolName: 'find', input: '{"q":"x"}' }], {
        finishReason: { unified: 'tool-calls', raw: 'x' },
      }),
    )
    const runner = client.chat.completions.runTools({
      model,
      messages,
      tools: [
        {
          type: 'function',
          function: {
            name: 'find',
            parameters: { type: 'object', properties: {} },
            description: 'Finds',
            parse: JSON.parse as (text: string) => { q: string },
            function: ({ q }: { q: string }) => {
              asked.push(q)
              if (turn++ === 0) scripted.say(result([{ type: 'text', text: 'Found' }]))
              return 'here'
            },
          },
        },
      ],
    })
    expect(await runner.finalContent()).toBe('Found')
    expect(asked).toEqual(['x'])
  })

  test('gets bodies of other shapes answered as completions', async () => {
    scripted.say(result([{ type: 'text', text: 'Hi' }]))
    const post = (body: object): Promise<Loose> =>
      client.post('/chat/completions', { body: { model, ...body } })
    const responses = await post({
      input: [{ role: 'user', content: [{ type: 'input_text', text: 'Q' }] }],
      instructions: 'S',
      max_output_tokens: 9,
    })
    expect(responses).toMatchObject({ object: 'chat.completion', choices: [{ message: { content: 'Hi' } }] })
    const asked = scripted.asked()
    const anthropic = await post({
      system: 'S',
      max_tokens: 9,
      messages: [{ role: 'user', content: [{ type: 'text', text: 'Q' }] }],
    })
    expect(anthropic).toMatchObject({ object: 'chat.completion', choices: [{ message: { content: 'Hi' } }] })
    const [{ abortSignal: _, ...first }, { abortSignal: __, ...second }] = [asked, scripted.asked()]
    expect(first).toEqual(second)
    expect(first).toMatchObject({
      maxOutputTokens: 9,
      prompt: [
        { role: 'system', content: 'S' },
        { role: 'user', content: [{ type: 'text', text: 'Q' }] },
      ],
    })
  })
})

describe('errors', () => {
  async function thrown(run: () => PromiseLike<unknown>): Promise<APIError> {
    try {
      await run()
    } catch (error) {
      return error as APIError
    }
    throw new Error('expected a failure')
  }
  const failed = (statusCode: number, message: string) =>
    new APICallError({
      message,
      url: 'x',
      requestBodyValues: {},
      statusCode,
      responseBody: JSON.stringify({ error: { message } }),
    })

  test('name the field', async () => {
    const error = await thrown(() => client.chat.completions.create({ model, messages, n: 2 }))
    expect(error).toBeInstanceOf(BadRequestError)
    expect(error).toMatchObject({ status: 400, code: 'unsupported_parameter', param: 'n' })
    const role = await thrown(() =>
      client.chat.completions.create({ model, messages: [{ role: 'robot' as 'user', content: '' }] }),
    )
    expect(role).toMatchObject({ status: 400, code: 'invalid_request', param: 'messages[0].role' })
  })
  test('keep their class', async () => {
    scripted.fail(failed(429, 'Slow down'))
    expect(await thrown(() => client.chat.completions.create({ model, messages }))).toBeInstanceOf(
      RateLimitError,
    )
    scripted.fail(failed(500, 'Broken'))
    expect(
      await thrown(() => client.chat.completions.create({ model, messages, stream: true })),
    ).toBeInstanceOf(InternalServerError)
  })
  test('in a stream come as one event that the client throws', async () => {
    scripted.stream([
      { type: 'text-delta', id: 't', delta: 'Hi' },
      { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } },
    ])
    const heard: string[] = []
    const error = await thrown(async () => {
      for await (const { choices } of await client.chat.completions.create({ model, messages, stream: true }))
        heard.push(choices[0]!.delta.content ?? '')
    })
    expect(error).toBeInstanceOf(APIError)
    expect(error.message).toContain('overloaded')
    expect(heard.join('')).toBe('Hi')
  })
  test('at the beginning of a stream are no stream yet', async () => {
    scripted.stream([
      { type: 'stream-start', warnings: [] },
      { type: 'text-start', id: 't' },
      { type: 'error', error: { type: 'rate_limit_error', message: 'Slow down' } },
    ])
    expect(
      await thrown(() => client.chat.completions.create({ model, messages, stream: true })),
    ).toBeInstanceOf(RateLimitError)
  })
  test('a stream that merely ends is one, and never a [DONE]', async () => {
    scripted.stream([{ type: 'text-delta', id: 't', delta: 'Hi' }])
    const response = await gateway.fetch('/v1/chat/completions', {
      method: 'POST',
      headers: { authorization: `Bearer ${MASTER}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model, messages, stream: true }),
    })
    const text = await response.text()
    expect(text).not.toContain('[DONE]')
    expect(text.trim().split('\n\n').at(-1)).toContain('upstream_cut')
  })
  test('what a package cannot do is said', async () => {
    scripted.say(result([{ type: 'text', text: 'x' }], { usage: usage() }))
    const error = await thrown(() =>
      client.chat.completions.create({
        model,
        messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'ftp://x' } }] }],
      }),
    )
    expect(error).toMatchObject({ status: 400, param: 'messages[0].content[0].image_url.url' })
  })
})
