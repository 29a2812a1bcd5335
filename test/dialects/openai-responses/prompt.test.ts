import { describe, expect, test } from 'bun:test'
import { pack } from '../../../src/translate/carrier.ts'
import { type Any, call, compatible, promptOf, refusalOf, to } from './kit.ts'

const words = (text: string) => ({ type: 'text', text })
const user = (...parts: object[]) => ({ role: 'user', content: parts })
const google = to('google')
const claude = to('anthropic', 'claude-x')

describe('messages', () => {
  test.each<[string, unknown, unknown[]]>([
    ['a text', 'Hello', [user(words('Hello'))]],
    ['a message without a type', [{ role: 'user', content: 'Hello' }], [user(words('Hello'))]],
    [
      'roles of every kind',
      [
        {
          type: 'message',
          role: 'developer',
          content: [
            { type: 'input_text', text: 'Be' },
            { type: 'input_text', text: 'brief' },
          ],
        },
        { role: 'system', content: 'And kind' },
        { role: 'user', content: [{ type: 'input_text', text: 'Hello' }] },
        {
          role: 'assistant',
          content: [
            { type: 'output_text', text: 'Hi', annotations: [] },
            { type: 'refusal', refusal: 'No' },
          ],
        },
        { role: 'assistant', content: 'Really' },
      ],
      [
        { role: 'system', content: 'Be\n\nbrief' },
        { role: 'system', content: 'And kind' },
        user(words('Hello')),
        { role: 'assistant', content: [words('Hi'), words('No'), words('Really')] },
      ],
    ],
    [
      'a picture by URL',
      [
        {
          role: 'user',
          content: [{ type: 'input_image', image_url: 'https://a.example/b.png', detail: 'auto' }],
        },
      ],
      [
        user({
          type: 'file',
          mediaType: 'image/*',
          data: { type: 'url', url: new URL('https://a.example/b.png') },
        }),
      ],
    ],
    [
      'a picture as data',
      [{ role: 'user', content: [{ type: 'input_image', image_url: 'data:image/png;base64,aGk=' }] }],
      [user({ type: 'file', mediaType: 'image/png', data: { type: 'data', data: 'aGk=' } })],
    ],
    [
      'files',
      [
        {
          role: 'user',
          content: [
            { type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;base64,aGk=' },
            { type: 'input_file', filename: 'a.csv', file_data: 'aGk=' },
            { type: 'input_file', file_url: 'https://a.example/b.pdf' },
          ],
        },
      ],
      [
        user(
          {
            type: 'file',
            mediaType: 'application/pdf',
            filename: 'a.pdf',
            data: { type: 'data', data: 'aGk=' },
          },
          { type: 'file', mediaType: 'text/csv', filename: 'a.csv', data: { type: 'data', data: 'aGk=' } },
          {
            type: 'file',
            mediaType: 'application/pdf',
            data: { type: 'url', url: new URL('https://a.example/b.pdf') },
          },
        ),
      ],
    ],
    [
      'sound',
      [{ role: 'user', content: [{ type: 'input_audio', input_audio: { data: 'aGk=', format: 'mp3' } }] }],
      [user({ type: 'file', mediaType: 'audio/mpeg', data: { type: 'data', data: 'aGk=' } })],
    ],
  ])('%s', (_, input, expected) => expect(promptOf(input) as unknown[]).toEqual(expected))

  test('instructions come first', () =>
    expect(promptOf('Hello', compatible, { instructions: 'Be brief' })[0]).toEqual({
      role: 'system',
      content: 'Be brief',
    }))

  test('what the system says later stays in its place where a provider knows only a beginning', () => {
    const input = [
      { role: 'developer', content: 'First' },
      { role: 'user', content: 'Hello' },
      { role: 'developer', content: 'Later' },
    ]
    expect(promptOf(input).map(({ role }) => role)).toEqual(['system', 'user', 'system'])
    for (const destination of [google, claude, to('bedrock')])
      expect(promptOf(input, destination).slice(1) as Any).toEqual([
        user(words('Hello')),
        user(words('<developer_message>\nLater\n</developer_message>')),
      ])
  })
})

const fcall = (id: string, more: object = {}) => ({
  type: 'function_call',
  call_id: id,
  name: 'f',
  arguments: '{"a":1}',
  ...more,
})
const output = (id: string, said: unknown = 'ok') => ({
  type: 'function_call_output',
  call_id: id,
  output: said,
})
const called = (id: string) => ({ type: 'tool-call', toolCallId: id, toolName: 'f', input: { a: 1 } })
const gave = (id: string, said: unknown = { type: 'text', value: 'ok' }) => ({
  type: 'tool-result',
  toolCallId: id,
  toolName: 'f',
  output: said,
})

describe('tool calls', () => {
  test('of one turn stay one turn, each answered behind it', () => {
    const input = [
      { role: 'user', content: 'Go' },
      { role: 'assistant', content: 'I go' },
      fcall('1'),
      fcall('2'),
      output('2'),
      output('1'),
      fcall('3'),
      output('3'),
    ]
    expect(promptOf(input) as Any).toEqual([
      user(words('Go')),
      { role: 'assistant', content: [words('I go'), called('1'), called('2')] },
      { role: 'tool', content: [gave('2'), gave('1')] },
      { role: 'assistant', content: [called('3')] },
      { role: 'tool', content: [gave('3')] },
    ])
  })

  test('are answered right behind their turn, wherever the client has put the answer', () => {
    const input = [fcall('1'), fcall('2'), output('1'), { role: 'user', content: 'Wait' }, output('2')]
    expect(promptOf(input) as Any).toEqual([
      { role: 'assistant', content: [called('1'), called('2')] },
      { role: 'tool', content: [gave('1'), gave('2')] },
      user(words('Wait')),
    ])
  })

  test('that are custom, or of a namespace, keep their names', () => {
    const tools = [
      { type: 'custom', name: 'patch' },
      {
        type: 'namespace',
        name: 'mcp__x__',
        description: '',
        tools: [{ type: 'function', name: 'f', parameters: {} }],
      },
    ]
    const input = [
      { type: 'custom_tool_call', call_id: '1', name: 'patch', input: 'free "text"' },
      { type: 'custom_tool_call_output', call_id: '1', output: 'done' },
      fcall('2', { namespace: 'mcp__x__' }),
      output('2'),
    ]
    const prompt = promptOf(input, compatible, { tools }) as Any
    expect(prompt[0].content[0]).toMatchObject({ toolName: 'patch', input: { input: 'free "text"' } })
    expect(prompt[2].content[0]).toMatchObject({ toolName: 'mcp__x__f' })
    expect(prompt[3].content[0]).toMatchObject({ toolName: 'mcp__x__f' })
  })

  test('of the tools that clients of OpenAI run are calls of functions', () => {
    const input = [
      {
        type: 'local_shell_call',
        id: 'lsh_1',
        call_id: '1',
        status: 'completed',
        action: { type: 'exec', command: ['ls'], env: {}, timeout_ms: null },
      },
      { type: 'local_shell_call_output', id: '1', output: 'a.txt' },
      { type: 'shell_call', call_id: '2', action: { commands: ['ls'], timeout_ms: 5 } },
      {
        type: 'shell_call_output',
        call_id: '2',
        output: [{ stdout: 'a', stderr: '', outcome: { type: 'exit', exit_code: 0 } }],
      },
      {
        type: 'apply_patch_call',
        call_id: '3',
        status: 'completed',
        operation: { type: 'delete_file', path: 'a' },
      },
      { type: 'apply_patch_call_output', call_id: '3', status: 'failed', output: 'no such file' },
    ]
    const prompt = promptOf(input) as Any
    expect(prompt.map(({ content }: Any) => content[0].input ?? content[0].output)).toEqual([
      { command: ['ls'], env: {} },
      { type: 'text', value: 'a.txt' },
      { commands: ['ls'], timeout_ms: 5 },
      {
        type: 'text',
        value: '{"output":[{"stdout":"a","stderr":"","outcome":{"type":"exit","exit_code":0}}]}',
      },
      { operation: { type: 'delete_file', path: 'a' } },
      { type: 'error-text', value: 'The patch has failed: no such file' },
    ])
  })

  test('may have pictures as results, which follow as the words of a user where results are text', () => {
    const said = [
      { type: 'input_text', text: 'See' },
      { type: 'input_image', image_url: 'data:image/png;base64,aGk=' },
    ]
    const input = [fcall('1'), output('1', said)]
    const file = { type: 'file', mediaType: 'image/png', data: { type: 'data', data: 'aGk=' } }
    const whole = { type: 'content', value: [words('See'), file] }
    for (const destination of [claude, google])
      expect((promptOf(input, destination) as Any)[1].content[0].output).toEqual(whole)
    expect((promptOf(input) as Any).slice(1)).toEqual([
      { role: 'tool', content: [gave('1', { type: 'text', value: 'See' })] },
      user(words('Result of tool call 1 (f):'), file),
    ])
  })

  test.each([
    ['broken{', { INVALID_JSON: 'broken{' }],
    ['{"a":"unf', { INVALID_JSON: '{"a":"unf' }],
    ['[1]', { INVALID_JSON: '[1]' }],
    ['"x"', { INVALID_JSON: '"x"' }],
    ['', {}],
    [' {} ', {}],
    ['{"a":1}', { a: 1 }],
  ])('with arguments that are no object go back within one: %s', (given, input) => {
    const prompt = promptOf([fcall('1', { arguments: given }), output('1')]) as Any
    expect(prompt[0].content[0].input).toEqual(input)
  })
})

describe('thoughts', () => {
  const thought = (carried: Parameters<typeof pack>[0] | string, more: object = {}) => [
    { role: 'user', content: 'Hello' },
    {
      type: 'reasoning',
      id: 'rs_1',
      summary: [{ type: 'summary_text', text: 'Hm' }],
      encrypted_content: typeof carried === 'string' ? carried : pack(carried),
      ...more,
    },
    { role: 'assistant', content: 'Hi' },
  ]
  const said = (input: unknown, destination = compatible) => (promptOf(input, destination)[1] as Any).content

  test('go back to whom they came from, with what was signed', () => {
    const options = { anthropic: { signature: 'sig' } }
    const input = thought({ model: 'claude-x', options })
    expect(said(input, claude)[0]).toEqual({ type: 'reasoning', text: 'Hm', providerOptions: options })
    expect(said(input, to('bedrock', 'anthropic.claude-y'))[0]).toEqual({
      type: 'reasoning',
      text: 'Hm',
      providerOptions: { bedrock: { signature: 'sig' } },
    })
    expect(said(input)).toEqual([words('Hi')])
    expect(said(input, google)).toEqual([words('Hi')])
  })

  test('that are bare go back to their own model only', () => {
    expect(said(thought({ model: 'some-model' }))[0]).toEqual({ type: 'reasoning', text: 'Hm' })
    expect(said(thought({ model: 'another' }))).toEqual([words('Hi')])
  })

  test('of OpenAI, or forged, are left out', () => {
    for (const blob of ['gAAAAAB', 'modelway1.', 'modelway1.bm9uc2Vuc2U', pack({ model: 'x' }).slice(0, -3)])
      expect(said(thought(blob))).toEqual([words('Hi')])
    expect(said(thought('', { encrypted_content: null, summary: [] }))).toEqual([words('Hi')])
  })

  test('cannot be used to write into the messages of a vendor', () => {
    const options = { openaiCompatible: { signature: 'x' }, google: { thoughtSignature: 's', nonsense: 'y' } }
    const input = thought({ model: 'm', options })
    expect(said(input, google)[0].providerOptions).toEqual({ google: { thoughtSignature: 's' } })
  })

  test('about a call go back with it', () => {
    const options = { google: { thoughtSignature: 'sig' } }
    const input = [
      { type: 'reasoning', summary: [], encrypted_content: pack({ model: 'm', options, call: '1' }) },
      fcall('1'),
      output('1'),
    ]
    expect((promptOf(input, google) as Any)[0].content).toEqual([
      { ...called('1'), providerOptions: options },
    ])
    expect((promptOf(input) as Any)[0].content).toEqual([called('1')])
  })
})

describe('call ids that come again, as of vendors that number their calls anew with every turn', () => {
  const turn = (id: string, result: string) => [fcall(id), output(id, result)]

  test('are no hindrance: an output belongs to the call that waits for one', () => {
    const prompt = promptOf([
      { role: 'user', content: 'Hi' },
      ...turn('list:0', 'a'),
      ...turn('list:0', 'b'),
    ]) as Any
    expect(prompt.map(({ role }: Any) => role)).toEqual(['user', 'assistant', 'tool', 'assistant', 'tool'])
    expect([prompt[2], prompt[4]].map(({ content }) => content[0].output.value)).toEqual(['a', 'b'])
  })

  test('bring each call its own thought', () => {
    const thought = (sig: string) => ({
      type: 'reasoning',
      summary: [],
      encrypted_content: pack({ model: 'm', options: { google: { thoughtSignature: sig } }, call: '1' }),
    })
    const input = [thought('first'), ...turn('1', 'a'), thought('second'), ...turn('1', 'b')]
    const calls = (promptOf(input, google) as Any).filter(({ role }: Any) => role === 'assistant')
    expect(calls.map(({ content }: Any) => content[0].providerOptions.google.thoughtSignature)).toEqual([
      'first',
      'second',
    ])
  })

  test('are refused where two calls wait at once', () => {
    expect(refusalOf({ input: [fcall('1'), fcall('1'), output('1'), output('1')] })).toEqual({
      code: 'invalid_request',
      param: 'input[1].call_id',
    })
  })
})

describe('a search of the web that another provider made', () => {
  const input = [
    { type: 'web_search_call', id: 'ws_1', status: 'completed' },
    { role: 'user', content: 'More' },
  ]

  test.each([
    [claude, []],
    [undefined, ['input: what tools of another provider did is told to this model in words']],
  ] as const)('is told in words, of which who searches itself makes no matter', (destination, told) => {
    const { options, warnings } = call({ input }, destination)
    expect(options.prompt.map(({ role }) => role)).toEqual(['assistant', 'user'])
    expect(JSON.stringify(options.prompt)).toContain('web_search')
    expect(warnings).toEqual([...told])
  })
})

describe('an answer that the client has begun', () => {
  const input = [
    { role: 'user', content: 'Hi' },
    { role: 'assistant', content: 'Well,' },
  ]

  test('is told where the provider may not go on with it', () => {
    expect(call({ input }).warnings).toEqual([
      'input[1]: this provider may begin a new answer instead of continuing yours',
    ])
    expect(call({ input: [...input, { role: 'user', content: 'And?' }] }).warnings).toEqual([])
  })

  test('is what Claude goes on with', () => expect(call({ input }, claude).warnings).toEqual([]))
})
