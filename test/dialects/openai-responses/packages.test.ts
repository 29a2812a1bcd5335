import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { createOpenAI } from '@ai-sdk/openai'
import { generateText, streamText } from 'ai'
import { MASTER, startGateway, type TestGateway } from '../../kit.ts'
import { accumulate, eventsIn } from './accumulate.ts'
import type { Any } from './kit.ts'

/** The way through real packages, to vendors that know nothing of this language. */

const asked: Any[] = []
const chunk = (delta: object, finish_reason: string | null = null) => ({
  id: 'c',
  choices: [{ index: 0, delta, finish_reason }],
})
const chat = [
  chunk({ role: 'assistant', reasoning_content: 'Hm' }),
  chunk({ content: 'I go' }),
  chunk({
    tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: { name: 'go', arguments: '{"to":' } }],
  }),
  chunk({
    tool_calls: [
      { index: 1, id: 'call_2', type: 'function', function: { name: 'patch', arguments: '{"input":"a' } },
    ],
  }),
  chunk({ tool_calls: [{ index: 0, function: { arguments: '"x"}' } }] }),
  chunk({ tool_calls: [{ index: 1, function: { arguments: '\\nb"}' } }] }),
  chunk({}, 'tool_calls'),
  {
    choices: [],
    usage: {
      prompt_tokens: 10,
      completion_tokens: 5,
      total_tokens: 15,
      prompt_tokens_details: { cached_tokens: 4 },
    },
  },
]
const claude = [
  {
    type: 'message_start',
    message: {
      id: 'm',
      model: 'c',
      role: 'assistant',
      type: 'message',
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: { input_tokens: 10, output_tokens: 1 },
    },
  },
  { type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '', signature: '' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'Hm' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'signature_delta', signature: 'sig' } },
  { type: 'content_block_stop', index: 0 },
  { type: 'content_block_start', index: 1, content_block: { type: 'text', text: '' } },
  { type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: 'I go' } },
  { type: 'content_block_stop', index: 1 },
  {
    type: 'content_block_start',
    index: 2,
    content_block: { type: 'tool_use', id: 'call_1', name: 'go', input: {} },
  },
  { type: 'content_block_delta', index: 2, delta: { type: 'input_json_delta', partial_json: '{"to":"x"}' } },
  { type: 'content_block_stop', index: 2 },
  {
    type: 'message_delta',
    delta: { stop_reason: 'tool_use', stop_sequence: null },
    usage: { output_tokens: 5 },
  },
  { type: 'message_stop' },
]
const sse = (events: readonly Any[]) =>
  events
    .map(event => `${event.type ? `event: ${event.type}\n` : ''}data: ${JSON.stringify(event)}\n\n`)
    .join('')

const upstream = Bun.serve({
  port: 0,
  async fetch(request) {
    asked.push(await request.json())
    const body = new URL(request.url).pathname.endsWith('/messages')
      ? sse(claude)
      : `${sse(chat)}data: [DONE]\n\n`
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
  },
})
let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway({
    env: {
      DEEPSEEK_API_KEY: 'k',
      DEEPSEEK_BASE_URL: `${upstream.url}v1`,
      DEEPSEEK_MODELS: 'm',
      ANTHROPIC_API_KEY: 'k',
      ANTHROPIC_BASE_URL: `${upstream.url}v1`,
      ANTHROPIC_MODELS: 'claude-x',
      CONFIGURED_PROVIDER_MODELS_MODE: 'allowlist',
    },
  })
})
afterAll(async () => {
  await gateway.close()
  upstream.stop(true)
})
beforeEach(() => {
  asked.length = 0
})

const tools = [
  { type: 'function', name: 'go', parameters: { type: 'object', properties: {} }, strict: false },
  { type: 'custom', name: 'patch', description: 'Patches' },
]
const ask = async (body: object) => {
  const response = await gateway.fetch('/v1/responses', {
    method: 'POST',
    headers: { authorization: `Bearer ${MASTER}`, 'content-type': 'application/json' },
    body: JSON.stringify({ input: 'Go', stream: true, tools, ...body }),
  })
  return accumulate(eventsIn(await response.text()))
}

test('chat: thoughts, parallel and custom calls, usage; and the next turn', async () => {
  const { output, usage } = await ask({ model: 'deepseek/m', instructions: 'Be brief' })
  expect(
    output.map(({ type, call_id, arguments: args, input }: Any) => [type, call_id, args ?? input]),
  ).toEqual([
    ['reasoning', undefined, undefined],
    ['message', undefined, undefined],
    ['function_call', 'call_1', '{"to":"x"}'],
    ['custom_tool_call', 'call_2', 'a\nb'],
  ])
  expect(usage).toMatchObject({
    input_tokens: 10,
    input_tokens_details: { cached_tokens: 4 },
    output_tokens: 5,
  })
  const results = [
    { type: 'custom_tool_call_output', call_id: 'call_2', output: 'two' },
    { type: 'function_call_output', call_id: 'call_1', output: 'one' },
  ]
  await ask({ model: 'deepseek/m', input: [{ role: 'user', content: 'Go' }, ...output, ...results] })
  expect(asked[1].messages).toEqual([
    { role: 'user', content: 'Go' },
    {
      role: 'assistant',
      content: 'I go',
      reasoning_content: 'Hm',
      tool_calls: [
        { id: 'call_1', type: 'function', function: { name: 'go', arguments: '{"to":"x"}' } },
        { id: 'call_2', type: 'function', function: { name: 'patch', arguments: '{"input":"a\\nb"}' } },
      ],
    },
    { role: 'tool', tool_call_id: 'call_2', content: 'two' },
    { role: 'tool', tool_call_id: 'call_1', content: 'one' },
  ])
})

test('Claude: a signed thought comes back with the next turn, kept here or by the client', async () => {
  const body = { model: 'anthropic/claude-x', reasoning: { effort: 'low' }, tools: [tools[0]] }
  const { id, output } = await ask(body)
  expect(output.map(({ type }: Any) => type)).toEqual(['reasoning', 'message', 'function_call'])
  const result = { type: 'function_call_output', call_id: 'call_1', output: 'one' }
  await ask({ ...body, input: [{ role: 'user', content: 'Go' }, ...output, result] })
  await ask({ ...body, input: [result], previous_response_id: id })
  for (const { messages } of asked.slice(1)) {
    expect(messages[1]).toMatchObject({
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'Hm', signature: 'sig' },
        { type: 'text', text: 'I go' },
        { type: 'tool_use', id: 'call_1', name: 'go', input: { to: 'x' } },
      ],
    })
    expect(messages[2].content[0]).toMatchObject({ type: 'tool_result', tool_use_id: 'call_1' })
  }
})

describe('the AI SDK as a client', () => {
  const client = () =>
    createOpenAI({
      apiKey: MASTER,
      baseURL: 'http://localhost:8080/v1',
      fetch: ((url: string, init: RequestInit) =>
        gateway.fetch(String(url).replace('http://localhost:8080', ''), init)) as never,
    })

  test('reads a stream', async () => {
    const { textStream, toolCalls, reasoningText } = streamText({
      model: client().responses('anthropic/claude-x'),
      prompt: 'Go',
    })
    let text = ''
    for await (const delta of textStream) text += delta
    expect([text, await reasoningText]).toEqual(['I go', 'Hm'])
    expect((await toolCalls).map(({ toolCallId, toolName }) => [toolCallId, toolName])).toEqual([
      ['call_1', 'go'],
    ])
  })

  test('goes on with items that it only names', async () => {
    const model = client().responses('anthropic/claude-x')
    const { response } = streamText({ model, prompt: 'Go' })
    const { messages } = await response
    const more = generateText({
      model,
      maxRetries: 0,
      messages: [
        { role: 'user', content: 'Go' },
        ...messages.filter(({ role }) => role === 'assistant'),
        {
          role: 'tool',
          content: [
            {
              type: 'tool-result',
              toolCallId: 'call_1',
              toolName: 'go',
              output: { type: 'text', value: 'one' },
            },
          ],
        },
      ],
    })
    await more.catch(() => {})
    expect(asked.at(-1).messages[1].content).toMatchObject([
      { type: 'thinking', signature: 'sig' },
      { type: 'text', text: 'I go' },
      { type: 'tool_use', id: 'call_1' },
    ])
  })
})
