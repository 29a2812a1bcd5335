import { afterAll, beforeAll, expect, test } from 'bun:test'
import fc from 'fast-check'
import { MASTER, startGateway, type TestGateway } from '../kit.ts'
import { createMockProvider, type MockProvider } from '../mock/provider.ts'

let mock: MockProvider
let gateway: TestGateway
beforeAll(async () => {
  mock = createMockProvider({ models: ['one'] })
  gateway = await startGateway({
    env: { DEEPSEEK_API_KEY: 'k', DEEPSEEK_BASE_URL: mock.url, DEEPSEEK_MODELS: 'one' },
  })
})
afterAll(async () => {
  await gateway.close()
  mock.stop()
})

/** Calls of tools in one answer. Some providers give several of them the same id. */
const called = fc.array(
  fc.record({
    id: fc.constantFrom('call_a', 'call_b', 'call_c'),
    input: fc.string({ unit: 'grapheme', maxLength: 8 }).map(text => JSON.stringify({ text })),
  }),
  { minLength: 1, maxLength: 4 },
)
type Called = { readonly id: string; readonly input: string }

/** The stream of a chat provider: all calls begin, then each event holds one character of any of them. */
function eventsOf(calls: readonly Called[], turns: readonly number[]) {
  const event = (call: object) => ({
    choices: [{ index: 0, delta: { tool_calls: [call] }, finish_reason: null }],
  })
  const events: Record<string, unknown>[] = calls.map(({ id }, index) =>
    event({ index, id, type: 'function', function: { name: `tool_${index}`, arguments: '' } }),
  )
  const left = calls.map(({ input }, index) => ({ index, rest: [...input] }))
  for (let turn = 0; left.length > 0; turn++) {
    const at = (turn + turns[turn % turns.length]!) % left.length
    const { index, rest } = left[at]!
    events.push(event({ index, function: { arguments: rest.shift() } }))
    if (rest.length === 0) left.splice(at, 1)
  }
  return [...events, { choices: [{ index: 0, delta: {}, finish_reason: 'tool_calls' }] }, '[DONE]']
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into events freely, and fail where they guess wrong
async function ask(path: string, body: object): Promise<any[]> {
  const headers = { authorization: `Bearer ${MASTER}`, 'content-type': 'application/json' }
  const text = JSON.stringify({ model: 'one', stream: true, ...body })
  const answer = await gateway.fetch(path, { method: 'POST', headers, body: text })
  const lines = (await answer.text()).split('\n').filter(line => line.startsWith('data: {'))
  return lines.map(line => JSON.parse(line.slice(6)))
}

const names = ['tool_0', 'tool_1', 'tool_2', 'tool_3']
const schema = { type: 'object' }

/** What a client of the language puts together: names, inputs and ids of calls. */
const clients = {
  async messages() {
    const tools = names.map(name => ({ name, input_schema: schema }))
    const events = await ask('/v1/messages', {
      max_tokens: 9,
      messages: [{ role: 'user', content: 'Go' }],
      tools,
    })
    return events
      .filter(({ type }) => type === 'content_block_start')
      .map(({ index, content_block: { id, name } }) => {
        const own = events.filter(event => event.index === index && event.delta !== undefined)
        return { id, name, input: own.map(({ delta }) => delta.partial_json).join('') }
      })
  },
  async responses() {
    const tools = names.map(name => ({ type: 'function', name, parameters: schema }))
    const events = await ask('/v1/responses', { input: 'Go', tools })
    return events
      .filter(({ type }) => type === 'response.output_item.added')
      .map(({ item: { id: place, call_id: id, name } }) => {
        const own = events.filter(
          ({ type, item_id }) => type === 'response.function_call_arguments.delta' && item_id === place,
        )
        return { id, name, input: own.map(({ delta }) => delta).join('') }
      })
  },
}

test.each(Object.entries(clients))(
  'U-22: calls that arrive mixed, character by character, are whole and in order: %s',
  (_, client) =>
    fc.assert(
      fc.asyncProperty(called, fc.array(fc.nat(9), { minLength: 1, maxLength: 9 }), async (calls, turns) => {
        mock.setPlan({ events: eventsOf(calls, turns) })
        const heard = await client()
        expect(heard.map(({ name, input }) => [name, input])).toEqual(
          calls.map(({ input }, n) => [`tool_${n}`, input]),
        )
        expect(new Set(heard.map(({ id }) => id)).size).toBe(calls.length)
      }),
      { numRuns: 40 },
    ),
)
