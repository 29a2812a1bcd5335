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
    const names = toolsOf([f, space('a'), space('a'), space('b__'), space('x'.repeat(80))]).tools.map(
      (t: Any) => t.name,
    )
    expect(names.slice(0, 4)).toEqual(['f', 'a__f', 'a__f_2', 'b__f'])
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
    expect(refusalOf({ tools: [search, f] }, to('google'))).toEqual({
      code: 'unsupported_parameter',
      param: 'tools',
    })
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
