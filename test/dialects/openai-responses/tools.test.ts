import { describe, expect, test } from 'bun:test'
import { type Any, call, refusalOf, to } from './kit.ts'

const f = {
  type: 'function',
  name: 'f',
  description: 'Does',
  parameters: { type: 'object', properties: {} },
  strict: true,
}
const patch = { type: 'custom', name: 'patch', description: 'Patches' }
const toolsOf = (tools: object[], more: object = {}, destination = to('compatible')) =>
  call({ tools, ...more }, destination).options as Any

describe('tools', () => {
  test('that are functions stay so', () =>
    expect(toolsOf([f]).tools).toEqual([
      { type: 'function', name: 'f', description: 'Does', inputSchema: f.parameters, strict: true },
    ]))

  test('that are custom take one text', () => {
    const format = { type: 'grammar', syntax: 'regex', definition: '[a-z]+' }
    const [made] = toolsOf([{ ...patch, format }]).tools
    expect(made).toMatchObject({ type: 'function', name: 'patch', inputSchema: { required: ['input'] } })
    expect(made.description).toContain('[a-z]+')
  })

  test('of a namespace have names that are their own', () => {
    const inner = { type: 'function', name: 'f', parameters: {} }
    const space = (name: string) => ({ type: 'namespace', name, description: '', tools: [inner] })
    const [one, other] = ['x'.repeat(80), `y${'x'.repeat(80)}`]
    const names = toolsOf([f, space('a'), space('b__'), space(one), space(other)]).tools.map(
      (t: Any) => t.name,
    )
    expect(names.slice(0, 3)).toEqual(['f', 'a__f', 'b__f'])
    expect(new Set(names).size).toBe(5)
    for (const name of names) expect(name.length).toBeLessThanOrEqual(64)
  })

  test('that OpenAI has and clients run are functions for everybody else', () => {
    const given = [
      { type: 'local_shell' },
      { type: 'shell', environment: { type: 'local' } },
      { type: 'apply_patch' },
    ]
    const made = toolsOf(given).tools
    expect(made.map((tool: Any) => tool.name)).toEqual(['local_shell', 'shell', 'apply_patch'])
    for (const { inputSchema, description } of made) {
      expect(inputSchema.type).toBe('object')
      expect(description).not.toBe('')
    }
  })

  test('that search the web are those of the provider, where it has one', () => {
    const search = {
      type: 'web_search',
      filters: { allowed_domains: ['a.example'] },
      user_location: { type: 'approximate', city: 'Rome' },
    }
    expect(toolsOf([search], { max_tool_calls: 2 }, to('anthropic')).tools).toEqual([
      {
        type: 'provider',
        id: 'anthropic.web_search_20250305',
        name: 'web_search',
        args: {
          maxUses: 2,
          allowedDomains: ['a.example'],
          userLocation: { type: 'approximate', city: 'Rome' },
        },
      },
    ])
    expect(toolsOf([search], {}, to('google')).tools[0].id).toBe('google.google_search')
  })

  test('that search the web are left out with a word where they cannot be had', () => {
    const offline = { type: 'web_search', external_web_access: false }
    for (const [tools, destination, words] of [
      [[f, { type: 'web_search' }], to('compatible'), 'tools[1]: this provider cannot search the web'],
      [
        [f, { type: 'web_search' }],
        to('google'),
        'tools: this provider cannot search the web beside functions',
      ],
      [[f, offline], to('anthropic'), 'tools[1]: this provider cannot search the web without going there'],
    ] as const) {
      const { options, warnings } = call({ tools }, destination)
      expect((options.tools as Any).map((tool: Any) => tool.name)).toEqual(['f'])
      expect(warnings).toEqual([expect.stringContaining(words)])
    }
    expect(refusalOf({ tools: [f, offline], tool_choice: { type: 'web_search' } })).toEqual({
      code: 'unsupported_parameter',
      param: 'tool_choice.type',
    })
  })

  test('that come on the way count like those of the list, and the last word on each counts', () => {
    const inner = { type: 'function', name: 'exec', description: 'Runs', parameters: { type: 'object' } }
    const items = [
      {
        type: 'additional_tools',
        role: 'developer',
        tools: [{ type: 'namespace', name: 'functions', description: '', tools: [inner] }, patch],
      },
      { role: 'user', content: 'Go' },
      { type: 'additional_tools', role: 'developer', tools: [{ ...patch, description: 'Patches well' }] },
    ]
    const { prompt, tools } = toolsOf([f], { input: items })
    expect(prompt).toHaveLength(1)
    expect(tools.map(({ name, description }: Any) => [name, description])).toEqual([
      ['f', 'Does'],
      ['functions__exec', 'Runs'],
      ['patch', 'Patches well'],
    ])
    expect(refusalOf({ input: [{ type: 'additional_tools', tools: [{ type: 'function' }] }] })).toEqual({
      code: 'invalid_request',
      param: 'input[0].tools[0].name',
    })
  })

  test('that look for tools are functions where the client looks, and nothing where all tools are told at once', () => {
    const search = {
      type: 'tool_search',
      execution: 'client',
      description: 'Finds tools',
      parameters: { type: 'object', properties: { query: { type: 'string' } } },
    }
    expect(toolsOf([search]).tools).toEqual([
      { type: 'function', name: 'tool_search', description: 'Finds tools', inputSchema: search.parameters },
    ])
    expect(toolsOf([{ type: 'tool_search' }, { ...f, defer_loading: true }]).tools).toHaveLength(1)
    const found = { type: 'namespace', name: 'mail', description: '', tools: [{ ...f, name: 'send' }] }
    const { prompt, tools } = toolsOf([search], {
      input: [
        { role: 'user', content: 'Write to Ann' },
        { type: 'tool_search_call', call_id: 'c1', execution: 'client', arguments: { query: 'mail' } },
        { type: 'tool_search_output', call_id: 'c1', execution: 'client', tools: [found] },
        { type: 'tool_search_call', call_id: null, execution: 'server', arguments: {} },
        { type: 'tool_search_output', call_id: null, execution: 'server', tools: [] },
      ],
    })
    expect(tools.map(({ name }: Any) => name)).toEqual(['tool_search', 'mail__send'])
    expect(prompt.slice(1)).toEqual([
      {
        role: 'assistant',
        content: [{ type: 'tool-call', toolCallId: 'c1', toolName: 'tool_search', input: { query: 'mail' } }],
      },
      {
        role: 'tool',
        content: [
          {
            type: 'tool-result',
            toolCallId: 'c1',
            toolName: 'tool_search',
            output: { type: 'text', value: 'Loaded tools: send' },
          },
        ],
      },
    ])
  })
})

describe('the choice', () => {
  const tools = [f, patch, { type: 'apply_patch' }]
  test.each<[unknown, unknown, string[]?]>([
    ['auto', { type: 'auto' }],
    ['none', { type: 'none' }],
    ['required', { type: 'required' }],
    [
      { type: 'function', name: 'f' },
      { type: 'tool', toolName: 'f' },
    ],
    [
      { type: 'custom', name: 'patch' },
      { type: 'tool', toolName: 'patch' },
    ],
    [{ type: 'apply_patch' }, { type: 'tool', toolName: 'apply_patch' }],
    [
      { type: 'allowed_tools', mode: 'required', tools: [{ type: 'custom', name: 'patch' }] },
      { type: 'required' },
      ['patch'],
    ],
  ])('%j', (tool_choice, expected, names = ['f', 'patch', 'apply_patch']) => {
    const { toolChoice, tools: made } = toolsOf(tools, { tool_choice })
    expect(toolChoice).toEqual(expected)
    expect(made.map((tool: Any) => tool.name)).toEqual(names)
  })
})
