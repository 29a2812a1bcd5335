import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type Behind, events, eventsOf, startBehind } from './behind.ts'

/** What providers of chat say beside their words: sources of a search, and pictures. Clients of other languages hear it, too. */

let behind: Behind
beforeAll(async () => {
  behind = await startBehind(url => ({ PERPLEXITY_API_KEY: 'k', PERPLEXITY_BASE_URL: `${url}/v1` }))
})
afterAll(() => behind.close())

const [A, B] = ['https://a.example/', 'https://b.example/']
const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 }
const chunk = (delta: object, more: object = {}, finish_reason: string | null = null) => ({
  id: 'c',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'm',
  choices: [{ index: 0, delta, finish_reason }],
  ...more,
})
const whole = (message: object, more: object = {}) => ({
  id: 'c',
  choices: [{ index: 0, message: { role: 'assistant', ...message }, finish_reason: 'stop' }],
  usage,
  ...more,
})
const end = chunk({}, {}, 'stop')
const bodies = {
  '/v1/messages': { model: 'perplexity/sonar', max_tokens: 9, messages: [{ role: 'user', content: 'Go' }] },
  '/v1/responses': { model: 'perplexity/sonar', input: 'Go', store: false },
}

async function stream(path: keyof typeof bodies, ...list: object[]) {
  behind.answer(events(...list))
  return eventsOf(await behind.stream(path, bodies[path]))
}
async function ask(path: keyof typeof bodies, answer: object) {
  behind.answer(answer)
  const { status, body } = await behind.ask(path, bodies[path])
  expect(status).toBe(200)
  return body
}

const found = { citations: [A, B], search_results: [{ title: 'The A', url: A, date: null }] }
const citation = (url: string, title: string | null) =>
  expect.objectContaining({ type: 'web_search_result_location', url, title })
const annotation = (url: string, title: string, start_index = 0, end_index = 2) => ({
  type: 'url_citation',
  url,
  title,
  start_index,
  end_index,
})

describe('sources of the whole answer, repeated in every chunk', () => {
  const said = [
    chunk({ role: 'assistant', content: 'H' }, found),
    chunk({ content: 'i' }, found),
    { ...end, ...found },
  ]

  test('are citations for clients of Messages, each once', async () => {
    const told = await stream('/v1/messages', ...said)
    const cited = told.flatMap(({ delta }) => (delta?.type === 'citations_delta' ? [delta.citation] : []))
    expect(cited).toEqual([citation(A, 'The A'), citation(B, null)])
    const { content } = await ask('/v1/messages', whole({ content: 'Hi' }, found))
    expect(content).toEqual([
      { type: 'text', text: 'Hi', citations: [citation(A, 'The A'), citation(B, null)] },
    ])
  })

  test('are annotations for clients of Responses', async () => {
    const wanted = [annotation(A, 'The A'), annotation(B, '')]
    const told = await stream('/v1/responses', ...said)
    expect(told.at(-1).response.output[0].content[0]).toMatchObject({ text: 'Hi', annotations: wanted })
    const { output } = await ask('/v1/responses', whole({ content: 'Hi' }, found))
    expect(output[0].content[0]).toMatchObject({ text: 'Hi', annotations: wanted })
  })
})

describe('annotations of a message', () => {
  const cites = (url: string, start_index: number) => ({
    type: 'url_citation',
    url_citation: { url, title: 'T', start_index, end_index: start_index + 1 },
  })
  const annotations = [cites(A, 0), cites(B, 1), cites(A, 1), { type: 'new' }, null]
  const wanted = [annotation(A, 'T', 0, 1), annotation(B, 'T', 1, 2), annotation(A, 'T', 1, 2)]

  test('keep their places for clients of Responses', async () => {
    const told = await stream('/v1/responses', chunk({ content: 'Hi' }), chunk({ annotations }), end)
    expect(told.at(-1).response.output[0].content[0]).toMatchObject({ text: 'Hi', annotations: wanted })
    const { output } = await ask('/v1/responses', whole({ content: 'Hi', annotations }))
    expect(output[0].content[0]).toMatchObject({ text: 'Hi', annotations: wanted })
  })

  test('are citations for clients of Messages', async () => {
    const told = await stream('/v1/messages', chunk({ content: 'Hi' }), chunk({ annotations }), end)
    expect(told.filter(({ delta }) => delta?.type === 'citations_delta')).toHaveLength(3)
    const { content } = await ask('/v1/messages', whole({ content: 'Hi', annotations }))
    expect(content[0].citations).toEqual([citation(A, 'T'), citation(B, 'T'), citation(A, 'T')])
  })
})

describe('a picture', () => {
  const images = [{ type: 'image_url', image_url: { url: 'data:image/png;base64,aGk=' } }]

  test('is Markdown for clients of Messages', async () => {
    const block = { type: 'text', text: '![image/png](data:image/png;base64,aGk=)' }
    const told = await stream('/v1/messages', chunk({ content: 'Look' }), chunk({ content: '', images }), end)
    expect(told.flatMap(({ content_block }) => content_block ?? [])).toEqual([
      { type: 'text', text: '' },
      block,
    ])
    const { content } = await ask('/v1/messages', whole({ content: 'Look', images }))
    expect(content).toMatchObject([{ text: 'Look' }, block])
  })

  test('is an item of its own for clients of Responses', async () => {
    const item = { type: 'image_generation_call', result: 'aGk=', output_format: 'png' }
    const told = await stream('/v1/responses', chunk({ content: 'Look' }), chunk({ images }), end)
    expect(told.at(-1).response.output).toMatchObject([{ type: 'message' }, item])
    const { output } = await ask('/v1/responses', whole({ content: null, images }))
    expect(output).toMatchObject([item])
  })
})

test('what is none of this breaks nothing', async () => {
  const odd = { citations: [null, 7, {}, ''], search_results: 'x' }
  const images = [null, {}, { image_url: { url: 'javascript:x' } }, { image_url: { url: 'http://' } }]
  const told = await stream('/v1/messages', chunk({ content: 'Hi', images, annotations: 'x' }, odd), end)
  expect(told.flatMap(({ delta }) => delta?.text ?? [])).toEqual(['Hi'])
  expect((await ask('/v1/messages', whole({ content: 'Hi', images }, odd))).content).toEqual([
    { type: 'text', text: 'Hi' },
  ])
})
