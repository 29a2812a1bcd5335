import { describe, expect, test } from 'bun:test'
import type { LanguageModelV4Content, LanguageModelV4StreamPart } from '@ai-sdk/provider'
import { fromResult } from '../../../plugins/dialects/google-generate-content/answer.ts'
import { outgoing } from '../../../plugins/dialects/google-generate-content/outgoing.ts'
import { createWriter } from '../../../plugins/dialects/google-generate-content/writer.ts'
import type { JsonObject } from '../../../src/types.ts'
import {
  body,
  call,
  claude,
  compatible,
  curious,
  eventsIn,
  facts,
  finish,
  promptOf,
  result,
  to,
  vertex,
} from './kit.ts'

const written = (parts: readonly LanguageModelV4StreamPart[], about = facts()) => {
  const writer = createWriter(about)
  return eventsIn(parts.map(writer.write).join('') + writer.end())
}
// biome-ignore lint/suspicious/noExplicitAny: tests look into answers freely, and fail where they guess wrong
const partsOf = (answer: any) => answer.candidates[0].content.parts

describe('a whole answer', () => {
  test('says what was said, why it ended and what it took', () => {
    const usage = {
      inputTokens: { total: 10, noCache: 6, cacheRead: 4, cacheWrite: undefined },
      outputTokens: { total: 9, text: 5, reasoning: 4 },
    }
    expect(fromResult(result([{ type: 'text', text: 'There.' }], { usage }), facts())).toEqual({
      candidates: [
        { content: { role: 'model', parts: [{ text: 'There.' }] }, finishReason: 'STOP', index: 0 },
      ],
      usageMetadata: {
        promptTokenCount: 10,
        cachedContentTokenCount: 4,
        candidatesTokenCount: 5,
        thoughtsTokenCount: 4,
        totalTokenCount: 19,
      },
      modelVersion: 'some-model',
      responseId: '00112233445566778899aabbccddeeff',
    })
  })

  test.each([
    ['stop', 'stop', 'STOP'],
    ['length', 'max_tokens', 'MAX_TOKENS'],
    ['content-filter', 'refusal', 'SAFETY'],
    ['content-filter', 'PROHIBITED_CONTENT', 'PROHIBITED_CONTENT'],
    ['other', 'pause', 'OTHER'],
  ] as const)('that ends with %s (%s) ends with %s', (unified, raw, word) => {
    const answer = fromResult(result([], { finishReason: { unified, raw } }), facts()) as never
    expect(answer).toMatchObject({ candidates: [{ finishReason: word }] })
  })

  test('calls tools, with ids, and has at least one part', () => {
    const calls: LanguageModelV4Content[] = [
      { type: 'tool-call', toolCallId: 'a', toolName: 'go', input: '{"to":1}' },
      { type: 'tool-call', toolCallId: 'b', toolName: 'go', input: '' },
    ]
    expect(partsOf(fromResult(result(calls), facts()))).toEqual([
      { functionCall: { id: 'a', name: 'go', args: { to: 1 } } },
      { functionCall: { id: 'b', name: 'go', args: {} } },
    ])
    expect(partsOf(fromResult(result([]), facts()))).toEqual([{ text: '' }])
  })

  test('shows thoughts to who asked for them only', () => {
    const content: LanguageModelV4Content[] = [
      { type: 'reasoning', text: 'Hm.' },
      { type: 'text', text: 'There.' },
    ]
    expect(partsOf(fromResult(result(content), facts()))).toEqual([{ text: 'There.' }])
    expect(partsOf(fromResult(result(content), curious))).toEqual([
      { text: 'Hm.', thought: true },
      { text: 'There.' },
    ])
  })

  test('names its sources, and holds the pictures that it made', () => {
    const content: LanguageModelV4Content[] = [
      { type: 'source', sourceType: 'url', id: '1', url: 'https://a.example', title: 'A' },
      { type: 'file', mediaType: 'image/png', data: { type: 'data', data: 'aGk=' } },
    ]
    expect(fromResult(result(content), facts())).toMatchObject({
      candidates: [
        {
          content: { parts: [{ inlineData: { mimeType: 'image/png', data: 'aGk=' } }] },
          groundingMetadata: { groundingChunks: [{ web: { uri: 'https://a.example', title: 'A' } }] },
        },
      ],
    })
  })
})

describe('a stream', () => {
  const text: LanguageModelV4StreamPart[] = [
    { type: 'text-start', id: '1' },
    { type: 'text-delta', id: '1', delta: 'The' },
    { type: 'text-delta', id: '1', delta: 're.' },
    { type: 'text-end', id: '1' },
  ]

  test('is answers, piece by piece; the last says why it ended and what it took', () => {
    const events = written([...text, finish()])
    expect(events.map(partsOf)).toEqual([[{ text: 'The' }], [{ text: 're.' }], [{ text: '' }]])
    expect(events.map(({ candidates }) => candidates[0].finishReason)).toEqual([undefined, undefined, 'STOP'])
    expect(events.map(({ usageMetadata }) => usageMetadata?.totalTokenCount)).toEqual([
      undefined,
      undefined,
      15,
    ])
    expect(new Set(events.map(({ responseId }) => responseId)).size).toBe(1)
  })

  test('has calls of tools whole, however they arrive', () => {
    const events = written([
      { type: 'tool-input-start', id: 'a', toolName: 'go' },
      { type: 'tool-input-delta', id: 'a', delta: '{"to"' },
      { type: 'tool-input-delta', id: 'a', delta: ':1}' },
      { type: 'tool-input-end', id: 'a' },
      { type: 'tool-call', toolCallId: 'a', toolName: 'go', input: '{"to":1}' },
      finish('tool-calls'),
    ])
    expect(events.map(partsOf)).toEqual([
      [{ functionCall: { id: 'a', name: 'go', args: { to: 1 } } }],
      [{ text: '' }],
    ])
    expect(events[1].candidates[0].finishReason).toBe('STOP')
  })
})

describe('what a model wants back', () => {
  const signed: LanguageModelV4StreamPart[] = [
    { type: 'reasoning-start', id: '1' },
    { type: 'reasoning-delta', id: '1', delta: 'Hm, ' },
    { type: 'reasoning-delta', id: '1', delta: 'well.' },
    { type: 'reasoning-delta', id: '1', delta: '', providerMetadata: { anthropic: { signature: 'sig' } } },
    { type: 'reasoning-end', id: '1' },
    { type: 'tool-call', toolCallId: 'a', toolName: 'go', input: '{}' },
    finish(),
  ]
  const [said, answered] = [
    written(signed, curious).flatMap(partsOf),
    { role: 'user', parts: [{ functionResponse: { id: 'a', name: 'go', response: {} } }] },
  ]
  const contents = [{ role: 'user', parts: [{ text: 'Go' }] }, { role: 'model', parts: said }, answered]

  test('comes back from the pieces of a stream as it was, in base64 of either alphabet', () => {
    const expected = {
      type: 'reasoning',
      text: 'Hm, well.',
      providerOptions: { anthropic: { signature: 'sig' } },
    }
    expect(promptOf(contents, claude)[1]!.content[0]).toEqual(expected as never)
    const other = JSON.parse(JSON.stringify(contents).replaceAll('+', '-').replaceAll('/', '_'))
    expect(promptOf(other, claude)[1]!.content[0]).toEqual(expected as never)
    const { thoughtSignature } = said.find(part => part.thoughtSignature !== undefined)
    expect(thoughtSignature).toBe(Buffer.from(thoughtSignature, 'base64').toString('base64'))
  })

  test.each([compatible, vertex, to('openai')])('is not told to others: %p', destination => {
    expect(JSON.stringify(promptOf(contents, destination))).not.toContain('sig"')
  })

  test('is taken out on the way to Google itself, which is told whose call it was where it insists', () => {
    const to3 = outgoing(body({ contents }), { model: 'gemini-3-pro', warn() {} }) as {
      contents: JsonObject[]
    }
    expect(to3.contents[1]).toEqual({
      role: 'model',
      parts: [
        { text: 'Hm, ', thought: true },
        { text: 'well.', thought: true },
        {
          functionCall: { id: 'a', name: 'go', args: {} },
          thoughtSignature: 'skip_thought_signature_validator',
        },
        { text: '' },
      ],
    })
    const to2 = outgoing(body({ contents }), { model: 'gemini-2.5-pro', warn() {} })
    expect(JSON.stringify(to2)).not.toContain('thoughtSignature')
    const own = body({
      contents: [{ role: 'model', parts: [{ functionCall: {}, thoughtSignature: 'Z29vZ2xl' }] }],
    })
    expect(outgoing(own, { model: 'gemini-3-pro', warn() {} })).toBe(own)
  })

  test("of Google's own, stands where Google has it, and goes back to Google", () => {
    const metadata = { google: { thoughtSignature: 'Z29vZ2xl' } }
    const answer = fromResult(
      result([
        { type: 'text', text: 'There.', providerMetadata: metadata },
        { type: 'tool-call', toolCallId: 'a', toolName: 'go', input: '{}', providerMetadata: metadata },
      ]),
      facts(),
    )
    const parts = partsOf(answer)
    expect(parts).toMatchObject([{ thoughtSignature: 'Z29vZ2xl' }, { thoughtSignature: 'Z29vZ2xl' }])
    const asked = [contents[0], { role: 'model', parts }, answered]
    expect(promptOf(asked, vertex)[1]!.content).toMatchObject([
      { providerOptions: metadata },
      { providerOptions: metadata },
    ])
    expect(JSON.stringify(promptOf(asked, claude))).not.toContain('Z29vZ2xl')
  })

  test('a level of thinking is a number where Google counts', () => {
    const asked = body({
      generationConfig: { thinkingConfig: { thinkingLevel: 'HIGH', includeThoughts: true } },
    })
    const { thinking } = to('google', 'gemini-2.5-pro')
    expect(outgoing(asked, { model: 'gemini-2.5-pro', thinking, warn() {} })).toMatchObject({
      generationConfig: { thinkingConfig: { thinkingBudget: 19_200, includeThoughts: true } },
    })
    expect(outgoing(asked, { model: 'gemini-3-pro', warn() {} })).toBe(asked)
  })
})

test('a thought without a signature goes where bare words are taken', () => {
  const contents = [{ role: 'model', parts: [{ text: 'Hm.', thought: true }] }, { parts: [{ text: 'And?' }] }]
  expect(promptOf(contents)[0]!.content).toEqual([{ type: 'reasoning', text: 'Hm.' }])
  expect(call({ contents }, claude).options.prompt).toHaveLength(1)
})
