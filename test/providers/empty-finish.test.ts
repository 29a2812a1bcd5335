import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type Behind, events, startBehind } from './behind.ts'

/** Some servers say `"finish_reason": ""` in every chunk but the last, where others say null. It is no end. */

let behind: Behind
beforeAll(async () => {
  behind = await startBehind(url => ({
    SGLANG_BASE_URL: `${url}/v1`,
    GROQ_API_KEY: 'k',
    GROQ_BASE_URL: `${url}/v1`,
    MISTRAL_API_KEY: 'k',
    MISTRAL_BASE_URL: `${url}/v1`,
  }))
})
afterAll(() => behind.close())

const chunk = (delta: object, finish_reason = '') => ({
  id: 'c',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'm',
  choices: [{ index: 0, delta, finish_reason }],
})
const call = (args: string, more: object = {}) =>
  chunk({ tool_calls: [{ index: 0, ...more, function: { name: 'f', arguments: args } }] })
const halfCall = [chunk({ role: 'assistant', content: '' }), call('{"a":', { id: 'c1', type: 'function' })]
const messages = [{ role: 'user', content: 'Go' }]
const schema = { type: 'object', properties: { a: { type: 'integer' } } }
const chat = {
  messages,
  tools: [{ type: 'function', function: { name: 'f', parameters: schema } }],
}

describe.each(['groq', 'mistral'])('an empty finish_reason of %s', name => {
  const asked = { model: `${name}/m`, messages, max_tokens: 9, tools: [{ name: 'f', input_schema: schema }] }

  test('is no end for clients of another language', async () => {
    behind.answer(events(...halfCall))
    const text = await behind.stream('/v1/messages', asked)
    expect(text).toContain('event: error')
    expect(text).not.toContain('message_stop')
    expect(text).not.toContain('message_delta')
  })

  test('is no end for clients of its own language', async () => {
    behind.answer(events(...halfCall))
    const text = await behind.stream('/v1/chat/completions', { model: `${name}/m`, ...chat })
    expect(text.trim().split('\n\n').at(-1)).toContain('"code":"upstream_cut"')
  })

  test('does no harm to a stream that ends', async () => {
    const answer = [...halfCall, call('1}'), chunk({}, 'tool_calls')]
    behind.answer(events(...answer))
    const text = await behind.stream('/v1/messages', asked)
    expect(text).toContain('"stop_reason":"tool_use"')
    expect(text).toContain('event: message_stop')
    expect(text).not.toContain('event: error')
    const own = await behind.stream('/v1/chat/completions', { model: `${name}/m`, ...chat })
    expect(own).toBe(answer.map(each => `data: ${JSON.stringify(each)}\n\n`).join(''))
  })
})

test('an empty finish_reason of legacy completions is no end either', async () => {
  const piece = { id: 'c', choices: [{ index: 0, text: 'Hel', finish_reason: '' }] }
  behind.answer(events(piece))
  const text = await behind.stream('/v1/completions', { model: 'sglang/m', prompt: 'Go' })
  expect(text).toContain('"code":"upstream_cut"')
})
