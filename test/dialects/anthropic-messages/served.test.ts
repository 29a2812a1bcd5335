import { describe, expect, test } from 'bun:test'
import { objectOf } from '../../../src/contract/loose-json.ts'
import { openWorlds, type TwoWorlds } from '../../conformance/world.ts'
import { MASTER } from '../../kit.ts'

const found = (url: string, title: string) => ({
  type: 'web_search_result',
  url,
  title,
  page_age: '2 days ago',
  encrypted_content: 'U0VBTEVE',
})
const citing = {
  type: 'text',
  text: 'It is 21 °C.',
  citations: [
    {
      type: 'web_search_result_location',
      url: 'https://a.example/w',
      title: 'Weather',
      cited_text: 'Twenty-one degrees',
      encrypted_index: 'U0VBTEVE',
    },
  ],
}
const searched = [
  { type: 'server_tool_use', id: 's1', name: 'web_search', input: { query: 'weather in Rome' } },
  {
    type: 'web_search_tool_result',
    tool_use_id: 's1',
    content: [found('https://a.example/w', 'Weather'), found('https://b.example', 'Other')],
  },
  citing,
]
const conversation = (...content: object[]) => [
  { role: 'user', content: 'Weather?' },
  { role: 'assistant', content },
  { role: 'user', content: 'And tomorrow?' },
]
const WARNING =
  "messages: what Anthropic's servers did is told to this model in words, without what only Anthropic can read"

async function ask({ gateway, mock }: TwoWorlds, model: string, messages: unknown) {
  const before = mock.requests.length
  const response = await gateway.fetch('/v1/messages', {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${MASTER}` },
    body: JSON.stringify({ model, max_tokens: 2000, messages }),
  })
  const body: unknown = await response.json()
  return {
    status: response.status,
    warning: response.headers.get('x-modelway-warning'),
    param: objectOf(objectOf(body).error).message,
    sent: mock.requests.length > before ? mock.requests.at(-1)!.body : '',
  }
}

const others = ['plain/one', 'openai/gpt-5.4', 'gemini/gemini-2.5-flash']

describe('a conversation that once searched the web at Anthropic goes on', () => {
  test('at providers of other languages: what was asked, found and cited is told in words', async () => {
    await using worlds = await openWorlds()
    for (const model of others) {
      const { status, warning, sent } = await ask(worlds, model, conversation(...searched))
      expect([model, status, warning]).toEqual([model, 200, WARNING])
      for (const words of ['weather in Rome', 'https://a.example/w', 'https://b.example', 'It is 21 °C.'])
        expect([model, sent]).toEqual([model, expect.stringContaining(words)])
      expect([model, sent]).toEqual([model, expect.stringContaining('Twenty-one degrees')])
      expect(sent).not.toContain('U0VBTEVE')
    }
  })

  test('where Anthropic fails, and the next target speaks another language', async () => {
    await using worlds = await openWorlds()
    await worlds.gateway.admin('PUT', '/admin/virtual-models', {
      source: 'agent',
      strategy: 'failover',
      targets: [{ model: 'anthropic/one' }, { model: 'plain/one' }],
    })
    worlds.mock.setPlan(({ path }) =>
      path.endsWith('/messages') ? { status: 529, body: '{}' } : { text: 'Sun.' },
    )
    const { status, sent } = await ask(worlds, 'agent', conversation(...searched))
    expect([status, sent]).toEqual([200, expect.stringContaining('https://a.example/w')])
  })

  test('in its own words at Anthropic itself', async () => {
    await using worlds = await openWorlds()
    const messages = conversation(...searched)
    const { warning, sent } = await ask(worlds, 'anthropic/one', messages)
    expect([warning, JSON.parse(sent).messages]).toEqual([null, messages])
  })

  test('a passage that a later turn cites stands with its source as well', async () => {
    await using worlds = await openWorlds()
    const [call, result] = searched as [object, object]
    const messages = [
      ...conversation(call, result, { type: 'text', text: 'Warm.' }),
      { role: 'assistant', content: [citing] },
      { role: 'user', content: 'Thanks' },
    ]
    const { sent } = await ask(worlds, 'plain/one', messages)
    expect(JSON.parse(sent).messages[1].content).toContain('Twenty-one degrees')
  })

  test('and where parameters are strict, no target takes it but Anthropic', async () => {
    await using worlds = await openWorlds({ env: { STRICT_PARAMETERS: 'true' } })
    expect((await ask(worlds, 'plain/one', conversation(...searched))).status).toBe(400)
    expect((await ask(worlds, 'anthropic/one', conversation(...searched))).status).toBe(200)
  })
})

test.each<[string, object, string[]]>([
  [
    'code',
    {
      type: 'code_execution_tool_result',
      tool_use_id: 's1',
      content: {
        type: 'code_execution_result',
        stdout: 'Forty-two',
        stderr: '',
        return_code: 3,
        content: [],
      },
    },
    ['Forty-two', 'return_code\\":3'],
  ],
  [
    'a page',
    {
      type: 'web_fetch_tool_result',
      tool_use_id: 's1',
      content: {
        type: 'web_fetch_result',
        url: 'https://c.example',
        content: {
          type: 'document',
          title: 'C',
          source: { type: 'text', media_type: 'text/plain', data: 'Read me' },
        },
      },
    },
    ['https://c.example', 'Read me'],
  ],
  [
    'a search that failed',
    {
      type: 'web_search_tool_result',
      tool_use_id: 's1',
      content: { type: 'web_search_tool_result_error', error_code: 'max_uses_exceeded' },
    },
    ['max_uses_exceeded'],
  ],
  [
    'a server of MCP',
    {
      type: 'mcp_tool_result',
      tool_use_id: 's1',
      is_error: true,
      content: [{ type: 'text', text: 'No ticket' }],
    },
    ['No ticket', 'error'],
  ],
  ['a summary of what was said before', { type: 'compaction', content: 'They spoke of Rome.' }, ['of Rome']],
])('%s that Anthropic served is told in words', async (_, block, words) => {
  await using worlds = await openWorlds()
  const { status, sent, warning } = await ask(worlds, 'plain/one', conversation(block, citing))
  expect([status, warning]).toEqual([200, WARNING])
  for (const each of words) expect(sent).toContain(each)
})

test('a page that was fetched as a PDF is told of by its address, not by its bytes', async () => {
  await using worlds = await openWorlds()
  const source = { type: 'base64', media_type: 'application/pdf', data: 'UERGLUJZVEVT' }
  const content = {
    type: 'web_fetch_result',
    url: 'https://d.example',
    content: { type: 'document', source },
  }
  const block = { type: 'web_fetch_tool_result', tool_use_id: 's1', content }
  const { sent } = await ask(worlds, 'plain/one', conversation(block, citing))
  expect(sent).toContain('https://d.example')
  expect(sent).not.toContain('UERGLUJZVEVT')
})
