import { expect, test } from 'bun:test'
import { toCall } from '../../../plugins/dialects/anthropic-messages/call.ts'
import { toError } from '../../../plugins/dialects/anthropic-messages/refusal.ts'
import { Refusal } from '../../../src/errors.ts'
import { openWorlds } from '../../conformance/world.ts'
import { MASTER } from '../../kit.ts'

const to = (options: string) => ({ type: options, options, model: 'm' })
const body = (more: object) => ({
  model: 'm',
  max_tokens: 9,
  messages: [{ role: 'user', content: 'Hi' }],
  ...more,
})

test('a thread is refused with the word upon which Anthropic’s clients send the whole conversation instead', () => {
  const refusal = (() => {
    try {
      return toCall(body({ thread: { type: 'create' } }), to('compatible'))
    } catch (error) {
      return error
    }
  })()
  expect(refusal).toBeInstanceOf(Refusal)
  expect(toError(refusal as Refusal, 'id')).toMatchObject({
    error: { type: 'invalid_request_error', details: { error_code: 'thread_unsupported_request' } },
  })
})

test('a search of the web beside other tools is left out with a word; alone it is refused', () => {
  const search = { type: 'web_search_20250305', name: 'web_search', max_uses: 5 }
  const own = { name: 'walk', input_schema: { type: 'object' } }
  const { options, warnings } = toCall(body({ tools: [search, own] }), to('compatible'))
  expect(options.tools?.map(({ name }) => name)).toEqual(['walk'])
  expect(warnings).toEqual(['tools[0]: this provider has no web_search of its own, so it does without'])
  expect(() => toCall(body({ tools: [search] }), to('compatible'))).toThrow('a tool that only Anthropic')
  expect(toCall(body({ tools: [search, own] }), to('anthropic')).options.tools).toHaveLength(2)
})

test.each([
  { type: 'code_execution_20250825', name: 'code_execution' },
  { type: 'advisor_20260301', name: 'advisor', model: 'claude-opus' },
])('so is every other tool of Anthropic’s servers that needs nothing of the client’s: %j', tool => {
  const own = { name: 'walk', input_schema: { type: 'object' } }
  const { options, warnings } = toCall(body({ tools: [own, tool] }), to('compatible'))
  expect(options.tools?.map(({ name }) => name)).toEqual(['walk'])
  expect(warnings).toEqual([`tools[1]: this provider has no ${tool.name} of its own, so it does without`])
  const chosen = body({ tools: [own, tool], tool_choice: { type: 'tool', name: tool.name } })
  expect(() => toCall(chosen, to('compatible'))).toThrow('a tool that only Anthropic')
})

test('tools that the client runs in a way that only Claude knows are refused beside others, too', () => {
  const own = { name: 'walk', input_schema: { type: 'object' } }
  const bash = { type: 'bash_20250124', name: 'bash' }
  expect(() => toCall(body({ tools: [own, bash] }), to('compatible'))).toThrow('a tool that only Anthropic')
})

const search = { type: 'tool_search_tool_regex_20251119', name: 'tool_search_tool_regex' }
const deferred = { name: 'walk', input_schema: { type: 'object' }, defer_loading: true }

test('a search among deferred tools is left out where the model is told of all of them', () => {
  for (const where of ['compatible', 'bedrock', 'google']) {
    const { options, warnings } = toCall(body({ tools: [search, deferred] }), to(where))
    expect([where, options.tools?.map(({ name }) => name), warnings]).toEqual([where, ['walk'], []])
  }
  expect(() => toCall(body({ tools: [search] }), to('compatible'))).toThrow('a tool that only Anthropic')
})

test('servers of MCP move a call on to the target that is Anthropic; a search among deferred tools stays', async () => {
  await using worlds = await openWorlds()
  await worlds.gateway.admin('PUT', '/admin/virtual-models', {
    source: 'both',
    strategy: 'failover',
    targets: [{ model: 'plain/one' }, { model: 'anthropic/one' }],
  })
  const served = async (more: object) => {
    const response = await worlds.gateway.fetch('/v1/messages', {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${MASTER}` },
      body: JSON.stringify({ ...body(more), model: 'both' }),
    })
    return [response.status, response.headers.get('x-modelway-provider')]
  }
  expect(await served({ tools: [search, deferred] })).toEqual([200, 'plain'])
  const mcp_servers = [{ type: 'url', url: 'https://mcp.example.com', name: 'a' }]
  expect(await served({ mcp_servers, tools: [{ type: 'mcp_toolset', mcp_server_name: 'a' }] })).toEqual([
    200,
    'anthropic',
  ])
})

test('what only Anthropic can read moves a call on to it, too; a list of tools that others could call does not', async () => {
  await using worlds = await openWorlds()
  await worlds.gateway.admin('PUT', '/admin/virtual-models', {
    source: 'both',
    strategy: 'failover',
    session_affinity: false,
    targets: [{ model: 'plain/one' }, { model: 'anthropic/one' }],
  })
  const served = async (...messages: object[]) => {
    const response = await worlds.gateway.fetch('/v1/messages', {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${MASTER}` },
      body: JSON.stringify({ ...body({ messages }), model: 'both' }),
    })
    return [response.headers.get('x-modelway-provider'), response.headers.get('x-modelway-warning')]
  }
  const hi = { role: 'user', content: 'Hi' }
  const call = { role: 'assistant', content: [{ type: 'tool_use', id: 't', name: 'look', input: {} }] }
  const state = { type: 'tool_result', tool_use_id: 't', content: [{ type: 'browser_state' }] }
  expect(await served(hi, call, { role: 'user', content: [state] })).toEqual(['anthropic', null])
  const listing = {
    role: 'assistant',
    content: [{ type: 'mcp_tool_listing' }, { type: 'text', text: 'Well' }],
  }
  expect(await served(hi, listing, hi)).toEqual([
    'plain',
    'messages[1].content[0]: tools that another provider could call are left out',
  ])
})

test('an empty list of stop sequences reaches nobody', async () => {
  await using worlds = await openWorlds()
  await worlds.gateway.fetch('/v1/messages', {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${MASTER}` },
    body: JSON.stringify({ ...body({ stop_sequences: [] }), model: 'plain/one' }),
  })
  expect(JSON.parse(worlds.mock.requests.at(-1)!.body)).not.toHaveProperty('stop')
})
