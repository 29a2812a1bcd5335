import { describe, expect, test } from 'bun:test'
import type { LanguageModelV4Content, SharedV4ProviderMetadata } from '@ai-sdk/provider'
import fc from 'fast-check'
import { fromResult } from '../../../plugins/dialects/openai-chat/answer.ts'
import { lens } from '../../../plugins/dialects/openai-chat/lens.ts'
import type { JsonObject } from '../../../src/types.ts'
import {
  accumulate,
  anthropic,
  body,
  call,
  facts,
  google,
  type Loose,
  promptOf,
  result,
  toParts,
  usage,
  written,
} from './kit.ts'

const text = (words: string): LanguageModelV4Content => ({ type: 'text', text: words })
const toolCall = (id: string, input = '{"a":1}', more: object = {}): LanguageModelV4Content => ({
  type: 'tool-call',
  toolCallId: id,
  toolName: 'f',
  input,
  ...more,
})
const whole = (content: LanguageModelV4Content[], request: JsonObject = {}, more: object = {}): Loose =>
  fromResult(result(content, more), facts(request))
const message = (content: LanguageModelV4Content[], request?: JsonObject): Loose =>
  whole(content, request).choices[0].message
const url = (address: string, title?: string) => ({
  type: 'source' as const,
  sourceType: 'url' as const,
  id: address,
  url: address,
  ...(title && { title }),
})

describe('a whole answer', () => {
  test('has what a completion has', () => {
    const told = {
      inputTokens: { total: 100, noCache: 20, cacheRead: 70, cacheWrite: 10 },
      outputTokens: { total: 9, text: 5, reasoning: 4 },
    }
    expect(whole([text('Hi')], {}, { usage: told })).toEqual({
      id: 'chatcmpl-00112233445566778899aabbccddeeff',
      object: 'chat.completion',
      created: 1_700_000_000,
      model: 'some-model',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: 'Hi', refusal: null, annotations: [] },
          logprobs: null,
          finish_reason: 'stop',
        },
      ],
      usage: {
        prompt_tokens: 100,
        completion_tokens: 9,
        total_tokens: 109,
        prompt_tokens_details: { cached_tokens: 70, cache_write_tokens: 10, audio_tokens: 0 },
        completion_tokens_details: {
          reasoning_tokens: 4,
          audio_tokens: 0,
          accepted_prediction_tokens: 0,
          rejected_prediction_tokens: 0,
        },
      },
    })
    expect(lens.usage(whole([], {}, { usage: told }))).toEqual({
      input: 20,
      cacheRead: 70,
      cacheWrite: 10,
      output: 5,
      reasoning: 4,
    })
    expect(whole([], {}, { response: { modelId: 'some-model-2026' } }).model).toBe('some-model-2026')
  })

  test('texts are one', () => expect(message([text('a'), toolCall('1'), text('b')]).content).toBe('ab'))
  test('nothing but calls is null', () => {
    expect(message([toolCall('1'), toolCall('2', '')])).toMatchObject({
      content: null,
      tool_calls: [
        { id: '1', type: 'function', function: { name: 'f', arguments: '{"a":1}' } },
        { id: '2', type: 'function', function: { name: 'f', arguments: '{}' } },
      ],
    })
    expect(message([]).content).toBe('')
  })
  test('calls that the provider makes itself are its own affair', () => {
    const served = [toolCall('1', '{}', { providerExecuted: true }), text('x')]
    expect(message(served).tool_calls).toBeUndefined()
    expect(
      whole(served, {}, { finishReason: { unified: 'tool-calls', raw: 'x' } }).choices[0].finish_reason,
    ).toBe('stop')
  })
  test('only the first call is passed on to who wants one at a time', () => {
    const one = { tools: [], parallel_tool_calls: false }
    expect(message([toolCall('1'), toolCall('2')], one).tool_calls).toHaveLength(1)
  })
  test('a client of functions gets one', () => {
    const answer = whole(
      [toolCall('1'), toolCall('2')],
      { functions: [{ name: 'f' }] },
      { finishReason: { unified: 'tool-calls', raw: 'x' } },
    )
    expect(answer.choices[0]).toMatchObject({
      finish_reason: 'function_call',
      message: { content: null, function_call: { name: 'f', arguments: '{"a":1}' } },
    })
    expect(answer.choices[0].message.tool_calls).toBeUndefined()
  })
  test('a free text is taken out of its function', () => {
    const request = { tools: [{ type: 'custom', custom: { name: 'f' } }] }
    for (const [input, words] of [
      ['{"input":"x\\ny"}', 'x\ny'],
      ['"x"', 'x'],
      ['{"other":1}', '{"other":1}'],
      ['broken', 'broken'],
      // Of one that was cut as much as there is.
      ['{"input":"unf', 'unf'],
      ['{"input":"a\\nb\\', 'a\nb'],
      ['{"inp', ''],
    ] as const)
      expect(message([toolCall('1', input)], request).tool_calls).toEqual([
        { id: '1', type: 'custom', custom: { name: 'f', input: words } },
      ])
  })

  test.each(['stop', 'length', 'content-filter', 'tool-calls', 'error', 'interrupted', 'other'] as const)(
    '%s has a word',
    unified => {
      const reason = (content: LanguageModelV4Content[]) =>
        whole(content, {}, { finishReason: { unified, raw: 'x' } }).choices[0].finish_reason
      const word =
        unified === 'length' ? 'length' : unified === 'content-filter' ? 'content_filter' : undefined
      expect(reason([text('x')])).toBe(word ?? 'stop')
      expect(reason([toolCall('1')])).toBe(word ?? 'tool_calls')
    },
  )

  test('sources are annotations: cited ones with their place, the others without', () => {
    const citations = [{ source: url('https://a.example', 'A'), startIndex: 1, endIndex: 3 }]
    const content: LanguageModelV4Content[] = [
      text('xxxx'),
      { type: 'text', text: 'yyyy', citations },
      url('https://a.example', 'A'),
      url('https://b.example'),
      { type: 'source', sourceType: 'document', id: 'd', mediaType: 'text/plain', title: 'D' },
    ]
    expect(message(content).annotations).toEqual([
      {
        type: 'url_citation',
        url_citation: { url: 'https://a.example', title: 'A', start_index: 5, end_index: 7 },
      },
      {
        type: 'url_citation',
        url_citation: { url: 'https://b.example', title: 'https://b.example', start_index: 0, end_index: 0 },
      },
    ])
  })

  test('a text that is cited as a whole is cited from end to end', () => {
    const cited = { type: 'text' as const, text: 'yyyy', citations: [{ source: url('https://a.example') }] }
    const annotations = [
      {
        type: 'url_citation',
        url_citation: { url: 'https://a.example', title: 'https://a.example', start_index: 1, end_index: 5 },
      },
    ]
    expect(message([text('x'), cited, text('z')]).annotations).toEqual(annotations)
    expect(accumulate(written(toParts([text('x'), cited, text('z')]))).message.annotations).toEqual(
      annotations,
    )
  })

  test('a provider that will not answer says why', () => {
    const finishReason = { unified: 'content-filter' as const, raw: 'refusal' }
    const providerMetadata = { anthropic: { stopDetails: { type: 'refusal', explanation: 'Not this' } } }
    const answer = whole([], {}, { finishReason, providerMetadata })
    expect(answer.choices[0]).toMatchObject({
      finish_reason: 'content_filter',
      message: { refusal: 'Not this' },
    })
    const streamed = accumulate(written([{ type: 'finish', finishReason, providerMetadata, usage: usage() }]))
    expect(streamed).toMatchObject({ reason: 'content_filter', message: { refusal: 'Not this' } })
    expect(whole([text('x')], {}, { providerMetadata }).choices[0].message.refusal).toBeNull()
  })

  test('images have a place', () => {
    const file = (data: string | Uint8Array): LanguageModelV4Content => ({
      type: 'file',
      mediaType: 'image/png',
      data: { type: 'data', data },
    })
    expect(message([file('AAAA'), file(new Uint8Array([1, 2, 3]))]).images).toEqual([
      { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' }, index: 0 },
      { type: 'image_url', image_url: { url: 'data:image/png;base64,AQID' }, index: 1 },
    ])
  })
})

describe('thoughts', () => {
  const thought = (words: string, providerMetadata?: SharedV4ProviderMetadata): LanguageModelV4Content => ({
    type: 'reasoning',
    text: words,
    ...(providerMetadata && { providerMetadata }),
  })
  const table: [what: string, content: LanguageModelV4Content[], said: object][] = [
    ['words', [thought('A'), thought('B')], { reasoning_content: 'AB' }],
    [
      'Claude',
      [thought('A', { anthropic: { signature: 'S' } }), thought('', { anthropic: { redactedData: 'D' } })],
      {
        reasoning_content: 'A',
        reasoning_details: [
          { type: 'reasoning.text', text: 'A', signature: 'S', format: 'anthropic-claude-v1', index: 0 },
          { type: 'reasoning.encrypted', data: 'D', format: 'anthropic-claude-v1', index: 1 },
        ],
      },
    ],
    [
      'Claude with its words left out',
      [thought('', { anthropic: { signature: 'S' } })],
      {
        reasoning_details: [
          { type: 'reasoning.text', text: '', signature: 'S', format: 'anthropic-claude-v1', index: 0 },
        ],
      },
    ],
    [
      'Bedrock',
      [thought('', { bedrock: { redactedContent: 'D' } })],
      {
        reasoning_details: [
          { type: 'reasoning.encrypted', data: 'D', format: 'amazon-bedrock-v1', index: 0 },
        ],
      },
    ],
    [
      'Gemini',
      [
        thought('A', { google: { thoughtSignature: 'S' } }),
        { type: 'text', text: 'x', providerMetadata: { google: { thoughtSignature: 'T' } } },
      ],
      {
        reasoning_content: 'A',
        reasoning_details: [
          { type: 'reasoning.text', text: 'A', signature: 'S', format: 'google-gemini-v1', index: 0 },
          { type: 'reasoning.encrypted', data: 'T', format: 'google-gemini-v1', index: 1 },
        ],
      },
    ],
    [
      'xAI',
      [thought('', { xai: { itemId: 'i', reasoningEncryptedContent: 'D' } })],
      {
        reasoning_details: [
          { type: 'reasoning.encrypted', data: 'D', format: 'xai-responses-v1', id: 'i', index: 0 },
        ],
      },
    ],
    [
      'a text that is not signed',
      [{ type: 'text', text: 'x', providerMetadata: { anthropic: { signature: 'S' } } }],
      {},
    ],
  ]
  for (const [what, content, said] of table)
    test(what, () => {
      const { reasoning_content, reasoning_details } = message(content)
      expect({
        ...(reasoning_content !== undefined && { reasoning_content }),
        ...(reasoning_details && { reasoning_details }),
      }).toEqual(said)
    })
  test('nobody is shown what nobody wants to see', () => {
    const { reasoning_content, reasoning_details } = message(
      [thought('A', { anthropic: { signature: 'S' } })],
      { reasoning: { exclude: true } },
    )
    expect([reasoning_content, reasoning_details]).toEqual([undefined, undefined])
  })

  // Blanks alone are no words: packages and clients leave them out as they like.
  const words = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 9 }).filter(text => text.trim() !== '')
  const ids = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,5}$/), { maxLength: 3 })
  test('what a provider signed comes back to it as it was, whole and streamed', () =>
    fc.assert(
      fc.property(
        fc.constantFrom(anthropic, google),
        fc.array(fc.tuple(words, words), { maxLength: 3 }),
        words,
        ids,
        (destination, thoughts, said, callIds) => {
          const isGoogle = destination === google
          const options = (signature: string) => ({
            [destination.options]: { [isGoogle ? 'thoughtSignature' : 'signature']: signature },
          })
          const content: LanguageModelV4Content[] = [
            ...thoughts.map(([each, signature]) => thought(each, options(signature))),
            text(said),
            ...callIds.map(id => toolCall(id, '{"a":1}', isGoogle ? { providerMetadata: options(id) } : {})),
          ]
          const again = [
            ...thoughts.map(([each, signature]) => ({
              type: 'reasoning',
              text: each,
              providerOptions: options(signature),
            })),
            { type: 'text', text: said },
            ...callIds.map(id => ({
              type: 'tool-call',
              toolCallId: id,
              toolName: 'f',
              input: { a: 1 },
              ...(isGoogle && { providerOptions: options(id) }),
            })),
          ]
          const history = (said: Loose) =>
            promptOf(
              [
                { role: 'user', content: 'Q' },
                said,
                ...callIds.map(id => ({ role: 'tool', tool_call_id: id, content: '' })),
              ],
              destination,
            )[1]!.content
          expect(history(message(content))).toEqual(again as never)
          expect(history(accumulate(written(toParts(content))).message)).toEqual(again as never)
        },
      ),
    ))
})

test('a conversation goes round: what was answered is accepted, with its ids', () => {
  const answer = message([text('Hm'), toolCall('call_ä/1'), toolCall('2')])
  const { options } = call({
    tools: [{ type: 'function', function: { name: 'f' } }],
    messages: [
      ...(body().messages as object[]),
      answer,
      { role: 'tool', tool_call_id: 'call_ä/1', content: 'A' },
      { role: 'tool', tool_call_id: '2', content: 'B' },
    ],
  })
  expect(options.prompt[2]!.content).toMatchObject([{ toolCallId: 'call_ä/1' }, { toolCallId: '2' }])
})
