import { describe, expect, test } from 'bun:test'
import { pack } from '../../../src/translate/carrier.ts'
import { bedrock, type call, claude, compatible, gemini, png, promptOf, to } from './kit.ts'

describe('a conversation', () => {
  const calls = {
    role: 'assistant',
    content: [
      { type: 'text', text: 'Well' },
      { type: 'tool_use', id: 'toolu_1', name: 'go', input: { to: 'x' } },
      { type: 'tool_use', id: 'toolu_2', name: 'stay', input: {} },
    ],
  }
  const answered = (...content: unknown[]) => [
    { role: 'user', content: 'a' },
    calls,
    { role: 'user', content },
  ]
  const output = (block: object, destination = compatible) => {
    const tool = promptOf(answered({ type: 'tool_result', tool_use_id: 'toolu_1', ...block }), destination)[2]
    return tool?.role === 'tool' && tool.content[0]?.type === 'tool-result'
      ? tool.content[0].output
      : undefined
  }

  test('keeps the ids of calls, and puts results in front', () => {
    const messages = answered(
      { type: 'text', text: 'Go on' },
      { type: 'tool_result', tool_use_id: 'toolu_2', content: 'B' },
      { type: 'tool_result', tool_use_id: 'toolu_1', content: 'A' },
    )
    expect(promptOf(messages).slice(1)).toEqual([
      {
        role: 'assistant',
        content: [
          { type: 'text', text: 'Well' },
          { type: 'tool-call', toolCallId: 'toolu_1', toolName: 'go', input: { to: 'x' } },
          { type: 'tool-call', toolCallId: 'toolu_2', toolName: 'stay', input: {} },
        ],
      },
      {
        role: 'tool',
        content: [
          {
            type: 'tool-result',
            toolCallId: 'toolu_2',
            toolName: 'stay',
            output: { type: 'text', value: 'B' },
          },
          {
            type: 'tool-result',
            toolCallId: 'toolu_1',
            toolName: 'go',
            output: { type: 'text', value: 'A' },
          },
        ],
      },
      { role: 'user', content: [{ type: 'text', text: 'Go on' }] },
    ])
  })

  const texts = [
    { type: 'text', text: 'a' },
    { type: 'text', text: 'b' },
  ]
  const image = { type: 'image', source: png }
  const file = { type: 'file', mediaType: 'image/png', data: { type: 'data', data: 'aGk=' } }
  test.each<[string, object, Parameters<typeof call>[1], unknown]>([
    ['nothing', {}, compatible, { type: 'text', value: '' }],
    ['a text', { content: 'x' }, compatible, { type: 'text', value: 'x' }],
    ['an error', { content: 'x', is_error: true }, gemini, { type: 'error-text', value: 'x' }],
    [
      'an error, where its mark gets lost',
      { content: 'x', is_error: true },
      compatible,
      { type: 'error-text', value: 'Error: x' },
    ],
    [
      'an error that says so itself',
      { content: '<error>x</error>', is_error: true },
      bedrock,
      { type: 'error-text', value: '<error>x</error>' },
    ],
    [
      'an error that begins like one',
      { content: 'Errors: 3', is_error: true },
      bedrock,
      { type: 'error-text', value: 'Error: Errors: 3' },
    ],
    ['an error without words', { is_error: true }, compatible, { type: 'error-text', value: 'Error' }],
    [
      'an error with a file, which no package marks',
      { content: [image, texts[0]], is_error: true },
      claude,
      { type: 'content', value: [{ type: 'text', text: 'Error: a' }, file] },
    ],
    ['texts', { content: texts }, gemini, { type: 'text', value: 'a\nb' }],
    ['texts, for Claude', { content: texts }, claude, { type: 'content', value: texts }],
    [
      'failed texts, for Claude',
      { content: texts, is_error: true },
      claude,
      { type: 'error-text', value: 'a\nb' },
    ],
    [
      'an image',
      { content: [image] },
      gemini,
      { type: 'content', value: [{ type: 'text', text: 'The result follows as a file.' }, file] },
    ],
    [
      'an image between texts',
      { content: [texts[0], image, texts[1]] },
      bedrock,
      { type: 'content', value: [{ type: 'text', text: 'a\nb' }, file] },
    ],
    [
      'the same, for Claude',
      { content: [texts[0], image, texts[1]] },
      claude,
      { type: 'content', value: [texts[0], file, texts[1]] },
    ],
    [
      'a tool that was found',
      { content: [{ type: 'tool_reference', tool_name: 'go' }] },
      compatible,
      { type: 'text', value: 'Tool found: go' },
    ],
    [
      'the same, for Claude',
      { content: [{ type: 'tool_reference', tool_name: 'go' }] },
      claude,
      {
        type: 'content',
        value: [
          { type: 'custom', providerOptions: { anthropic: { type: 'tool-reference', toolName: 'go' } } },
        ],
      },
    ],
  ])('has results: %s', (_, block, destination, expected) => {
    expect(output(block, destination)).toEqual(expected as never)
  })

  test('has images behind the results where results hold text only', () => {
    const messages = answered(
      { type: 'tool_result', tool_use_id: 'toolu_1', content: [texts[0], image] },
      { type: 'text', text: 'And?' },
    )
    expect(promptOf(messages).slice(2)).toEqual([
      {
        role: 'tool',
        content: [
          {
            type: 'tool-result',
            toolCallId: 'toolu_1',
            toolName: 'go',
            output: { type: 'text', value: 'a' },
          },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Result of tool call toolu_1 (go):' },
          file as never,
          { type: 'text', text: 'And?' },
        ],
      },
    ])
  })

  const thoughts = (destination: typeof compatible, ...content: unknown[]) =>
    promptOf(
      [
        { role: 'user', content: 'a' },
        { role: 'assistant', content: [...content, { type: 'text', text: 'x' }] },
        { role: 'user', content: 'b' },
      ],
      destination,
    )[1]!.content.slice(0, -1)
  const signed = { type: 'thinking', thinking: 'Hm', signature: 'c2ln' }
  const own = (model: string, options?: object) => ({
    type: 'thinking',
    thinking: 'Hm',
    signature: pack({ model, ...(options && { options: options as never }) }),
  })

  test.each<[string, typeof compatible, object, unknown[]]>([
    [
      'Claude its own',
      claude,
      signed,
      [{ type: 'reasoning', text: 'Hm', providerOptions: { anthropic: { signature: 'c2ln' } } }],
    ],
    [
      'Claude at Bedrock too',
      bedrock,
      signed,
      [{ type: 'reasoning', text: 'Hm', providerOptions: { bedrock: { signature: 'c2ln' } } }],
    ],
    ['nobody else', compatible, signed, []],
    [
      'Claude its hidden ones',
      claude,
      { type: 'redacted_thinking', data: 'xyz' },
      [{ type: 'reasoning', text: '', providerOptions: { anthropic: { redactedData: 'xyz' } } }],
    ],
    ['nobody else', gemini, { type: 'redacted_thinking', data: 'xyz' }, []],
    [
      'a model that signs nothing its own',
      compatible,
      own('some-model'),
      [{ type: 'reasoning', text: 'Hm' }],
    ],
    ['no other model', compatible, own('other'), []],
    ['Claude never what another thought', claude, own('claude-opus'), []],
    [
      'Gemini its signature',
      gemini,
      own('gemini-2', { google: { thoughtSignature: 's' } }),
      [{ type: 'reasoning', text: 'Hm', providerOptions: { google: { thoughtSignature: 's' } } }],
    ],
    [
      'Gemini at Vertex too',
      to('vertex', 'gemini-3'),
      own('gemini-2', { google: { thoughtSignature: 's' } }),
      [{ type: 'reasoning', text: 'Hm', providerOptions: { google: { thoughtSignature: 's' } } }],
    ],
    ['nobody a thought without a signature', claude, { ...signed, signature: '' }, []],
    ['nobody what was tampered with', gemini, { ...signed, signature: 'modelway1.%%%' }, []],
  ])('gives thoughts back: %s', (_, destination, block, expected) => {
    expect(thoughts(destination, block)).toEqual(expected as never)
  })

  test('gives calls and texts back what they came with', () => {
    const options = { google: { thoughtSignature: 's' } }
    const content = [
      { type: 'text', text: 'Well' },
      { type: 'redacted_thinking', data: pack({ model: 'g', options, text: true }) },
      { type: 'redacted_thinking', data: pack({ model: 'g', options, call: 'toolu_1' }) },
      { type: 'tool_use', id: 'toolu_1', name: 'go', input: {} },
    ]
    const messages = [
      { role: 'user', content: 'a' },
      { role: 'assistant', content },
    ]
    expect(promptOf(messages, gemini)[1]!.content).toEqual([
      { type: 'text', text: 'Well', providerOptions: options },
      { type: 'tool-call', toolCallId: 'toolu_1', toolName: 'go', input: {}, providerOptions: options },
    ])
    expect(promptOf(messages)[1]!.content).toEqual([
      { type: 'text', text: 'Well' },
      { type: 'tool-call', toolCallId: 'toolu_1', toolName: 'go', input: {} },
    ])
  })

  test('lets nobody write options of their own through what we carry', () => {
    const options = {
      openaiCompatible: { itemId: 'x' },
      google: { role: 'system', thoughtSignature: 7, itemId: 'i' },
      __proto__: { itemId: 'p' },
    }
    expect(thoughts(gemini, own('g', options))).toEqual([
      { type: 'reasoning', text: 'Hm', providerOptions: { google: { itemId: 'i' } } },
    ])
  })
})
