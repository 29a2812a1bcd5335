import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { lens } from '../../../plugins/dialects/openai-chat/lens.ts'
import type { JsonObject } from '../../../src/types.ts'

const chunk = (delta: object, more: object = {}) => ({
  choices: [{ index: 0, delta, finish_reason: null, ...more }],
})
const usageIn = (usage: object) => lens.usage({ usage })
const none = { input: 0, cacheRead: 0, cacheWrite: 0, output: 0, reasoning: 0 }

describe('usage', () => {
  const table: [what: string, usage: object, told: object][] = [
    ['a sum', { prompt_tokens: 7, completion_tokens: 3 }, { ...none, input: 7, output: 3 }],
    [
      'cached input is part of the prompt',
      {
        prompt_tokens: 100,
        completion_tokens: 1,
        prompt_tokens_details: { cached_tokens: 80, cache_write_tokens: 15 },
      },
      { ...none, input: 5, cacheRead: 80, cacheWrite: 15, output: 1 },
    ],
    [
      'DeepSeek',
      { prompt_tokens: 9, completion_tokens: 1, prompt_cache_hit_tokens: 4 },
      { ...none, input: 5, cacheRead: 4, output: 1 },
    ],
    [
      'Moonshot',
      { prompt_tokens: 9, completion_tokens: 1, cached_tokens: 4 },
      { ...none, input: 5, cacheRead: 4, output: 1 },
    ],
    [
      'Alibaba',
      {
        prompt_tokens: 9,
        completion_tokens: 1,
        prompt_tokens_details: { cached_tokens: 2, cache_creation_input_tokens: 3 },
      },
      { ...none, input: 4, cacheRead: 2, cacheWrite: 3, output: 1 },
    ],
    [
      'reasoning is part of the completion',
      {
        prompt_tokens: 1,
        completion_tokens: 9,
        total_tokens: 10,
        completion_tokens_details: { reasoning_tokens: 4 },
      },
      { ...none, input: 1, output: 5, reasoning: 4 },
    ],
    [
      'reasoning beside the completion, and what xAI says that it cost',
      {
        prompt_tokens: 12,
        completion_tokens: 1,
        total_tokens: 303,
        prompt_tokens_details: { text_tokens: 12, audio_tokens: 0, image_tokens: 0, cached_tokens: 11 },
        completion_tokens_details: { reasoning_tokens: 290, audio_tokens: 0 },
        cost_in_usd_ticks: 1_466_250,
      },
      { ...none, input: 1, cacheRead: 11, output: 1, reasoning: 290, reportedCost: 0.000146625 },
    ],
    [
      'audio and images are told apart',
      {
        prompt_tokens: 100,
        completion_tokens: 50,
        prompt_tokens_details: { audio_tokens: 60, image_tokens: 10 },
        completion_tokens_details: { audio_tokens: 30, image_tokens: 5, reasoning_tokens: 10 },
      },
      {
        input: 30,
        audioInput: 60,
        imageInput: 10,
        cacheRead: 0,
        cacheWrite: 0,
        output: 5,
        audioOutput: 30,
        imageOutput: 5,
        reasoning: 10,
      },
    ],
    [
      'audio that was cached is counted with what was cached',
      {
        prompt_tokens: 100,
        completion_tokens: 0,
        prompt_tokens_details: { cached_tokens: 70, audio_tokens: 60 },
      },
      { ...none, cacheRead: 70, audioInput: 30 },
    ],
    [
      'OpenRouter',
      { prompt_tokens: 1, completion_tokens: 1, cost: 0.95, cost_details: { upstream_inference_cost: 19 } },
      { ...none, input: 1, output: 1, reportedCost: 0.95 },
    ],
    [
      "OpenRouter with the operator's own key",
      {
        prompt_tokens: 1,
        completion_tokens: 1,
        cost: 0.05,
        is_byok: true,
        cost_details: { upstream_inference_cost: 1 },
      },
      { ...none, input: 1, output: 1, reportedCost: 1.05 },
    ],
    [
      'Perplexity',
      { prompt_tokens: 1, completion_tokens: 1, cost: { request_cost: 0.005, total_cost: 0.006 } },
      { ...none, input: 1, output: 1, reportedCost: 0.006 },
    ],
    [
      'free is an amount too',
      { prompt_tokens: 1, completion_tokens: 0, cost: 0 },
      { ...none, input: 1, reportedCost: 0 },
    ],
  ]
  for (const [what, usage, told] of table) test(what, () => expect(usageIn(usage)).toEqual(told as never))

  test('stands in other places too', () => {
    const usage = { prompt_tokens: 2, completion_tokens: 1 }
    expect(lens.usage({ choices: [{ delta: {}, usage }] })).toEqual({ ...none, input: 2, output: 1 })
    expect(lens.usage({ choices: [], x_groq: { id: 'r', usage } })).toEqual({ ...none, input: 2, output: 1 })
    expect(lens.usage({ choices: [], usage: null })).toBeUndefined()
  })

  test('no count and no amount is made of what is none', () => {
    const odd = ['7', -1, 1.5, 2 ** 53, Number.NaN, null, [], {}, true]
    for (const value of odd) {
      const usage = {
        prompt_tokens: value,
        completion_tokens: value,
        total_tokens: value,
        prompt_tokens_details: value,
        completion_tokens_details: { reasoning_tokens: value, audio_tokens: value },
        cost: typeof value === 'number' && value > 0 ? -value : value,
        cost_in_usd_ticks: 'many',
      }
      expect(usageIn(usage)).toEqual(none)
    }
  })

  const count = fc.oneof(fc.nat(1000), fc.constantFrom(-1, 2 ** 53, '5', null, undefined, 1.5))
  const details = fc.record({
    cached_tokens: count,
    cache_write_tokens: count,
    audio_tokens: count,
    image_tokens: count,
    reasoning_tokens: count,
  })
  test('the parts are never negative, and never more than the sums', () =>
    fc.assert(
      fc.property(count, count, count, details, (prompt, completion, total, more) => {
        const told = usageIn({
          prompt_tokens: prompt,
          completion_tokens: completion,
          total_tokens: total,
          prompt_tokens_details: more,
          completion_tokens_details: more,
        })!
        for (const part of Object.values(told)) expect(part).toBeGreaterThanOrEqual(0)
        const whole = (value: unknown) => (Number.isSafeInteger(value) ? Math.max(0, value as number) : 0)
        const { input, cacheRead, cacheWrite, audioInput = 0, imageInput = 0 } = told
        expect(input + audioInput + imageInput + cacheRead + cacheWrite).toBe(
          Math.max(whole(prompt), cacheRead + cacheWrite),
        )
        const { output, reasoning, audioOutput = 0, imageOutput = 0 } = told
        const sum = output + reasoning + audioOutput + imageOutput
        expect([whole(completion), whole(completion) + reasoning]).toContain(sum)
      }),
    ))
})

describe('events', () => {
  test.each<[string, JsonObject, boolean]>([
    ['a role', chunk({ role: 'assistant' }), true],
    [
      'a role with empty words',
      chunk({ role: 'assistant', content: '', refusal: null, tool_calls: [] }),
      true,
    ],
    ['nothing', chunk({}), true],
    ["Azure's filter results", { choices: [], prompt_filter_results: [{}] }, true],
    ['words', chunk({ role: 'assistant', content: ' ' }), false],
    ['thoughts', chunk({ reasoning_content: 'Hm' }), false],
    ['thoughts by another name', chunk({ content: '', reasoning: 'Hm' }), false],
    ['a call', chunk({ tool_calls: [{ index: 0, id: 'c' }] }), false],
    ['a legacy call', chunk({ function_call: { name: 'f' } }), false],
    ['a refusal', chunk({ refusal: 'No' }), false],
    ['something new', chunk({ hologram: { depth: 3 } }), false],
    ['an empty end, which is none', chunk({ role: 'assistant' }, { finish_reason: '' }), true],
    ['the end', chunk({}, { finish_reason: 'stop' }), false],
    ['usage', { choices: [], usage: { prompt_tokens: 1 } }, false],
    ['an error', { choices: [], error: { message: 'no' } }, false],
    ['a whole message', { choices: [{ message: {} }] }, false],
    ['no choices', { id: 'x' }, false],
    ['odd choices', { choices: [null, 3] }, false],
  ])('isPreamble: %s', (_, event, is) => expect(lens.isPreamble!(event)).toBe(is))

  test.each<[string, 'answer' | 'stream' | undefined]>([
    ['[DONE]', 'stream'],
    [JSON.stringify(chunk({}, { finish_reason: 'stop' })), 'answer'],
    [JSON.stringify(chunk({}, { finish_reason: 'something new' })), 'answer'],
    [JSON.stringify(chunk({}, { finish_reason: '' })), undefined],
    [JSON.stringify(chunk({ content: '"finish_reason":"stop"' })), undefined],
    [JSON.stringify(chunk({ content: 'an "error"' })), undefined],
    ['{"error":{"message":"overloaded"}}', 'stream'],
    ['{"object":"error","message":"no","code":500}', 'stream'],
    ['{"choices":[{"delta":{},"error":{"code":502,"message":"no"}}]}', 'stream'],
    ['{"error":null,"choices":[]}', undefined],
    ['{"finish_reason": "stop", broken', undefined],
  ])('endOf %s', (data, end) => expect(lens.endOf(data)).toBe(end as never))

  test('failure and finish', () => {
    expect(lens.failure({ error: { message: 'no', code: 429 } })).toEqual({ status: 429, message: 'no' })
    expect(lens.failure({ choices: [{ error: { message: 'no', code: 502 } }] })).toEqual({
      status: 502,
      message: 'no',
    })
    expect(lens.failure({ object: 'error', message: 'no', code: 400 })).toEqual({
      status: 400,
      message: 'no',
    })
    expect(lens.failure({ error: 'words' })).toEqual({ status: 502, message: 'words' })
    expect(lens.failure({ error: null, choices: [{ message: {} }] })).toBeUndefined()
    expect(lens.finish!({ choices: [{ finish_reason: null }, { finish_reason: 'length' }] })).toBe('length')
    expect(lens.finish!({ choices: [{ finish_reason: 3 }, null] })).toBeUndefined()
    expect(lens.finish!({ choices: [{ finish_reason: '' }] })).toBeUndefined()
    expect(lens.isUsageOnly({ choices: [], usage: {} })).toBe(true)
    expect(lens.isUsageOnly({ choices: [{}], usage: {} })).toBe(false)
  })

  test('no JSON makes it throw', () =>
    fc.assert(
      fc.property(
        fc.object({
          key: fc.constantFrom(
            'choices',
            'usage',
            'error',
            'delta',
            'x_groq',
            'finish_reason',
            'prompt_tokens_details',
            'cost',
          ),
        }),
        odd => {
          const event = odd as JsonObject
          for (const look of [lens.usage, lens.failure, lens.isUsageOnly, lens.finish!, lens.isPreamble!])
            look(event)
          lens.endOf(JSON.stringify(event))
        },
      ),
    ))
})
