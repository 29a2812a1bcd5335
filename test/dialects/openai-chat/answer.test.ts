import { describe, expect, test } from 'bun:test'
import type {
  LanguageModelV4Content,
  LanguageModelV4StreamPart,
  SharedV4ProviderMetadata,
} from '@ai-sdk/provider'
import fc from 'fast-check'
import { fromResult } from '../../../plugins/dialects/openai-chat/answer.ts'
import { lens } from '../../../plugins/dialects/openai-chat/lens.ts'
import type { JsonObject } from '../../../src/types.ts'
import { readEvents } from '../../kernel/sse.ts'
import {
  accumulate,
  anthropic,
  body,
  call,
  facts,
  finish,
  google,
  type Loose,
  promptOf,
  result,
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

/** A whole answer in parts, every text in two pieces. */
function toParts(content: readonly LanguageModelV4Content[]): LanguageModelV4StreamPart[] {
  const parts = content.flatMap((part, i): LanguageModelV4StreamPart[] => {
    const id = `${i}`
    if (part.type === 'text' || part.type === 'reasoning') {
      const pieces = [part.text.slice(0, 1), part.text.slice(1)]
      const meta = part.providerMetadata ? { providerMetadata: part.providerMetadata } : {}
      return [
        { type: `${part.type}-start`, id },
        ...pieces.map(delta => ({ type: `${part.type}-delta` as const, id, delta })),
        {
          type: `${part.type}-end`,
          id,
          ...meta,
          ...(part.type === 'text' && part.citations && { citations: part.citations }),
        },
      ] as LanguageModelV4StreamPart[]
    }
    if (part.type === 'tool-call') {
      const { toolCallId, toolName, input, providerMetadata, providerExecuted } = part
      return [
        { type: 'tool-input-start', id: toolCallId, toolName, ...(providerExecuted && { providerExecuted }) },
        { type: 'tool-input-delta', id: toolCallId, delta: input.slice(0, 2) },
        { type: 'tool-input-delta', id: toolCallId, delta: input.slice(2) },
        { type: 'tool-input-end', id: toolCallId },
        { ...part, ...(providerMetadata && { providerMetadata }) },
      ]
    }
    return [part as LanguageModelV4StreamPart]
  })
  return [
    { type: 'stream-start', warnings: [] },
    { type: 'response-metadata', id: 'x', modelId: 'served' },
    ...parts,
    finish(),
  ]
}

describe('a stream', () => {
  test('is what OpenAI sends', () => {
    const { data } = readEvents(written(toParts([text('Hi')]), { stream_options: { include_usage: true } }))
    const head = {
      id: 'chatcmpl-00112233445566778899aabbccddeeff',
      object: 'chat.completion.chunk',
      created: 1_700_000_000,
      model: 'served',
    }
    const chunk = (delta: object, finish_reason: string | null = null) => ({
      ...head,
      choices: [{ index: 0, delta, logprobs: null, finish_reason }],
      usage: null,
    })
    expect(data.slice(0, -1).map(each => JSON.parse(each))).toEqual([
      chunk({ role: 'assistant', content: '', refusal: null }),
      chunk({ content: 'H' }),
      chunk({ content: 'i' }),
      chunk({}, 'stop'),
      {
        ...head,
        choices: [],
        usage: expect.objectContaining({ prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 }),
      },
    ])
    expect(data.at(-1)).toBe('[DONE]')
  })

  test('its usage event is the one that is hidden, and the field is there only for who asked', () => {
    const { data } = readEvents(written(toParts([text('Hi')])))
    const events = data.slice(0, -1).map(each => JSON.parse(each) as JsonObject)
    expect(events.map(event => lens.isUsageOnly(event))).toEqual([false, false, false, false, true])
    expect(events.slice(0, -1).every(event => !('usage' in event))).toBe(true)
    expect(lens.isPreamble!(events[0]!)).toBe(true)
    expect(events.slice(1).some(event => lens.isPreamble!(event))).toBe(false)
  })

  test('nothing at all is an answer too', () =>
    expect(accumulate(written([finish()])).message).toEqual({
      role: 'assistant',
      content: '',
      refusal: null,
    }))

  test('a call without deltas, with a part of them, and with others than the whole', () => {
    const start = { type: 'tool-input-start', id: '1', toolName: 'f' } as const
    const whole = { type: 'tool-call', toolCallId: '1', toolName: 'f', input: '{"a":1}' } as const
    const grow = (delta: string) => ({ type: 'tool-input-delta', id: '1', delta }) as const
    const args = (parts: LanguageModelV4StreamPart[]) =>
      accumulate(written([...parts, finish()])).message.tool_calls
    const expected = [{ id: '1', type: 'function', function: { name: 'f', arguments: '{"a":1}' } }]
    expect(args([whole])).toEqual(expected)
    expect(args([start, whole])).toEqual(expected)
    expect(args([start, grow('{"a'), whole, whole])).toEqual(expected)
    expect(args([start, grow('{"a":1}'), whole, whole])).toEqual(expected)
    expect(args([start, grow('{"a": 1}'), whole])[0].function.arguments).toBe('{"a": 1}')
    expect(args([start, { ...whole, input: '' }])[0].function.arguments).toBe('{}')
    expect(args([start, start, grow('{"a":1}')])).toEqual(expected)
  })

  const metadata = fc.option(
    fc.record({ google: fc.record({ thoughtSignature: fc.string({ minLength: 1 }) }) }),
    { nil: undefined },
  )
  const words = fc.string({ unit: 'binary', maxLength: 12 })
  const citation = fc.record({
    source: fc.constantFrom(url('https://a.example'), url('https://b.example')),
    startIndex: fc.nat(5),
    endIndex: fc.nat(9),
  })
  const piece: fc.Arbitrary<LanguageModelV4Content> = fc.oneof(
    fc
      .tuple(words, fc.option(fc.array(citation, { maxLength: 2 }), { nil: undefined }), metadata)
      .map(([text, citations, providerMetadata]) => ({
        type: 'text' as const,
        text,
        ...(citations && { citations: citations as never }),
        ...(providerMetadata && { providerMetadata }),
      })),
    fc.tuple(words, metadata).map(([text, providerMetadata]) => ({
      type: 'reasoning' as const,
      text,
      ...(providerMetadata && { providerMetadata }),
    })),
    fc
      .tuple(fc.constantFrom('f', 'g', 'c'), fc.json({ maxDepth: 1 }), fc.boolean(), metadata)
      .map(([toolName, input, providerExecuted, providerMetadata]) => ({
        type: 'tool-call' as const,
        toolCallId: '',
        toolName,
        input,
        ...(providerExecuted && { providerExecuted }),
        ...(providerMetadata && { providerMetadata }),
      })),
    fc.constantFrom<LanguageModelV4Content>(url('https://c.example'), {
      type: 'file',
      mediaType: 'image/png',
      data: { type: 'data', data: 'AAAA' },
    }),
  )
  const contents = fc
    .array(piece, { maxLength: 8 })
    .map(pieces =>
      pieces.map((each, i) => (each.type === 'tool-call' ? { ...each, toolCallId: `id${i}` } : each)),
    )
  const requests = fc.constantFrom<JsonObject>(
    {},
    { tools: [], parallel_tool_calls: false },
    { functions: [] },
    { reasoning: { exclude: true } },
    { tools: [{ type: 'custom', custom: { name: 'c' } }] },
  )
  test('adds up to what the whole answer says', () =>
    fc.assert(
      fc.property(contents, requests, (content, request) => {
        const { message, reason, usage: told, id, model } = accumulate(written(toParts(content), request))
        const answer = whole(content, request, { response: { modelId: 'served' } })
        const { annotations, ...expected } = answer.choices[0].message
        expect({ ...message, content: message.content || null }).toEqual({
          ...expected,
          content: expected.content || null,
          ...(annotations.length > 0 && { annotations }),
        })
        expect([reason, told, id, model]).toEqual([
          answer.choices[0].finish_reason,
          answer.usage,
          answer.id,
          answer.model,
        ])
      }),
      { numRuns: 300 },
    ))

  test('calls keep index and order, however their deltas come in turns, and texts stay whole', () =>
    fc.assert(
      fc.property(
        fc.array(fc.array(words, { maxLength: 5 }), { minLength: 1, maxLength: 5 }),
        fc.array(words, { maxLength: 5 }),
        fc.infiniteStream(fc.nat(1000)),
        (inputs, texts, dice) => {
          const queues: LanguageModelV4StreamPart[][] = [
            texts.map(delta => ({ type: 'text-delta', id: 't', delta })),
            ...inputs.map((deltas, i): LanguageModelV4StreamPart[] => [
              { type: 'tool-input-start', id: `id${i}`, toolName: `f${i}` },
              ...deltas.map(delta => ({ type: 'tool-input-delta' as const, id: `id${i}`, delta })),
              { type: 'tool-call', toolCallId: `id${i}`, toolName: `f${i}`, input: deltas.join('') },
            ]),
          ]
          const parts: LanguageModelV4StreamPart[] = []
          const order: string[] = []
          for (
            let left = queues.filter(queue => queue.length > 0);
            left.length > 0;
            left = left.filter(queue => queue.length > 0)
          ) {
            const part = left[dice.next().value % left.length]!.shift()!
            if (part.type === 'tool-input-start') order.push(part.id)
            parts.push(part)
          }
          const { message } = accumulate(written([...parts, finish('tool-calls')]))
          expect(message.content ?? '').toBe(texts.join(''))
          const expected = order.map(id => inputs[Number(id.slice(2))]!.join('') || '{}')
          expect(message.tool_calls.map(({ id }: Loose) => id)).toEqual(order)
          expect(message.tool_calls.map((each: Loose) => each.function.arguments)).toEqual(expected)
        },
      ),
    ))

  test('has one end', () =>
    expect(written([finish(), { type: 'text-delta', id: 't', delta: 'x' }, finish('length')])).toBe(
      written([finish()]),
    ))

  test('odd parts say nothing', () => {
    const odd = [
      { type: 'ping' },
      { type: 'raw', rawValue: 1 },
      { type: 'tool-input-delta', id: 'unknown', delta: 'x' },
      { type: 'custom', kind: 'a.b' },
      { type: 'text-end', id: 'unknown' },
    ] as LanguageModelV4StreamPart[]
    expect(written([...odd, finish()])).toBe(written([finish()]))
  })
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
