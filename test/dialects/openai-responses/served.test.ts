import { describe, expect, test } from 'bun:test'
import { objectOf } from '../../../src/contract/loose-json.ts'
import { openWorlds, type TwoWorlds } from '../../conformance/world.ts'
import { MASTER } from '../../kit.ts'
import { PIXEL } from '../../mock/images.ts'
import { call, refusalOf, to } from './kit.ts'

async function ask({ gateway, mock }: TwoWorlds, model: string, more: object) {
  const before = mock.requests.length
  const response = await gateway.fetch('/v1/responses', {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${MASTER}` },
    body: JSON.stringify({ model, input: 'Hi', store: false, ...more }),
  })
  const { error } = objectOf(await response.json())
  return {
    status: response.status,
    warning: response.headers.get('x-modelway-warning'),
    param: objectOf(error).param,
    sent: mock.requests.length > before ? mock.requests.at(-1)!.body : '',
  }
}

const go = { type: 'function', name: 'go', parameters: { type: 'object', properties: {} }, strict: false }
const others = ['plain/one', 'anthropic/claude-sonnet-4-5', 'gemini/gemini-2.5-flash']

describe("a tool of OpenAI's servers", () => {
  test.each([
    { type: 'image_generation', quality: 'low' },
    { type: 'code_interpreter', container: { type: 'auto' } },
  ])('beside functions is left out with a word at every other provider: %j', async tool => {
    await using worlds = await openWorlds()
    for (const model of others) {
      const { status, warning, sent } = await ask(worlds, model, { tools: [go, tool] })
      const told = `tools[1]: this provider has no ${tool.type} of its own, so it does without`
      expect([model, status, warning]).toEqual([model, 200, told])
      expect(sent).toContain('"go"')
    }
  })

  test('is refused by name where parameters are strict', async () => {
    await using worlds = await openWorlds({ env: { STRICT_PARAMETERS: 'true' } })
    const tools = [go, { type: 'image_generation' }]
    expect(await ask(worlds, 'plain/one', { tools })).toMatchObject({ status: 400, param: 'tools[1]' })
  })

  test.each<[object, object?]>([
    [{ type: 'mcp', server_label: 'a', server_url: 'https://a.example' }],
    [{ type: 'file_search', vector_store_ids: ['vs_1'] }],
    [{ type: 'computer_use_preview' }],
    [{ type: 'code_interpreter', container: 'cntr_1' }],
    [{ type: 'code_interpreter', container: { type: 'auto', file_ids: ['file-1'] } }],
  ])('that needs what the client has there moves the call on: %j', tool => {
    expect(refusalOf({ tools: [go, tool] })).toEqual({
      code: 'unsupported_parameter',
      param: 'tools[1].type',
    })
  })

  test('that the model is told to use moves the call on', () => {
    const tools = [go, { type: 'image_generation' }]
    expect(refusalOf({ tools, tool_choice: { type: 'image_generation' } })).toEqual({
      code: 'unsupported_parameter',
      param: 'tool_choice.type',
    })
  })
})

const history = (item: object) => [
  { role: 'user', content: 'Go' },
  item,
  { role: 'assistant', content: 'There.' },
  { role: 'user', content: 'And now?' },
]

describe('what such a tool did before is told in words, so that the conversation goes on', () => {
  test.each<[object, string[]]>([
    [
      { type: 'web_search_call', id: 'ws_1', status: 'completed', action: { type: 'search', query: 'Rome' } },
      ['web_search', 'Rome', 'stands in the text that follows'],
    ],
    [
      {
        type: 'web_search_call',
        id: 'ws_1',
        status: 'completed',
        action: {
          type: 'search',
          queries: ['Rome'],
          sources: [{ type: 'url', url: 'https://rome.example' }],
        },
      },
      ['web_search', 'Rome', 'https://rome.example'],
    ],
    [
      {
        type: 'web_search_call',
        id: 'ws_1',
        status: 'completed',
        action: { type: 'open_page', url: 'https://a.b' },
      },
      ['open_page', 'https://a.b'],
    ],
    [
      {
        type: 'file_search_call',
        id: 'f',
        queries: ['rent'],
        results: [{ filename: 'a.md', text: 'Rent is 9' }],
      },
      ['rent', 'a.md', 'Rent is 9'],
    ],
    [
      {
        type: 'code_interpreter_call',
        id: 'c',
        code: 'print(42)',
        outputs: [{ type: 'logs', logs: 'Forty-two' }],
      },
      ['print(42)', 'Forty-two'],
    ],
    [
      {
        type: 'mcp_call',
        id: 'm',
        server_label: 'a',
        name: 'ticket',
        arguments: '{"n":7}',
        output: 'It is open',
      },
      ['ticket', '7', 'It is open'],
    ],
    [
      {
        type: 'mcp_call',
        id: 'm',
        server_label: 'a',
        name: 'ticket',
        arguments: '{}',
        error: 'No such thing',
      },
      ['No such thing'],
    ],
    [
      { type: 'image_generation_call', id: 'i', status: 'completed', revised_prompt: 'A cat', result: PIXEL },
      ['A cat', 'A picture'],
    ],
  ])('%j', async (item, words) => {
    await using worlds = await openWorlds()
    const { status, sent, warning } = await ask(worlds, 'plain/one', { input: history(item) })
    expect([status, warning]).toEqual([
      200,
      'input: what tools of another provider did is told to this model in words',
    ])
    for (const each of words) expect(sent).toContain(each)
    expect(sent).not.toContain(PIXEL)
  })

  test('but a picture goes back to a model whose own turns may hold one', () => {
    const picture = {
      type: 'image_generation_call',
      status: 'completed',
      output_format: 'jpeg',
      result: PIXEL,
    }
    const { options, warnings } = call({ input: history(picture) }, to('google'))
    expect(warnings).toEqual([])
    expect(options.prompt[1]).toEqual({
      role: 'assistant',
      content: [
        { type: 'file', mediaType: 'image/jpeg', data: { type: 'data', data: PIXEL } },
        { type: 'text', text: 'There.' },
      ],
    })
  })

  test('a list of tools of a server of MCP is left out with a word', () => {
    const { warnings } = call({ input: history({ type: 'mcp_list_tools', server_label: 'a', tools: [] }) })
    expect(warnings).toEqual(['input[1].type: tools that another provider could call are left out'])
  })
})
