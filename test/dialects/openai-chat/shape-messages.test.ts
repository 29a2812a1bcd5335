import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import type { JsonObject } from '../../../src/types.ts'
import { type Loose, refusalOf } from './kit.ts'
import { type Piece, read, readAll, shared, type Talk, talks, toChat } from './talks.ts'

describe("a body of Anthropic's", () => {
  const block = (each: Piece): object =>
    'text' in each
      ? { type: 'text', text: each.text }
      : 'png' in each
        ? { type: 'image', source: { type: 'base64', media_type: 'image/png', data: each.png } }
        : 'url' in each
          ? { type: 'image', source: { type: 'url', url: each.url } }
          : {
              type: 'document',
              title: 'a.pdf',
              source: { type: 'base64', media_type: 'application/pdf', data: each.pdf },
            }
  const toMessages = (talk: Talk): JsonObject => ({
    ...shared(talk),
    max_tokens: talk.limit,
    system: talk.system,
    tools: talk.tools.map(({ name, description, schema }) => ({ name, description, input_schema: schema })),
    ...(talk.choice !== undefined && {
      tool_choice:
        talk.choice === 'tool' ? { type: 'tool', name: talk.tools[0]!.name } : { type: talk.choice },
    }),
    messages: talk.turns.flatMap(({ user, said, calls }) => [
      { role: 'user', content: user.map(block) },
      {
        role: 'assistant',
        content: [
          { type: 'text', text: said },
          ...calls.map(({ id, name, input }) => ({ type: 'tool_use', id, name, input })),
        ],
      },
      ...(calls.length > 0
        ? [
            {
              role: 'user',
              content: calls.map(({ id, result }) => ({
                type: 'tool_result',
                tool_use_id: id,
                content: result,
              })),
            },
          ]
        : []),
    ]),
  })
  test('becomes the chat body that means the same', () =>
    fc.assert(
      fc.property(talks, talk =>
        expect(readAll(toMessages(talk))).toEqual(
          toChat(talk, 'max_tokens', text => [{ type: 'text', text }]),
        ),
      ),
    ))

  const of = (more: object): Loose =>
    read({ model: 'm', max_tokens: 9, system: 'S', messages: [{ role: 'user', content: 'Hi' }], ...more })
  const messages = [
    { role: 'system', content: 'S' },
    { role: 'user', content: 'Hi' },
  ]
  test.each<[string, object, object]>([
    ['the least', {}, {}],
    ['stops', { stop_sequences: ['A'] }, { stop: ['A'] }],
    ['no stops', { stop_sequences: [] }, {}],
    ['who asks', { metadata: { user_id: 'u' } }, { user: 'u' }],
    ['a tier', { service_tier: 'standard_only' }, { service_tier: 'default' }],
    ['a budget', { thinking: { type: 'enabled', budget_tokens: 20_000 } }, { reasoning_effort: 'high' }],
    ['no thinking', { thinking: { type: 'disabled' } }, {}],
    [
      'an effort',
      { thinking: { type: 'adaptive' }, output_config: { effort: 'low' } },
      { reasoning_effort: 'low' },
    ],
    [
      'a schema',
      { output_config: { format: { type: 'json_schema', schema: { type: 'object' } } } },
      {
        response_format: {
          type: 'json_schema',
          json_schema: { name: 'answer', schema: { type: 'object' }, strict: true },
        },
      },
    ],
    [
      'one at a time',
      {
        tools: [{ name: 'a', input_schema: {} }],
        tool_choice: { type: 'any', disable_parallel_tool_use: true },
      },
      {
        tools: [{ type: 'function', function: { name: 'a', parameters: {} } }],
        tool_choice: 'required',
        parallel_tool_calls: false,
      },
    ],
    [
      'a search',
      { tools: [{ type: 'web_search_20250305', name: 'web_search' }] },
      { web_search_options: {} },
    ],
    [
      'a tool to cache',
      { tools: [{ name: 'a', input_schema: {}, cache_control: { type: 'ephemeral' } }] },
      {
        tools: [
          { type: 'function', function: { name: 'a', parameters: {} }, cache_control: { type: 'ephemeral' } },
        ],
      },
    ],
  ])('%s', (_, more, body) => expect(of(more)).toEqual({ model: 'm', max_tokens: 9, messages, ...body }))

  test('thoughts keep their signatures, texts their cache points, results come first', () => {
    const cache_control = { type: 'ephemeral' }
    const given = of({
      system: [{ type: 'text', text: 'S', cache_control }],
      messages: [
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'T', signature: 'X' },
            { type: 'redacted_thinking', data: 'D' },
            { type: 'tool_use', id: '1', name: 'a', input: {} },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Q', cache_control },
            { type: 'tool_result', tool_use_id: '1', is_error: true, content: [{ type: 'text', text: 'R' }] },
          ],
        },
      ],
    })
    expect(given.messages).toEqual([
      { role: 'system', content: [{ type: 'text', text: 'S', cache_control }] },
      {
        role: 'assistant',
        content: null,
        reasoning_content: 'T',
        reasoning_details: [
          { type: 'reasoning.text', text: 'T', signature: 'X', format: 'anthropic-claude-v1', index: 0 },
          { type: 'reasoning.encrypted', data: 'D', format: 'anthropic-claude-v1', index: 1 },
        ],
        tool_calls: [{ id: '1', type: 'function', function: { name: 'a', arguments: '{}' } }],
      },
      { role: 'tool', tool_call_id: '1', content: [{ type: 'text', text: 'Error: R' }] },
      { role: 'user', content: [{ type: 'text', text: 'Q', cache_control }] },
    ])
  })

  const image = { type: 'image', source: { type: 'url', url: 'https://a.example/b.png' } }
  const picture = { type: 'image_url', image_url: { url: 'https://a.example/b.png' } }
  test.each<[unknown, unknown]>([
    ['no such file', 'Error: no such file'],
    ['Error: no such file', 'Error: no such file'],
    ['<error>no</error>', '<error>no</error>'],
    [undefined, 'Error'],
    [[image], [{ type: 'text', text: 'Error' }, picture]],
    [
      [{ type: 'text', text: 'no' }, image],
      [{ type: 'text', text: 'Error: no' }, picture],
    ],
  ])('a result that failed says so in its words: %j', (content, told) => {
    const result = { type: 'tool_result', tool_use_id: '1', is_error: true, content }
    expect(of({ messages: [{ role: 'user', content: [result] }] }).messages.at(-1).content).toEqual(told)
  })

  test.each<[object, string]>([
    [{ container: 'c' }, 'container'],
    [{ mcp_servers: [] }, 'mcp_servers'],
    [{ system: [{ type: 'image' }] }, 'system[0].type'],
    [{ messages: 'x' }, 'messages'],
    [
      { messages: [{ role: 'user', content: [{ type: 'text', text: 'a' }, { type: 'smell' }] }] },
      'messages[0].content[1].type',
    ],
    [
      { messages: [{ role: 'user', content: [{ type: 'image', source: { type: 'x' } }] }] },
      'messages[0].content[0].source.type',
    ],
    [
      { messages: [{ role: 'assistant', content: [{ type: 'server_tool_use' }] }] },
      'messages[0].content[0].type',
    ],
    [
      { messages: [{ role: 'assistant', content: [{ type: 'tool_use', id: '1', name: 'a', input: 'x' }] }] },
      'messages[0].content[0].input',
    ],
    [{ tools: [{ type: 'bash_20250124', name: 'bash' }] }, 'tools[0].type'],
    [{ tools: [{ name: 'a' }] }, 'tools[0].input_schema'],
    [{ tools: [{ name: 'a', input_schema: {} }], tool_choice: { type: 'x' } }, 'tool_choice.type'],
  ])('%j is refused: %s', (more, param) => expect(refusalOf(() => of(more))).toBe(`invalid_request ${param}`))
})
