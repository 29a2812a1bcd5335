import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { lens } from '../../../plugins/dialects/openai-responses/lens.ts'
import type { JsonObject, Usage } from '../../../src/types.ts'

const none: Usage = { input: 0, cacheRead: 0, cacheWrite: 0, output: 0, reasoning: 0 }

describe('usage', () => {
  test.each<[string, object, Partial<Usage>]>([
    [
      'has disjoint parts',
      {
        input_tokens: 100,
        input_tokens_details: { cached_tokens: 30, cache_write_tokens: 20 },
        output_tokens: 50,
        output_tokens_details: { reasoning_tokens: 40 },
        total_tokens: 150,
      },
      { input: 50, cacheRead: 30, cacheWrite: 20, output: 10, reasoning: 40 },
    ],
    [
      'tells reasoning beside the output by the total',
      {
        input_tokens: 10,
        output_tokens: 50,
        output_tokens_details: { reasoning_tokens: 40 },
        total_tokens: 100,
      },
      { input: 10, output: 50, reasoning: 40 },
    ],
    [
      'tells it by there being more of it',
      { input_tokens: 10, output_tokens: 5, output_tokens_details: { reasoning_tokens: 40 } },
      { input: 10, output: 5, reasoning: 40 },
    ],
    [
      'tells audio apart',
      {
        input_tokens: 10,
        input_tokens_details: { audio_tokens: 4 },
        output_tokens: 9,
        output_tokens_details: { audio_tokens: 2 },
      },
      { input: 6, audioInput: 4, output: 7, audioOutput: 2 },
    ],
    ['takes the cost in dollars', { input_tokens: 1, cost: 0.25 }, { input: 1, reportedCost: 0.25 }],
    [
      'takes the cost in ticks, 10^10 to the dollar',
      { input_tokens: 1, cost_in_usd_ticks: 37_756_000 },
      { input: 1, reportedCost: 0.0037756 },
    ],
    [
      'ignores what is no count',
      {
        input_tokens: '12',
        output_tokens: -3,
        input_tokens_details: null,
        output_tokens_details: [],
        cost: Number.NaN,
      },
      {},
    ],
    ['ignores what is too large to be one', { input_tokens: 2 ** 53, output_tokens: 1e300 }, {}],
    [
      'never falls below zero',
      { input_tokens: 1, input_tokens_details: { cached_tokens: 9 } },
      { cacheRead: 9 },
    ],
  ])('%s', (_, usage, expected) => {
    const whole = { ...none, ...expected }
    expect(lens.usage({ object: 'response', usage })).toEqual(whole)
    expect(lens.usage({ type: 'response.completed', response: { usage } })).toEqual(whole)
  })

  test('is not there before the end', () => {
    for (const part of [{}, { usage: null }, { response: { usage: null } }, { response: 7 }, { usage: [] }])
      expect(lens.usage(part as JsonObject)).toBeUndefined()
  })
})

describe('failure', () => {
  test.each<[object, number, string]>([
    [{ type: 'error', code: 'rate_limit_exceeded', message: 'slow', param: null }, 429, 'slow'],
    [{ type: 'error', error: { type: 'insufficient_quota', message: 'paid out' } }, 429, 'paid out'],
    [{ type: 'error', message: 'odd' }, 502, 'odd'],
    [
      { type: 'response.failed', response: { error: { code: 'server_error', message: 'broke' } } },
      500,
      'broke',
    ],
    [{ type: 'response.failed' }, 502, 'the response failed without a reason'],
    [{ error: { message: 'none left', code: 503 } }, 503, 'none left'],
    [{ object: 'response', status: 'failed', error: null }, 502, 'the response failed without a reason'],
    [{ error: 'words' }, 502, 'words'],
  ])('%j', (part, status, message) => expect(lens.failure(part as JsonObject)).toEqual({ status, message }))

  test('is none where an answer says that there was no error', () => {
    for (const part of [
      { object: 'response', status: 'completed', error: null },
      { type: 'response.created', response: { error: null } },
      { type: 'response.output_text.delta', delta: '"error"' },
      { type: 'response.incomplete', response: { status: 'incomplete' } },
    ])
      expect(lens.failure(part)).toBeUndefined()
  })
})

describe('a stream', () => {
  const event = (type: string, more: object = {}) => JSON.stringify({ type, ...more })

  test('ends with a terminal event, whatever texts say', () => {
    for (const type of ['response.completed', 'response.incomplete', 'response.failed', 'error'])
      expect(lens.endOf(event(type))).toBe('stream')
    expect(lens.endOf('[DONE]')).toBe('stream')
    expect(
      lens.endOf(event('response.output_text.delta', { delta: 'x "response.completed" y' })),
    ).toBeUndefined()
    expect(lens.endOf('{"type":"response.output_text.delta","delta":"response.completed"}')).toBeUndefined()
    expect(lens.endOf('{"broken": "response.completed"')).toBeUndefined()
  })

  test('says why the model stopped', () => {
    const last = (status: string, reason?: string) => ({
      type: `response.${status}`,
      response: { status, incomplete_details: reason === undefined ? null : { reason } },
    })
    expect(lens.finish!(last('completed'))).toBe('completed')
    expect(lens.finish!(last('incomplete', 'max_output_tokens'))).toBe('max_output_tokens')
    expect(lens.finish!({ object: 'response', status: 'incomplete' })).toBe('incomplete')
    expect(lens.finish!({ type: 'response.created', response: { status: 'in_progress' } })).toBeUndefined()
  })

  test.each<[object, boolean]>([
    [{ type: 'response.created' }, true],
    [{ type: 'response.queued' }, true],
    [{ type: 'response.in_progress' }, true],
    [{ type: 'keepalive' }, true],
    [{ type: 'response.output_item.added', item: { type: 'message', content: [] } }, true],
    [{ type: 'response.output_item.added', item: { type: 'reasoning', summary: [] } }, true],
    [{ type: 'response.content_part.added', part: { type: 'output_text', text: '' } }, true],
    [{ type: 'response.reasoning_summary_part.added', part: { text: '' } }, true],
    [{ type: 'response.output_item.added', item: { type: 'function_call', name: 'f' } }, false],
    [{ type: 'response.output_item.added', item: { type: 'message', content: [{ text: 'x' }] } }, false],
    [{ type: 'response.content_part.added', part: { text: 'x' } }, false],
    [{ type: 'response.output_text.delta', delta: 'x' }, false],
    [{ type: 'response.completed' }, false],
    [{ type: 'error' }, false],
    [{ type: 'constructor' }, false],
    [{}, false],
  ])('%j is held back: %p', (given, expected) => expect(lens.isPreamble!(given as JsonObject)).toBe(expected))
})

test('no JSON makes it throw', () => {
  const field = fc.constantFrom(
    'type',
    'usage',
    'response',
    'error',
    'status',
    'item',
    'part',
    'content',
    'summary',
    'input_tokens',
    'input_tokens_details',
    'output_tokens_details',
    'incomplete_details',
    'code',
    'message',
    'delta',
    'toString',
    'valueOf',
  )
  const leaf = fc.oneof(
    fc.constantFrom(
      'response.completed',
      'response.failed',
      'error',
      '__proto__',
      null,
      -1,
      2 ** 53,
      1.5,
      '',
      [],
    ),
    fc.jsonValue({ maxDepth: 1 }),
  )
  const { tree } = fc.letrec(tie => ({
    tree: fc.oneof({ maxDepth: 4 }, leaf, fc.dictionary(field, tie('tree'), { maxKeys: 4 })),
  }))
  fc.assert(
    fc.property(fc.dictionary(field, tree, { maxKeys: 6 }), json => {
      const part = JSON.parse(JSON.stringify(json)) as JsonObject
      lens.usage(part)
      lens.failure(part)
      lens.finish!(part)
      lens.isPreamble!(part)
      lens.isUsageOnly(part)
      lens.endOf(JSON.stringify(part))
    }),
    { numRuns: 2000 },
  )
})
