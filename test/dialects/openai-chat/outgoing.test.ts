import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { openaiChat } from '../../../plugins/dialects/openai-chat/index.ts'
import { MASTER, startGateway, type TestGateway } from '../../kit.ts'
import { createMockProvider } from '../../mock/provider.ts'
import type { Loose } from './kit.ts'

/** A conversation that another maker's model has begun, and that goes on in the client's own language. */

const mock = createMockProvider()
const base = mock.url.replace(/\/v1$/, '')
const vendors = { ANTHROPIC: '/v1', GEMINI: '/v1beta', GROQ: '/v1', CEREBRAS: '/v1', MISTRAL: '/v1' } as const
const others = { OPENAI: '/v1', DEEPSEEK: '', OPENROUTER: '/v1' } as const
let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway({
    env: {
      ...Object.fromEntries(
        Object.entries({ ...vendors, ...others }).flatMap(([name, path]) => [
          [`${name}_BASE_URL`, base + path],
          [`${name}_API_KEY`, 'sk-upstream'],
          [`${name}_MODELS`, 'm,gpt-4o,claude-sonnet-5,gemini-3-pro'],
        ]),
      ),
      CONFIGURED_PROVIDER_MODELS_MODE: 'allowlist',
      RETRIES: '0',
      BREAKER_FAILURES: '1000',
    },
  })
})
beforeEach(() => mock.reset())
afterAll(async () => {
  await gateway.close()
  mock.stop()
})

const question = { role: 'user', content: 'Where is it?' }
const tools = [
  { type: 'function', function: { name: 'find', parameters: { type: 'object', properties: {} } } },
]

const post = (model: string, body: object) =>
  gateway.fetch('/v1/chat/completions', {
    method: 'POST',
    headers: { authorization: `Bearer ${MASTER}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model, ...body }),
  })

/** What a provider of the same language is sent. */
async function sentTo(provider: string, messages: readonly object[]): Promise<Loose> {
  mock.setPlan(() => ({ text: 'There.' }))
  expect((await post(`${provider}/m`, { messages })).status).toBe(200)
  return mock.requests.at(-1)!.json
}

/** What a model of another maker says, as the client gets it. */
async function answerOf(model: string, answer: object): Promise<Loose> {
  mock.setPlan(() => ({ body: JSON.stringify(answer) }))
  const response = await post(model, { messages: [question], tools, max_tokens: 4000 })
  return ((await response.json()) as Loose).choices[0].message
}

const fromClaude = () =>
  answerOf('anthropic/claude-sonnet-5', {
    type: 'message',
    id: 'm',
    role: 'assistant',
    model: 'c',
    stop_reason: 'tool_use',
    content: [
      { type: 'thinking', thinking: 'Hm', signature: 'c2ln' },
      { type: 'redacted_thinking', data: 'c2VhbGVk' },
      { type: 'text', text: 'I look.' },
      { type: 'tool_use', id: 'toolu_01A', name: 'find', input: { q: 'it' } },
    ],
    usage: { input_tokens: 1, output_tokens: 1 },
  })
const fromGemini = () =>
  answerOf('gemini/gemini-3-pro', {
    candidates: [
      {
        content: {
          role: 'model',
          parts: [
            { text: 'Hm', thought: true },
            { functionCall: { id: 'g1', name: 'find', args: { q: 'it' } }, thoughtSignature: 'c2ln' },
          ],
        },
        finishReason: 'STOP',
      },
    ],
    usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1 },
  })

const behind = (said: Loose) => [
  question,
  said,
  ...said.tool_calls.map(({ id }: Loose) => ({ role: 'tool', tool_call_id: id, content: 'Here' })),
]

describe('what a model of another maker thought', () => {
  test.each(['groq', 'cerebras', 'openai', 'deepseek'])("stays away from %s: Claude's", async provider => {
    const said = await fromClaude()
    expect([said.reasoning_content, said.reasoning_details.length, said.refusal]).toEqual(['Hm', 2, null])
    const { messages } = await sentTo(provider, behind(said))
    expect(messages).toEqual([
      question,
      { role: 'assistant', content: 'I look.', tool_calls: said.tool_calls },
      { role: 'tool', tool_call_id: 'toolu_01A', content: 'Here' },
    ])
  })

  test.each(['groq', 'cerebras', 'openai', 'deepseek'])("stays away from %s: Gemini's", async provider => {
    const said = await fromGemini()
    const [{ extra_content, ...call }] = said.tool_calls
    expect([said.reasoning_content, extra_content]).toEqual(['Hm', { google: { thought_signature: 'c2ln' } }])
    const { messages } = await sentTo(provider, behind(said))
    expect(messages[1]).toEqual({ role: 'assistant', content: null, tool_calls: [call] })
  })

  test('goes back to who writes it so: OpenRouter', async () => {
    const messages = behind(await fromClaude())
    expect((await sentTo('openrouter', messages)).messages).toEqual(messages)
  })
})

describe('ids of tool calls', () => {
  test('become such as Mistral takes, the same with every turn, in the call and in its result', async () => {
    const said = await fromClaude()
    const ids = []
    for (let turn = 0; turn < 2; turn++) {
      const { messages } = await sentTo('mistral', behind(said))
      const [{ id }] = messages[1].tool_calls
      expect(messages[2]).toEqual({ role: 'tool', tool_call_id: id, content: 'Here' })
      ids.push(id)
    }
    expect(ids[0]).toMatch(/^[a-zA-Z0-9]{9}$/)
    expect(ids[0]).toBe(ids[1])
  })

  test('that fit stay, and so do those of other providers, however long', async () => {
    const call = (id: string) => ({ id, type: 'function', function: { name: 'find', arguments: '{}' } })
    const history = (id: string) =>
      behind({ role: 'assistant', content: '', tool_calls: [call(id)], reasoning_content: 'Hm' })
    expect((await sentTo('mistral', history('a1B2c3D4e'))).messages).toEqual(history('a1B2c3D4e'))
    // Some proxies write into an id what they want back.
    const long = `call_${'x'.repeat(200)}`
    expect((await sentTo('openai', history(long))).messages).toEqual(history(long))
  })
})

describe('what a client or the provider itself has put into a message stays, as the same object', () => {
  const google = { extra_content: { google: { thought_signature: 's' } } }
  const call = { id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } }
  const signed = {
    type: 'reasoning.text',
    text: 'Hm',
    signature: 's',
    format: 'anthropic-claude-v1',
    index: 0,
  }
  test.each<[string, object, object?]>([
    ['plain thoughts', { content: 'Hi', reasoning_content: 'Hm' }],
    ['plain thoughts by another name', { content: 'Hi', reasoning: 'Hm', refusal: null, annotations: [] }],
    ['an answer of OpenAI', { content: 'Hi', refusal: null, annotations: [] }],
    [
      'details of another format',
      {
        content: 'Hi',
        reasoning_details: [{ type: 'reasoning.text', text: 'Hm', format: 'MiniMax-response-v1' }],
      },
    ],
    ['details of a gateway of that kind', { content: 'Hi', reasoning: 'Hm', reasoning_details: [signed] }],
    ['details, at OpenRouter', { content: 'Hi', reasoning_details: [signed] }, { type: 'openrouter' }],
    [
      'a signed call, at Google',
      { content: null, tool_calls: [{ ...call, ...google }] },
      { type: 'openai', baseUrl: 'https://generativelanguage.googleapis.com/v1beta/openai' },
    ],
    ['other extras', { content: null, tool_calls: [{ ...call, extra_content: { acme: { a: 1 } } }] }],
  ])('%s', (_, said, toward = { type: 'openai', baseUrl: 'https://api.example.com/v1' }) => {
    const body = { model: 'm', messages: [question, { role: 'assistant', ...said }, question] }
    expect(openaiChat.outgoing!(body, { ...toward, warn() {} })).toBe(body)
  })

  test('beside marks of other makers, what is not theirs stays', () => {
    const own = { type: 'reasoning.text', text: 'Hm', format: 'acme-v1' }
    const plain = { role: 'assistant', content: 'Hi', reasoning_content: 'My own' }
    const said = {
      role: 'assistant',
      content: 'Hi',
      name: 'x',
      refusal: 'No',
      annotations: [{ type: 'url_citation' }],
      reasoning_content: 'Hm',
      reasoning_details: [signed, own],
      tool_calls: [{ ...call, extra_content: { ...google.extra_content, acme: 1 } }],
    }
    const body = { model: 'm', messages: [said, plain] }
    expect(openaiChat.outgoing!(body, { warn() {} }).messages).toEqual([
      {
        role: 'assistant',
        content: 'Hi',
        name: 'x',
        refusal: 'No',
        annotations: [{ type: 'url_citation' }],
        reasoning_details: [own],
        tool_calls: [{ ...call, extra_content: { acme: 1 } }],
      },
      plain,
    ])
  })

  test('the bytes of a body without a mark pass', async () => {
    mock.setPlan(() => ({ text: 'There.' }))
    const text = `{ "model":"groq/m", "messages": [ {"role":"user","content":"Q"}, {"role":"assistant","content":"A","reasoning_content":"Hm"} , {"role":"user","content":"Q"}] }`
    await gateway.fetch('/v1/chat/completions', {
      method: 'POST',
      headers: { authorization: `Bearer ${MASTER}`, 'content-type': 'application/json' },
      body: text,
    })
    expect(mock.requests.at(-1)!.body).toBe(text.replace('groq/m', 'm'))
  })

  test('no body makes it fail', () => {
    for (const messages of [
      undefined,
      null,
      'x',
      [null, 1, [], { role: 'assistant', tool_calls: [null, 1] }],
    ]) {
      const body = { model: 'm', messages } as Loose
      expect(openaiChat.outgoing!(body, { warn() {} })).toBe(body)
    }
  })
})
