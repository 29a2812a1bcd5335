import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type Behind, events, eventsOf, startBehind } from './behind.ts'

/** What Cohere says that its package cannot read. */

let cohere: Behind
beforeAll(async () => {
  cohere = await startBehind(url => ({ COHERE_API_KEY: 'k', COHERE_BASE_URL: `${url}/v2` }))
})
afterAll(() => cohere.close())

const model = 'cohere/command-a'
const tools = [{ type: 'function', function: { name: 'get', parameters: { type: 'object' } } }]
const usage = { tokens: { input_tokens: 5, output_tokens: 2 } }
const whole = (message: object, finish_reason = 'COMPLETE') => ({
  id: 'c',
  message: { role: 'assistant', ...message },
  finish_reason,
  usage,
})
const cited = (...sources: object[]) => ({ start: 0, end: 2, text: '21', sources, type: 'TEXT_CONTENT' })
const toolSource = { type: 'tool', id: 'get:0:0', tool_output: { degrees: '21' } }
const bareDocument = { type: 'document', id: 'doc:1', document: { id: 'doc:1', snippet: '21 degrees' } }
const chat = { model, messages: [{ role: 'user', content: 'How warm?' }] }

describe('citations', () => {
  const content = [{ type: 'text', text: '21 degrees' }]

  test.each([
    ['of what a tool gave back', toolSource, 'get:0:0'],
    ['of a document without text and title', bareDocument, 'doc:1'],
    ['of a document without an id', { type: 'document', document: { title: 'Warmth' } }, 'Warmth'],
    ['of nothing that is named', { type: 'later' }, 'Document'],
  ])('%s are no reason to lose an answer', async (_, source, title) => {
    cohere.answer(whole({ content, citations: [cited(source)] }))
    const { status, body } = await cohere.ask('/v1/chat/completions', chat)
    expect([status, body.choices?.[0].message.content]).toEqual([200, '21 degrees'])
    const { body: told } = await cohere.ask('/v1/responses', { model, input: 'How warm?' })
    expect(told.output[0].content[0]).toMatchObject({
      text: '21 degrees',
      annotations: [{ type: 'file_citation', filename: title, index: 10 }],
    })
  })

  test('that say next to nothing are none either', async () => {
    cohere.answer(whole({ content, citations: [{}, null, cited(), { start: '1', sources: 7 }] }))
    const { status, body } = await cohere.ask('/v1/messages', { ...chat, max_tokens: 9 })
    expect([status, body.content[0].text]).toEqual([200, '21 degrees'])
  })

  test('in a stream say the same as in a whole answer', async () => {
    const at = { type: 'content-delta', index: 0 }
    cohere.answer(
      events(
        { type: 'message-start', id: 'c', delta: { message: { role: 'assistant' } } },
        { type: 'content-start', index: 0, delta: { message: { content: { type: 'text', text: '' } } } },
        { ...at, delta: { message: { content: { text: '21 degrees' } } } },
        { type: 'citation-start', index: 0, delta: { message: { citations: cited(toolSource) } } },
        { type: 'citation-end', index: 0 },
        { type: 'content-end', index: 0 },
        { type: 'message-end', delta: { finish_reason: 'COMPLETE', usage } },
      ),
    )
    const said = eventsOf(await cohere.stream('/v1/responses', { model, input: 'How warm?' }))
    expect(said.at(-1).response.output[0].content[0]).toMatchObject({
      text: '21 degrees',
      annotations: [{ type: 'file_citation', filename: 'get:0:0', index: 10 }],
    })
  })
})

describe('the plan before tool calls', () => {
  const call = { id: 'get_1', type: 'function', function: { name: 'get', arguments: '{"a":1}' } }

  test('is a thought of the answer', async () => {
    cohere.answer(whole({ tool_plan: 'I will look.', tool_calls: [call] }, 'TOOL_CALL'))
    const { body } = await cohere.ask('/v1/chat/completions', { ...chat, tools })
    expect(body.choices[0].message).toMatchObject({
      reasoning_content: 'I will look.',
      tool_calls: [{ id: 'get_1' }],
    })
    const { body: message } = await cohere.ask('/v1/messages', {
      ...chat,
      max_tokens: 9,
      tools: [{ name: 'get', input_schema: { type: 'object' } }],
    })
    expect(message.content).toMatchObject([
      { type: 'thinking', thinking: 'I will look.' },
      { type: 'tool_use', id: 'get_1', input: { a: 1 } },
    ])
  })

  test('is one in a stream', async () => {
    const plan = (tool_plan: string) => ({ type: 'tool-plan-delta', delta: { message: { tool_plan } } })
    const said = (tool_calls: object) => ({ delta: { message: { tool_calls } } })
    cohere.answer(
      events(
        { type: 'message-start', id: 'c' },
        ...['I will', ' look.'].map(plan),
        { type: 'tool-call-start', index: 0, ...said({ ...call, function: { name: 'get', arguments: '' } }) },
        { type: 'tool-call-delta', index: 0, ...said({ function: { arguments: '{"a":1}' } }) },
        { type: 'tool-call-end', index: 0 },
        { type: 'message-end', delta: { finish_reason: 'TOOL_CALL', usage } },
      ),
    )
    const deltas = eventsOf(await cohere.stream('/v1/chat/completions', { ...chat, tools })).flatMap(
      ({ choices }) => choices.map(({ delta }: { delta: object }) => delta),
    )
    expect(deltas.map(({ reasoning_content: words = '' }) => words).join('')).toBe('I will look.')
    const calls = deltas.flatMap(({ tool_calls: each = [] }) => each)
    expect(calls.map((each: { function: { arguments: string } }) => each.function.arguments).join('')).toBe(
      '{"a":1}',
    )
  })
})

describe('reranking', () => {
  const results = { id: 'r', results: [{ index: 0, relevance_score: 0.9 }] }
  const ask = async (body: object) => {
    cohere.answer(results)
    const { body: answer, headers } = await cohere.ask('/v1/rerank', {
      model: 'cohere/rerank-v4',
      query: 'q',
      ...body,
    })
    expect(answer).toEqual(results)
    return { sent: cohere.sent(), told: headers.get('x-modelway-warning') }
  }

  test('sends documents as the texts that version 2 takes, and does not ask for them back', async () => {
    const { sent, told } = await ask({ documents: ['a', { text: 'b' }], top_n: 1, return_documents: true })
    expect(sent).toEqual({ model: 'rerank-v4', query: 'q', documents: ['a', 'b'], top_n: 1 })
    expect(told).toBe('"return_documents" has no counterpart at this provider')
  })

  test('is not touched where there is nothing that Cohere does not know', async () => {
    const { sent, told } = await ask({ documents: ['a', 'b'], max_tokens_per_doc: 99 })
    expect(sent).toEqual({ model: 'rerank-v4', query: 'q', documents: ['a', 'b'], max_tokens_per_doc: 99 })
    expect(told).toBeNull()
  })
})
