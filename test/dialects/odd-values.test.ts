import { afterAll, beforeAll, expect, test } from 'bun:test'
import { type House, openHouse } from '../kernel/house.ts'
import { MASTER } from '../kit.ts'

/** Objects that bring ways of their own to become a text, or none: wherever a body has one, it is no bug. */

const ODD = { toString: null, valueOf: null }
const NOBODY = 'http://127.0.0.1:9'
let house: House
beforeAll(async () => {
  house = await openHouse({
    env: Object.fromEntries(
      ['ANTHROPIC', 'GEMINI', 'GROQ'].flatMap(name => [
        [`${name}_API_KEY`, 'k'],
        [`${name}_BASE_URL`, NOBODY],
        [`${name}_MODELS`, 'm'],
      ]),
    ),
  })
  const targets = ['gemini/m', 'anthropic/m', 'groq/m', 'openai/one'].map(model => ({ model }))
  await house.test.admin('PUT', '/admin/virtual-models', { source: 'mix', targets, session_affinity: false })
})
afterAll(() => house[Symbol.asyncDispose]())

const search = { type: 'web_search', user_location: { type: 'approximate', city: 'Bern' }, filters: {} }
const own = { type: 'function', name: 'a', parameters: { type: 'object' } }
const bodies = {
  '/v1/chat/completions': {
    messages: [
      { role: 'system', content: 'a' },
      {
        role: 'assistant',
        content: [{ type: 'text', text: 'a' }],
        tool_calls: [{ id: 'c', type: 'function', function: { name: 'a', arguments: '{}' } }],
      },
      { role: 'tool', tool_call_id: 'c', content: 'a' },
      { role: 'user', name: 'b', content: [{ type: 'image_url', image_url: { url: 'data:,a' } }] },
    ],
    tools: [{ type: 'function', function: { name: 'a', parameters: {} } }, search],
    tool_choice: { type: 'function', function: { name: 'a' } },
    web_search_options: { user_location: { type: 'approximate' } },
    response_format: { type: 'json_schema', json_schema: { name: 'a', schema: {} } },
    stop: ['a'],
    user: 'a',
    metadata: { a: 'b' },
    reasoning_effort: 'low',
  },
  '/v1/responses': {
    input: [
      { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'a' }] },
      { type: 'function_call', call_id: 'c', name: 'a', arguments: '{}' },
      { type: 'function_call_output', call_id: 'c', output: 'a' },
      { type: 'web_search_call', id: 'w', status: 'completed', action: { type: 'search', query: 'a' } },
      { type: 'reasoning', id: 'r', summary: [{ type: 'summary_text', text: 'a' }] },
      { type: 'additional_tools', tools: [own] },
    ],
    tools: [own, search, { type: 'namespace', name: 'n', tools: [own] }],
    tool_choice: { type: 'allowed_tools', mode: 'auto', tools: [own] },
    text: { format: { type: 'json_schema', name: 'a', schema: {} } },
    reasoning: { effort: 'low', summary: 'auto' },
    store: false,
  },
  '/v1/messages': {
    max_tokens: 9,
    system: [{ type: 'text', text: 'a', cache_control: { type: 'ephemeral', ttl: '1h' } }],
    messages: [
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'a', signature: 'b' },
          { type: 'server_tool_use', id: 's', name: 'web_search', input: { query: 'a' } },
          { type: 'web_search_tool_result', tool_use_id: 's', content: [{ url: 'a', title: 'b' }] },
          { type: 'tool_use', id: 'c', name: 'a', input: {} },
        ],
      },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'c', content: 'a' }] },
    ],
    tools: [
      { name: 'a', input_schema: { type: 'object' } },
      { type: 'web_search_20250305', name: 'web_search', allowed_domains: ['a'] },
      { type: 'code_execution_20250522', name: 'code_execution' },
    ],
    tool_choice: { type: 'tool', name: 'a' },
    thinking: { type: 'adaptive' },
    context_management: { edits: [{ type: 'clear_thinking_20251015' }] },
    metadata: { user_id: 'a' },
  },
} as const

/** The same value, with an odd one in the place of each of its parts in turn. */
function* withOdd(value: unknown): Generator<unknown> {
  yield ODD
  if (typeof value !== 'object' || value === null) return
  for (const [key, inner] of Object.entries(value))
    for (const odd of withOdd(inner))
      yield Array.isArray(value) ? value.with(Number(key), odd) : { ...value, [key]: odd }
}

test.each(Object.entries(bodies))(
  '%s',
  async (path, body) => {
    const bugs: string[] = []
    for (const model of ['mix', 'gemini/m', 'anthropic/m', 'groq/m', 'openai/one'])
      for (const odd of withOdd(body)) {
        if (odd === ODD) continue
        const sent = JSON.stringify({ model, ...(odd as object) })
        const response = await fetch(house.url + path, {
          method: 'POST',
          headers: { authorization: `Bearer ${MASTER}`, 'content-type': 'application/json' },
          body: sent,
        })
        await response.body?.cancel()
        if (response.status === 500) bugs.push(sent)
      }
    expect(bugs).toEqual([])
  },
  60_000,
)
