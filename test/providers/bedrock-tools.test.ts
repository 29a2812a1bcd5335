import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type Behind, eventsOf, startBehind } from './behind.ts'
import { replayStream } from './stub.ts'

/** Tools at Bedrock, whose Converse API knows no "none", and takes what tools did only beside tools. */

const environment = (url: string) => ({ BEDROCK_API_KEY: 'k', BEDROCK_BASE_URL: url })
let bedrock: Behind
let strict: Behind
beforeAll(async () => {
  bedrock = await startBehind(environment)
  strict = await startBehind(url => ({ ...environment(url), STRICT_PARAMETERS: 'true' }))
  for (const behind of [bedrock, strict]) behind.answer(saying({ text: 'x' }))
})
afterAll(() => Promise.all([bedrock.close(), strict.close()]))

const saying = (...content: object[]) => ({
  output: { message: { role: 'assistant', content } },
  stopReason: 'end_turn',
  usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 },
})
const model = 'bedrock/anthropic.claude-sonnet-4-20250514-v1:0'
const schema = { type: 'object', properties: { a: { type: 'number' } } }
const warningOf = (headers: Headers) => headers.get('x-modelway-warning')

/** The same conversation in every language. */
const doors = [
  [
    '/v1/chat/completions',
    {
      messages: [
        { role: 'user', content: 'Go' },
        {
          role: 'assistant',
          content: 'Well.',
          tool_calls: [{ id: 't', type: 'function', function: { name: 'get', arguments: '{"a":1}' } }],
        },
        { role: 'tool', tool_call_id: 't', content: '21 °C' },
      ],
    },
    { tools: [{ type: 'function', function: { name: 'get', parameters: schema } }], tool_choice: 'none' },
  ],
  [
    '/v1/messages',
    {
      max_tokens: 9,
      messages: [
        { role: 'user', content: 'Go' },
        {
          role: 'assistant',
          content: [
            { type: 'text', text: 'Well.' },
            { type: 'tool_use', id: 't', name: 'get', input: { a: 1 } },
          ],
        },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content: '21 °C' }] },
      ],
    },
    { tools: [{ name: 'get', input_schema: schema }], tool_choice: { type: 'none' } },
  ],
  [
    '/v1/responses',
    {
      input: [
        { role: 'user', content: 'Go' },
        { role: 'assistant', content: 'Well.' },
        { type: 'function_call', call_id: 't', name: 'get', arguments: '{"a":1}' },
        { type: 'function_call_output', call_id: 't', output: '21 °C' },
      ],
    },
    { tools: [{ type: 'function', name: 'get', parameters: schema }], tool_choice: 'none' },
  ],
] as const

const inWords = [
  { role: 'user', content: [{ text: 'Go' }] },
  {
    role: 'assistant',
    content: [{ text: 'Well.' }, { text: '<tool_call name="get">{"a":1}</tool_call>' }],
  },
  { role: 'user', content: [{ text: '<tool_result name="get">\n21 °C\n</tool_result>' }] },
]
const told = 'earlier calls of tools and their results are told in words'
const none = 'tool_choice: this provider has no "none", so its model is not told of the tools'

describe.each(doors)('%s', (path, history, barred) => {
  test('tools of the past are told in words where there are none now', async () => {
    const { status, headers } = await bedrock.ask(path, { model, ...history })
    expect([status, warningOf(headers)]).toEqual([
      200,
      `tools: there are none, and this provider takes no calls without: ${told}`,
    ])
    expect(bedrock.sent().messages).toEqual(inWords)
    expect(bedrock.sent().toolConfig).toBeUndefined()
  })

  test('tools that may not be called cannot be, and what they did is told in words', async () => {
    const { status, headers } = await bedrock.ask(path, { model, ...history, ...barred })
    expect([status, warningOf(headers)]).toEqual([200, `${none}, and ${told}`])
    expect(bedrock.sent().messages).toEqual(inWords)
    expect(bedrock.sent().toolConfig).toBeUndefined()
  })

  test('tools that may be called keep what they did', async () => {
    const { headers } = await bedrock.ask(path, { model, ...history, tools: barred.tools })
    expect(warningOf(headers)).toBeNull()
    const { messages, toolConfig } = bedrock.sent()
    expect(messages[1].content[1].toolUse).toEqual({ toolUseId: 't', name: 'get', input: { a: 1 } })
    expect(messages[2].content[0].toolResult).toMatchObject({ toolUseId: 't', content: [{ text: '21 °C' }] })
    expect(toolConfig.tools).toHaveLength(1)
  })

  test('STRICT_PARAMETERS refuses what can be told in words only', async () => {
    const { status, body } = await strict.ask(path, { model, ...history, ...barred })
    expect([status, JSON.stringify(body)]).toEqual([400, expect.stringContaining('tool_choice')])
  })
})

test('pictures that a tool gave back follow its words', async () => {
  const [path, { messages }] = doors[1]
  const source = { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' }
  const result = { type: 'tool_result', tool_use_id: 't', content: [{ type: 'image', source }] }
  await bedrock.ask(path, {
    model,
    max_tokens: 9,
    messages: [...messages.slice(0, 2), { role: 'user', content: [result] }],
  })
  const [words, picture] = bedrock.sent().messages[2].content
  expect(words.text).toContain('The result follows as a file.')
  expect(picture.image.source.bytes).toBe('iVBORw0KGgo=')
})

const chat = { model, messages: [{ role: 'user', content: 'Go' }] }
const tool = (name: string) => ({ type: 'function', function: { name, parameters: schema } })
const format = (name: string) => ({
  response_format: { type: 'json_schema', json_schema: { name, schema: { type: 'object', properties: {} } } },
})

test('a schema for the answer makes no tool callable that the client has forbidden', async () => {
  bedrock.answer(saying({ toolUse: { toolUseId: 't', name: 'json', input: { x: 1 } } }))
  const { headers, body } = await bedrock.ask('/v1/chat/completions', {
    ...chat,
    ...format('n'),
    tools: [tool('get')],
    tool_choice: 'none',
  })
  expect(warningOf(headers)).toBe(none)
  const { tools, toolChoice } = bedrock.sent().toolConfig
  expect([tools.map(({ toolSpec }: { toolSpec: { name: string } }) => toolSpec.name), toolChoice]).toEqual([
    ['json'],
    { any: {} },
  ])
  expect(body.choices[0].message.content).toBe('{"x":1}')
})

describe('a tool that is named like the one that packages make of a schema', () => {
  // Not of those whose answers are held to a schema without such a tool.
  const nova = 'bedrock/amazon.nova-pro-v1:0'
  const request = {
    ...chat,
    model: nova,
    ...format('n'),
    tools: [tool('json'), tool('json_tool')],
    messages: [
      { role: 'user', content: 'Go' },
      {
        role: 'assistant',
        tool_calls: [{ id: 't', type: 'function', function: { name: 'json', arguments: '{}' } }],
      },
      { role: 'tool', tool_call_id: 't', content: 'k' },
    ],
  }
  const expected = [{ id: 'u', type: 'function', function: { name: 'json', arguments: '{"a":1}' } }]

  test('stays a tool', async () => {
    bedrock.answer(saying({ toolUse: { toolUseId: 'u', name: 'json_tool_2', input: { a: 1 } } }))
    const { body } = await bedrock.ask('/v1/chat/completions', request)
    const { messages, toolConfig } = bedrock.sent()
    expect(toolConfig.tools.map((each: { toolSpec: { name: string } }) => each.toolSpec.name)).toEqual([
      'json_tool_2',
      'json_tool',
      'json',
    ])
    expect(messages[1].content[0].toolUse.name).toBe('json_tool_2')
    expect(body.choices[0].message.tool_calls).toEqual(expected)
  })

  test('stays one in a stream', async () => {
    bedrock.answer(
      replayStream('amazon-bedrock', [
        '{"messageStart":{"role":"assistant"}}',
        '{"contentBlockStart":{"contentBlockIndex":0,"start":{"toolUse":{"toolUseId":"u","name":"json_tool_2"}}}}',
        '{"contentBlockDelta":{"contentBlockIndex":0,"delta":{"toolUse":{"input":"{\\"a\\":1}"}}}}',
        '{"contentBlockStop":{"contentBlockIndex":0}}',
        '{"messageStop":{"stopReason":"tool_use"}}',
        '{"metadata":{"usage":{"inputTokens":1,"outputTokens":1,"totalTokens":2},"metrics":{"latencyMs":1}}}',
      ]),
    )
    const calls = eventsOf(await bedrock.stream('/v1/chat/completions', request)).flatMap(({ choices }) =>
      choices.flatMap(({ delta }: { delta: { tool_calls?: object[] } }) => delta.tool_calls ?? []),
    )
    expect(calls[0].function.name).toBe('json')
    expect(calls.map(call => call.function.arguments).join('')).toBe('{"a":1}')
  })
})

describe('where a tool is to be cached', () => {
  const marked = (cache_control: object) => [
    { name: 'higher', input_schema: schema, cache_control },
    { name: 'get', input_schema: schema },
  ]
  const names = () =>
    bedrock
      .sent()
      .toolConfig.tools.map((each: { toolSpec?: { name: string } }) => each.toolSpec?.name ?? each)
  beforeAll(() => bedrock.answer(saying({ text: 'x' })))

  test.each([
    [{ type: 'ephemeral' }, { type: 'default' }],
    [
      { type: 'ephemeral', ttl: '1h' },
      { type: 'default', ttl: '1h' },
    ],
  ])('is told to Claude: %j', async (control, cachePoint) => {
    const { status, headers } = await bedrock.ask('/v1/messages', {
      ...chat,
      max_tokens: 9,
      tools: marked(control),
      tool_choice: { type: 'any' },
    })
    expect([status, warningOf(headers)]).toEqual([200, null])
    expect(names()).toEqual(['higher', { cachePoint }, 'get'])
    expect(bedrock.sent().toolConfig.toolChoice).toEqual({ any: {} })
  })

  test('is told from chat too', async () => {
    await bedrock.ask('/v1/chat/completions', {
      ...chat,
      tools: [{ ...tool('get'), cache_control: { type: 'ephemeral' } }],
    })
    expect(names()).toEqual(['get', { cachePoint: { type: 'default' } }])
  })

  test('goes out in the body only', async () => {
    expect(JSON.stringify([...bedrock.headers()])).not.toContain('cached')
  })

  test('is left out with a warning where only prompts are cached', async () => {
    const { headers } = await bedrock.ask('/v1/messages', {
      ...chat,
      model: 'bedrock/amazon.nova-pro-v1:0',
      max_tokens: 9,
      tools: marked({ type: 'ephemeral' }),
    })
    expect(warningOf(headers)).toBe(
      'tools: "cache_control" of a tool has no counterpart at this model, and was left out',
    )
    expect(names()).toEqual(['higher', 'get'])
  })
})
