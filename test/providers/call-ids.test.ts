import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type Behind, startBehind } from './behind.ts'
import { serviceAccount } from './vendors.ts'

/** A conversation that begins at one vendor and goes on at another brings ids of tool calls that the other refuses. */

let vendors: Behind
beforeAll(async () => {
  vendors = await startBehind(url => ({
    ANTHROPIC_API_KEY: 'k',
    ANTHROPIC_BASE_URL: `${url}/v1`,
    BEDROCK_API_KEY: 'k',
    BEDROCK_BASE_URL: url,
    MISTRAL_API_KEY: 'k',
    MISTRAL_BASE_URL: `${url}/v1`,
    OPENAI_API_KEY: 'k',
    OPENAI_BASE_URL: `${url}/v1`,
    VERTEX_CREDENTIALS: serviceAccount('robot', `${url}/token`),
    VERTEX_BASE_URL: `${url}/v1beta1/projects/p/locations/l`,
    GROQ_API_KEY: 'k',
    GROQ_BASE_URL: `${url}/v1`,
  }))
  vendors.answer(({ path }) => answers.find(([ending]) => path.endsWith(ending))![1])
})
afterAll(() => vendors.close())

const message = {
  type: 'message',
  id: 'm',
  model: 'c',
  role: 'assistant',
  content: [{ type: 'text', text: 'x' }],
  stop_reason: 'end_turn',
  usage: { input_tokens: 1, output_tokens: 1 },
}

/** What each vendor answers, by its path. */
const answers: readonly (readonly [ending: string, answer: object])[] = [
  ['/messages', message],
  [':rawPredict', message],
  [
    '/converse',
    {
      output: { message: { role: 'assistant', content: [{ text: 'x' }] } },
      stopReason: 'end_turn',
      usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 },
    },
  ],
  [
    '/chat/completions',
    {
      id: 'c',
      object: 'chat.completion',
      created: 1,
      model: 'm',
      choices: [{ index: 0, message: { role: 'assistant', content: 'x' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
    },
  ],
  [
    '/responses',
    {
      id: 'r',
      object: 'response',
      created_at: 1,
      model: 'm',
      status: 'completed',
      output: [
        {
          type: 'message',
          id: 'm',
          role: 'assistant',
          status: 'completed',
          content: [{ type: 'output_text', text: 'x', annotations: [] }],
        },
      ],
      usage: { input_tokens: 1, output_tokens: 1, total_tokens: 2 },
    },
  ],
]

const name = 'get'
const schema = { type: 'object', properties: {} }

/** A history with these calls, one after the other, in each language. */
const doors = {
  chat: (ids: readonly string[]) => ({
    path: '/v1/chat/completions',
    tools: [{ type: 'function', function: { name, parameters: schema } }],
    messages: [
      { role: 'user', content: 'Go' },
      ...ids.flatMap(id => [
        { role: 'assistant', tool_calls: [{ id, type: 'function', function: { name, arguments: '{}' } }] },
        { role: 'tool', tool_call_id: id, content: 'k' },
      ]),
    ],
  }),
  messages: (ids: readonly string[]) => ({
    path: '/v1/messages',
    max_tokens: 99,
    tools: [{ name, input_schema: schema }],
    messages: [
      { role: 'user', content: 'Go' },
      ...ids.flatMap(id => [
        { role: 'assistant', content: [{ type: 'tool_use', id, name, input: {} }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: id, content: 'k' }] },
      ]),
    ],
  }),
  responses: (ids: readonly string[]) => ({
    path: '/v1/responses',
    tools: [{ type: 'function', name, parameters: schema }],
    input: [
      { role: 'user', content: 'Go' },
      ...ids.flatMap(call_id => [
        { type: 'function_call', call_id, name, arguments: '{}' },
        { type: 'function_call_output', call_id, output: 'k' },
      ]),
    ],
  }),
} as const
type Door = keyof typeof doors

/** The ids of calls and of results as the vendor gets them. */
async function arrived(door: Door, model: string, ids: readonly string[]) {
  const { path, ...body } = doors[door](ids)
  const { status, body: said } = await vendors.ask(path, { model, ...body })
  expect({ status, error: said.error?.message }).toEqual({ status: 200, error: undefined })
  const text = JSON.stringify(vendors.sent())
  const all = (...fields: readonly string[]) =>
    [...text.matchAll(new RegExp(`"(?:${fields.join('|')})":"([^"]*)"`, 'g'))].map(([, id]) => id!)
  const blocks = /"toolUse"/.test(text)
    ? [...text.matchAll(/"(toolUse|toolResult)":\{"toolUseId":"([^"]*)"/g)]
    : undefined
  if (blocks !== undefined)
    return {
      calls: blocks.flatMap(([, type, id]) => (type === 'toolUse' ? [id!] : [])),
      results: blocks.flatMap(([, type, id]) => (type === 'toolResult' ? [id!] : [])),
    }
  if (/"function_call_output"/.test(text)) {
    const both = all('call_id')
    return { calls: both.filter((_, i) => i % 2 === 0), results: both.filter((_, i) => i % 2 === 1) }
  }
  return { calls: all('id'), results: all('tool_use_id', 'tool_call_id') }
}

const plain = /^[a-zA-Z0-9_-]{1,64}$/
const anthropic = { model: 'anthropic/claude-x', form: plain, doors: ['chat', 'responses'] }
const vertex = { ...anthropic, model: 'vertex/claude-x' }
const bedrock = {
  model: 'bedrock/us.anthropic.claude-x:0',
  form: plain,
  doors: ['chat', 'messages', 'responses'],
}
const mistral = { model: 'mistral/mistral-large', form: /^[a-zA-Z0-9]{9}$/, doors: ['messages', 'responses'] }
const thinking = { model: 'openai/gpt-5', form: /^.{1,40}$/, doors: ['messages'] }
const older = { model: 'openai/gpt-4o', form: /^.{1,40}$/, doors: ['messages'] }

const ways = [anthropic, vertex, bedrock, mistral, thinking, older].flatMap(({ model, form, doors }) =>
  doors.map(door => [door as Door, model, form] as const),
)

describe.each(ways)('ids of tool calls from %s to %s', (door, model, form) => {
  const strange = ['toolu_01A09q90qw90lq917835lq9', 'functions.get:0', `call_${'x'.repeat(80)}`, 'a b|c']

  test('get a form that the vendor takes, the same in call and result', async () => {
    const { calls, results } = await arrived(door, model, strange)
    expect(calls).toHaveLength(strange.length)
    expect(calls).toEqual(results)
    expect(calls.filter(id => !form.test(id))).toEqual([])
    expect(new Set(calls).size).toBe(strange.length)
  })

  test('get the same one with every turn', async () => {
    const first = await arrived(door, model, strange.slice(0, 2))
    const later = await arrived(door, model, strange)
    expect(later.calls.slice(0, 2)).toEqual(first.calls)
  })

  test('that fit stay', async () => {
    const fitting = ['abcDEF123', '000000000']
    expect(await arrived(door, model, fitting)).toEqual({ calls: fitting, results: fitting })
  })

  test('that stand twice are told apart, as many vendors want them to be', async () => {
    const { calls, results } = await arrived(door, model, ['abcDEF123', 'abcDEF123', 'list:0', 'list:0'])
    expect(calls).toEqual(results)
    expect(calls[0]).toBe('abcDEF123')
    expect(new Set(calls).size).toBe(4)
    expect(calls.filter(id => !form.test(id))).toEqual([])
  })
})

test('ids of tool calls go on as they are where a vendor asks for no form', async () => {
  const ids = ['functions.get:0', `call_${'x'.repeat(80)}`]
  expect(await arrived('messages', 'groq/llama', ids)).toEqual({ calls: ids, results: ids })
})

test('ids of tool calls stay in the bytes of the same language, whatever their form', async () => {
  const ids = ['functions.get:0', 'functions.get:0']
  expect(await arrived('messages', 'anthropic/claude-x', ids)).toEqual({ calls: ids, results: ids })
  const long = [`call_${'x'.repeat(80)}`]
  expect(await arrived('chat', 'openai/gpt-4o', long)).toEqual({ calls: long, results: long })
})

test('ids of tool calls become such as a vendor takes in its own language too, where all of its own have that form', async () => {
  const { calls, results } = await arrived('chat', 'mistral/mistral-large', ['functions.get:0', 'abcDEF123'])
  expect(calls).toEqual(results)
  expect(calls).toEqual([expect.stringMatching(/^[a-zA-Z0-9]{9}$/), 'abcDEF123'])
})
