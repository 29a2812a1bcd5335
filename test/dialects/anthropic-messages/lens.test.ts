import { describe, expect, test } from 'bun:test'
import { countTokens, messages } from '../../../plugins/dialects/anthropic-messages/index.ts'
import type { JsonObject, Usage } from '../../../src/types.ts'

const start = (usage: object) => ({
  type: 'message_start',
  message: { type: 'message', model: 'claude', usage },
})
const delta = (usage: object) => ({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage })
const over = (...parts: JsonObject[]) =>
  parts.reduce<Usage | undefined>((earlier, part) => messages.usage(part, earlier) ?? earlier, undefined)

describe('usage', () => {
  test('of a whole answer has disjoint parts', () => {
    const usage = {
      input_tokens: 10,
      cache_read_input_tokens: 100,
      cache_creation_input_tokens: 70,
      cache_creation: { ephemeral_5m_input_tokens: 50, ephemeral_1h_input_tokens: 20 },
      output_tokens: 30,
      output_tokens_details: { thinking_tokens: 12 },
    }
    const expected = {
      input: 10,
      cacheRead: 100,
      cacheWrite: 50,
      cacheWriteHour: 20,
      output: 18,
      reasoning: 12,
    }
    expect(messages.usage({ type: 'message', usage })).toEqual(expected)
  })

  test.each<[string, JsonObject[], Partial<Usage>]>([
    [
      'the end has output only',
      [start({ input_tokens: 25, output_tokens: 1 }), delta({ output_tokens: 15 })],
      { input: 25, output: 15 },
    ],
    [
      'the end corrects the input',
      [start({ input_tokens: 43, output_tokens: 1 }), delta({ input_tokens: 61, output_tokens: 2 })],
      { input: 61, output: 2 },
    ],
    [
      'the end says 0 input',
      [start({ input_tokens: 43, output_tokens: 1 }), delta({ input_tokens: 0, output_tokens: 2 })],
      { input: 43, output: 2 },
    ],
    [
      'only the end tells',
      [start({ input_tokens: 0, output_tokens: 0 }), delta({ input_tokens: 9, output_tokens: 2 })],
      { input: 9, output: 2 },
    ],
    [
      'the end moves input to the cache',
      [
        start({ input_tokens: 90 }),
        delta({ input_tokens: 10, cache_read_input_tokens: 80, output_tokens: 2 }),
      ],
      { input: 10, cacheRead: 80 },
    ],
    [
      'the end is null',
      [
        start({ input_tokens: 5, cache_read_input_tokens: 3 }),
        delta({ input_tokens: null, output_tokens: 2, cache_read_input_tokens: null }),
      ],
      { input: 5, cacheRead: 3, output: 2 },
    ],
    [
      'the cache holds for an hour',
      [
        start({
          input_tokens: 5,
          cache_creation_input_tokens: 8,
          cache_creation: { ephemeral_1h_input_tokens: 8 },
        }),
        delta({ cache_creation_input_tokens: 8, output_tokens: 2 }),
      ],
      { cacheWrite: 0, cacheWriteHour: 8 },
    ],
    [
      'several ends are cumulative',
      [start({ input_tokens: 5 }), delta({ output_tokens: 2 }), delta({ output_tokens: 7 })],
      { output: 7 },
    ],
    [
      'compaction is billed beside the rest',
      [
        delta({
          input_tokens: 5,
          output_tokens: 2,
          iterations: [
            { type: 'compaction', input_tokens: 100, output_tokens: 40 },
            { type: 'message', input_tokens: 5, output_tokens: 2 },
          ],
        }),
      ],
      { input: 105, output: 42 },
    ],
  ])('of a stream: %s', (_, parts, expected) => {
    expect(over(...parts)).toMatchObject(expected)
  })

  test('of counting is none: nobody is paid for it', () =>
    expect(countTokens.usage({ input_tokens: 5 })).toEqual({
      input: 0,
      cacheRead: 0,
      cacheWrite: 0,
      output: 0,
      reasoning: 0,
    }))

  test('is not told by a beginning that says zero', () => {
    const zero = start({ input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 0 })
    expect(over(zero)).toBeUndefined()
    expect(messages.usage({ usage: { input_tokens: 0, output_tokens: 0 } })).toBeDefined()
  })

  test('of nonsense is nothing, and never an error', () => {
    const hostile = [null, -1, 1.5, 2 ** 53, '7', Number.NaN, {}, [], true]
    for (const value of hostile) {
      const usage = {
        input_tokens: value,
        output_tokens: value,
        cache_creation: value,
        cache_read_input_tokens: value,
        cache_creation_input_tokens: value,
        output_tokens_details: value,
        iterations: value,
      }
      expect(messages.usage({ usage })).toEqual({
        input: 0,
        cacheRead: 0,
        cacheWrite: 0,
        output: 0,
        reasoning: 0,
      })
      expect(messages.usage({ usage: value })).toEqual(
        value !== null && typeof value === 'object' && !Array.isArray(value)
          ? { input: 0, cacheRead: 0, cacheWrite: 0, output: 0, reasoning: 0 }
          : undefined,
      )
    }
    expect(messages.usage({ type: 'ping' })).toBeUndefined()
  })

  test('never has more thinking than output, nor more of an hour than was written', () => {
    const usage = {
      input_tokens: 1,
      output_tokens: 3,
      output_tokens_details: { thinking_tokens: 9 },
      cache_creation_input_tokens: 4,
      cache_creation: { ephemeral_1h_input_tokens: 9 },
    }
    expect(messages.usage({ usage })).toEqual({
      input: 1,
      cacheRead: 0,
      cacheWrite: 0,
      cacheWriteHour: 4,
      output: 0,
      reasoning: 3,
    })
  })
})

test.each<[JsonObject, string | undefined]>([
  [{ type: 'message', stop_reason: 'tool_use' }, 'tool_use'],
  [{ type: 'message_delta', delta: { stop_reason: 'max_tokens' } }, 'max_tokens'],
  [{ type: 'message', stop_reason: null }, undefined],
  [{ type: 'message_start', message: { stop_reason: 'end_turn' } }, 'end_turn'],
  [{ type: 'message_start', message: { stop_reason: null } }, undefined],
  [{ type: 'content_block_delta', delta: null }, undefined],
  [{ type: 'message_delta', delta: { stop_reason: 7 } }, undefined],
])('finish of %j is %p', (part, expected) => {
  expect(messages.finish!(part)).toBe(expected)
})

test.each<[JsonObject, { status: number; message: string } | undefined]>([
  [
    { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } },
    { status: 529, message: 'Overloaded' },
  ],
  [
    { type: 'error', error: { type: 'rate_limit_error', message: 'Slow' } },
    { status: 429, message: 'Slow' },
  ],
  [
    { type: 'error', error: { type: 'invalid_request_error', message: 'No' } },
    { status: 400, message: 'No' },
  ],
  [
    { type: 'error', error: { type: 'new_error' } },
    { status: 502, message: 'no message' },
  ],
  [
    { type: 'error', error: 'odd' },
    { status: 502, message: 'no message' },
  ],
  [{ error: { message: 'Bare' } }, { status: 502, message: 'Bare' }],
  [
    { type: 'error', error: { type: 'constructor', message: 7 } },
    { status: 502, message: 'no message' },
  ],
  [{ type: 'message', error: null }, undefined],
])('failure of %j is %j', (part, expected) => {
  expect(messages.failure(part)).toEqual(expected)
})

test.each<[string, 'stream' | undefined]>([
  ['{"type":"message_stop"}', 'stream'],
  ['{ "type" : "message_stop" }', 'stream'],
  ['{"type":"error","error":{"type":"api_error","message":"x"}}', 'stream'],
  ['{"type":"message_delta","delta":{"stop_reason":"end_turn"}}', undefined],
  [
    '{"type":"content_block_delta","delta":{"type":"text_delta","text":"\\"type\\":\\"message_stop\\""}}',
    undefined,
  ],
  ['{"type":"content_block_start","content_block":{"type":"tool_use","input":{"type":"error"}}}', undefined],
  ['{"type":"message_stop"', undefined],
  ['[DONE]', undefined],
])('endOf %s is %p', (data, expected) => {
  expect(messages.endOf(data)).toBe(expected)
})

test.each<[JsonObject, boolean]>([
  [{ type: 'message_start', message: {} }, true],
  [{ type: 'ping' }, true],
  [{ type: 'content_block_start', content_block: { type: 'text', text: '' } }, true],
  [{ type: 'content_block_start', content_block: { type: 'thinking', thinking: '', signature: '' } }, true],
  [{ type: 'content_block_delta', delta: { type: 'text_delta', text: '' } }, true],
  [{ type: 'content_block_delta', delta: { type: 'text_delta', text: 'H' } }, false],
  [{ type: 'content_block_delta', delta: { type: 'thinking_delta', thinking: 'H' } }, false],
  [{ type: 'content_block_delta', delta: { type: 'signature_delta', signature: 'H' } }, false],
  [{ type: 'content_block_start', content_block: { type: 'tool_use', name: 'go', input: {} } }, false],
  [{ type: 'content_block_start', content_block: { type: 'redacted_thinking', data: 'x' } }, false],
  [{ type: 'content_block_start', content_block: null }, false],
  [{ type: 'content_block_stop', index: 0 }, false],
  [{ type: 'message_delta', delta: {} }, false],
  [{ type: 'message_stop' }, false],
  [{ type: 'error' }, false],
  [{ type: 'toString' }, false],
  [{ type: 'unheard_of' }, false],
])('isPreamble of %j is %p', (event, expected) => {
  expect(messages.isPreamble!(event)).toBe(expected)
})
