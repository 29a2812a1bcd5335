import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { MASTER, type Parsed, startGateway, type TestGateway } from '../kit.ts'
import { type Received, type Reply, replayStream, type Stub, startStub } from './stub.ts'

/** What providers say when they fail, each in words and shapes of its own, and what clients of the gateway hear of it. */

let stub: Stub
let gateway: TestGateway
let reply: Reply = { body: '{}' }
beforeAll(async () => {
  stub = startStub(({ method }) => (method === 'POST' ? reply : { status: 404, body: '{}' }))
  const named = ['GEMINI', 'COHERE', 'MISTRAL', 'XAI', 'VLLM', 'CEREBRAS', 'OPENAI', 'ANTHROPIC']
  gateway = await startGateway({
    env: {
      ...Object.fromEntries(
        named.flatMap(name => [
          [`${name}_API_KEY`, 'sk-x'],
          [`${name}_BASE_URL`, stub.url],
        ]),
      ),
      BEDROCK_API_KEY: 'sk-x',
      BEDROCK_REGION: 'eu-central-1',
      BEDROCK_BASE_URL: stub.url,
      RETRIES: '0',
      BREAKER_FAILURES: '1000',
    },
  })
})
afterAll(async () => {
  await gateway.close()
  stub.stop()
})

const json = (body: unknown, status = 200): Reply => ({ status, body: JSON.stringify(body) })
const messages = [{ role: 'user', content: 'Hi' }]
const bodies: Readonly<Record<string, object>> = {
  '/v1/chat/completions': { messages },
  '/v1/messages': { messages, max_tokens: 9 },
  '/v1/responses': { input: 'Hi' },
}
const ask = (path: string, model: string, more: object = {}): Promise<Parsed> =>
  gateway.json(path, {
    method: 'POST',
    headers: { authorization: `Bearer ${MASTER}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model, ...bodies[path], ...more }),
  })
const posts = (): readonly Received[] => stub.received.filter(({ method }) => method === 'POST')

describe('an answer that failed is no answer', () => {
  const gemini = (finishReason: string) =>
    json({
      candidates: [{ content: {}, finishReason, index: 0 }],
      usageMetadata: { promptTokenCount: 5, totalTokenCount: 5 },
    })
  const cohere = (finish_reason: string) =>
    json({
      id: 'a',
      finish_reason,
      message: { role: 'assistant', content: [{ type: 'text', text: 'I thi' }] },
      usage: { tokens: { input_tokens: 5, output_tokens: 1 } },
    })
  const bedrock = (stopReason: string) =>
    json({
      output: { message: { role: 'assistant', content: [{ text: 'I thi' }] } },
      stopReason,
      usage: { inputTokens: 5, outputTokens: 1, totalTokens: 6 },
    })
  const failed: readonly (readonly [string, Reply, string])[] = [
    ['gemini/gemini-3-pro', gemini('MALFORMED_FUNCTION_CALL'), 'MALFORMED_FUNCTION_CALL'],
    ['gemini/gemini-3-pro', gemini('UNEXPECTED_TOOL_CALL'), 'UNEXPECTED_TOOL_CALL'],
    ['gemini/gemini-3-pro', gemini('MISSING_THOUGHT_SIGNATURE'), 'MISSING_THOUGHT_SIGNATURE'],
    [
      'gemini/gemini-3-pro',
      json({ candidates: [], usageMetadata: { promptTokenCount: 5 } }),
      'an empty answer',
    ],
    ['cohere/command-a', cohere('ERROR'), 'ERROR'],
    ['cohere/command-a', cohere('TIMEOUT'), 'TIMEOUT'],
    ['bedrock/amazon.nova-pro-v1:0', bedrock('malformed_tool_use'), 'malformed_tool_use'],
    ['bedrock/amazon.nova-pro-v1:0', bedrock('malformed_model_output'), 'malformed_model_output'],
  ]
  for (const path of Object.keys(bodies))
    test(`at ${path}: the client is told, and another target could still be asked`, async () => {
      for (const [model, answer, word] of failed) {
        reply = answer
        const { status, body } = await ask(path, model)
        expect([word, status, JSON.stringify(body)]).toEqual([word, 502, expect.stringContaining(word)])
      }
    })

  test('the next target is asked', async () => {
    await gateway.json('/admin/virtual-models', {
      method: 'PUT',
      headers: { authorization: `Bearer ${MASTER}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        source: 'pair',
        targets: [{ model: 'cohere/command-a' }, { model: 'gemini/gemini-3-pro' }],
        strategy: 'failover',
        force: true,
      }),
    })
    stub.received.length = 0
    reply = cohere('ERROR')
    await ask('/v1/chat/completions', 'pair')
    expect(posts().map(({ path }) => path.split('/')[2])).toEqual(['chat', 'models'])
  })

  test('what was too long or unfit ends as such, in the words of each language', async () => {
    const ends: readonly (readonly [string, Reply, string, string])[] = [
      [
        'bedrock/a.b-v1:0',
        bedrock('model_context_window_exceeded'),
        'length',
        'model_context_window_exceeded',
      ],
      ['cohere/command-a', cohere('ERROR_LIMIT'), 'length', 'max_tokens'],
      ['cohere/command-a', cohere('ERROR_TOXIC'), 'content_filter', 'refusal'],
      ['bedrock/anthropic.claude-sonnet-4-v1:0', bedrock('refusal'), 'content_filter', 'refusal'],
      ['gemini/gemini-3-pro', gemini('LANGUAGE'), 'content_filter', 'refusal'],
    ]
    for (const [model, answer, chat, claude] of ends) {
      reply = answer
      const [a, b] = [await ask('/v1/chat/completions', model), await ask('/v1/messages', model)]
      // biome-ignore lint/suspicious/noExplicitAny: tests look into answers freely, and fail where they guess wrong
      expect([(a.body as any).choices[0].finish_reason, (b.body as any).stop_reason]).toEqual([chat, claude])
    }
  })
})

test('a turn that Claude has paused is not the whole answer, whoever reads it', async () => {
  const content = [
    { type: 'text', text: 'I am looking' },
    { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: { query: 'weather' } },
  ]
  const usage = { input_tokens: 5, output_tokens: 1 }
  const message = { id: 'm', type: 'message', role: 'assistant', model: 'c', usage }
  reply = json({ ...message, content, stop_reason: 'pause_turn', stop_sequence: null })
  const [chat, response, own] = await Promise.all(
    ['/v1/chat/completions', '/v1/responses', '/v1/messages'].map(path =>
      ask(path, 'anthropic/claude-opus-5'),
    ),
  )
  expect(chat!.body.choices[0].finish_reason).toBe('length')
  expect(response!.body).toMatchObject({
    status: 'incomplete',
    incomplete_details: { reason: 'max_output_tokens' },
  })
  expect(own!.body).toMatchObject({ content, stop_reason: 'pause_turn' })
})

describe('xAI', () => {
  const answer = (more: object): Reply =>
    json({
      id: 'r',
      object: 'response',
      created_at: 1,
      model: 'grok-4',
      output: [
        {
          type: 'message',
          id: 'm',
          role: 'assistant',
          status: 'completed',
          content: [{ type: 'output_text', text: 'I thi' }],
        },
      ],
      usage: { input_tokens: 5, output_tokens: 1, total_tokens: 6 },
      ...more,
    })

  test('a whole answer that was cut says why', async () => {
    for (const [reason, word] of [
      ['max_output_tokens', 'max_tokens'],
      ['content_filter', 'refusal'],
    ] as const) {
      reply = answer({ status: 'incomplete', incomplete_details: { reason } })
      const { body } = await ask('/v1/messages', 'xai/grok-4')
      expect(body).toMatchObject({ stop_reason: word })
    }
  })

  test('stores nothing of a translated call there, and gets its thoughts sealed instead', async () => {
    reply = answer({ status: 'completed' })
    await ask('/v1/messages', 'xai/grok-4')
    expect(JSON.parse(posts().at(-1)!.body)).toMatchObject({
      store: false,
      include: ['reasoning.encrypted_content'],
    })
  })
})

describe('the words of a provider', () => {
  const shapes: readonly (readonly [string, object, string, string, string | null])[] = [
    [
      'mistral/m',
      { object: 'error', message: 'Tool call id was x', type: 'invalid_function_call', code: '3280' },
      'Tool call id was x',
      'invalid_request',
      null,
    ],
    [
      'cerebras/m',
      { message: 'Please reduce the length', param: 'messages', code: 'context_length_exceeded' },
      "This model's maximum context length is exceeded: Please reduce the length",
      'context_length_exceeded',
      'messages',
    ],
    [
      'vllm/m',
      { object: 'error', message: 'Too long', type: 'BadRequestError', code: 400 },
      'Too long',
      'invalid_request',
      null,
    ],
    [
      'xai/m',
      { code: 'Invalid', error: 'Too long for 131072' },
      'Too long for 131072',
      'invalid_request',
      null,
    ],
    [
      'vllm/m',
      { detail: [{ type: 'missing', loc: ['body', 'messages'], msg: 'Field required' }] },
      'body.messages: Field required',
      'invalid_request',
      null,
    ],
  ]
  for (const stream of [false, true])
    test(`reach the caller whose mistake it is, whatever shape they come in${stream ? ', in a stream too' : ''}`, async () => {
      for (const [model, body, message, code, param] of shapes) {
        reply = json(body, 400)
        const { status, body: told } = await ask('/v1/chat/completions', model, { stream })
        expect([status, told]).toEqual([
          400,
          { error: { message, type: 'invalid_request_error', param, code } },
        ])
      }
    })

  test('about the key of the gateway are no words for the caller, whatever status they come with', async () => {
    const about: readonly (readonly [string, object])[] = [
      [
        'gemini/g',
        {
          error: {
            code: 400,
            message: 'API key not valid. Please pass a valid API key.',
            status: 'INVALID_ARGUMENT',
          },
        },
      ],
      ['xai/grok-4', { code: 'Invalid', error: 'Incorrect API key provided: sk***. Look at console.x.ai' }],
      ['openai/gpt-4o', { error: { message: 'Invalid API key', type: 'invalid_request_error' } }],
    ]
    for (const [model, body] of about) {
      reply = json(body, 400)
      const { status, body: told } = await ask('/v1/chat/completions', model)
      expect([status, JSON.stringify(told)]).toEqual([
        502,
        expect.stringContaining("rejected the gateway's credentials"),
      ])
    }
  })

  test('that say the account is empty are no reason to wait', async () => {
    reply = json({ error: { message: 'You exceeded your current quota', code: 'insufficient_quota' } }, 429)
    for (const path of Object.keys(bodies)) {
      const { status, headers } = await ask(path, 'openai/gpt-4o')
      expect([path, status, headers.get('x-should-retry')]).toEqual([path, 502, 'false'])
    }
  })

  test('tell how long to wait, where only the body says it', async () => {
    const details = [
      { '@type': 'type.googleapis.com/google.rpc.Help', links: [] },
      { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '34.07s' },
    ]
    reply = json({ error: { code: 429, message: 'Quota', status: 'RESOURCE_EXHAUSTED', details } }, 429)
    const { status, headers } = await ask('/v1/messages', 'gemini/gemini-3-pro')
    expect([status, headers.get('retry-after')]).toEqual([429, '35'])
  })
})

describe('exceptions in a stream of Bedrock', () => {
  const start = JSON.stringify({ messageStart: { role: 'assistant' } })
  const fails = (name: string) =>
    replayStream('amazon-bedrock', [start, JSON.stringify({ [name]: { message: 'Odd input' } })])

  test('before the first word are statuses of their own', async () => {
    for (const [name, expected] of [
      ['throttlingException', 429],
      ['validationException', 400],
      ['serviceUnavailableException', 502],
      ['internalServerException', 502],
    ] as const) {
      reply = fails(name)
      const { status, body } = await ask('/v1/chat/completions', 'bedrock/a.b-v1:0', { stream: true })
      expect([name, status]).toEqual([name, expected])
      expect(JSON.stringify(body).includes('Odd input')).toBe(expected === 400)
    }
  })
})

describe('a prompt that is too long', () => {
  const said: readonly (readonly [string, object])[] = [
    [
      'cerebras/m',
      {
        error: {
          message: "This model's maximum context length is 128000 tokens",
          code: 'context_length_exceeded',
        },
      },
    ],
    ['cohere/command-a', { message: 'too many input tokens: size limit exceeded by 3' }],
    ['bedrock/a.b-v1:0', { message: 'Input is too long for requested model.' }],
    [
      'cohere/command-a',
      { message: 'too many tokens: total number of tokens in the prompt exceeds the limit' },
    ],
  ]
  test('is said in the words that agents of each language make room for', async () => {
    for (const [model, body] of said) {
      reply = json(body, 400)
      const claude = await ask('/v1/messages', model)
      expect([model, claude.status, claude.body]).toMatchObject([
        model,
        400,
        { error: { message: expect.stringMatching(/^prompt is too long: /) } },
      ])
      // LiteLLM, and so aider, looks for a sentence of OpenAI's, whatever the code.
      const aider = await ask('/v1/chat/completions', model)
      expect([model, aider.status, aider.body]).toMatchObject([
        model,
        400,
        {
          error: {
            code: 'context_length_exceeded',
            message: expect.stringMatching(/^This model's maximum context length is /),
          },
        },
      ])
      const codex = await ask('/v1/responses', model)
      expect([model, codex.status, codex.body]).toMatchObject([
        model,
        400,
        { error: { code: 'context_length_exceeded' } },
      ])
    }
  })

  test.each([
    [
      "This model's maximum context length is 128000 tokens. However, you requested 130000 tokens (122000 in the " +
        'messages, 8000 in the completion)',
      '130000 tokens > 128000 maximum',
    ],
    [
      'The input token count (250000) exceeds the maximum number of tokens allowed (200000).',
      '250000 tokens > 200000 maximum',
    ],
    ["This model's maximum context length is 128000 tokens.", undefined],
    ['Input is too long for requested model.', undefined],
  ])(
    'is measured, where the provider has: Claude Code reads by how much it was too long',
    async (words, sizes) => {
      reply = json({ error: { message: words } }, 400)
      const { body } = await ask('/v1/messages', 'cerebras/m')
      const size = sizes === undefined ? '' : `${sizes}. `
      expect(body.error.message).toBe(`prompt is too long: ${size}${words}`)
    },
  )
})
