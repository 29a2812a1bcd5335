import { describe, expect, test } from 'bun:test'
import { createAmazonBedrock } from '@ai-sdk/amazon-bedrock'
import { createAnthropic } from '@ai-sdk/anthropic'
import { createGoogle } from '@ai-sdk/google'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import type { LanguageModelV4 } from '@ai-sdk/provider'
import { fromResult } from '../../../plugins/dialects/anthropic-messages/answer.ts'
import { withoutCarried } from '../../../plugins/dialects/anthropic-messages/carry.ts'
import { createWriter } from '../../../plugins/dialects/anthropic-messages/writer.ts'
import type { Destination } from '../../../src/contract/translation.ts'
import type { JsonObject } from '../../../src/types.ts'
import { accumulate, call, eventsIn, facts, to } from './kit.ts'

// biome-ignore lint/suspicious/noExplicitAny: tests look into bodies freely, and fail where they guess wrong
type Any = any

/** A package of the AI SDK, and the far end that it speaks to. */
interface Far {
  readonly destination: Destination
  readonly model: (fetch: typeof globalThis.fetch) => LanguageModelV4
  /** One answer: a thought, a text, two calls. Whole, and as a stream where that is text. */
  readonly whole: object
  readonly stream?: readonly object[]
}

const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 }
const chunk = (delta: object, finish_reason: string | null = null) => ({
  choices: [{ index: 0, delta, finish_reason }],
  usage: null,
})
const calls = [
  { index: 0, id: 'call_1', type: 'function', function: { name: 'go', arguments: '{"to":"x"}' } },
  { index: 1, id: 'call_2', type: 'function', function: { name: 'stay', arguments: '{}' } },
]
const parts = [
  { text: 'Hm', thought: true, thoughtSignature: 'sig-thought' },
  { text: 'I go', thoughtSignature: 'sig-text' },
  { functionCall: { id: 'call_1', name: 'go', args: { to: 'x' } }, thoughtSignature: 'sig-call' },
  { functionCall: { id: 'call_2', name: 'stay', args: {} } },
]
const blocks = [
  { type: 'thinking', thinking: 'Hm', signature: 'sig-thought' },
  { type: 'redacted_thinking', data: 'hidden' },
  { type: 'text', text: 'I go' },
  { type: 'tool_use', id: 'call_1', name: 'go', input: { to: 'x' } },
  { type: 'tool_use', id: 'call_2', name: 'stay', input: {} },
]
const message = {
  type: 'message',
  id: 'm',
  model: 'claude-x',
  role: 'assistant',
  stop_reason: 'tool_use',
  stop_sequence: null,
  usage: { input_tokens: 10, output_tokens: 5 },
}

const far = {
  compatible: {
    destination: to('compatible', 'deepseek'),
    model: fetch =>
      createOpenAICompatible({
        name: 'compatible',
        baseURL: 'https://a.example',
        includeUsage: true,
        fetch,
      }).chatModel('deepseek'),
    whole: {
      choices: [
        {
          message: { role: 'assistant', reasoning_content: 'Hm', content: 'I go', tool_calls: calls },
          finish_reason: 'tool_calls',
        },
      ],
      usage,
    },
    stream: [
      chunk({ role: 'assistant', reasoning_content: 'H' }),
      chunk({ reasoning_content: 'm' }),
      chunk({ content: 'I go' }),
      chunk({ tool_calls: [{ ...calls[0], function: { name: 'go', arguments: '{"to"' } }] }),
      chunk({ tool_calls: [calls[1]] }),
      chunk({ tool_calls: [{ index: 0, function: { arguments: ':"x"}' } }] }),
      chunk({}, 'tool_calls'),
      { choices: [], usage },
    ],
  },
  google: {
    destination: to('google', 'gemini-3-pro-preview'),
    model: fetch => createGoogle({ apiKey: 'k', fetch })('gemini-3-pro-preview'),
    whole: {
      candidates: [{ content: { role: 'model', parts }, finishReason: 'STOP' }],
      usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 5, totalTokenCount: 15 },
    },
    stream: [
      ...parts.map(part => ({ candidates: [{ content: { role: 'model', parts: [part] } }] })),
      {
        candidates: [{ content: { role: 'model', parts: [{ text: '' }] }, finishReason: 'STOP' }],
        usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 5, totalTokenCount: 15 },
      },
    ],
  },
  anthropic: {
    destination: to('anthropic', 'claude-opus-4-5'),
    model: fetch => createAnthropic({ apiKey: 'k', fetch })('claude-opus-4-5'),
    whole: { ...message, content: blocks },
    stream: [
      { type: 'message_start', message: { ...message, stop_reason: null, content: [] } },
      {
        type: 'content_block_start',
        index: 0,
        content_block: { type: 'thinking', thinking: '', signature: '' },
      },
      { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'Hm' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'signature_delta', signature: 'sig-thought' } },
      { type: 'content_block_stop', index: 0 },
      { type: 'content_block_start', index: 1, content_block: blocks[1] },
      { type: 'content_block_stop', index: 1 },
      { type: 'content_block_start', index: 2, content_block: { type: 'text', text: '' } },
      { type: 'content_block_delta', index: 2, delta: { type: 'text_delta', text: 'I go' } },
      { type: 'content_block_stop', index: 2 },
      ...[3, 4].flatMap(index => [
        { type: 'content_block_start', index, content_block: { ...blocks[index], input: {} } },
        {
          type: 'content_block_delta',
          index,
          delta: { type: 'input_json_delta', partial_json: JSON.stringify(blocks[index]!.input) },
        },
        { type: 'content_block_stop', index },
      ]),
      {
        type: 'message_delta',
        delta: { stop_reason: 'tool_use', stop_sequence: null },
        usage: { output_tokens: 5 },
      },
      { type: 'message_stop' },
    ],
  },
  bedrock: {
    destination: to('bedrock', 'anthropic.claude-opus-4-5-20251101-v1:0'),
    model: fetch =>
      createAmazonBedrock({ apiKey: 'k', region: 'us-east-1', fetch })(
        'anthropic.claude-opus-4-5-20251101-v1:0',
      ),
    whole: {
      output: {
        message: {
          role: 'assistant',
          content: [
            { reasoningContent: { reasoningText: { text: 'Hm', signature: 'sig-thought' } } },
            { reasoningContent: { redactedReasoning: { data: 'hidden' } } },
            { text: 'I go' },
            { toolUse: { toolUseId: 'call_1', name: 'go', input: { to: 'x' } } },
            { toolUse: { toolUseId: 'call_2', name: 'stay', input: {} } },
          ],
        },
      },
      stopReason: 'tool_use',
      usage: { inputTokens: 10, outputTokens: 5, totalTokens: 15 },
    },
  },
} satisfies Record<string, Far>

const tools = ['go', 'stay'].map(name => ({ name, input_schema: { type: 'object', properties: {} } }))

/** Asks the package; its far end gives one answer. What was sent, and the message that the client gets. */
async function turn({ destination, model, whole, stream }: Far, messages: unknown, isStream: boolean) {
  let sent: Any
  const fetch = (async (_: unknown, init: RequestInit) => {
    sent = JSON.parse(String(init.body))
    if (!isStream) return Response.json(whole)
    const text = stream!.map(event => `data: ${JSON.stringify(event)}\n\n`).join('')
    return new Response(text, { headers: { 'content-type': 'text/event-stream' } })
  }) as unknown as typeof globalThis.fetch
  const { options } = call({ messages, tools }, destination)
  const own = { ...facts, model: destination.model }
  if (!isStream) return { answer: fromResult(await model(fetch).doGenerate(options), own) as Any, sent }
  const writer = createWriter(own)
  let written = ''
  for await (const part of (await model(fetch).doStream(options)).stream) written += writer.write(part)
  return { answer: accumulate(eventsIn(written)) as Any, sent }
}

const visible = (content: JsonObject[]) =>
  content
    .filter(({ type }) => type !== 'redacted_thinking')
    .map(block => block.text ?? block.thinking ?? [block.id, block.name, block.input])

const cases = Object.entries(far).flatMap(([name, each]) =>
  [false, ...('stream' in each ? [true] : [])].map(isStream => [name, isStream] as const),
)

describe.each(cases)('%s (stream: %p)', (name, isStream) => {
  const each: Far = far[name as keyof typeof far]
  const first = { role: 'user', content: 'Go' }
  const results = {
    role: 'user',
    content: [
      { type: 'tool_result', tool_use_id: 'call_1', content: 'went' },
      { type: 'tool_result', tool_use_id: 'call_2', content: [{ type: 'text', text: 'no' }], is_error: true },
    ],
  }

  test('answers in blocks: thought, text, calls, with their ids', async () => {
    const { answer } = await turn(each, [first], isStream)
    expect(visible(answer.content)).toEqual([
      'Hm',
      'I go',
      ['call_1', 'go', { to: 'x' }],
      ['call_2', 'stay', {}],
    ])
    expect([answer.stop_reason, answer.usage.input_tokens, answer.usage.output_tokens]).toEqual([
      'tool_use',
      10,
      5,
    ])
  })

  test('gets back with the next turn all that it wants back', async () => {
    const { answer } = await turn(each, [first], isStream)
    const said = { role: 'assistant', content: answer.content }
    const { sent } = await turn(each, [first, said, results], false)
    expect(backs[name as keyof typeof far](sent)).toEqual(wanted[name as keyof typeof far])
  })

  test('leaves nothing that Anthropic would refuse, when the conversation moves there', async () => {
    const { answer } = await turn(each, [first], isStream)
    const body = { messages: [first, { role: 'assistant', content: answer.content }, results] }
    const { messages } = withoutCarried(body) as Any
    const kinds = messages[1].content.map(({ type }: JsonObject) => type)
    const isSigned = name === 'anthropic' || name === 'bedrock'
    expect(kinds).toEqual([
      ...(isSigned ? ['thinking', 'redacted_thinking'] : []),
      'text',
      'tool_use',
      'tool_use',
    ])
    if (isSigned) expect(withoutCarried(body)).toBe(body)
  })
})

/** Where each far end has the turn before. */
const backs = {
  compatible: (sent: Any) => sent.messages.slice(1),
  google: (sent: Any) => sent.contents.slice(1),
  anthropic: (sent: Any) => sent.messages.slice(1),
  bedrock: (sent: Any) => sent.messages.slice(1),
}

const wanted = {
  compatible: [
    {
      role: 'assistant',
      content: 'I go',
      reasoning_content: 'Hm',
      tool_calls: calls.map(({ index: _, ...rest }) => rest),
    },
    { role: 'tool', tool_call_id: 'call_1', content: 'went' },
    { role: 'tool', tool_call_id: 'call_2', content: 'Error: no' },
  ],
  google: [
    { role: 'model', parts },
    {
      role: 'user',
      parts: [
        { functionResponse: { id: 'call_1', name: 'go', response: { name: 'go', content: 'went' } } },
        { functionResponse: { id: 'call_2', name: 'stay', response: { name: 'stay', error: 'no' } } },
      ],
    },
  ],
  anthropic: [
    { role: 'assistant', content: blocks },
    {
      role: 'user',
      content: [
        { type: 'tool_result', tool_use_id: 'call_1', content: 'went' },
        { type: 'tool_result', tool_use_id: 'call_2', content: 'no', is_error: true },
      ],
    },
  ],
  bedrock: [
    { role: 'assistant', content: far.bedrock.whole.output.message.content },
    {
      role: 'user',
      content: [
        { toolResult: { toolUseId: 'call_1', content: [{ text: 'went' }] } },
        { toolResult: { toolUseId: 'call_2', content: [{ text: 'Error: no' }] } },
      ],
    },
  ],
}

describe('what reaches the far end', () => {
  const send = async (each: Far, more: object) => {
    let sent: Any
    const fetch = (async (_: unknown, init: RequestInit) => {
      sent = JSON.parse(String(init.body))
      return Response.json(each.whole)
    }) as unknown as typeof globalThis.fetch
    await each.model(fetch).doGenerate(call(more, each.destination).options)
    return sent
  }
  const cache = { cache_control: { type: 'ephemeral' } }
  const cached = {
    system: [
      { type: 'text', text: 'a' },
      { type: 'text', text: 'b', ...cache },
    ],
    tools: [{ ...tools[0]!, ...cache }],
  }

  test('max_tokens holds for thoughts and answer together', async () => {
    const more = { max_tokens: 4000, thinking: { type: 'enabled', budget_tokens: 2000 } }
    expect(await send(far.anthropic, more)).toMatchObject({
      max_tokens: 4000,
      thinking: { type: 'enabled', budget_tokens: 2000 },
    })
    expect(await send(far.bedrock, more)).toMatchObject({
      inferenceConfig: { maxTokens: 4000 },
      additionalModelRequestFields: { thinking: { type: 'enabled', budget_tokens: 2000 } },
    })
    expect(await send(far.compatible, more)).toMatchObject({ max_tokens: 4000, reasoning_effort: 'low' })
  })

  test('cache points', async () => {
    expect(await send(far.anthropic, cached)).toMatchObject({
      system: [{ text: 'a' }, { text: 'b', ...cache }],
      tools: [cache],
    })
    expect((await send(far.bedrock, cached)).system).toEqual([
      { text: 'a' },
      { text: 'b' },
      { cachePoint: { type: 'default' } },
    ])
    expect((await send(far.compatible, cached)).messages[0]).toEqual({ role: 'system', content: 'a\n\nb' })
  })

  test('one tool at a time, and structured output', async () => {
    const one = { tools, tool_choice: { type: 'any', disable_parallel_tool_use: true } }
    expect(await send(far.compatible, one)).toMatchObject({
      tool_choice: 'required',
      parallel_tool_calls: false,
    })
    expect((await send(far.anthropic, one)).tool_choice).toEqual({
      type: 'any',
      disable_parallel_tool_use: true,
    })
  })

  test('images and documents', async () => {
    const source = { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' }
    const content = [
      { type: 'image', source },
      { type: 'image', source: { type: 'url', url: 'https://a.example/b.png' } },
      {
        type: 'document',
        title: 'T',
        source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0=' },
      },
    ]
    const { messages } = await send(far.compatible, { messages: [{ role: 'user', content }] })
    expect(messages[0].content).toEqual([
      { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } },
      { type: 'image_url', image_url: { url: 'https://a.example/b.png' } },
      { type: 'file', file: { filename: 'T', file_data: 'data:application/pdf;base64,JVBERi0=' } },
    ])
    const claude = await send(far.anthropic, { messages: [{ role: 'user', content }] })
    expect(claude.messages[0].content).toEqual([content[0], content[1], { ...content[2] }])
  })
})
