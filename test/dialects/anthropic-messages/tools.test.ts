import { describe, expect, test } from 'bun:test'
import { cache, call, claude, compatible, gemini, to } from './kit.ts'

const schema = { type: 'object', properties: { to: { type: 'string' } } }
const tool = { name: 'go', description: 'Goes', input_schema: schema }

describe('tools', () => {
  test('keep name, description, schema and strictness', () => {
    expect(
      call({
        tools: [
          { ...tool, strict: true, ...cache },
          { type: 'custom', name: 'b', input_schema: {} },
        ],
      }).options.tools,
    ).toEqual([
      { type: 'function', name: 'go', description: 'Goes', inputSchema: schema as never, strict: true },
      { type: 'function', name: 'b', inputSchema: {} },
    ])
  })

  test('have what only Claude knows where Claude is', () => {
    const given = {
      ...tool,
      ...cache,
      defer_loading: true,
      eager_input_streaming: false,
      allowed_callers: ['direct'],
      input_examples: [{ to: 'x' }],
    }
    const { options, warnings } = call(
      {
        tools: [
          given,
          { type: 'web_search_20250305', name: 'web_search', max_uses: 3 },
          { type: 'bash_20250124', name: 'bash' },
        ],
      },
      claude,
    )
    expect(warnings).toEqual([])
    expect(options.tools).toEqual([
      {
        type: 'function',
        name: 'go',
        description: 'Goes',
        inputSchema: schema as never,
        inputExamples: [{ input: { to: 'x' } }],
        providerOptions: {
          anthropic: {
            cacheControl: { type: 'ephemeral', ttl: '1h' },
            eagerInputStreaming: false,
            deferLoading: true,
            allowedCallers: ['direct'],
          },
        },
      },
      { type: 'provider', id: 'anthropic.web_search_20250305', name: 'web_search', args: { maxUses: 3 } },
      { type: 'provider', id: 'anthropic.bash_20250124', name: 'bash', args: {} },
    ])
  })

  test.each<[object, Parameters<typeof call>[1], object]>([
    [{ type: 'auto' }, compatible, { toolChoice: { type: 'auto' } }],
    [{ type: 'any' }, compatible, { toolChoice: { type: 'required' } }],
    [{ type: 'none' }, compatible, { toolChoice: { type: 'none' } }],
    [{ type: 'tool', name: 'go' }, compatible, { toolChoice: { type: 'tool', toolName: 'go' } }],
    [
      { type: 'auto', disable_parallel_tool_use: true },
      compatible,
      { toolChoice: { type: 'auto' }, providerOptions: { compatible: { parallel_tool_calls: false } } },
    ],
    [
      { type: 'any', disable_parallel_tool_use: true },
      claude,
      { providerOptions: { anthropic: { disableParallelToolUse: true } } },
    ],
    [{ type: 'any', disable_parallel_tool_use: false }, gemini, { toolChoice: { type: 'required' } }],
  ])('are chosen: %j', (tool_choice, destination, expected) => {
    expect(call({ tools: [tool], tool_choice }, destination).options).toMatchObject(expected)
  })
})

test('one call at a time is made true by the gateway where a provider has no word for it', () => {
  const one = { tools: [tool], tool_choice: { type: 'any', disable_parallel_tool_use: true } }
  const { options, warnings } = call(one, gemini)
  expect(options.toolChoice).toEqual({ type: 'required' })
  expect(options.providerOptions).toBeUndefined()
  expect(warnings).toEqual([expect.stringMatching(/^tool_choice\.disable_parallel_tool_use: .*first call/)])
})

test('a schema that nobody enforces is told', () => {
  const warned = (strict: boolean, destination: Parameters<typeof call>[1]) =>
    call({ tools: [tool, { ...tool, name: 'b', strict }] }, destination).warnings
  expect(warned(true, to('cohere'))).toEqual([expect.stringMatching(/^tools\[1\]\.strict: /)])
  expect([warned(false, to('cohere')), warned(true, compatible)]).toEqual([[], []])
})
