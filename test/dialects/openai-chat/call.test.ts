import { describe, expect, test } from 'bun:test'
import type { Destination } from '../../../src/contract/translation.ts'
import { anthropic, bedrock, body, call, compatible, google, refusalOf, stranger, to } from './kit.ts'

const tool = (name: string, more: object = {}) => ({
  type: 'function',
  function: { name, parameters: { type: 'object', properties: {} }, ...more },
})
const tools = [tool('a'), tool('b')]
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
