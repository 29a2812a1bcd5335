import { describe, expect, test } from 'bun:test'
import type { LanguageModelV4Content, LanguageModelV4StreamPart } from '@ai-sdk/provider'
import fc from 'fast-check'
import { createWriter, toResponse } from '../../../plugins/dialects/openai-responses/answer.ts'
import { unpack } from '../../../plugins/dialects/openai-responses/carry.ts'
import { replay } from '../../../plugins/dialects/openai-responses/replay.ts'
import { createFreeText } from '../../../src/translate/free-text.ts'
import { accumulate, eventsIn } from './accumulate.ts'
import { type Any, body, facts, finish, promptOf, result, to, usage } from './kit.ts'

const now = () => 1_700_000_001_000
const tools = [
  { type: 'function', name: 'f', parameters: {} },
  { type: 'custom', name: 'patch' },
  { type: 'apply_patch' },
  {
    type: 'namespace',
    name: 'ns',
    description: '',
    tools: [{ type: 'function', name: 'g', parameters: {} }],
  },
]
const given = facts(body({ tools }))

function write(parts: readonly LanguageModelV4StreamPart[], more = given): Any {
  const writer = createWriter(more, now)
  return accumulate(eventsIn(parts.map(part => writer.write(part)).join('') + writer.end()))
}
const whole = (content: LanguageModelV4Content[], more = given): Any => toResponse(result(content), more, now)
const start: LanguageModelV4StreamPart = { type: 'stream-start', warnings: [] }

const toolNames = ['f', 'patch', 'apply_patch', 'ns__g']
const inputOf = (name: string, text: string): string =>
  name === 'patch'
    ? JSON.stringify({ input: text })
    : name === 'apply_patch'
      ? JSON.stringify({ operation: { type: 'update_file', path: 'a', diff: text } })
      : JSON.stringify({ text })

const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 30 }).map(said => said.toWellFormed())
const content = fc.array(
  fc.oneof(
    text.map((said): LanguageModelV4Content => ({ type: 'text', text: said })),
    fc.record({ said: text, signature: fc.option(fc.string({ minLength: 1 }), { nil: undefined }) }).map(
      ({ said, signature }): LanguageModelV4Content => ({
        type: 'reasoning',
        text: said,
        ...(signature !== undefined && { providerMetadata: { anthropic: { signature } } }),
      }),
    ),
    fc.record({ name: fc.constantFrom(...toolNames), said: text }).map(
      ({ name, said }): LanguageModelV4Content => ({
        type: 'tool-call',
        toolCallId: '',
        toolName: name,
        input: inputOf(name, said),
      }),
    ),
  ),
  { maxLength: 8 },
)
const numbered = (all: LanguageModelV4Content[]) =>
  all.map((part, i) => (part.type === 'tool-call' ? { ...part, toolCallId: `call_${i}` } : part))

/** Pieces of a text, cut anywhere, in the middle of a character too. */
function cut(words: string, seed: number): string[] {
  const pieces: string[] = []
  for (let at = 0, n = seed; at < words.length; n = (n * 31 + 7) % 97) {
    const size = 1 + (n % 4)
    pieces.push(words.slice(at, at + size))
    at += size
  }
  return pieces
}

function toParts(part: LanguageModelV4Content, id: string, seed: number): LanguageModelV4StreamPart[] {
  if (part.type === 'text')
    return [
      { type: 'text-start', id },
      ...cutWhole(part.text, seed).map(
        (delta): LanguageModelV4StreamPart => ({ type: 'text-delta', id, delta }),
      ),
      { type: 'text-end', id },
    ]
  if (part.type === 'reasoning') {
    const { providerMetadata } = part
    return [
      { type: 'reasoning-start', id },
      ...cutWhole(part.text, seed).map(
        (delta): LanguageModelV4StreamPart => ({ type: 'reasoning-delta', id, delta }),
      ),
      { type: 'reasoning-end', id, ...(providerMetadata && { providerMetadata }) },
    ]
  }
  if (part.type !== 'tool-call') return [part]
  const { toolCallId, toolName, input } = part
  return [
    { type: 'tool-input-start', id: toolCallId, toolName },
    ...cut(input, seed).map(
      (delta): LanguageModelV4StreamPart => ({ type: 'tool-input-delta', id: toolCallId, delta }),
    ),
    { type: 'tool-input-end', id: toolCallId },
    part,
  ]
}
/** Providers send whole characters. */
function cutWhole(words: string, seed: number): string[] {
  const pieces: string[] = []
  const chars = [...words]
  for (let at = 0, size = 1 + (seed % 3); at < chars.length; at += size)
    pieces.push(chars.slice(at, at + size).join(''))
  return pieces
}

describe('a stream', () => {
  test('tells what the whole answer says, however it is cut', () =>
    fc.assert(
      fc.property(content, fc.nat(1000), (all, seed) => {
        const said = numbered(all)
        const parts = said.flatMap((part, i) => toParts(part, `p${i}`, seed + i))
        expect(write([start, ...parts, finish()])).toEqual(whole(said))
      }),
      { numRuns: 500 },
    ))

  test('keeps tool calls apart, whatever their pieces mix with', () => {
    const call = fc.record({ name: fc.constantFrom('f', 'patch', 'ns__g'), said: text })
    fc.assert(
      fc.property(
        fc.array(call, { minLength: 1, maxLength: 5 }),
        fc.infiniteStream(fc.nat(1000)),
        (calls, random) => {
          const queues = calls.map(({ name, said }, i) =>
            toParts(
              { type: 'tool-call', toolCallId: `call_${i}`, toolName: name, input: inputOf(name, said) },
              '',
              i,
            ),
          )
          const parts: LanguageModelV4StreamPart[] = []
          while (queues.some(queue => queue.length > 0)) {
            const left = queues.filter(queue => queue.length > 0)
            parts.push(left[random.next().value! % left.length]!.shift()!)
          }
          const { output } = write([start, ...parts, finish('tool-calls')])
          for (const [i, { name, said }] of calls.entries()) {
            const item = output.find((each: Any) => each.call_id === `call_${i}`)
            expect(item.type).toBe(name === 'patch' ? 'custom_tool_call' : 'function_call')
            expect(name === 'patch' ? item.input : JSON.parse(item.arguments).text).toBe(said)
            expect([item.name, item.namespace]).toEqual(name === 'ns__g' ? ['g', 'ns'] : [name, undefined])
          }
        },
      ),
      { numRuns: 300 },
    )
  })

  test('may be replayed: the same response, event by event', () =>
    fc.assert(
      fc.property(content, all => {
        const response = whole(numbered(all))
        expect(accumulate(eventsIn(replay(response)))).toEqual(response)
      }),
      { numRuns: 200 },
    ))

  test('ends what is open when it ends', () => {
    const { status, incomplete_details, output } = write([
      start,
      { type: 'reasoning-delta', id: 'r', delta: 'Hm' },
      { type: 'text-delta', id: 't', delta: 'Hal' },
      { type: 'tool-input-start', id: 'c', toolName: 'f' },
      { type: 'tool-input-delta', id: 'c', delta: '{"te' },
      finish('length'),
    ])
    expect([status, incomplete_details]).toEqual(['incomplete', { reason: 'max_output_tokens' }])
    expect(output.map((item: Any) => item.type)).toEqual(['reasoning', 'message', 'function_call'])
    expect(output[2]).toMatchObject({ status: 'incomplete', arguments: '{"te' })
  })

  // Packages end a call that was cut as they end any other, and say only then why the answer ends.
  const cutCall = (toolName: string, input: string): LanguageModelV4Content => ({
    type: 'tool-call',
    toolCallId: 'c',
    toolName,
    input,
  })
  test('that is cut in the middle of a call has called nothing yet, whole or streamed', () =>
    fc.assert(
      fc.property(fc.constantFrom(...toolNames), text, fc.nat(1000), (name, said, seed) => {
        const all = inputOf(name, said)
        const call = cutCall(name, all.slice(0, 1 + (seed % (all.length - 1))))
        const { status, output } = write([start, ...toParts(call, '', seed), finish('length')])
        expect([status, output.length, output[0].status]).toEqual(['incomplete', 1, 'incomplete'])
        if (name === 'patch') expect(said.startsWith(output[0].input)).toBe(true)
        else expect(output[0].arguments).toBe((call as Any).input)
        const finishReason = { unified: 'length' as const, raw: 'length' }
        expect(toResponse(result([call], { finishReason }), given, now).output).toEqual(output)
      }),
      { numRuns: 500 },
    ))

  test.each<[string, string, object]>([
    ['f', '{"text":"unf', { type: 'function_call', arguments: '{"text":"unf' }],
    ['patch', '{"input":"unf', { type: 'custom_tool_call', input: 'unf' }],
    ['patch', '{"inp', { type: 'custom_tool_call', input: '' }],
    ['patch', 'no JSON', { type: 'custom_tool_call', input: 'no JSON' }],
  ])('says of half a call what its pieces have said: %s %s', (name, input, item) => {
    const parts = [start, ...toParts(cutCall(name, input), '', 3)]
    expect(write([...parts, finish('length')]).output).toMatchObject([{ ...item, status: 'incomplete' }])
    // What a model has ended by itself is its last word, whatever it is.
    expect(write([...parts, finish('tool-calls')]).output).toMatchObject([{ ...item, status: 'completed' }])
  })

  test('that is cut behind a call has called it', () => {
    const parts = [start, ...toParts(cutCall('f', '{"text":"x"}'), '', 3)]
    const { status, output } = write([
      ...parts,
      { type: 'text-delta', id: 't', delta: 'Hal' },
      finish('length'),
    ])
    expect([status, ...output.map((item: Any) => item.status)]).toEqual([
      'incomplete',
      'completed',
      'incomplete',
    ])
  })

  test('puts texts that follow each other into one message, and others into more', () => {
    const words = (id: string, delta: string): LanguageModelV4StreamPart[] => [
      { type: 'text-start', id },
      { type: 'text-delta', id, delta },
      { type: 'text-end', id },
    ]
    const call: LanguageModelV4StreamPart = { type: 'tool-call', toolCallId: 'c', toolName: 'f', input: '' }
    const { output } = write([
      start,
      ...words('1', 'a'),
      ...words('1', 'b'),
      call,
      ...words('2', 'c'),
      finish(),
    ])
    expect(output.map(({ type, content }: Any) => [type, content?.map((part: Any) => part.text)])).toEqual([
      ['message', ['a', 'b']],
      ['function_call', undefined],
      ['message', ['c']],
    ])
    expect(output[1].arguments).toBe('{}')
  })
})

describe('an answer', () => {
  test.each<[Any, string, unknown]>([
    ['stop', 'completed', null],
    ['tool-calls', 'completed', null],
    ['other', 'completed', null],
    ['length', 'incomplete', { reason: 'max_output_tokens' }],
    ['content-filter', 'incomplete', { reason: 'content_filter' }],
    ['error', 'failed', null],
  ])('that stops for "%s" is %s', (unified, status, details) => {
    const made = toResponse(result([], { finishReason: { unified, raw: 'x' } }), given, now)
    expect([made.status, made.incomplete_details]).toEqual([status, details])
    expect(write([start, finish(unified)]).status).toBe(status)
  })

  test('gives back what was asked', () => {
    const asked = {
      instructions: 'Be brief',
      max_output_tokens: 9,
      metadata: { a: 'b' },
      parallel_tool_calls: false,
      reasoning: { effort: 'low' },
      store: false,
      temperature: 0.5,
      text: { format: { type: 'json_object' } },
      tool_choice: 'none',
      tools,
      top_p: 0.5,
      truncation: 'auto',
      user: 'u',
    }
    expect(toResponse(result([]), facts(body(asked)), now)).toMatchObject({
      ...asked,
      reasoning: { effort: 'low', summary: null },
      text: { format: { type: 'json_object' }, verbosity: 'medium' },
      id: 'resp_00112233445566778899aabbccddeeff',
      created_at: 1_700_000_000,
      completed_at: 1_700_000_001,
    })
  })

  test('counts as OpenAI does: what is cached is part of the input', () => {
    const told = {
      inputTokens: { total: 100, noCache: 50, cacheRead: 30, cacheWrite: 20 },
      outputTokens: { total: 15, text: 5, reasoning: 10 },
    }
    expect(toResponse(result([], { usage: told }), given, now).usage).toEqual({
      input_tokens: 100,
      input_tokens_details: { cached_tokens: 30, cache_write_tokens: 20 },
      output_tokens: 15,
      output_tokens_details: { reasoning_tokens: 10 },
      total_tokens: 115,
    })
    const unknown = {
      ...usage(),
      inputTokens: { ...usage().inputTokens, total: undefined, noCache: undefined },
    }
    const silent = { ...unknown, outputTokens: { total: undefined, text: undefined, reasoning: undefined } }
    expect(toResponse(result([], { usage: silent }), given, now).usage).toBeNull()
  })

  test('cites its sources where they belong', () => {
    const source = {
      type: 'source',
      sourceType: 'url',
      id: '1',
      url: 'https://a.example',
      title: 'A',
    } as const
    const paper = {
      type: 'source',
      sourceType: 'document',
      id: 'd',
      mediaType: 'application/pdf',
      title: 'P',
    } as const
    const cited = {
      type: 'text',
      text: 'Rome',
      citations: [{ source, startIndex: 1, endIndex: 3 }, { source: paper }],
    } as const
    const content: LanguageModelV4Content[] = [{ ...cited, citations: [...cited.citations] }, source]
    const expected = [
      { type: 'url_citation', start_index: 1, end_index: 3, title: 'A', url: 'https://a.example' },
      { type: 'file_citation', file_id: 'd', filename: 'P', index: 4 },
      { type: 'url_citation', start_index: 0, end_index: 4, title: 'A', url: 'https://a.example' },
    ]
    expect(whole(content).output[0].content[0].annotations).toEqual(expected)
    const streamed = write([
      start,
      { type: 'text-delta', id: 't', delta: 'Rome' },
      { type: 'text-end', id: 't', citations: [...cited.citations] },
      source,
      finish(),
    ])
    expect(streamed.output).toEqual(whole(content).output)
  })

  test('shows searches and pictures that the provider made', () => {
    const { output } = whole([
      {
        type: 'tool-call',
        toolCallId: 's',
        toolName: 'web_search',
        input: '{"query":"Rome"}',
        providerExecuted: true,
      },
      { type: 'file', mediaType: 'image/png', data: { type: 'data', data: new Uint8Array([104, 105]) } },
    ])
    expect(output).toMatchObject([
      { type: 'web_search_call', status: 'completed', action: { type: 'search', query: 'Rome' } },
      { type: 'image_generation_call', status: 'completed', result: 'aGk=', output_format: 'png' },
    ])
  })

  test('of a model that writes nonsense for a tool of OpenAI is a call of a function', () => {
    const { output } = whole([
      { type: 'tool-call', toolCallId: 'c', toolName: 'apply_patch', input: '{"operation":7}' },
    ])
    expect(output[0]).toMatchObject({
      type: 'function_call',
      name: 'apply_patch',
      arguments: '{"operation":7}',
    })
  })
})

describe('what a vendor wants back', () => {
  test('comes back with the next turn, thoughts and calls', () => {
    const google = { google: { thoughtSignature: 'sig' } }
    const { output } = whole([
      { type: 'reasoning', text: 'Hm', providerMetadata: google },
      { type: 'reasoning', text: '', providerMetadata: { google: { thoughtSignature: 'hidden' } } },
      { type: 'tool-call', toolCallId: 'c', toolName: 'f', input: '{"a":1}', providerMetadata: google },
    ])
    expect(output.map(({ type }: Any) => type)).toEqual([
      'reasoning',
      'reasoning',
      'reasoning',
      'function_call',
    ])
    expect(unpack(output[2].encrypted_content)).toMatchObject({ call: 'c' })
    const input = [...output, { type: 'function_call_output', call_id: 'c', output: 'ok' }]
    expect((promptOf(input, to('google'), { tools })[0] as Any).content).toEqual([
      { type: 'reasoning', text: 'Hm', providerOptions: google },
      { type: 'reasoning', text: '', providerOptions: { google: { thoughtSignature: 'hidden' } } },
      { type: 'tool-call', toolCallId: 'c', toolName: 'f', input: { a: 1 }, providerOptions: google },
    ])
  })

  test('a whole answer, sent back, is what the model said', () =>
    fc.assert(
      fc.property(content, all => {
        const said = numbered(all)
        const { output } = whole(said)
        const types: Record<string, string> = {
          function_call: 'function_call_output',
          custom_tool_call: 'custom_tool_call_output',
          apply_patch_call: 'apply_patch_call_output',
        }
        const outputs = output
          .filter(({ call_id }: Any) => call_id !== undefined)
          .map(({ type, call_id }: Any) => ({
            type: types[type],
            call_id,
            output: 'ok',
            status: 'completed',
          }))
        const input = [{ role: 'user', content: 'Go' }, ...output, ...outputs]
        const [, turn] = promptOf(input, to('anthropic', 'some-model'), { tools }) as Any
        const expected = said.flatMap((part): Any[] => {
          if (part.type === 'text') return [part]
          if (part.type === 'tool-call')
            return [
              {
                type: 'tool-call',
                toolCallId: part.toolCallId,
                toolName: part.toolName,
                input: JSON.parse(part.input),
              },
            ]
          const { providerMetadata, text: words } = part as Any
          return providerMetadata
            ? [{ type: 'reasoning', text: words, providerOptions: providerMetadata }]
            : []
        })
        expect(turn?.content ?? []).toEqual(expected)
      }),
      { numRuns: 300 },
    ))
})

test('free text is told as it is written, whole characters only', () =>
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }).map(said => said.toWellFormed()),
      fc.boolean(),
      fc.nat(1000),
      (said, isEscaped, seed) => {
        const json = JSON.stringify({ input: said })
        const escaped = isEscaped
          ? json.replace(/[\u0080-\uffff]/g, char => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
          : json
        const reader = createFreeText()
        const told = cut(escaped, seed).map(piece => reader.push(piece))
        expect(told.join('')).toBe(said)
        for (const piece of told) expect(piece.isWellFormed()).toBe(true)
      },
    ),
    { numRuns: 2000 },
  ))

test('who wants one call at a time gets the first, whole or streamed', () => {
  const one = facts(body({ tools, parallel_tool_calls: false }))
  const calls = ['1', '2'].flatMap((id): LanguageModelV4StreamPart[] => [
    { type: 'tool-input-start', id, toolName: 'f' },
    { type: 'tool-input-delta', id, delta: '{"text":"x"}' },
    { type: 'tool-call', toolCallId: id, toolName: 'f', input: '{"text":"x"}' },
  ])
  const turns = [0, 3, 1, 4, 2, 5].map(i => calls[i]!)
  const contents = calls.filter(part => part.type === 'tool-call')
  const called = ({ output }: Any) => output.map((item: Any) => item.call_id)
  expect(called(write([start, ...turns, finish('tool-calls')], one))).toEqual(['1'])
  expect(called(whole(contents, one))).toEqual(['1'])
  expect(called(whole(contents))).toEqual(['1', '2'])
})
