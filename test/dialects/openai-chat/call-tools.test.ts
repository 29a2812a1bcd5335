import { describe, expect, test } from 'bun:test'
import type { Destination } from '../../../src/contract/translation.ts'
import { anthropic, call, compatible, google, refusalOf, to } from './kit.ts'

const tool = (name: string, more: object = {}) => ({
  type: 'function',
  function: { name, parameters: { type: 'object', properties: {} }, ...more },
})
const tools = [tool('a'), tool('b')]
const made = (name: string) => ({ type: 'function', name, inputSchema: { type: 'object', properties: {} } })

/** What a field becomes, beside the prompt. */
const optionsOf = (more: object, destination?: Destination) => {
  const { prompt: _, ...options } = call(more, destination).options
  return options
}
const claude = to('anthropic', 'claude-opus-4-1')

describe('tools', () => {
  const table: [what: string, more: object, options: object, destination?: Destination][] = [
    [
      'functions',
      { tools: [tool('a', { description: 'd', strict: true })] },
      { tools: [{ ...made('a'), description: 'd', strict: true }] },
    ],
    [
      'a function without parameters',
      { tools: [{ type: 'function', function: { name: 'a' } }] },
      { tools: [made('a')] },
    ],
    ['auto', { tools, tool_choice: 'auto' }, { tools: [made('a'), made('b')], toolChoice: { type: 'auto' } }],
    ['none', { tools, tool_choice: 'none' }, { tools: [made('a'), made('b')], toolChoice: { type: 'none' } }],
    [
      'required',
      { tools, tool_choice: 'required' },
      { tools: [made('a'), made('b')], toolChoice: { type: 'required' } },
    ],
    [
      'one of them',
      { tools, tool_choice: { type: 'function', function: { name: 'b' } } },
      { tools: [made('a'), made('b')], toolChoice: { type: 'tool', toolName: 'b' } },
    ],
    [
      'some of them',
      {
        tools,
        tool_choice: {
          type: 'allowed_tools',
          allowed_tools: { mode: 'required', tools: [{ type: 'function', function: { name: 'b' } }] },
        },
      },
      { tools: [made('b')], toolChoice: { type: 'required' } },
    ],
    ['a choice without tools', { tool_choice: 'auto' }, {}],
    [
      'legacy functions',
      {
        functions: [{ name: 'a', parameters: { type: 'object', properties: {} } }],
        function_call: { name: 'a' },
      },
      { tools: [made('a')], toolChoice: { type: 'tool', toolName: 'a' } },
    ],
    [
      'one at a time',
      { tools, parallel_tool_calls: false },
      { tools: [made('a'), made('b')], providerOptions: { anthropic: { disableParallelToolUse: true } } },
      anthropic,
    ],
    [
      'one at a time, in the same language',
      { tools, parallel_tool_calls: false },
      { tools: [made('a'), made('b')], providerOptions: { compatible: { parallel_tool_calls: false } } },
      compatible,
    ],
    ['several at a time', { tools, parallel_tool_calls: true }, { tools: [made('a'), made('b')] }, google],
    [
      'a search at Anthropic',
      {
        web_search_options: {
          user_location: { type: 'approximate', approximate: { city: 'Ulm', country: 'DE' } },
        },
      },
      {
        tools: [
          {
            type: 'provider',
            id: 'anthropic.web_search_20250305',
            name: 'web_search',
            args: { userLocation: { type: 'approximate', city: 'Ulm', country: 'DE' } },
          },
        ],
      },
      anthropic,
    ],
    [
      'a search at Google',
      { web_search_options: {} },
      { tools: [{ type: 'provider', id: 'google.google_search', name: 'google_search', args: {} }] },
      google,
    ],
    [
      'a tool behind which to cache',
      { tools: [{ ...tool('a'), cache_control: { type: 'ephemeral', ttl: '1h' } }] },
      {
        tools: [
          {
            ...made('a'),
            providerOptions: { anthropic: { cacheControl: { type: 'ephemeral', ttl: '1h' } } },
          },
        ],
      },
      anthropic,
    ],
  ]
  for (const [what, more, options, destination] of table)
    test(what, () => {
      expect(optionsOf(more, destination)).toEqual(options)
      expect(call(more, destination).warnings).toEqual([])
    })

  test('one at a time is made true by the gateway where a provider has no word for it', () =>
    expect(call({ tools, parallel_tool_calls: false }, google).warnings).toEqual([
      expect.stringMatching(/^parallel_tool_calls:/),
    ]))

  test('a schema that nobody enforces is told', () => {
    const strict = { tools: [{ type: 'function', function: { name: 'a', strict: true } }] }
    const cohere = { type: 'cohere', options: 'cohere', model: 'command' }
    expect(call(strict, cohere).warnings).toEqual([expect.stringMatching(/^tools\[0\]\.function\.strict: /)])
    expect(call(strict).warnings).toEqual([])
  })

  test('a free text is the one field of a function, and a grammar is told', () => {
    const custom = {
      name: 'sql',
      description: 'Runs it',
      format: { type: 'grammar', grammar: { syntax: 'lark', definition: 'start: "x"' } },
    }
    const { options, warnings } = call({ tools: [{ type: 'custom', custom }] })
    expect(options.tools).toEqual([
      {
        type: 'function',
        name: 'sql',
        description: 'Runs it',
        inputSchema: {
          type: 'object',
          properties: { input: { type: 'string', description: expect.stringContaining('start: "x"') } },
          required: ['input'],
          additionalProperties: false,
        },
      },
    ] as never)
    expect(warnings).toEqual([expect.stringMatching(/^tools\[0\]\.custom\.format:/)])
  })

  test('words of a table are no words of JavaScript', () => {
    expect(refusalOf(() => call({ messages: [{ role: 'constructor', content: '' }] }))).toBe(
      'invalid_request messages[0].role',
    )
    expect(refusalOf(() => call({ messages: [{ role: 'user', content: [{ type: 'toString' }] }] }))).toBe(
      'unsupported_parameter messages[0].content[0].type',
    )
    expect(call({}, to('__proto__')).options.prompt).toHaveLength(1)
    expect(call({}, to('constructor')).options.prompt).toHaveLength(1)
  })
})

describe('a tool that runs at some provider', () => {
  const served = { type: 'code_interpreter', container: { type: 'auto' } }

  test('beside functions is left out with a word', () => {
    const { options, warnings } = call({ tools: [...tools, served] })
    expect(options.tools).toHaveLength(tools.length)
    expect(warnings).toEqual([
      `tools[${tools.length}]: this provider has no code_interpreter of its own, so it does without`,
    ])
  })

  test('alone moves the call on, and so does one that needs what the client has there', () => {
    const mcp = { type: 'mcp', server_label: 'a', server_url: 'https://a.example' }
    expect(refusalOf(() => call({ tools: [served] }))).toBe('unsupported_parameter tools[0].type')
    expect(refusalOf(() => call({ tools: [mcp, ...tools] }))).toBe('unsupported_parameter tools[0].type')
  })
})

describe('Claude in the middle of its work', () => {
  const before = (more: object) => [
    { role: 'user', content: 'Q' },
    {
      role: 'assistant',
      content: null,
      tool_calls: [{ id: 'c', type: 'function', function: { name: 'a', arguments: '{}' } }],
      ...more,
    },
    { role: 'tool', tool_call_id: 'c', content: 'R' },
  ]
  const ask = (more: object, destination: Destination) =>
    call({ tools, reasoning_effort: 'high', messages: before(more) }, destination)
  const details = [{ type: 'reasoning.text', text: 'T', signature: 'S', format: 'anthropic-claude-v1' }]

  test('does not think where an older model would miss what it thought before', () => {
    const { options, warnings } = ask({}, claude)
    expect(options.reasoning).toBeUndefined()
    expect(warnings).toEqual([expect.stringMatching(/^reasoning_effort:/)])
  })
  test('thinks on where its thoughts come back', () =>
    expect(ask({ reasoning_details: details }, claude).options.reasoning).toBe('high'))
  test('thinks on where the model does not mind', () =>
    expect(ask({}, anthropic).options.reasoning).toBe('high'))
  test.each([
    'claude-3-7-sonnet-20250219',
    'claude-sonnet-4-20250514',
    'claude-opus-4-1',
    'claude-haiku-4-5',
    'claude-sonnet-4-5-20250929',
  ])('%s minds', model => expect(ask({}, to('anthropic', model)).options.reasoning).toBeUndefined())
  test.each(['claude-opus-4-6', 'claude-sonnet-4-6', 'claude-opus-4-8', 'claude-sonnet-5-5'])(
    '%s does not',
    model => expect(ask({}, to('anthropic', model)).options.reasoning).toBe('high'),
  )
  test('nobody else is concerned', () =>
    expect(ask({}, to('stranger', 'claude-opus-4-1')).options.reasoning).toBe('high'))
  test('who does not want it to think says so', () =>
    expect(call({ tools, reasoning_effort: 'none', messages: before({}) }, claude).options.reasoning).toBe(
      'none',
    ))
})
