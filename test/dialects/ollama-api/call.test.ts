import { describe, expect, test } from 'bun:test'
import { chatCall, generateCall } from '../../../plugins/dialects/ollama-api/call.ts'
import { lens } from '../../../plugins/dialects/ollama-api/lens.ts'
import { createRead } from '../../../plugins/dialects/ollama-api/names.ts'
import { PIXEL } from '../../mock/images.ts'
import { compatible, refusedWith, to } from '../scripted.ts'

/** What a body of Ollama's becomes for a package of the AI SDK. */

const user = { role: 'user', content: 'Hi' }
const body = (more: object = {}) => ({ model: 'm', messages: [user], ...more })
const claude = to('anthropic', 'claude-opus')
const promptOf = (messages: readonly object[], destination = compatible) =>
  chatCall(body({ messages }), destination).options.prompt
const refusalOf = (more: object) => {
  const { code, param, message } = refusedWith(() => chatCall(body(more), compatible))
  return [code, param, message]
}
const call = (name: string, id?: string) => ({ ...(id && { id }), function: { name, arguments: {} } })
const result = (content: string, more: object = {}) => ({ role: 'tool', content, ...more })

describe('results of tools', () => {
  const resultsOf = (calls: readonly object[], ...results: readonly object[]) =>
    promptOf([user, { role: 'assistant', tool_calls: calls }, ...results])
      .flatMap(({ role, content }) => (role === 'tool' ? content : []))
      .flatMap(part => (part.type === 'tool-result' ? [[part.toolCallId, part.toolName, part.output]] : []))
  const text = (value: string) => ({ type: 'text' as const, value })

  test('belong to the call of their id, else to the first of their name that waits, else to the first', () => {
    const calls = [call('a', 'x'), call('b'), call('a')]
    expect(
      resultsOf(calls, result('1', { tool_name: 'a' }), result('2', { tool_name: 'a' }), result('3')),
    ).toEqual([
      ['x', 'a', text('1')],
      ['call_3', 'a', text('2')],
      ['call_2', 'b', text('3')],
    ])
    expect(resultsOf(calls, result('1'), result('2', { tool_call_id: 'x' }))).toEqual([
      ['x', 'a', text('1')],
      ['call_2', 'b', text('2')],
    ])
  })

  test('without a call are refused by their place', () =>
    expect(refusalOf({ messages: [user, result('1')] })).toEqual([
      'invalid_request',
      'messages[1]',
      '"messages[1]" answers no tool call before it',
    ]))

  test('show their pictures behind all results of a turn', () => {
    const made = promptOf([
      user,
      { role: 'assistant', content: '', tool_calls: [call('a'), call('b')] },
      result('', { images: [PIXEL] }),
      result('2'),
      { role: 'assistant', content: 'So.' },
    ])
    expect(made.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'user', 'assistant'])
    expect(made[2]!.content).toMatchObject([
      { output: text('The result follows as a picture.') },
      { output: text('2') },
    ])
    expect(made[3]!.content).toMatchObject([{ type: 'file', mediaType: 'image/png' }])
  })
})

test('arguments may be text, as in OpenAI’s language', () => {
  const tool_calls = [{ function: { name: 'go', arguments: '{"to":"sea"}' } }]
  expect(promptOf([user, { role: 'assistant', tool_calls }])[1]!.content).toMatchObject([
    { input: { to: 'sea' } },
  ])
})

test('words of the system keep their place, where the provider has one for them', () => {
  const late = [user, { role: 'system', content: 'Now in French.' }]
  expect(promptOf(late)[1]).toEqual({ role: 'system', content: 'Now in French.' })
  expect(promptOf(late, claude)[1]).toMatchObject({
    role: 'user',
    content: [{ text: '<system>\nNow in French.\n</system>' }],
  })
  expect(promptOf([{ role: 'system', content: 'Alone.' }], claude)).toMatchObject([{ role: 'user' }])
})

test('pictures are known by how they begin', () => {
  expect(refusalOf({ messages: [{ ...user, images: [btoa('no picture at all')] }] }).slice(0, 2)).toEqual([
    'invalid_request',
    'messages[0].images[0]',
  ])
  expect(refusalOf({ messages: [{ ...user, images: ['data:image/png;base64,AA'] }] })[2]).toContain(
    'is not base64',
  )
  const jpeg = new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 1]).toBase64()
  expect(promptOf([{ ...user, images: [jpeg] }])[0]!.content).toMatchObject([{}, { mediaType: 'image/jpeg' }])
})

test('options that say nothing are left out without a word; others are told', () => {
  const idle = { top_p: 1, presence_penalty: 0, seed: -1, num_predict: -1, repeat_penalty: 1, stop: [] }
  const { options, warnings } = chatCall(
    body({ options: { ...idle, num_ctx: 4096, min_p: 0.1 } }),
    compatible,
  )
  expect(Object.keys(options)).toEqual(['prompt'])
  expect(warnings).toEqual([
    'options.num_ctx: has no counterpart at this provider, and was left out',
    'options.min_p: has no counterpart at this provider, and was left out',
  ])
})

test('think is true, false, or how much', () => {
  const thinking = (think: unknown, destination = compatible) =>
    chatCall(body({ think }), destination).options.reasoning
  expect([true, 'low', 'high', false, undefined].map(think => thinking(think))).toEqual([
    'medium',
    'low',
    'high',
    undefined,
    undefined,
  ])
  expect(refusalOf({ think: 'hard' }).slice(0, 2)).toEqual(['invalid_request', 'think'])
  const gemini = chatCall(body({ think: true }), to('google', 'gemini-3-pro')).options.providerOptions
  expect(gemini).toMatchObject({ google: { thinkingConfig: { includeThoughts: true } } })
})

test('a form is JSON, a schema, or nothing', () => {
  const formOf = (format: unknown) => chatCall(body({ format }), compatible).options.responseFormat
  expect([formOf('json'), formOf('')]).toEqual([{ type: 'json' }, undefined])
  expect(formOf({ type: 'object' })).toEqual({ type: 'json', schema: { type: 'object' } })
  expect(refusalOf({ format: 'yaml' }).slice(0, 2)).toEqual(['invalid_request', 'format'])
})

test('a prompt is what a user says; what goes past a chat is refused by name', () => {
  const ask = (more: object) => generateCall({ model: 'm', prompt: 'Hi', ...more }, compatible)
  const idle = { suffix: '', template: '', raw: false, context: [], options: {} }
  expect(ask({ system: 'Be brief.', ...idle }).options.prompt).toEqual([
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: [{ type: 'text', text: 'Hi' }] },
  ])
  for (const more of [{ suffix: 'x' }, { template: '{{ .Prompt }}' }, { raw: true }, { context: [1] }]) {
    const { code, param } = refusedWith(() => ask(more))
    expect([code, param]).toEqual(['unsupported_parameter', Object.keys(more)[0]])
  }
})

test('hostile values are refused, and nothing breaks', () => {
  const odd: unknown[] = [
    null,
    1,
    'x',
    [],
    {},
    { toString: 1 },
    [null],
    [[]],
    { constructor: 1 },
    '__proto__',
  ]
  for (const field of ['messages', 'tools', 'options', 'format', 'think', 'images', 'top_logprobs', 'prompt'])
    for (const value of odd)
      for (const read of [chatCall, generateCall])
        try {
          read({ ...body(), prompt: 'Hi', [field]: value }, claude)
        } catch (error) {
          expect([field, value, (error as Error).name]).toEqual([field, value, 'Refusal'])
        }
})

describe('an answer', () => {
  test('tells what it took in its last line only, and ends there', () => {
    const last = { done: true, done_reason: 'length', prompt_eval_count: 4, eval_count: 2 }
    expect(lens.usage(last)).toMatchObject({ input: 4, output: 2 })
    // A prompt that was read before is not counted again.
    expect(lens.usage({ done: true, eval_count: 2 })).toMatchObject({ input: 0, output: 2 })
    expect(lens.usage({ done: false })).toBeUndefined()
    expect(['{"done":true}', '{"error":"gone"}', '{"done":false}'].map(lens.endOf)).toEqual([
      'stream',
      'stream',
      undefined,
    ])
    expect(lens.endOf(JSON.stringify({ message: { content: '"done":true' }, done: false }))).toBeUndefined()
    expect([lens.finish!(last), lens.finish!({ done: false })]).toEqual(['length', undefined])
  })

  test('that only begins can still be tried elsewhere', () => {
    const begins = (more: object) => lens.isPreamble!({ model: 'm', done: false, ...more })
    expect([{}, { message: { role: 'assistant', content: '' } }, { response: '' }].map(begins)).toEqual([
      true,
      true,
      true,
    ])
    expect(
      [{ message: { content: 'a' } }, { message: { thinking: 'a' } }, { response: 'a' }, { done: true }].map(
        begins,
      ),
    ).toEqual([false, false, false, false])
  })
})

test('a name without a tag means the one that Ollama adds, where nothing else is called so', () => {
  const listed = new Map([
    ['plain:latest', {}],
    ['both', {}],
    ['both:latest', {}],
    ['own:8b', {}],
  ])
  const read = createRead({
    lists: {
      of: (provider: string) => (provider === 'local' ? listed : undefined),
      providerOf: (id: string) => (listed.has(id) ? 'local' : undefined),
    } as never,
    virtual: { isRedirect: (name: string) => name === 'smart' } as never,
  })
  const models = ['smart', 'plain', 'local/plain', 'both', 'own', 'own:8b', 'away/any', 7]
  expect(models.map(model => read({ model }).model)).toEqual([
    ...['smart', 'plain:latest', 'local/plain:latest', 'both', 'own', 'own:8b', 'away/any', 7],
  ])
})
