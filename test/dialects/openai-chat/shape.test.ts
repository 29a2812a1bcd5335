import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { read as readTold } from '../../../plugins/dialects/openai-chat/shape.ts'
import type { JsonObject } from '../../../src/types.ts'
import { type Loose, refusalOf } from './kit.ts'

const read = (body: JsonObject): JsonObject => readTold(body, () => {})
/** Nothing of the body is lost. */
const readAll = (body: JsonObject): JsonObject =>
  readTold(body, line => {
    throw new Error(`Told: ${line}`)
  })

/** A conversation that all three languages can tell, from which each test writes its own shape. */
interface Turn {
  readonly user: readonly Piece[]
  readonly said: string
  readonly calls: readonly {
    readonly id: string
    readonly name: string
    readonly input: JsonObject
    readonly result: string
  }[]
}
type Piece =
  | { readonly text: string }
  | { readonly png: string }
  | { readonly url: string }
  | { readonly pdf: string }

const words = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
const base64 = fc.base64String({ minLength: 4, maxLength: 12 })
const piece: fc.Arbitrary<Piece> = fc.oneof(
  fc.record({ text: words }),
  fc.record({ png: base64 }),
  fc.record({ url: fc.webUrl() }),
  fc.record({ pdf: base64 }),
)
const name = fc.stringMatching(/^[a-z_]{1,8}$/)
const turn: fc.Arbitrary<Turn> = fc.record({
  user: fc.array(piece, { minLength: 1, maxLength: 3 }),
  said: words,
  calls: fc.array(
    fc.record({ id: fc.uuid(), name, input: fc.dictionary(name, words, { maxKeys: 2 }), result: words }),
    { maxLength: 3 },
  ),
})
const tool = fc.record({
  name,
  description: words,
  schema: fc.constant({ type: 'object', properties: { a: { type: 'string' } } }),
})
const talks = fc.record({
  system: words,
  turns: fc.array(turn, { minLength: 1, maxLength: 4 }),
  tools: fc.uniqueArray(tool, { minLength: 1, maxLength: 3, selector: ({ name }) => name }),
  choice: fc.constantFrom('auto', 'any', 'none', 'tool', undefined),
  limit: fc.integer({ min: 1, max: 9999 }),
  temperature: fc.constantFrom(0, 0.5, 1),
  stream: fc.boolean(),
})
type Talk = typeof talks extends fc.Arbitrary<infer T> ? T : never

const chatPiece = (each: Piece): object =>
  'text' in each
    ? { type: 'text', text: each.text }
    : 'png' in each
      ? { type: 'image_url', image_url: { url: `data:image/png;base64,${each.png}` } }
      : 'url' in each
        ? { type: 'image_url', image_url: { url: each.url } }
        : { type: 'file', file: { file_data: `data:application/pdf;base64,${each.pdf}`, filename: 'a.pdf' } }
const chatTool = ({ name, description, schema }: Talk['tools'][number]) => ({
  type: 'function',
  function: { name, description, parameters: schema },
})
const chatChoice = ({ choice, tools }: Talk) =>
  choice === undefined
    ? {}
    : {
        tool_choice:
          choice === 'tool'
            ? { type: 'function', function: { name: tools[0]!.name } }
            : choice === 'any'
              ? 'required'
              : choice,
      }
const chatCalls = (calls: Turn['calls']) =>
  calls.length === 0
    ? {}
    : {
        tool_calls: calls.map(({ id, name, input }) => ({
          id,
          type: 'function',
          function: { name, arguments: JSON.stringify(input) },
        })),
      }
const shared = ({ temperature, stream }: Talk) => ({ model: 'm', temperature, stream })

const toChat = (
  talk: Talk,
  limit: 'max_tokens' | 'max_completion_tokens',
  wrap: (said: string) => unknown,
): JsonObject => ({
  ...shared(talk),
  [limit]: talk.limit,
  tools: talk.tools.map(chatTool),
  ...chatChoice(talk),
  messages: [
    { role: 'system', content: talk.system },
    ...talk.turns.flatMap(({ user, said, calls }) => [
      { role: 'user', content: user.map(chatPiece) },
      { role: 'assistant', content: wrap(said), ...chatCalls(calls) },
      ...calls.map(({ id, result }) => ({ role: 'tool', tool_call_id: id, content: result })),
    ]),
  ],
})

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

describe('a proper body', () => {
  const flat = {
    type: 'function',
    name: 'a',
    description: 'd',
    parameters: { type: 'object' },
    strict: false,
  }
  const nested = { type: 'function', function: { name: 'b' } }
  test('with tools of the Responses API gets them as chat has them, and nothing else changes', () => {
    const body = {
      model: 'm',
      messages: [{ role: 'user', content: 'Hi' }],
      tools: [nested, flat, { type: 'custom', name: 'c' }],
      tool_choice: { type: 'function', name: 'a' },
    }
    const { type: _, ...own } = flat
    expect(read(body)).toEqual({
      ...body,
      tools: [nested, { type: 'function', function: own }, { type: 'custom', custom: { name: 'c' } }],
      tool_choice: { type: 'function', function: { name: 'a' } },
    })
  })

  const bodies = talks.map(talk => toChat(talk, 'max_tokens', text => text))
  test('stays the same object', () =>
    fc.assert(
      fc.property(
        bodies,
        fc.constantFrom(
          {},
          { stop: ['x'] },
          { thinking: { type: 'enabled' } },
          { metadata: { user_id: 'u' } },
          { tool_choice: { type: 'function', function: { name: 'a' } } },
          { tool_choice: { type: 'allowed_tools', allowed_tools: { mode: 'auto', tools: [] } } },
          { tools: [{ type: 'custom', custom: { name: 'a' } }, { type: 'web_search' }] },
          { cache_control: {} },
        ),
        (body, more) => {
          const given = { ...body, ...more }
          expect(read(given)).toBe(given)
        },
      ),
    ))
  test.each<JsonObject>([
    {},
    { messages: [] },
    { messages: 'x', tools: 'y', input: 3 },
    { messages: [null, { content: [null, 3] }], tools: [null, 3] },
    {
      messages: [
        {
          role: 'assistant',
          content: [{ type: 'thinking', thinking: [{ type: 'text', text: "Mistral's" }] }],
        },
      ],
    },
    { input: {} },
    { messages: [{ role: 'user', content: 'a' }], input: 'b' },
  ])('stays the same object, however odd: %j', body => expect(read(body)).toBe(body))

  test('no JSON makes it fail but by a refusal', () => {
    const key = fc.constantFrom(
      'messages',
      'input',
      'system',
      'tools',
      'tool_choice',
      'content',
      'type',
      'role',
      'source',
      'text',
      'output',
      'function',
      'name',
    )
    const leaf = fc.constantFrom<unknown>(
      'text',
      'image',
      'tool_use',
      'tool_result',
      'function_call',
      'message',
      'user',
      'assistant',
      'custom',
      null,
      1,
    )
    const { tree } = fc.letrec(tie => ({
      tree: fc.oneof(
        { maxDepth: 5 },
        leaf,
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(key, tie('tree'), { maxKeys: 5 }),
      ),
    }))
    fc.assert(
      fc.property(fc.dictionary(key, tree, { maxKeys: 5 }), odd => {
        try {
          read(odd)
        } catch {
          expect(refusalOf(() => read(odd))).toMatch(/^invalid_request /)
        }
      }),
      { numRuns: 1000 },
    )
  })
})
