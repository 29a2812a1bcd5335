import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import type { JsonObject } from '../../../src/types.ts'
import { type Loose, refusalOf } from './kit.ts'
import { type Piece, read, readAll, shared, type Talk, talks, toChat } from './talks.ts'

describe('a body of the Responses API', () => {
  const part = (each: Piece): object =>
    'text' in each
      ? { type: 'input_text', text: each.text }
      : 'pdf' in each
        ? { type: 'input_file', file_data: `data:application/pdf;base64,${each.pdf}`, filename: 'a.pdf' }
        : { type: 'input_image', image_url: 'png' in each ? `data:image/png;base64,${each.png}` : each.url }
  const toResponses = (talk: Talk): JsonObject => ({
    ...shared(talk),
    max_output_tokens: talk.limit,
    instructions: talk.system,
    tools: talk.tools.map(({ name, description, schema }) => ({
      type: 'function',
      name,
      description,
      parameters: schema,
    })),
    ...(talk.choice !== undefined && {
      tool_choice:
        talk.choice === 'tool'
          ? { type: 'function', name: talk.tools[0]!.name }
          : talk.choice === 'any'
            ? 'required'
            : talk.choice,
    }),
    input: talk.turns.flatMap(({ user, said, calls }) => [
      { role: 'user', content: user.map(part) },
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: said, annotations: [] }] },
      ...calls.map(({ id, name, input }) => ({
        type: 'function_call',
        call_id: id,
        name,
        arguments: JSON.stringify(input),
      })),
      ...calls.map(({ id, result }) => ({ type: 'function_call_output', call_id: id, output: result })),
    ]),
  })
  test('becomes the chat body that means the same', () =>
    fc.assert(
      fc.property(talks, talk =>
        expect(readAll(toResponses(talk))).toEqual(
          toChat(talk, 'max_completion_tokens', text => [{ type: 'text', text }]),
        ),
      ),
    ))

  const of = (more: object): Loose => read({ model: 'm', input: 'Hi', ...more })
  const hi = [{ role: 'user', content: 'Hi' }]
  test.each<[string, object, object]>([
    ['a text', {}, { messages: hi }],
    ['messages that are empty', { messages: [] }, { messages: hi }],
    ['no instructions', { instructions: '' }, { messages: hi }],
    [
      'reasoning',
      { reasoning: { effort: 'high', summary: 'auto' }, include: ['reasoning.encrypted_content'] },
      { reasoning_effort: 'high', messages: hi },
    ],
    [
      'a schema',
      {
        text: {
          format: { type: 'json_schema', name: 'n', schema: { type: 'object' }, strict: true },
          verbosity: 'low',
        },
      },
      {
        verbosity: 'low',
        response_format: {
          type: 'json_schema',
          json_schema: { name: 'n', schema: { type: 'object' }, strict: true },
        },
        messages: hi,
      },
    ],
    ['text', { text: { format: { type: 'text' } } }, { response_format: { type: 'text' }, messages: hi }],
    ['logprobs', { top_logprobs: 2 }, { logprobs: true, top_logprobs: 2, messages: hi }],
    ['no logprobs', { top_logprobs: 0 }, { messages: hi }],
    [
      'what both have',
      {
        store: false,
        metadata: { a: 'b' },
        user: 'u',
        prompt_cache_key: 'k',
        service_tier: 'auto',
        parallel_tool_calls: true,
      },
      {
        store: false,
        metadata: { a: 'b' },
        user: 'u',
        prompt_cache_key: 'k',
        service_tier: 'auto',
        parallel_tool_calls: true,
        messages: hi,
      },
    ],
    [
      'what asks for nothing',
      { truncation: 'disabled', background: false, previous_response_id: null, conversation: null },
      { messages: hi },
    ],
    [
      'a search',
      {
        tools: [
          {
            type: 'web_search',
            search_context_size: 'low',
            user_location: { type: 'approximate', city: 'Ulm' },
          },
        ],
      },
      {
        web_search_options: {
          search_context_size: 'low',
          user_location: { type: 'approximate', approximate: { city: 'Ulm' } },
        },
        messages: hi,
      },
    ],
    [
      'a custom tool',
      {
        tools: [
          {
            type: 'custom',
            name: 'a',
            description: 'd',
            format: { type: 'grammar', syntax: 'lark', definition: 'x' },
          },
        ],
        tool_choice: { type: 'custom', name: 'a' },
      },
      {
        tools: [
          {
            type: 'custom',
            custom: {
              name: 'a',
              description: 'd',
              format: { type: 'grammar', grammar: { syntax: 'lark', definition: 'x' } },
            },
          },
        ],
        tool_choice: { type: 'custom', custom: { name: 'a' } },
        messages: hi,
      },
    ],
    [
      'some tools',
      {
        tools: [{ type: 'function', name: 'a' }],
        tool_choice: { type: 'allowed_tools', mode: 'auto', tools: [{ type: 'function', name: 'a' }] },
      },
      {
        tools: [{ type: 'function', function: { name: 'a' } }],
        tool_choice: {
          type: 'allowed_tools',
          allowed_tools: { mode: 'auto', tools: [{ type: 'function', function: { name: 'a' } }] },
        },
        messages: hi,
      },
    ],
  ])('%s', (_, more, body) => expect(of(more)).toEqual({ model: 'm', ...body }))

  test('nothing comes between calls and their results', () => {
    const { messages } = of({
      input: [
        { role: 'assistant', content: 'A' },
        { type: 'function_call', call_id: '1', name: 'a', arguments: '{}' },
        { role: 'assistant', content: [{ type: 'output_text', text: 'B' }] },
        { type: 'function_call', call_id: '2', name: 'a', arguments: '{}' },
        { type: 'function_call_output', call_id: '1', output: 'R' },
      ],
    })
    expect(messages).toMatchObject([
      {
        role: 'assistant',
        content: [
          { type: 'text', text: 'A' },
          { type: 'text', text: 'B' },
        ],
        tool_calls: [{ id: '1' }, { id: '2' }],
      },
      { role: 'tool', tool_call_id: '1' },
    ])
  })

  test('thoughts, words and calls of one turn are one message', () => {
    const { messages } = of({
      input: [
        {
          type: 'reasoning',
          id: 'rs_1',
          summary: [{ type: 'summary_text', text: 'T' }],
          encrypted_content: 'E',
        },
        { type: 'function_call', call_id: '1', name: 'a', arguments: '{}' },
        { type: 'message', role: 'assistant', content: 'A' },
        { type: 'custom_tool_call', call_id: '2', name: 'b', input: 'x' },
        { type: 'function_call_output', call_id: '1', output: [{ type: 'input_text', text: 'R' }] },
        { type: 'custom_tool_call_output', call_id: '2', output: 'S' },
        { type: 'message', role: 'assistant', content: 'B' },
        { type: 'message', role: 'assistant', content: 'C' },
      ],
    })
    expect(messages).toEqual([
      {
        role: 'assistant',
        content: 'A',
        reasoning_content: 'T',
        reasoning_details: [
          { type: 'reasoning.encrypted', data: 'E', format: 'openai-responses-v1', id: 'rs_1', index: 0 },
        ],
        tool_calls: [
          { id: '1', type: 'function', function: { name: 'a', arguments: '{}' } },
          { id: '2', type: 'custom', custom: { name: 'b', input: 'x' } },
        ],
      },
      { role: 'tool', tool_call_id: '1', content: [{ type: 'text', text: 'R' }] },
      { role: 'tool', tool_call_id: '2', content: 'S' },
      { role: 'assistant', content: 'B' },
      { role: 'assistant', content: 'C' },
    ])
  })

  test.each<[object, string]>([
    [{ previous_response_id: 'resp_1' }, 'previous_response_id'],
    [{ conversation: 'c' }, 'conversation'],
    [{ background: true }, 'background'],
    [{ prompt: { id: 'p' } }, 'prompt'],
    [{ truncation: 'auto' }, 'truncation'],
    [{ input: [{ type: 'item_reference', id: 'x' }] }, 'input[0].type'],
    [{ input: [{ type: 'computer_call' }] }, 'input[0].type'],
    [{ input: [7] }, 'input[0]'],
    [{ input: [{ role: 'robot', content: '' }] }, 'input[0].role'],
    [{ input: [{ type: 'function_call', name: 'a', arguments: '' }] }, 'input[0].call_id'],
    [{ instructions: 5 }, 'instructions'],
  ])('%j is refused: %s', (more, param) => expect(refusalOf(() => of(more))).toBe(`invalid_request ${param}`))
})
