import { describe, expect, test } from 'bun:test'
import { bedrock, cache, call, claude, compatible, gemini, to, user } from './kit.ts'

describe('parameters', () => {
  test('that every model has', () => {
    const { options, warnings } = call({
      temperature: 0.5,
      top_p: 0.9,
      top_k: 40,
      stop_sequences: ['END'],
      stream: true,
    })
    expect(options).toEqual({
      prompt: [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }],
      maxOutputTokens: 1000,
      temperature: 0.5,
      topP: 0.9,
      topK: 40,
      stopSequences: ['END'],
    })
    expect(warnings).toEqual([])
  })

  test('that are null are not there', () => {
    const names =
      'system temperature top_p top_k stop_sequences tools tool_choice thinking output_config metadata container mcp_servers foo'
    const { options, warnings } = call(Object.fromEntries(names.split(' ').map(name => [name, null])))
    expect([Object.keys(options).sort(), warnings]).toEqual([['maxOutputTokens', 'prompt'], []])
  })

  test.each<[string, object, string[]]>([
    ['a user whose id is too long', { metadata: { user_id: 'u'.repeat(65) } }, ['metadata.user_id']],
    ['metadata without a user', { metadata: {} }, []],
    ['service_tier', { service_tier: 'standard_only' }, ['service_tier']],
    ['service_tier auto, which is the default', { service_tier: 'auto' }, []],
    ['speed', { speed: 'fast' }, ['speed']],
    ['inference_geo global, which is the default', { inference_geo: 'global' }, []],
    ['context_management', { context_management: { edits: [] } }, ['context_management']],
    ['caching, which changes no answer', { ...cache, system: [{ type: 'text', text: 's', ...cache }] }, []],
    ['unknown fields', { foo: 1, constructor: 2 }, ['foo', 'constructor']],
    [
      'a budget of the whole task',
      { output_config: { effort: 'high', task_budget: { type: 'tokens', total: 20_000 } } },
      ['output_config.task_budget'],
    ],
    [
      'unknown members of known fields',
      { output_config: { foo: 1, bar: null }, thinking: { type: 'adaptive', display: 'omitted', foo: 1 } },
      ['thinking.foo', 'output_config.foo'],
    ],
    ['thinking turned off', { thinking: { type: 'disabled' } }, ['thinking.type']],
    [
      'a beginning of the answer',
      {
        messages: [
          { role: 'user', content: 'a' },
          { role: 'assistant', content: '{' },
        ],
      },
      ['messages[1]'],
    ],
    [
      'examples of calls',
      { tools: [{ name: 't', input_schema: {}, input_examples: [{}] }] },
      ['tools[0].input_examples'],
    ],
    [
      'citations of documents',
      {
        messages: user({
          type: 'document',
          source: { type: 'text', media_type: 'text/plain', data: 'd' },
          citations: { enabled: true },
        }),
      },
      ['messages[0].content[0].citations'],
    ],
  ])('elsewhere are left out and named: %s', (_, more, named) => {
    expect(call(more).warnings.map(line => line.split(':')[0]!)).toEqual(named)
  })

  test('a budget of the whole task reaches Claude', () => {
    const task_budget = { type: 'tokens', total: 20_000 }
    const { options, warnings } = call({ output_config: { effort: 'high', task_budget } }, claude)
    expect(options.providerOptions?.anthropic).toEqual({ effort: 'high', taskBudget: task_budget })
    expect(warnings).toEqual([])
  })

  test('the end user is named where a provider has a field for it', () => {
    const named = (id: string, where = compatible) => {
      const { options, warnings } = call({ metadata: { user_id: id } }, where)
      return [options.providerOptions, warnings.map(line => line.split(':')[0])]
    }
    expect(named('u'.repeat(64))).toEqual([{ compatible: { user: 'u'.repeat(64) } }, []])
    expect(named('u'.repeat(65), claude)).toEqual([
      { anthropic: { metadata: { userId: 'u'.repeat(65) } } },
      [],
    ])
    expect(named('u', gemini)).toEqual([undefined, ['metadata.user_id']])
  })

  test("of Anthropic go to where Claude is in Anthropic's own shape", () => {
    const { options, warnings } = call(
      {
        metadata: { user_id: 'u' },
        service_tier: 'auto',
        speed: 'fast',
        inference_geo: 'us',
        ...cache,
        container: 'container_1',
        mcp_servers: [
          {
            type: 'url',
            url: 'https://mcp.example',
            name: 'm',
            authorization_token: 't',
            tool_configuration: { allowed_tools: ['a'] },
          },
        ],
        context_management: {
          edits: [
            {
              type: 'clear_tool_uses_20250919',
              clear_at_least: { type: 'input_tokens', value: 5 },
              exclude_tools: ['x'],
            },
          ],
        },
      },
      claude,
    )
    expect(warnings).toEqual([])
    expect(options.providerOptions).toEqual({
      anthropic: {
        metadata: { userId: 'u' },
        serviceTier: 'auto',
        speed: 'fast',
        inferenceGeo: 'us',
        cacheControl: { type: 'ephemeral', ttl: '1h' },
        container: { id: 'container_1' },
        mcpServers: [
          {
            type: 'url',
            url: 'https://mcp.example',
            name: 'm',
            authorizationToken: 't',
            toolConfiguration: { allowedTools: ['a'] },
          },
        ],
        contextManagement: {
          edits: [
            {
              type: 'clear_tool_uses_20250919',
              clearAtLeast: { type: 'input_tokens', value: 5 },
              excludeTools: ['x'],
            },
          ],
        },
      },
    })
  })
})

describe('thinking', () => {
  test.each<[string, object, Parameters<typeof call>[1], object]>([
    [
      'a small budget',
      { thinking: { type: 'enabled', budget_tokens: 512 } },
      compatible,
      { reasoning: 'low' },
    ],
    [
      'a middle one',
      { thinking: { type: 'enabled', budget_tokens: 10_000 }, max_tokens: 20_000 },
      compatible,
      { reasoning: 'medium' },
    ],
    [
      'a large one',
      { thinking: { type: 'enabled', budget_tokens: 31_999 }, max_tokens: 32_000 },
      compatible,
      { reasoning: 'high' },
    ],
    ['as the model likes', { thinking: { type: 'adaptive' } }, compatible, { reasoning: undefined }],
    [
      'an effort wins over a budget',
      { thinking: { type: 'enabled', budget_tokens: 512 }, output_config: { effort: 'max' } },
      compatible,
      { reasoning: 'max' },
    ],
    [
      'an effort alone',
      { output_config: { effort: 'xhigh' } },
      gemini,
      { reasoning: 'xhigh', providerOptions: undefined },
    ],
    [
      'Gemini shows its thoughts',
      { thinking: { type: 'enabled', budget_tokens: 512 } },
      gemini,
      { reasoning: 'low', providerOptions: { google: { thinkingConfig: { includeThoughts: true } } } },
    ],
    [
      'or hides them',
      { thinking: { type: 'adaptive', display: 'omitted' } },
      gemini,
      { reasoning: undefined, providerOptions: undefined },
    ],
    ['Gemini can be told not to', { thinking: { type: 'disabled' } }, gemini, { reasoning: 'none' }],
    [
      'Claude',
      {
        thinking: { type: 'enabled', budget_tokens: 1600 },
        output_config: { effort: 'low' },
        max_tokens: 2000,
      },
      to('anthropic', 'claude-opus-4-5'),
      {
        reasoning: undefined,
        maxOutputTokens: 400,
        providerOptions: { anthropic: { thinking: { type: 'enabled', budgetTokens: 1600 }, effort: 'low' } },
      },
    ],
    [
      'Claude, adaptive',
      { thinking: { type: 'adaptive', display: 'summarized' } },
      claude,
      {
        maxOutputTokens: 1000,
        providerOptions: { anthropic: { thinking: { type: 'adaptive', display: 'summarized' } } },
      },
    ],
    [
      'Claude at Bedrock',
      {
        thinking: { type: 'enabled', budget_tokens: 1600 },
        output_config: { effort: 'low' },
        max_tokens: 2000,
      },
      bedrock,
      {
        maxOutputTokens: 400,
        providerOptions: {
          bedrock: { reasoningConfig: { type: 'enabled', budgetTokens: 1600 } },
        },
      },
    ],
    [
      'others at Bedrock',
      { thinking: { type: 'enabled', budget_tokens: 600 } },
      to('bedrock', 'amazon.nova-pro-v1:0'),
      { reasoning: 'low', maxOutputTokens: 1000 },
    ],
  ])('%s', (_, more, destination, expected) => {
    const { options } = call(more, destination)
    const told = Object.keys(expected).map(key => [key, options[key as keyof typeof options]])
    expect(Object.fromEntries(told)).toEqual(expected)
  })
})

describe('structured output', () => {
  const strict = {
    type: 'object',
    properties: { a: { type: 'string' } },
    required: ['a'],
    additionalProperties: false,
  }
  const loose = {
    type: 'object',
    properties: { a: { type: 'array', items: { type: 'object', properties: { b: {} } } } },
    required: ['a'],
    additionalProperties: false,
  }
  const format = (schema: object) => ({ type: 'json_schema', schema })

  test('is asked for at both places that it ever had', () => {
    for (const more of [{ output_config: { format: format(strict) } }, { output_format: format(strict) }]) {
      const { options, warnings } = call(more)
      expect([options.responseFormat, options.providerOptions, warnings]).toEqual([
        { type: 'json', schema: strict },
        undefined,
        [],
      ])
    }
  })

  test('that OpenAI would refuse to enforce is followed without a guarantee, and said so', () => {
    const { options, warnings } = call({ output_config: { format: format(loose) } })
    expect(options.providerOptions).toEqual({ compatible: { strictJsonSchema: false } })
    expect(warnings).toEqual([expect.stringMatching(/^output_config\.format\.schema: /)])
    expect(call({ output_config: { format: format(loose) } }, gemini).warnings).toEqual([])
  })
})
