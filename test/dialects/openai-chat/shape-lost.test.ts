import { afterAll, beforeAll, expect, test } from 'bun:test'
import { read } from '../../../plugins/dialects/openai-chat/shape.ts'
import { openWorlds, type TwoWorlds } from '../../conformance/world.ts'
import { MASTER } from '../../kit.ts'

/** What a body in the shape of another language says, and a chat completion has no place for. */

let worlds: TwoWorlds
let strict: TwoWorlds
beforeAll(async () => {
  worlds = await openWorlds()
  strict = await openWorlds({ env: { STRICT_PARAMETERS: 'true' } })
})
afterAll(async () => {
  await worlds[Symbol.asyncDispose]()
  await strict[Symbol.asyncDispose]()
})

function toldOf(body: object): string[] {
  const lines: string[] = []
  read({ model: 'm', ...body }, line => lines.push(line))
  return lines.map(line => line.split(':')[0]!)
}
const ofMessages = (more: object) => toldOf({ max_tokens: 9, system: 'S', messages: [], ...more })
const ofResponses = (more: object) => toldOf({ input: 'Hi', ...more })
const blocks = (...content: object[]) => ({ messages: [{ role: 'user', content }] })
const pdf = { type: 'base64', media_type: 'application/pdf', data: 'aGk=' }

test.each<[string, object]>([
  ['system[0].zz', { system: [{ type: 'text', text: 'S', zz: 1 }] }],
  [
    'messages[0].name',
    { messages: [{ role: 'user', name: 'Ann', content: [{ type: 'text', text: 'Hi' }] }] },
  ],
  ['messages[0].content[0].zz', blocks({ type: 'text', text: 'Hi', zz: 1 })],
  [
    'messages[0].content[0].citations',
    blocks({ type: 'document', source: pdf, title: 'T', citations: { enabled: true } }),
  ],
  ['messages[0].content[0].source.zz', blocks({ type: 'document', source: { ...pdf, zz: 1 } })],
  [
    'messages[0].content[0].content[0].zz',
    blocks({ type: 'tool_result', tool_use_id: 't', content: [{ type: 'text', text: 'R', zz: 1 }] }),
  ],
  [
    'messages[0].content[0].zz',
    {
      messages: [
        { role: 'assistant', content: [{ type: 'tool_use', id: 't', name: 'n', input: {}, zz: 1 }] },
      ],
    },
  ],
  ['tools[0].input_examples', { tools: [{ name: 'n', input_schema: {}, input_examples: [{}] }] }],
  [
    'tools[0].allowed_domains',
    { tools: [{ type: 'web_search_20990101', name: 'web_search', allowed_domains: ['a.example'] }] },
  ],
  ['tool_choice.zz', { tools: [{ name: 'n', input_schema: {} }], tool_choice: { type: 'auto', zz: 1 } }],
  [
    'output_config.task_budget',
    { output_config: { effort: 'low', task_budget: { type: 'tokens', total: 9 } } },
  ],
  ['thinking.type', { thinking: { type: 'disabled' } }],
])('of Messages is told: %s', (place, more) => expect(ofMessages(more)).toEqual([place]))

test.each<[string, object]>([
  ['input[0].zz', { input: [{ role: 'user', content: 'Hi', zz: 1 }] }],
  [
    'input[0].content[0].zz',
    { input: [{ role: 'user', content: [{ type: 'input_text', text: 'Hi', zz: 1 }] }] },
  ],
  [
    'input[0].content[0].detail',
    { input: [{ role: 'user', content: [{ type: 'input_file', file_data: 'x', detail: 'low' }] }] },
  ],
  [
    'input[0].namespace',
    { input: [{ type: 'function_call', call_id: 'c', name: 'n', namespace: 'm', arguments: '{}' }] },
  ],
  ['tools[0].filters', { tools: [{ type: 'web_search', filters: { allowed_domains: ['a.example'] } }] }],
  ['reasoning.context', { reasoning: { effort: 'low', context: 'all_turns' } }],
  ['text.zz', { text: { verbosity: 'low', zz: 1 } }],
])('of Responses is told: %s', (place, more) => expect(ofResponses(more)).toEqual([place]))

test('log probabilities that are to be included are asked for', () => {
  const made = read({ model: 'm', input: 'Hi', include: ['message.output_text.logprobs'] }, () => {})
  expect(made.logprobs).toBe(true)
})

test('is in the header of the answer, from a provider of chat and through a translation', async () => {
  for (const model of ['openai/one', 'anthropic/one', 'plain/one']) {
    const response = await ask(worlds, model)
    expect([model, response.status, response.headers.get('x-modelway-warning')]).toEqual([
      model,
      200,
      expect.stringContaining(
        'messages[0].content[0].zz: has no counterpart at this provider, and was left out',
      ),
    ])
  }
})

test('is told with an answer that was stored, too', async () => {
  await using cached = await openWorlds({ env: { CACHE_MODELS: 'openai/one' } })
  await (await ask(cached, 'openai/one', {})).text()
  const response = await ask(cached, 'openai/one')
  expect(response.headers.get('x-modelway-cache')).toBe('hit')
  expect(response.headers.get('x-modelway-warning')).toStartWith('messages[0].content[0].zz')
})

test('is refused by name where parameters are strict', async () => {
  const response = await ask(strict, 'openai/one')
  expect(response.status).toBe(400)
  expect((await response.json()).error.param).toBe('messages[0].content[0].zz')
})

const ask = ({ gateway, mock }: TwoWorlds, model: string, more: object = { zz: 1 }): Promise<Response> => {
  mock.setPlan(() => ({ text: 'There.' }))
  return gateway.fetch('/v1/chat/completions', {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${MASTER}` },
    body: JSON.stringify({ model, system: 'S', ...blocks({ type: 'text', text: 'Hi', ...more }) }),
  })
}
