import { describe, expect, test } from 'bun:test'
import type { Destination } from '../../../src/contract/translation.ts'
import { anthropic, bedrock, body, call, compatible, google, refusalOf, stranger, to } from './kit.ts'

const tool = (name: string, more: object = {}) => ({
  type: 'function',
  function: { name, parameters: { type: 'object', properties: {} }, ...more },
})
const tools = [tool('a'), tool('b')]
const made = (name: string) => ({ type: 'function', name, inputSchema: { type: 'object', properties: {} } })
const prompt = [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }]

/** What a field becomes, beside the prompt. */
const optionsOf = (more: object, destination?: Destination) => {
  const { prompt: _, ...options } = call(more, destination).options
  return options
}
const claude = to('anthropic', 'claude-opus-4-1')

describe('parameters', () => {
  test('a body with nothing in it asks for nothing', () =>
    expect(call()).toEqual({ options: { prompt: prompt as never }, warnings: [] }))

  const table: [what: string, more: object, options: object, destination?: Destination][] = [
    ['max_tokens', { max_tokens: 5 }, { maxOutputTokens: 5 }],
    [
      'max_completion_tokens is the newer one',
      { max_tokens: 5, max_completion_tokens: 6 },
      { maxOutputTokens: 6 },
    ],
    [
      'sampling',
      { temperature: 0, top_p: 0.5, top_k: 3, seed: 7, presence_penalty: -1, frequency_penalty: 1 },
      { temperature: 0, topP: 0.5, topK: 3, seed: 7, presencePenalty: -1, frequencyPenalty: 1 },
    ],
    ['sampling that says nothing', { top_p: 1, presence_penalty: 0, frequency_penalty: 0 }, {}],
    ['one stop', { stop: 'END' }, { stopSequences: ['END'] }],
    ['several stops', { stop: ['A', 'B'] }, { stopSequences: ['A', 'B'] }],
    ['no stop', { stop: null }, {}],
    [
      'what asks for nothing',
      {
        n: 1,
        logprobs: false,
        top_logprobs: 0,
        modalities: ['text'],
        logit_bias: {},
        metadata: {},
        store: false,
        service_tier: 'auto',
        audio: null,
        verbosity: 'medium',
        stream_options: { include_usage: true },
        user: null,
        prompt_cache_key: 'k',
        response_format: { type: 'text' },
      },
      {},
    ],
    ['reasoning_effort', { reasoning_effort: 'high' }, { reasoning: 'high' }],
    ['no reasoning', { reasoning_effort: 'none' }, { reasoning: 'none' }],
    ["OpenRouter's effort", { reasoning: { effort: 'xhigh', exclude: true } }, { reasoning: 'xhigh' }],
    ["OpenRouter's budget in words", { reasoning: { max_tokens: 20_000 } }, { reasoning: 'high' }],
    ["OpenRouter's switch", { reasoning: { enabled: true } }, { reasoning: 'medium' }],
    ["OpenRouter's switch, off", { reasoning: { enabled: false } }, { reasoning: 'none' }],
    ["DeepSeek's switch", { thinking: { type: 'disabled' } }, { reasoning: 'none' }],
    [
      'a budget for Claude',
      { thinking: { type: 'enabled', budget_tokens: 2048 } },
      { providerOptions: { anthropic: { thinking: { type: 'enabled', budgetTokens: 2048 } } } },
      claude,
    ],
    [
      'a budget for Claude at Bedrock',
      { reasoning: { max_tokens: 2048 } },
      { providerOptions: { bedrock: { reasoningConfig: { type: 'enabled', budgetTokens: 2048 } } } },
      to('bedrock', 'eu.anthropic.claude-sonnet-4-5'),
    ],
    [
      'a budget for Claude that knows none',
      { reasoning: { max_tokens: 2048 } },
      { reasoning: 'low' },
      bedrock,
    ],
    [
      'a budget within a limit of all output, to which the package adds it',
      { reasoning: { max_tokens: 2048 }, max_tokens: 5000 },
      {
        maxOutputTokens: 2952,
        providerOptions: { anthropic: { thinking: { type: 'enabled', budgetTokens: 2048 } } },
      },
      claude,
    ],
    [
      'a budget for Gemini',
      { reasoning: { max_tokens: 2048 } },
      { providerOptions: { google: { thinkingConfig: { thinkingBudget: 2048, includeThoughts: true } } } },
      to('google', 'gemini-2.5-pro'),
    ],
    [
      'Gemini is asked to show what it thinks',
      { reasoning_effort: 'low' },
      { reasoning: 'low', providerOptions: { google: { thinkingConfig: { includeThoughts: true } } } },
      google,
    ],
    [
      '… unless nobody wants to see it',
      { reasoning: { effort: 'low', exclude: true } },
      { reasoning: 'low', providerOptions: { google: { thinkingConfig: { includeThoughts: false } } } },
      google,
    ],
    ['JSON', { response_format: { type: 'json_object' } }, { responseFormat: { type: 'json' } }],
    [
      'a schema',
      {
        response_format: {
          type: 'json_schema',
          json_schema: { name: 'n', description: 'd', schema: { type: 'object' }, strict: true },
        },
      },
      {
        responseFormat: {
          type: 'json',
          schema: { type: 'object', description: 'd' },
          name: 'n',
          description: 'd',
        },
      },
    ],
    [
      'a schema that is not strict',
      { response_format: { type: 'json_schema', json_schema: { name: 'n', schema: { type: 'object' } } } },
      {
        responseFormat: { type: 'json', schema: { type: 'object' }, name: 'n' },
        providerOptions: { compatible: { strictJsonSchema: false } },
      },
      compatible,
    ],
    [
      'who asks',
      { user: 'u1' },
      { providerOptions: { anthropic: { metadata: { userId: 'u1' } } } },
      anthropic,
    ],
    ['a tier', { service_tier: 'flex' }, { providerOptions: { google: { serviceTier: 'flex' } } }, google],
    [
      'the common tier',
      { service_tier: 'default' },
      { providerOptions: { anthropic: { serviceTier: 'standard_only' } } },
      anthropic,
    ],
    [
      'images from Gemini',
      { modalities: ['text', 'image'] },
      { providerOptions: { google: { responseModalities: ['TEXT', 'IMAGE'] } } },
      google,
    ],
    [
      'a provider of the same language gets what it knows',
      {
        logit_bias: { 5: 1 },
        prediction: { type: 'content' },
        store: true,
        metadata: { a: 'b' },
        safety_identifier: 's',
        min_p: 0.1,
      },
      {
        providerOptions: {
          compatible: {
            logit_bias: { 5: 1 },
            prediction: { type: 'content' },
            store: true,
            metadata: { a: 'b' },
            safety_identifier: 's',
            min_p: 0.1,
          },
        },
      },
      compatible,
    ],
  ]
  for (const [what, more, options, destination] of table)
    test(what, () => {
      expect(optionsOf(more, destination)).toEqual(options)
      expect(call(more, destination).warnings).toEqual([])
    })

  test('what only steers is left out with a word that names it first', () => {
    const { warnings } = call({
      logit_bias: { 5: 1 },
      prediction: {},
      verbosity: 'low',
      metadata: { a: 'b' },
      store: true,
      user: 'u',
      safety_identifier: 's',
      service_tier: 'flex',
      min_p: 0.1,
      constructor: 1,
    })
    expect(warnings.map(line => line.split(':')[0])).toEqual([
      'logit_bias',
      'prediction',
      'verbosity',
      'metadata',
      'store',
      'user',
      'safety_identifier',
      'service_tier',
      'min_p',
      'constructor',
    ])
  })

  test('a model without a mode for JSON is told to answer with it, behind its instructions', () => {
    const { options, warnings } = call(
      {
        messages: [
          { role: 'system', content: 'S' },
          { role: 'user', content: 'U' },
        ],
        response_format: { type: 'json_object' },
      },
      anthropic,
    )
    expect(options.prompt.map(({ role }) => role)).toEqual(['system', 'system', 'user'])
    expect(options.prompt[1]!.content).toContain('JSON object')
    expect(options.responseFormat).toBeUndefined()
    expect(warnings).toHaveLength(1)
  })

  const wrong: [more: object, refusal: string, destination?: Destination][] = [
    [{ n: 2 }, 'unsupported_parameter n'],
    [{ n: 2 }, 'unsupported_parameter n', compatible],
    [{ n: 'two' }, 'invalid_request n'],
    [{ logprobs: true }, 'unsupported_parameter logprobs'],
    [{ logprobs: true }, 'unsupported_parameter logprobs', compatible],
    [{ top_logprobs: 3 }, 'unsupported_parameter top_logprobs'],
    [{ modalities: ['text', 'audio'] }, 'unsupported_parameter modalities'],
    [{ modalities: ['text', 'image'] }, 'unsupported_parameter modalities'],
    [{ modalities: ['smell'] }, 'invalid_request modalities[0]'],
    [{ audio: { voice: 'x' } }, 'unsupported_parameter audio'],
    [{ web_search_options: {} }, 'unsupported_parameter web_search_options'],
    [{ max_tokens: 0 }, 'invalid_request max_tokens'],
    [{ max_completion_tokens: '5' }, 'invalid_request max_completion_tokens'],
    [{ temperature: '1' }, 'invalid_request temperature'],
    [{ stop: [1] }, 'invalid_request stop[0]'],
    [{ stop: 1 }, 'invalid_request stop'],
    [{ reasoning_effort: 'huge' }, 'invalid_request reasoning_effort'],
    [{ reasoning: 'high' }, 'invalid_request reasoning'],
    [{ reasoning: { effort: 'huge' } }, 'invalid_request reasoning.effort'],
    [{ thinking: { type: 'enabled', budget_tokens: -1 } }, 'invalid_request thinking.budget_tokens'],
    [{ response_format: { type: 'xml' } }, 'invalid_request response_format.type'],
    [{ response_format: { type: 'json_schema' } }, 'invalid_request response_format.json_schema'],
    [
      { response_format: { type: 'json_schema', json_schema: { schema: 1 } } },
      'invalid_request response_format.json_schema.schema',
    ],
    [{ user: 5 }, 'invalid_request user', anthropic],
    [{ tools: {} }, 'invalid_request tools'],
    [{ tools: [{ type: 'function' }] }, 'invalid_request tools[0].function'],
    [{ tools: [{ type: 'function', function: { name: '' } }] }, 'invalid_request tools[0].function.name'],
    [
      { tools: [{ type: 'function', function: { name: 'a', parameters: [] } }] },
      'invalid_request tools[0].function.parameters',
    ],
    [
      { tools: [{ type: 'function', function: { name: 'a', strict: 'yes' } }] },
      'invalid_request tools[0].function.strict',
    ],
    [{ tools: [{ type: 'hammer' }] }, 'unsupported_parameter tools[0].type'],
    [{ tools: [{ type: 'code_interpreter' }] }, 'unsupported_parameter tools[0].type'],
    [
      { tools: [{ type: 'custom', custom: { name: 'a', format: { type: 'grammar' } } }] },
      'invalid_request tools[0].custom.format.grammar',
    ],
    [{ functions: [{}] }, 'invalid_request functions[0].name'],
    [{ tools, tool_choice: 'maybe' }, 'invalid_request tool_choice'],
    [{ tool_choice: 'required' }, 'invalid_request tool_choice'],
    [
      { tools, tool_choice: { type: 'function', function: { name: 'c' } } },
      'invalid_request tool_choice.function.name',
    ],
    [{ tools, tool_choice: { type: 'hammer' } }, 'invalid_request tool_choice.type'],
    [
      { tools, tool_choice: { type: 'allowed_tools', allowed_tools: { mode: 'auto', tools: [] } } },
      'invalid_request tool_choice.allowed_tools.tools',
    ],
    [
      {
        tools,
        tool_choice: {
          type: 'allowed_tools',
          allowed_tools: { mode: 'auto', tools: [{ type: 'function', function: { name: 'c' } }] },
        },
      },
      'invalid_request tool_choice.allowed_tools.tools[0].function.name',
    ],
    [{ functions: [{ name: 'a' }], function_call: { name: 'b' } }, 'invalid_request function_call.name'],
    [{ parallel_tool_calls: 'no' }, 'invalid_request parallel_tool_calls'],
  ]
  for (const [more, refusal, destination] of wrong)
    test(`${JSON.stringify(more)} is refused: ${refusal}`, () =>
      expect(refusalOf(() => call(more, destination))).toBe(refusal))
})

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

test('nothing of a body is changed', () => {
  const given = body({
    tools,
    stop: ['a'],
    response_format: { type: 'json_object' },
    messages: [
      { role: 'system', content: [{ type: 'text', text: 'a' }] },
      { role: 'user', content: 'b' },
    ],
  })
  const copy = structuredClone(given)
  for (const destination of [anthropic, google, stranger]) call(given, destination)
  expect(given).toEqual(copy)
})
