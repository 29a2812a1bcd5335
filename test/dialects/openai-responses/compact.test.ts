import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test'
import OpenAI from 'openai'
import { openWorlds, type TwoWorlds } from '../../conformance/world.ts'
import { MASTER } from '../../kit.ts'

/** `POST /v1/responses/compact`: the official client makes its conversation short, and goes on with what it got. */

let worlds: TwoWorlds
let client: OpenAI
beforeAll(async () => {
  worlds = await openWorlds()
  client = new OpenAI({ baseURL: `${worlds.url}/v1`, apiKey: MASTER, maxRetries: 0 })
  await worlds.gateway.admin('PUT', '/admin/virtual-models', {
    source: 'gpt-5',
    strategy: 'failover',
    targets: [{ model: 'openai/one' }, { model: 'anthropic/one' }],
  })
})
beforeEach(() => {
  worlds.mock.reset()
  worlds.mock.setPlan(() => ({ text: 'They want Rome; the map is drawn.' }))
})
afterAll(() => worlds[Symbol.asyncDispose]())

const input = [
  { role: 'user' as const, content: 'Draw Rome' },
  { type: 'function_call' as const, call_id: 'c1', name: 'draw', arguments: '{"what":"map"}' },
  { type: 'function_call_output' as const, call_id: 'c1', output: 'Drawn' },
  { role: 'assistant' as const, content: 'There it is.' },
  { role: 'user' as const, content: [{ type: 'input_text' as const, text: 'And the river' }] },
]
const sent = () => worlds.mock.requests.at(-1)!

test.each(['anthropic/one', 'gemini/one', 'plain/one'])('%s writes a summary', async model => {
  const made = await client.responses.compact({ model, input, instructions: 'Be exact' })
  expect(made.object).toBe('response.compaction')
  expect(made.output.map(({ type }) => type)).toEqual(['message', 'message', 'compaction'] as never[])
  expect(JSON.stringify(made.output[1])).toContain('And the river')
  expect(made.usage.total_tokens).toBeGreaterThan(0)
  expect(sent().body).toContain('Write a summary of this conversation')
  expect(sent().body).toContain('Be exact')

  const next = [...made.output, { role: 'user', content: 'Go on' }] as never
  expect((await client.responses.create({ model, input: next, store: false })).status).toBe('completed')
  expect(sent().body).toContain('They want Rome; the map is drawn.')
  expect(sent().body).toContain('Draw Rome')
})

test('so does what stands behind a redirect when the first of its targets fails', async () => {
  worlds.mock.setPlan(({ path }) => (path.endsWith('/compact') ? { status: 404 } : { text: 'A summary' }))
  const { data, response } = await client.responses.compact({ model: 'gpt-5', input }).withResponse()
  expect(response.headers.get('x-modelway-provider')).toBe('anthropic')
  expect(data.output.at(-1)!.type).toBe('compaction')
})

test('OpenAI itself gets the bytes of the client', async () => {
  const answer = { id: 'resp_1', object: 'response.compaction', created_at: 1, output: [], usage: null }
  worlds.mock.setPlan(() => ({ body: JSON.stringify(answer) }))
  expect((await client.responses.compact({ model: 'openai/one', input })).id).toBe('resp_1')
  expect([sent().path, JSON.parse(sent().body)]).toEqual(['/v1/responses/compact', { model: 'one', input }])
})

test('an answer that is kept here is made short by its id', async () => {
  const { id } = await client.responses.create({ model: 'anthropic/one', input: 'Draw Paris' })
  const made = await client.responses.compact({ model: 'anthropic/one', previous_response_id: id })
  expect(JSON.stringify(made.output[0])).toContain('Draw Paris')
  expect(sent().body).toContain('Draw Paris')
})

test('a model that writes nothing has failed: the conversation would be lost', async () => {
  worlds.mock.setPlan(() => ({ text: '' }))
  const error = await client.responses.compact({ model: 'anthropic/one', input }).catch(failed => failed)
  expect([error.status, error.code]).toEqual([502, 'upstream_invalid'])
})

test.each([[7], [[]], [null], [[{ role: 'user', content: 8 }]]])(
  'a call that is wrong is told so: %j',
  async wrong => {
    const asked = client.responses.compact({ model: 'anthropic/one', input: wrong as never })
    const error = await asked.then(undefined, failed => failed)
    expect([error.status, error.param]).toEqual([400, expect.stringMatching(/^input/)])
  },
)
