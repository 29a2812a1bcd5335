import { describe, expect, test } from 'bun:test'
import type { LanguageModelV4Content, LanguageModelV4GenerateResult } from '@ai-sdk/provider'
import { fromResult } from '../../../plugins/dialects/anthropic-messages/answer.ts'
import { unpack } from '../../../plugins/dialects/anthropic-messages/carry.ts'
import { messages } from '../../../plugins/dialects/anthropic-messages/index.ts'
import { toUsage } from '../../../src/translate/usage.ts'
import { facts, result } from './kit.ts'

const answer = (content: LanguageModelV4Content[], more: Partial<LanguageModelV4GenerateResult> = {}) =>
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies freely, and fail where they guess wrong
  fromResult(result(content, more), facts) as any
const text = (words: string): LanguageModelV4Content => ({ type: 'text', text: words })
const call: LanguageModelV4Content = {
  type: 'tool-call',
  toolCallId: 'call_1',
  toolName: 'go',
  input: '{"to":"x"}',
}

test('only the first call is passed on to who wants one at a time', () => {
  const body = { tool_choice: { type: 'any', disable_parallel_tool_use: true } }
  const signed = { providerMetadata: { google: { thoughtSignature: 'sig' } } }
  const search = { ...call, toolCallId: 'srv', toolName: 'web_search', providerExecuted: true }
  const calls = [search, call, text('So'), { ...call, toolCallId: 'call_2', ...signed }]
  const kept = (more: object) =>
    // biome-ignore lint/suspicious/noExplicitAny: see above
    (fromResult(result(calls), { ...facts, body: more as never }) as any).content.map(
      (block: { type: string; id?: string }) => block.id ?? block.type,
    )
  expect(kept(body)).toEqual(['srv', 'call_1', 'text'])
  expect(kept({})).toEqual(['srv', 'call_1', 'text', 'redacted_thinking', 'call_2'])
})

test('an answer is a message with everything that the SDK expects', () => {
  expect(answer([text('Hello')])).toEqual({
    id: 'msg_00112233445566778899aabbccddeeff',
    type: 'message',
    role: 'assistant',
    model: 'some-model',
    content: [{ type: 'text', text: 'Hello' }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    stop_details: null,
    container: null,
    usage: {
      input_tokens: 10,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
      cache_creation: null,
      output_tokens: 5,
      output_tokens_details: null,
      server_tool_use: null,
      service_tier: null,
    },
  })
})

describe('content', () => {
  test('keeps its order', () => {
    const { content } = answer([
      { type: 'reasoning', text: 'Hm', providerMetadata: { anthropic: { signature: 's' } } },
      text('I go'),
      call,
      { ...call, toolCallId: 'call_2', input: '' },
    ])
    expect(content).toEqual([
      { type: 'thinking', thinking: 'Hm', signature: 's' },
      { type: 'text', text: 'I go' },
      { type: 'tool_use', id: 'call_1', name: 'go', input: { to: 'x' } },
      { type: 'tool_use', id: 'call_2', name: 'go', input: {} },
    ])
  })

  test.each(['{"to":', '[1]', '"x"', 'null'])('wraps the input %s, which is no object', input => {
    expect(answer([{ ...call, input }]).content[0].input).toEqual({ INVALID_JSON: input })
  })

  test('hides what was hidden', () => {
    const { content } = answer([
      { type: 'reasoning', text: '', providerMetadata: { bedrock: { redactedData: 'r' } } },
      { type: 'reasoning', text: '' },
      { type: 'reasoning', text: '', providerMetadata: { anthropic: { signature: 's' } } },
    ])
    expect(content).toEqual([
      { type: 'redacted_thinking', data: 'r' },
      { type: 'thinking', thinking: '', signature: 's' },
    ])
  })

  test('carries what other vendors want back', () => {
    const google = { thoughtSignature: 'g' }
    const { content } = answer([
      { type: 'reasoning', text: 'Hm', providerMetadata: { googleVertex: google, vertex: google } },
      { type: 'text', text: 'Hi', providerMetadata: { google } },
      { ...call, providerMetadata: { google } },
      { type: 'reasoning', text: 'Bare' },
    ] as LanguageModelV4Content[])
    const options = { google }
    expect(content.map(({ type }: { type: string }) => type)).toEqual([
      'thinking',
      'text',
      'redacted_thinking',
      'redacted_thinking',
      'tool_use',
      'thinking',
    ])
    expect(unpack(content[0].signature)).toEqual({ model: 'some-model', options: { googleVertex: google } })
    expect(unpack(content[2].data)).toEqual({ model: 'some-model', options, text: true })
    expect(unpack(content[3].data)).toEqual({ model: 'some-model', options, call: 'call_1' })
    expect(unpack(content[5].signature)).toEqual({ model: 'some-model' })
  })

  const url = { type: 'source', sourceType: 'url', id: '1', url: 'https://a.example/', title: 'A' } as const
  const cited = {
    type: 'web_search_result_location',
    cited_text: 'c',
    encrypted_index: '',
    title: 'A',
    url: url.url,
  }
  test('cites', () => {
    expect(
      answer([{ type: 'text', text: 'x', citations: [{ source: url, citedText: 'c' }] }]).content[0]
        .citations,
    ).toEqual([cited])
    expect(
      answer([text('x'), text('y'), url]).content.map(({ citations }: { citations: unknown }) => citations),
    ).toEqual([undefined, [{ ...cited, cited_text: '' }]])
    expect(answer([url]).content).toEqual([])
  })

  test("leaves Anthropic's own citations as they are, once", () => {
    const own = {
      type: 'char_location',
      cited_text: 'c',
      document_index: 0,
      start_char_index: 1,
      end_char_index: 2,
    }
    const source = {
      type: 'source',
      sourceType: 'document',
      id: '1',
      mediaType: 'text/plain',
      title: 'T',
      providerMetadata: { anthropic: own },
    } as const
    expect(
      answer([{ type: 'text', text: 'x', citations: [{ source }] }, source]).content[0].citations,
    ).toEqual([own])
  })

  test('has files as Markdown', () => {
    const image = { type: 'file', mediaType: 'image/png' } as const
    const { content } = answer([
      { ...image, data: { type: 'data', data: 'aGk=' } },
      { ...image, data: { type: 'data', data: new Uint8Array([104, 105]) } },
      { ...image, mediaType: 'audio/mp3', data: { type: 'url', url: new URL('https://a.example/b') } },
    ])
    expect(content.map(({ text }: { text: string }) => text)).toEqual([
      '![image/png](data:image/png;base64,aGk=)',
      '![image/png](data:image/png;base64,aGk=)',
      '[audio/mp3](https://a.example/b)',
    ])
  })

  test("has what Anthropic's servers did", () => {
    const served = {
      type: 'tool-call',
      toolCallId: 's1',
      toolName: 'web_search',
      input: '{"query":"q"}',
      providerExecuted: true,
    } as const
    const found = [{ type: 'web_search_result', url: 'u', title: 't', pageAge: null, encryptedContent: 'e' }]
    const { content, stop_reason } = answer([
      served,
      { type: 'tool-result', toolCallId: 's1', toolName: 'web_search', result: found },
      text('x'),
    ])
    expect(content.slice(0, 2)).toEqual([
      { type: 'server_tool_use', id: 's1', name: 'web_search', input: { query: 'q' } },
      {
        type: 'web_search_tool_result',
        tool_use_id: 's1',
        content: [
          { type: 'web_search_result', url: 'u', title: 't', page_age: null, encrypted_content: 'e' },
        ],
      },
    ])
    expect(stop_reason).toBe('end_turn')
  })
})

type Reason = LanguageModelV4GenerateResult['finishReason']
test.each<[Reason['unified'], string | undefined, boolean, string]>([
  ['stop', 'stop', false, 'end_turn'],
  ['stop', 'end_turn', false, 'end_turn'],
  ['stop', 'stop_sequence', false, 'stop_sequence'],
  ['stop', 'pause_turn', false, 'pause_turn'],
  ['stop', 'tool_use', false, 'end_turn'],
  ['stop', 'stop', true, 'tool_use'],
  ['tool-calls', 'tool_calls', true, 'tool_use'],
  ['tool-calls', 'tool_calls', false, 'end_turn'],
  ['length', 'length', false, 'max_tokens'],
  ['length', 'length', true, 'max_tokens'],
  ['length', 'model_context_window_exceeded', false, 'model_context_window_exceeded'],
  ['content-filter', 'content_filter', false, 'refusal'],
  ['other', 'eos', false, 'end_turn'],
  ['error', 'error', false, 'end_turn'],
  ['interrupted', undefined, false, 'end_turn'],
])('stop_reason for %p (%p, calls: %p) is %p', (unified, raw, hasCalls, expected) => {
  const message = answer(hasCalls ? [call] : [text('x')], { finishReason: { unified, raw } })
  expect([message.stop_reason, message.stop_sequence]).toEqual([expected, null])
})

test('stop_sequence is told where the provider tells it', () => {
  const finishReason = { unified: 'stop', raw: 'stop_sequence' } as const
  const told = { providerMetadata: { bedrock: { stopSequence: 'END' } }, finishReason }
  expect(answer([text('x')], told).stop_sequence).toBe('END')
})

test('usage says the same that our own record says', () => {
  const vectors: LanguageModelV4GenerateResult['usage'][] = [
    {
      inputTokens: { total: 100, noCache: 20, cacheRead: 50, cacheWrite: 30 },
      outputTokens: { total: 40, text: 30, reasoning: 10 },
    },
    {
      inputTokens: { total: 100, noCache: undefined, cacheRead: 50, cacheWrite: undefined },
      outputTokens: { total: 40, text: undefined, reasoning: 10 },
    },
    {
      inputTokens: { total: 7, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
      outputTokens: { total: 4, text: undefined, reasoning: undefined },
    },
  ]
  for (const usage of vectors) {
    const message = answer([text('x')], { usage })
    expect(messages.usage(message)).toEqual(toUsage(usage)!)
    expect(message.usage.output_tokens_details).toEqual(
      usage.outputTokens.reasoning === undefined ? null : { thinking_tokens: usage.outputTokens.reasoning },
    )
  }
})

test('usage tells for how long the cache holds, where the provider does', () => {
  const raw = { cache_creation: { ephemeral_5m_input_tokens: 10, ephemeral_1h_input_tokens: 20 } }
  const usage = {
    inputTokens: { total: 40, noCache: 10, cacheRead: 0, cacheWrite: 30 },
    outputTokens: { total: 4, text: 4, reasoning: undefined },
    raw,
  }
  expect(answer([], { usage }).usage.cache_creation).toEqual(raw.cache_creation)
})
