import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import Anthropic from '@anthropic-ai/sdk'
import { MASTER, startGateway, type TestGateway } from '../../kit.ts'
import { createMockProvider } from '../../mock/provider.ts'

/** Claude Code searches the web by a call of its own, with Anthropic's tool and no other: others search as they can. */

const mock = createMockProvider()
let gateway: TestGateway
let client: Anthropic
beforeAll(async () => {
  const names = ['OPENAI', 'ANTHROPIC', 'GEMINI', 'CEREBRAS']
  gateway = await startGateway({
    env: {
      ...Object.fromEntries(names.map(name => [`${name}_API_KEY`, 'sk-x'])),
      ...Object.fromEntries(
        names.map(name => [`${name}_BASE_URL`, mock.url + (name === 'GEMINI' ? 'beta' : '')]),
      ),
      OPENAI_MODELS: 'gpt-5',
      ANTHROPIC_MODELS: 'claude-opus-5-5',
      GEMINI_MODELS: 'gemini-2.5-pro',
      CEREBRAS_MODELS: 'm',
      CONFIGURED_PROVIDER_MODELS_MODE: 'allowlist',
      RETRIES: '0',
    },
  })
  client = new Anthropic({
    baseURL: 'http://localhost:8080',
    apiKey: MASTER,
    maxRetries: 0,
    fetch: (url, init) =>
      gateway.fetch(String(url).replace('http://localhost:8080', ''), init as RequestInit),
  })
})
beforeEach(() => mock.reset())
afterAll(async () => {
  await gateway.close()
  mock.stop()
})

// biome-ignore lint/suspicious/noExplicitAny: tests look into bodies freely, and fail where they guess wrong
type Any = any
const search = (more: object = {}) => ({ type: 'web_search_20250305', name: 'web_search', ...more }) as Any
const own = { name: 'go', input_schema: { type: 'object' as const } }
const messages: Anthropic.MessageParam[] = [{ role: 'user', content: 'Search for rivers' }]
const ask = (model: string, more: object = {}) =>
  client.messages.create({ model, max_tokens: 1000, messages, tools: [search()], ...more }).withResponse()
const sent = () => mock.requests.at(-1)!.json as Any

const url = 'https://rivers.example/all'
const call = {
  id: 'ws_1',
  type: 'web_search_call',
  status: 'completed',
  action: { type: 'search', query: 'rivers', sources: [{ type: 'url', url }] },
}
const annotation = { type: 'url_citation', start_index: 0, end_index: 5, url, title: 'Rivers' }
const said = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  status: 'completed',
  content: [{ type: 'output_text', text: 'Three rivers.', annotations: [annotation] }],
}
const response = {
  id: 'resp_1',
  object: 'response',
  created_at: 1,
  model: 'gpt-5',
  status: 'completed',
  output: [call, said],
  usage: { input_tokens: 5, output_tokens: 3, total_tokens: 8 },
}
const events = [
  { type: 'response.created', response: { ...response, status: 'in_progress', output: [] } },
  {
    type: 'response.output_item.added',
    output_index: 0,
    item: { id: 'ws_1', type: 'web_search_call', status: 'in_progress', action: call.action },
  },
  { type: 'response.output_item.done', output_index: 0, item: call },
  { type: 'response.output_item.added', output_index: 1, item: { ...said, content: [] } },
  {
    type: 'response.output_text.delta',
    item_id: 'msg_1',
    output_index: 1,
    content_index: 0,
    delta: 'Three rivers.',
  },
  {
    type: 'response.output_text.annotation.added',
    item_id: 'msg_1',
    output_index: 1,
    content_index: 0,
    annotation_index: 0,
    annotation,
  },
  { type: 'response.output_item.done', output_index: 1, item: said },
  { type: 'response.completed', response },
]

describe('at OpenAI', () => {
  const blocks = (content: readonly Any[]) =>
    content
      .filter(({ type }) => type !== 'redacted_thinking')
      .map(({ type, text, name, content }) => [type, text ?? name ?? content])
  const found = { type: 'web_search_result', url, title: url, encrypted_content: '', page_age: null }
  const expected = [
    ['server_tool_use', 'web_search'],
    ['web_search_tool_result', [found]],
    ['text', 'Three rivers.'],
  ]

  test.each([false, true])(
    'it is that of OpenAI, and what it found is as Anthropic says it (stream: %p)',
    async stream => {
      mock.setPlan(stream ? { events } : { body: JSON.stringify(response), contentType: 'application/json' })
      const more = { tools: [search({ allowed_domains: ['rivers.example'] }), own] }
      const message = stream
        ? await client.messages
            .stream({ model: 'openai/gpt-5', max_tokens: 1000, messages, ...more })
            .finalMessage()
        : (await ask('openai/gpt-5', more)).data
      expect(blocks(message.content)).toEqual(expected)
      expect(message.stop_reason).toBe('end_turn')
      expect(sent().tools.map(({ type, filters }: Any) => [type, filters?.allowed_domains])).toEqual([
        ['web_search', ['rivers.example']],
        ['function', undefined],
      ])
      // The conversation goes on, there and elsewhere.
      const history = [
        ...messages,
        { role: 'assistant', content: message.content },
        { role: 'user', content: 'And?' },
      ]
      for (const model of [
        'openai/gpt-5',
        'cerebras/m',
        'gemini/gemini-2.5-pro',
        'anthropic/claude-opus-5-5',
      ]) {
        mock.setPlan({ text: 'There.' })
        const { data } = await ask(model, { messages: history, tools: [own] })
        expect([model, data.content.at(-1)]).toMatchObject([model, { type: 'text', text: 'There.' }])
        expect(JSON.stringify(sent())).toContain('Three rivers.')
        expect(JSON.stringify(sent())).not.toContain('web_search_tool_result')
      }
    },
  )
})

describe('at Gemini', () => {
  test('it is that of Google', async () => {
    mock.setPlan({ text: 'Three rivers.' })
    const { data, response } = await ask('gemini/gemini-2.5-pro', { tools: [search({ max_uses: 8 })] })
    expect(data.content).toMatchObject([{ type: 'text', text: 'Three rivers.' }])
    expect(sent().tools).toEqual([{ googleSearch: {} }])
    expect(response.headers.get('x-modelway-warning')).toBe(
      'tools[0].max_uses: this provider searches without it',
    )
  })

  test('it is left out beside tools of the client, who is told', async () => {
    mock.setPlan({ text: 'There.' })
    const { response } = await ask('gemini/gemini-2.5-pro', { tools: [search(), own] })
    expect(JSON.stringify(sent().tools)).not.toContain('googleSearch')
    expect(response.headers.get('x-modelway-warning')).toContain('has no web_search of its own')
  })

  test('it is refused where it has to keep to domains', async () => {
    const refused = ask('gemini/gemini-2.5-pro', { tools: [search({ allowed_domains: ['rivers.example'] })] })
    await expect(refused).rejects.toThrow('tools[0].allowed_domains')
  })
})

test('it is refused where nobody searches', async () => {
  await expect(ask('cerebras/m')).rejects.toThrow('web_search_20250305')
})
