import { describe, expect, test } from 'bun:test'
import { createAmazonBedrock } from '@ai-sdk/amazon-bedrock'
import { createAnthropic } from '@ai-sdk/anthropic'
import { createCohere } from '@ai-sdk/cohere'
import { createGoogle } from '@ai-sdk/google'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import type { LanguageModelV4 } from '@ai-sdk/provider'
import { toCall } from '../../../plugins/dialects/openai-chat/call.ts'
import type { Destination } from '../../../src/contract/translation.ts'
import { anthropic, bedrock, body, cohere, compatible, google, type Loose, to } from './kit.ts'

/** What the packages make of our calls: each of them checks the options that are written for it. */

const answers: Readonly<Record<string, object>> = {
  anthropic: {
    type: 'message',
    id: 'm',
    model: 'c',
    role: 'assistant',
    content: [{ type: 'text', text: 'x' }],
    stop_reason: 'end_turn',
    usage: { input_tokens: 1, output_tokens: 1 },
  },
  google: {
    candidates: [{ content: { role: 'model', parts: [{ text: 'x' }] }, finishReason: 'STOP' }],
    usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1 },
  },
  bedrock: {
    output: { message: { role: 'assistant', content: [{ text: 'x' }] } },
    stopReason: 'end_turn',
    usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 },
  },
  cohere: {
    generation_id: 'g',
    message: { role: 'assistant', content: [{ type: 'text', text: 'x' }] },
    finish_reason: 'COMPLETE',
    usage: {
      billed_units: { input_tokens: 1, output_tokens: 1 },
      tokens: { input_tokens: 1, output_tokens: 1 },
    },
  },
  compatible: {
    id: 'c',
    choices: [{ index: 0, message: { role: 'assistant', content: 'x' }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 1, completion_tokens: 1 },
  },
}

const makers: Readonly<Record<string, (fetch: typeof globalThis.fetch, model: string) => LanguageModelV4>> = {
  anthropic: (fetch, model) => createAnthropic({ apiKey: 'k', fetch }).languageModel(model),
  google: (fetch, model) => createGoogle({ apiKey: 'k', fetch }).languageModel(model),
  bedrock: (fetch, model) =>
    createAmazonBedrock({ apiKey: 'k', region: 'eu-west-1', fetch }).languageModel(model),
  cohere: (fetch, model) => createCohere({ apiKey: 'k', fetch }).languageModel(model),
  compatible: (fetch, model) =>
    createOpenAICompatible({
      name: 'compatible',
      baseURL: 'https://x.example',
      fetch,
      supportsStructuredOutputs: true,
    }).languageModel(model),
}

/** The body that goes over the wire, and what the package says about it. */
async function sent(more: object, destination: Destination): Promise<{ body: Loose; warnings: Loose[] }> {
  let body: Loose
  const fetch = (async (_: unknown, init: RequestInit) => {
    body = JSON.parse(String(init.body))
    return Response.json(answers[destination.options])
  }) as unknown as typeof globalThis.fetch
  const model = makers[destination.options]!(fetch, destination.model)
  const { options } = toCall(bodyOf(more), destination)
  const { warnings } = await model.doGenerate(options)
  return { body, warnings }
}
const bodyOf = (more: object) => body(more)

const tools = [{ type: 'function', function: { name: 'f', parameters: { type: 'object', properties: {} } } }]
const call = (id: string, more: object = {}) => ({
  id,
  type: 'function',
  function: { name: 'f', arguments: '{"a":1}' },
  ...more,
})
const cache_control = { type: 'ephemeral' }
const PNG = 'iVBORw0KGgo='
/** A bit of all that a conversation may hold. */
const talk = (format: string) => [
  { role: 'system', content: [{ type: 'text', text: 'S', cache_control }] },
  {
    role: 'user',
    content: [
      { type: 'text', text: 'Q' },
      { type: 'image_url', image_url: { url: `data:image/png;base64,${PNG}` } },
      { type: 'file', file: { file_data: 'data:text/plain;base64,SGk=', filename: 'a.txt' } },
    ],
  },
  {
    role: 'assistant',
    content: 'A',
    reasoning_content: 'T',
    reasoning_details: [{ type: 'reasoning.text', text: 'T', signature: 'c2ln', format }],
    tool_calls: [call('1', { extra_content: { google: { thought_signature: 'Y2FsbA==' } } }), call('2')],
  },
  { role: 'tool', tool_call_id: '1', content: 'R1' },
  { role: 'tool', tool_call_id: '2', content: 'R2' },
  { role: 'developer', content: 'Now' },
  { role: 'user', content: 'Go on', cache_control },
]

describe('Anthropic', () => {
  test('a conversation', async () => {
    const { body, warnings } = await sent(
      {
        messages: talk('anthropic-claude-v1'),
        tools,
        parallel_tool_calls: false,
        tool_choice: 'auto',
        reasoning_effort: 'high',
        max_tokens: 500,
        user: 'u',
        service_tier: 'default',
        stop: 'X',
      },
      anthropic,
    )
    expect(warnings).toEqual([])
    expect(body).toMatchObject({
      max_tokens: 500,
      stop_sequences: ['X'],
      metadata: { user_id: 'u' },
      service_tier: 'standard_only',
      thinking: { type: 'adaptive' },
      tool_choice: { type: 'auto', disable_parallel_tool_use: true },
      system: [{ text: 'S', cache_control }],
    })
    expect(body.messages).toMatchObject([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Q' },
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PNG } },
          { type: 'document', source: { type: 'text', data: 'Hi' }, title: 'a.txt' },
        ],
      },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'T', signature: 'c2ln' },
          { type: 'text', text: 'A' },
          { type: 'tool_use', id: '1', name: 'f', input: { a: 1 } },
          { type: 'tool_use', id: '2' },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: '1', content: 'R1' },
          { type: 'tool_result', tool_use_id: '2' },
          { type: 'text', text: '<system>\nNow\n</system>' },
          { type: 'text', text: 'Go on', cache_control },
        ],
      },
    ])
  })
  test('a budget, a search, a schema', async () => {
    const { body } = await sent(
      {
        reasoning: { max_tokens: 2048 },
        max_tokens: 4096,
        web_search_options: { user_location: { type: 'approximate', approximate: { city: 'Ulm' } } },
      },
      to('anthropic', 'claude-opus-4-1'),
    )
    expect(body).toMatchObject({
      max_tokens: 4096,
      thinking: { type: 'enabled', budget_tokens: 2048 },
      tools: [{ type: 'web_search_20250305', user_location: { city: 'Ulm' } }],
    })
    const schema = {
      type: 'object',
      properties: { a: { type: 'string' } },
      required: ['a'],
      additionalProperties: false,
    }
    const told = await sent(
      { response_format: { type: 'json_schema', json_schema: { name: 'n', schema } } },
      anthropic,
    )
    expect(JSON.stringify(told.body)).toContain('"json_schema"')
  })
})

describe('Gemini', () => {
  test('a conversation', async () => {
    const { body, warnings } = await sent(
      {
        messages: talk('google-gemini-v1'),
        tools,
        reasoning_effort: 'low',
        service_tier: 'flex',
        response_format: { type: 'json_object' },
      },
      google,
    )
    expect(warnings).toEqual([])
    expect(body).toMatchObject({
      systemInstruction: { parts: [{ text: 'S' }] },
      generationConfig: {
        responseMimeType: 'application/json',
        thinkingConfig: { includeThoughts: true, thinkingLevel: 'low' },
      },
      serviceTier: expect.anything(),
    })
    expect(body.contents).toMatchObject([
      {
        role: 'user',
        parts: [
          { text: 'Q' },
          { inlineData: { mimeType: 'image/png', data: PNG } },
          { inlineData: { mimeType: 'text/plain', data: 'SGk=' } },
        ],
      },
      {
        role: 'model',
        parts: [
          { text: 'T', thought: true, thoughtSignature: 'c2ln' },
          { text: 'A' },
          { functionCall: { name: 'f', args: { a: 1 } }, thoughtSignature: 'Y2FsbA==' },
          { functionCall: { name: 'f' } },
        ],
      },
      // All results of a turn in one content: Gemini insists.
      { role: 'user', parts: [{ functionResponse: { name: 'f' } }, { functionResponse: { name: 'f' } }] },
      { role: 'user', parts: [{ text: '<system>\nNow\n</system>' }] },
      { role: 'user', parts: [{ text: 'Go on' }] },
    ])
  })
  test('images, budgets, a search', async () => {
    const { body } = await sent(
      {
        modalities: ['text', 'image'],
        reasoning: { max_tokens: 199, exclude: true },
        web_search_options: {},
      },
      to('google', 'gemini-2.5-pro'),
    )
    expect(body).toMatchObject({
      generationConfig: {
        responseModalities: ['TEXT', 'IMAGE'],
        thinkingConfig: { thinkingBudget: 199, includeThoughts: false },
      },
      tools: [{ googleSearch: {} }],
    })
  })
})

describe('Bedrock', () => {
  test('a conversation', async () => {
    const { body, warnings } = await sent(
      {
        messages: talk('anthropic-claude-v1'),
        tools,
        reasoning: { max_tokens: 2048 },
        service_tier: 'priority',
        max_tokens: 500,
      },
      bedrock,
    )
    expect(warnings.filter(({ feature }) => !/thinking|budget/i.test(feature ?? ''))).toEqual([])
    expect(body.system).toEqual([{ text: 'S' }, { cachePoint: { type: 'default' } }])
    expect(body.messages).toMatchObject([
      {
        role: 'user',
        content: [{ text: 'Q' }, { image: { format: 'png' } }, { document: { format: 'txt' } }],
      },
      {
        role: 'assistant',
        content: [
          { reasoningContent: { reasoningText: { text: 'T', signature: 'c2ln' } } },
          { text: 'A' },
          { toolUse: { toolUseId: '1' } },
          { toolUse: { toolUseId: '2' } },
        ],
      },
      {
        role: 'user',
        content: [
          { toolResult: { toolUseId: '1' } },
          { toolResult: { toolUseId: '2' } },
          { text: '<system>\nNow\n</system>' },
          { text: 'Go on' },
          { cachePoint: { type: 'default' } },
        ],
      },
    ])
  })
})

describe('Cohere', () => {
  test('a conversation', async () => {
    const { body } = await sent(
      { messages: talk('x'), tools, response_format: { type: 'json_object' } },
      cohere,
    )
    expect(body.response_format).toMatchObject({ type: 'json_object' })
    expect(body.messages.map(({ role }: Loose) => role)).toEqual([
      'system',
      'user',
      'assistant',
      'tool',
      'tool',
      'system',
      'user',
    ])
    expect(body.documents ?? body.messages[1]).toBeDefined()
    expect(JSON.stringify(body)).toContain('"Hi"')
  })
})

describe('a provider of the same language behind a package', () => {
  test('gets nearly the body that the client wrote', async () => {
    const given = {
      messages: talk('x'),
      tools,
      tool_choice: 'auto',
      parallel_tool_calls: false,
      temperature: 0.5,
      seed: 3,
      max_tokens: 9,
      stop: ['X'],
      reasoning_effort: 'high',
      user: 'u',
      logit_bias: { 5: 1 },
      store: true,
      metadata: { a: 'b' },
      verbosity: 'low',
      prompt_cache_key: 'k',
      service_tier: 'flex',
      min_p: 0.1,
    }
    const { body, warnings } = await sent(given, compatible)
    const { messages, tools: _, ...rest } = given
    expect(warnings).toEqual([])
    expect(body).toMatchObject(rest)
    expect(body.messages.map(({ role }: Loose) => role)).toEqual(
      messages.map(({ role }) => (role === 'developer' ? 'system' : role)),
    )
    expect(body.messages[2]).toMatchObject({
      content: 'A',
      reasoning_content: 'T',
      tool_calls: [{ id: '1', extra_content: { google: { thought_signature: 'Y2FsbA==' } } }, { id: '2' }],
    })
  })
})
