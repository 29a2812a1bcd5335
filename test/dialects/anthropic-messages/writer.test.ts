import { describe, expect, test } from 'bun:test'
import type { LanguageModelV4Content, LanguageModelV4StreamPart } from '@ai-sdk/provider'
import fc from 'fast-check'
import { fromResult } from '../../../plugins/dialects/anthropic-messages/answer.ts'
import { unpack } from '../../../plugins/dialects/anthropic-messages/carry.ts'
import { messages } from '../../../plugins/dialects/anthropic-messages/index.ts'
import { createWriter } from '../../../plugins/dialects/anthropic-messages/writer.ts'
import { accumulate, eventsIn, facts, result, usage } from './kit.ts'

type Part = LanguageModelV4StreamPart
const finish: Part = { type: 'finish', finishReason: { unified: 'stop', raw: 'stop' }, usage: usage() }

/** All that is written for the parts, piece by piece. */
function write(parts: readonly Part[]): string[] {
  const writer = createWriter(facts)
  return [
    ...[{ type: 'stream-start', warnings: [] } as Part, ...parts, finish].map(part => writer.write(part)),
    writer.end(),
  ]
}
// biome-ignore lint/suspicious/noExplicitAny: tests look into messages freely, and fail where they guess wrong
const read = (parts: readonly Part[]) => accumulate(eventsIn(write(parts).join(''))) as any
const names = (text: string) =>
  eventsIn(text).map(({ event, data }) => (data.delta?.type ? `${event} ${data.delta.type}` : event))

const text = (id: string, ...deltas: string[]): Part[] => [
  { type: 'text-start', id },
  ...deltas.map((delta): Part => ({ type: 'text-delta', id, delta })),
  { type: 'text-end', id },
]
const thought = (id: string, ...deltas: string[]): Part[] => [
  { type: 'reasoning-start', id },
  ...deltas.map((delta): Part => ({ type: 'reasoning-delta', id, delta })),
  { type: 'reasoning-end', id },
]
const call = (id: string, ...deltas: string[]): Part[] => [
  { type: 'tool-input-start', id, toolName: `tool_${id}` },
  ...deltas.map((delta): Part => ({ type: 'tool-input-delta', id, delta })),
  { type: 'tool-input-end', id },
  { type: 'tool-call', toolCallId: id, toolName: `tool_${id}`, input: deltas.join('') || '{}' },
]

test('a stream has the events of the documentation, in their order', () => {
  const written = write([...thought('r', 'Hm'), ...text('t', 'Hel', 'lo'), ...call('c', '{"a":', '1}')])
  expect(names(written.join(''))).toEqual([
    'message_start',
    'content_block_start',
    'content_block_delta thinking_delta',
    'content_block_delta signature_delta',
    'content_block_stop',
    'content_block_start',
    'content_block_delta text_delta',
    'content_block_delta text_delta',
    'content_block_stop',
    'content_block_start',
    'content_block_delta input_json_delta',
    'content_block_delta input_json_delta',
    'content_block_stop',
    'message_delta',
    'message_stop',
  ])
  expect(written.join('')).not.toContain('[DONE]')
  expect(written.at(-1)).toBe('')
})

test('who wants one call at a time gets the first, however they come in turns', () => {
  const body = { tool_choice: { type: 'auto', disable_parallel_tool_use: true } }
  const writer = createWriter({ ...facts, body })
  const [first, second] = [call('a', '{"x":', '1}'), call('b', '{"y":', '2}')]
  const turns = first.flatMap((part, i) => [part, second[i]!])
  const parts = [...turns, ...text('t', 'So'), ...call('c', '{}'), finish]
  const message = accumulate(eventsIn(parts.map(part => writer.write(part)).join('') + writer.end()))
  expect(message).toMatchObject({ stop_reason: 'tool_use' })
  expect(message.content).toEqual([
    { type: 'tool_use', id: 'a', name: 'tool_a', input: { x: 1 } },
    { type: 'text', text: 'So' },
  ])
})

test('nothing follows the end, and it comes once', () => {
  const writer = createWriter(facts)
  expect(names(writer.write(finish))).toEqual(['message_start', 'message_delta', 'message_stop'])
  expect(
    [finish, ...text('t', 'x'), { type: 'ping' } as Part].map(part => writer.write(part)).join('') +
      writer.end(),
  ).toBe('')
})

test('words go out at once, although their block has not ended', () => {
  const writer = createWriter(facts)
  expect(names(writer.write({ type: 'stream-start', warnings: [] }))).toEqual(['message_start'])
  expect(writer.write({ type: 'text-start', id: 't' })).toBe('')
  expect(names(writer.write({ type: 'text-delta', id: 't', delta: 'Hi' }))).toEqual([
    'content_block_start',
    'content_block_delta text_delta',
  ])
  const begun = writer.write({ type: 'tool-input-start', id: 'c', toolName: 'go' })
  expect(names(begun)).toEqual(['content_block_stop', 'content_block_start'])
  expect(names(writer.write({ type: 'tool-input-delta', id: 'c', delta: '{}' }))).toEqual([
    'content_block_delta input_json_delta',
  ])
})

test('everything before the first words is a preamble, and nothing else is', () => {
  const events = eventsIn(write([{ type: 'ping' }, ...thought('r', '', 'Hm'), ...text('t', 'x')]).join(''))
  const first = events.findIndex(({ data }) => !messages.isPreamble!(data))
  expect(events.slice(0, first + 1).map(({ event }) => event)).toEqual([
    'message_start',
    'ping',
    'content_block_start',
    'content_block_delta',
  ])
})

test('usage comes at the end, and the lens reads the same', () => {
  const parts: Part[] = [...text('t', 'x')]
  const spent = {
    inputTokens: { total: 100, noCache: 20, cacheRead: 50, cacheWrite: 30 },
    outputTokens: { total: 40, text: 30, reasoning: 10 },
  }
  const writer = createWriter(facts)
  const written = [...parts, { ...finish, usage: spent } as Part].map(part => writer.write(part)).join('')
  const seen = eventsIn(written).reduce<ReturnType<typeof messages.usage>>(
    (earlier, { data }) => messages.usage(data, earlier) ?? earlier,
    undefined,
  )
  expect(seen).toEqual({ input: 20, cacheRead: 50, cacheWrite: 30, output: 30, reasoning: 10 })
})

describe('calls', () => {
  test.each<[string, Part[], unknown]>([
    ['in pieces', call('c', '{"a"', ':1', '}'), { a: 1 }],
    ['without input', call('c'), {}],
    ['all at once', [{ type: 'tool-call', toolCallId: 'c', toolName: 'tool_c', input: '{"a":1}' }], { a: 1 }],
    [
      'with nothing in between',
      [
        { type: 'tool-input-start', id: 'c', toolName: 'tool_c' },
        { type: 'tool-call', toolCallId: 'c', toolName: 'tool_c', input: '{"a":1}' },
      ],
      { a: 1 },
    ],
    [
      'whose last piece is in the whole call only',
      [
        { type: 'tool-input-start', id: 'c', toolName: 'tool_c' },
        { type: 'tool-input-delta', id: 'c', delta: '{"a"' },
        { type: 'tool-call', toolCallId: 'c', toolName: 'tool_c', input: '{"a":1}' },
      ],
      { a: 1 },
    ],
    [
      'whose pieces are no JSON',
      [
        { type: 'tool-input-start', id: 'c', toolName: 'tool_c', inputEncoding: 'text' },
        { type: 'tool-input-delta', id: 'c', delta: 'raw' },
        { type: 'tool-call', toolCallId: 'c', toolName: 'tool_c', input: '{"a":1}' },
      ],
      { a: 1 },
    ],
    ['that never ended', call('c', '{"a":1}').slice(0, 2), { a: 1 }],
  ])('%s', (_, parts, input) => {
    expect(read(parts)).toMatchObject({
      content: [{ type: 'tool_use', id: 'c', name: 'tool_c', input }],
      stop_reason: 'tool_use',
    })
  })
})

describe('thoughts', () => {
  const end = (providerMetadata: object): Part[] => [
    { type: 'reasoning-start', id: 'r' },
    { type: 'reasoning-end', id: 'r', providerMetadata: providerMetadata as never },
  ]
  test.each<[string, Part[], object[]]>([
    [
      'hidden, as their start says',
      [
        { type: 'reasoning-start', id: 'r', providerMetadata: { anthropic: { redactedData: 'x' } } },
        { type: 'reasoning-end', id: 'r' },
      ],
      [{ type: 'redacted_thinking', data: 'x' }],
    ],
    [
      'hidden, as a delta says',
      [
        { type: 'reasoning-start', id: 'r' },
        { type: 'reasoning-delta', id: 'r', delta: '', providerMetadata: { bedrock: { redactedData: 'x' } } },
        { type: 'reasoning-end', id: 'r' },
      ],
      [{ type: 'redacted_thinking', data: 'x' }],
    ],
    [
      'hidden, as their end says',
      end({ bedrock: { redactedData: 'x' } }),
      [{ type: 'redacted_thinking', data: 'x' }],
    ],
    [
      'signed only',
      end({ anthropic: { signature: 's' } }),
      [{ type: 'thinking', thinking: '', signature: 's' }],
    ],
    ['nothing at all', thought('r', ''), []],
    [
      'signed by a delta',
      [
        { type: 'reasoning-start', id: 'r' },
        { type: 'reasoning-delta', id: 'r', delta: 'Hm' },
        { type: 'reasoning-delta', id: 'r', delta: '', providerMetadata: { anthropic: { signature: 's' } } },
        { type: 'reasoning-end', id: 'r' },
      ],
      [{ type: 'thinking', thinking: 'Hm', signature: 's' }],
    ],
    [
      'hidden, and overtaken by a text',
      [
        { type: 'reasoning-start', id: 'r', providerMetadata: { anthropic: { redactedData: 'x' } } },
        ...text('t', 'y'),
        { type: 'reasoning-end', id: 'r' },
      ],
      [
        { type: 'redacted_thinking', data: 'x' },
        { type: 'text', text: 'y' },
      ],
    ],
  ])('%s', (_, parts, content) => {
    expect(read(parts).content).toMatchObject(content)
    expect(read(parts).content.length).toBe(content.length)
  })

  test('carry what other vendors want back', () => {
    const google = { thoughtSignature: 'g' }
    const providerMetadata = { google }
    const { content } = read([
      { type: 'reasoning-start', id: 'r' },
      { type: 'reasoning-delta', id: 'r', delta: 'Hm', providerMetadata },
      { type: 'reasoning-end', id: 'r' },
      { type: 'text-start', id: 't' },
      { type: 'text-delta', id: 't', delta: 'Hi', providerMetadata },
      { type: 'text-end', id: 't' },
      { type: 'tool-input-start', id: 'c', toolName: 'go', providerMetadata },
      { type: 'tool-call', toolCallId: 'c', toolName: 'go', input: '{}', providerMetadata },
      { type: 'tool-input-start', id: 'd', toolName: 'go' },
      { type: 'tool-call', toolCallId: 'd', toolName: 'go', input: '{}', providerMetadata },
    ])
    const what = content.map(({ type, signature, data }: Record<string, string>) => {
      const { call, text, options } = unpack(signature ?? data) ?? {}
      return [type, options && (call ?? text ?? 'thought')]
    })
    expect(what).toEqual([
      ['thinking', 'thought'],
      ['text', undefined],
      ['redacted_thinking', true],
      ['redacted_thinking', 'c'],
      ['tool_use', undefined],
      ['tool_use', undefined],
      ['redacted_thinking', 'd'],
    ])
  })
})

test('sources are cited by the text that is under way, or the next one', () => {
  const source = (id: string): Part => ({
    type: 'source',
    sourceType: 'url',
    id,
    url: `https://${id}.example/`,
  })
  const [a, b] = [text('a', 'x'), text('b', 'y')]
  const { content } = read([...a.slice(0, 2), source('one'), a[2]!, source('two'), ...b])
  const cited = content.map(({ citations }: { citations: { url: string }[] | null }) =>
    citations?.map(({ url }) => url),
  )
  expect(cited).toEqual([['https://one.example/'], ['https://two.example/']])
})

/** Several parts streams, each in its own order, woven into one. */
const woven = fc
  .array(
    fc.record({
      kind: fc.constantFrom('text' as const, 'thought' as const, 'call' as const),
      deltas: fc.array(fc.string({ unit: 'grapheme', maxLength: 4 }), { maxLength: 4 }),
      entries: fc.dictionary(fc.string({ maxLength: 3 }), fc.string({ unit: 'grapheme', maxLength: 3 }), {
        maxKeys: 2,
      }),
      cut: fc.nat(),
    }),
    { maxLength: 5 },
  )
  .chain(makers => {
    const streams = makers.map(({ kind, deltas, entries, cut }, i) => {
      if (kind === 'text') return text(String(i), ...deltas)
      if (kind === 'thought') return thought(String(i), ...deltas)
      const json = JSON.stringify(entries)
      const at = cut % (json.length + 1)
      return call(String(i), json.slice(0, at), json.slice(at))
    })
    const turns = streams.flatMap((parts, i) => parts.map(() => i))
    return fc.tuple(fc.constant(streams), fc.shuffledSubarray(turns, { minLength: turns.length }))
  })
  .map(([streams, turns]) => {
    const next = streams.map(() => 0)
    return { streams, parts: turns.map(i => streams[i]![next[i]!++]!) }
  })

const wordsOf = (streams: readonly (readonly Part[])[], type: 'text-delta' | 'reasoning-delta') =>
  streams.map(parts => parts.map(part => (part.type === type ? part.delta : '')).join(''))

test('whatever order parts arrive in: calls are whole, and no word is lost', () => {
  fc.assert(
    fc.property(woven, ({ streams, parts }) => {
      const { content } = read(parts) as { content: Record<string, unknown>[] }
      const calls = streams.flatMap(all => all.filter(part => part.type === 'tool-call'))
      const made = new Map(content.filter(({ type }) => type === 'tool_use').map(block => [block.id, block]))
      expect(made.size).toBe(calls.length)
      for (const { toolCallId, toolName, input } of calls)
        expect(made.get(toolCallId)).toMatchObject({ name: toolName, input: JSON.parse(input) })
      const starts = parts.flatMap(part => (part.type === 'tool-input-start' ? [part.id] : []))
      expect([...made.keys()]).toEqual(starts)
      for (const [type, of] of [
        ['text-delta', 'text'],
        ['reasoning-delta', 'thinking'],
      ] as const) {
        const said = parts.flatMap(part => (part.type === type ? [part.delta] : [])).join('')
        const written = content
          .filter(block => block.type === of)
          .map(block => block[of])
          .join('')
        expect([...written].sort()).toEqual([...said].sort())
        if (wordsOf(streams, type).filter(words => words !== '').length < 2) expect(written).toBe(said)
      }
    }),
    { numRuns: 2000 },
  )
})

test('a stream adds up to what a whole answer says, wherever its text is cut', () => {
  const contents = fc.array(
    fc.oneof(
      fc.record({ type: fc.constant('text' as const), text: fc.string({ unit: 'grapheme', minLength: 1 }) }),
      fc.record({
        type: fc.constant('reasoning' as const),
        text: fc.string({ unit: 'grapheme', minLength: 1 }),
      }),
      fc.record({
        type: fc.constant('tool-call' as const),
        toolCallId: fc.uuid(),
        toolName: fc.string({ minLength: 1 }),
        input: fc.json().map(json => JSON.stringify({ json })),
      }),
    ),
    { maxLength: 5 },
  )
  const pieces = (whole: string, size: number) => whole.match(new RegExp(`[\\s\\S]{1,${size}}`, 'g')) ?? []
  fc.assert(
    fc.property(contents, fc.integer({ min: 1, max: 9 }), (content, size) => {
      const parts = content.flatMap((part, i): Part[] => {
        if (part.type === 'text') return text(String(i), ...pieces(part.text, size))
        if (part.type === 'reasoning') return thought(String(i), ...pieces(part.text, size))
        const { toolCallId: id, toolName } = part
        return [
          { type: 'tool-input-start', id, toolName },
          ...pieces(part.input, size).map((delta): Part => ({ type: 'tool-input-delta', id, delta })),
          part,
        ]
      })
      expect(read(parts)).toEqual(fromResult(result(content as LanguageModelV4Content[]), facts))
    }),
    { numRuns: 500 },
  )
})
