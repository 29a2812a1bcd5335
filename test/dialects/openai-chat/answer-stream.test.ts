import { describe, expect, test } from 'bun:test'
import type { LanguageModelV4Content, LanguageModelV4StreamPart } from '@ai-sdk/provider'
import fc from 'fast-check'
import { fromResult } from '../../../plugins/dialects/openai-chat/answer.ts'
import { lens } from '../../../plugins/dialects/openai-chat/lens.ts'
import type { JsonObject } from '../../../src/types.ts'
import { readEvents } from '../../kernel/sse.ts'
import { accumulate, facts, finish, type Loose, result, toParts, written } from './kit.ts'

const text = (words: string): LanguageModelV4Content => ({ type: 'text', text: words })
const whole = (content: LanguageModelV4Content[], request: JsonObject = {}, more: object = {}): Loose =>
  fromResult(result(content, more), facts(request))
const url = (address: string, title?: string) => ({
  type: 'source' as const,
  sourceType: 'url' as const,
  id: address,
  url: address,
  ...(title && { title }),
})

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
