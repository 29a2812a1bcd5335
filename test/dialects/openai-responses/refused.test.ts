import { describe, expect, test } from 'bun:test'
import { type Any, call, compatible, refusalOf, to } from './kit.ts'

const user = (part: object) => ({ input: [{ role: 'user', content: [part] }] })
const tool = { type: 'function', name: 'f', parameters: {} }
const wrong = 'invalid_request'
const unsupported = 'unsupported_parameter'

describe('what is wrong is named', () => {
  test.each<[string, object]>([
    ['input', { input: undefined }],
    ['input', { input: [] }],
    ['input', { input: 7 }],
    ['input[0]', { input: ['text'] }],
    ['input[0].type', { input: [{ type: 'compaction_trigger' }, { role: 'user', content: 'x' }] }],
    ['input[0].content', { input: [{ type: 'agent_message', content: 'x' }] }],
    ['input[0].role', { input: [{ role: 'tool', content: 'x' }] }],
    ['input[0].content', { input: [{ role: 'user', content: 7 }] }],
    ['input[0].content[0].text', user({ type: 'input_text', text: 1 })],
    ['input[0].content[0].image_url', user({ type: 'input_image' })],
    ['input[0].content[0].image_url', user({ type: 'input_image', image_url: 'file:///etc/passwd' })],
    ['input[0].content[0].image_url', user({ type: 'input_image', image_url: 'no url' })],
    ['input[0].content[0].image_url', user({ type: 'input_image', image_url: 'data:text/html;base64,aGk=' })],
    ['input[0].content[0].image_url', user({ type: 'input_image', image_url: 'data:image/png,raw' })],
    ['input[0].content[0].image_url', user({ type: 'input_image', image_url: 'data:image/png;base64,%%' })],
    ['input[0].content[0].file_data', user({ type: 'input_file', file_data: 'aGk=' })],
    ['input[0].content[0].file_data', user({ type: 'input_file' })],
    [
      'input[0].content[0].input_audio.format',
      user({ type: 'input_audio', input_audio: { data: 'aGk=', format: 'ogg' } }),
    ],
    ['input[0].call_id', { input: [{ type: 'function_call_output', call_id: 'nobody', output: 'x' }] }],
    ['input[0].call_id', { input: [{ type: 'function_call', name: 'f', arguments: '{}' }] }],
    ['input[0].call_id', { input: [{ type: 'function_call', call_id: '1', name: 'f', arguments: '{}' }] }],
    ['input[0].arguments', { input: [{ type: 'function_call', call_id: '1', name: 'f', arguments: {} }] }],
    ['temperature', { temperature: 'hot' }],
    ['max_output_tokens', { max_output_tokens: 0 }],
    ['reasoning.effort', { reasoning: { effort: 'much' } }],
    ['reasoning', { reasoning: 'high' }],
    ['text.format.type', { text: { format: { type: 'xml' } } }],
    ['text.format.schema', { text: { format: { type: 'json_schema', name: 'x' } } }],
    ['tools', { tools: {} }],
    ['tools[0].name', { tools: [{ type: 'function' }] }],
    ['tools[0].parameters', { tools: [{ type: 'function', name: 'f', parameters: 'x' }] }],
    ['tools[0].tools[0].type', { tools: [{ type: 'namespace', name: 'n', tools: [{ type: 'mcp' }] }] }],
    ['tool_choice', { tool_choice: 'required' }],
    ['tool_choice.name', { tools: [tool], tool_choice: { type: 'function', name: 'g' } }],
    [
      'tool_choice.tools[0].name',
      {
        tools: [tool],
        tool_choice: { type: 'allowed_tools', mode: 'auto', tools: [{ type: 'custom', name: 'f' }] },
      },
    ],
    ['instructions', { instructions: 7 }],
  ])('%s of %j', (param, more) => expect(refusalOf(more)).toEqual({ code: wrong, param }))

  test('an answer to a call that was answered before', () => {
    const output = { type: 'function_call_output', call_id: '1', output: 'x' }
    const input = [{ type: 'function_call', call_id: '1', name: 'f', arguments: '{}' }, output, output]
    expect(refusalOf({ input })).toEqual({ code: wrong, param: 'input[2].call_id' })
  })
})

describe('what another provider may have is named too', () => {
  test.each<[string, object]>([
    ['input[0].type', { input: [{ type: 'nonsense' }] }],
    ['input[0].type', { input: [{ type: 'constructor' }] }],
    ['input[0].content[0].type', user({ type: 'image_url' })],
    ['input[0].content[0].type', user({ type: 'toString' })],
    ['tools[0].type', { tools: [{ type: 'nonsense' }] }],
    ['background', { background: true }],
    ['previous_response_id', { previous_response_id: 'resp_1' }],
    ['conversation', { conversation: 'conv_1' }],
    ['prompt', { prompt: { id: 'pmpt_1' } }],
    ['moderation', { moderation: { model: 'x' } }],
    ['top_logprobs', { top_logprobs: 3 }],
    ['include[0]', { include: ['message.output_text.logprobs'] }],
    ['input[0].content[0].file_id', user({ type: 'input_image', file_id: 'file-1' })],
    ['input[0].content[0].file_id', user({ type: 'input_file', file_id: 'file-1' })],
    ['input[0].id', { input: [{ type: 'item_reference', id: 'msg_1' }] }],
    ['input[0].type', { input: [{ type: 'compaction', encrypted_content: 'gAAAAABtheirs' }] }],
    [
      'input[0].content[0].encrypted_content',
      {
        input: [
          {
            type: 'agent_message',
            content: [{ type: 'encrypted_content', encrypted_content: `gAAAAAB${'x_-9'.repeat(30)}==` }],
          },
        ],
      },
    ],
    ...['computer_call', 'computer_call_output', 'mcp_approval_request', 'compaction'].map(
      (type): [string, object] => ['input[0].type', { input: [{ type }] }],
    ),
    ...[
      'file_search',
      'code_interpreter',
      'computer_use_preview',
      'computer',
      'image_generation',
      'mcp',
      'web_search',
      'web_search_preview',
    ].map((type): [string, object] => ['tools[0].type', { tools: [{ type }] }]),
    ['tools[0].environment', { tools: [{ type: 'shell', environment: { type: 'container_auto' } }] }],
    ['tool_choice.type', { tools: [tool], tool_choice: { type: 'web_search_preview' } }],
  ])('%s of %j', (param, more) => expect(refusalOf(more)).toEqual({ code: unsupported, param }))
})

describe('what is left out is told', () => {
  test.each<[field: string, more: object, where?: typeof compatible]>([
    ['truncation', { truncation: 'auto' }],
    ['service_tier', { service_tier: 'flex' }, to('anthropic')],
    ['text.verbosity', { text: { verbosity: 'low' } }, to('anthropic')],
    ['text.foo', { text: { format: { type: 'text' }, foo: 1, bar: null } }],
    ['text.format', { text: { format: { type: 'json_object' } } }, to('bedrock')],
    ['tools[0].strict', { tools: [{ ...tool, strict: true }] }, to('cohere')],
    ['reasoning.context', { reasoning: { context: 'all' } }],
    ['nonsense', { nonsense: 1 }],
    ['input', { input: [{ type: 'web_search_call' }, { role: 'user', content: 'More' }] }],
    [
      'input[1]',
      {
        input: [
          { role: 'user', content: 'Hi' },
          { role: 'assistant', content: 'Well,' },
        ],
      },
    ],
    [
      'input[0].content[0].detail',
      user({ type: 'input_image', image_url: 'https://a.example/b', detail: 'high' }),
    ],
    [
      'tools[0].format',
      {
        tools: [
          {
            type: 'custom',
            name: 'p',
            format: { type: 'grammar', syntax: 'lark', definition: 'start: "a"' },
          },
        ],
      },
    ],
  ])('%s of %j', (field, more, where = compatible) => {
    const { warnings } = call(more, where)
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toStartWith(`${field}: `)
  })

  test('parallel_tool_calls, where a provider has no such switch', () => {
    const more = { parallel_tool_calls: false, tools: [tool] }
    const [warning] = call(more, to('google')).warnings
    expect(warning).toMatch(/^parallel_tool_calls: .*only the first call/)
    expect(call(more).options.providerOptions).toEqual({ compatible: { parallel_tool_calls: false } })
    expect(call(more, to('anthropic')).options.providerOptions).toEqual({
      anthropic: { disableParallelToolUse: true },
    })
  })

  test('nothing, where it is the default or goes back to the client', () => {
    const more = {
      background: false,
      include: ['reasoning.encrypted_content'],
      max_tool_calls: 3,
      metadata: { a: 'b' },
      parallel_tool_calls: true,
      service_tier: 'auto',
      store: true,
      stream: true,
      stream_options: { include_obfuscation: false },
      text: { format: { type: 'text' }, verbosity: 'medium' },
      top_logprobs: 0,
      truncation: 'disabled',
      previous_response_id: null,
    }
    expect(call(more).warnings).toEqual([])
  })
})

test('parameters reach the call', () => {
  const { options } = call({
    max_output_tokens: 9,
    temperature: 0.5,
    top_p: 0.9,
    reasoning: { effort: 'high', summary: 'auto' },
    text: { format: { type: 'json_schema', name: 'n', description: 'd', schema: { type: 'object' } } },
    safety_identifier: 'u',
  })
  expect(options as Any).toMatchObject({
    maxOutputTokens: 9,
    temperature: 0.5,
    topP: 0.9,
    reasoning: 'high',
    responseFormat: { type: 'json', name: 'n', description: 'd', schema: { type: 'object' } },
    providerOptions: { compatible: { strictJsonSchema: false, user: 'u' } },
  })
  const shown = call({ reasoning: { summary: 'auto' } }, to('google')).options.providerOptions
  expect(shown).toEqual({ google: { thinkingConfig: { includeThoughts: true } } })
  expect(call({ text: { format: { type: 'json_object' } } }, compatible).options.responseFormat).toEqual({
    type: 'json',
  })
})

test('what the other language of OpenAI has too goes over as it is', () => {
  const more = { text: { verbosity: 'low' }, service_tier: 'flex', prompt_cache_key: 'k' }
  const { options, warnings } = call(more, compatible)
  expect(options.providerOptions).toEqual({
    compatible: { verbosity: 'low', service_tier: 'flex', prompt_cache_key: 'k' },
  })
  expect(warnings).toEqual([])
  const format = { type: 'json_schema', name: 'n', schema: { type: 'object' } }
  expect(call({ text: { verbosity: 'high', format } }, compatible).options.providerOptions).toEqual({
    compatible: { verbosity: 'high', strictJsonSchema: false },
  })
})

test.each(['anthropic', 'bedrock'])('%s is told to answer with JSON, behind the instructions', where => {
  const more = { instructions: 'Be brief.', text: { format: { type: 'json_object' } } }
  const { options } = call(more, to(where))
  expect(options.responseFormat).toBeUndefined()
  expect(options.prompt).toMatchObject([
    { role: 'system', content: 'Be brief.' },
    { role: 'system', content: expect.stringContaining('JSON object') },
    { role: 'user' },
  ])
})
