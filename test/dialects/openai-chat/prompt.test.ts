import { describe, expect, test } from 'bun:test'
import { toCall } from '../../../plugins/dialects/openai-chat/call.ts'
import type { Destination } from '../../../src/contract/translation.ts'
import { anthropic, bedrock, cohere, compatible, google, promptOf, says, stranger, to } from './kit.ts'

const PNG = 'iVBORw0KGgo='
const text = (words: string) => ({ type: 'text', text: words })
const call = (id: string, name = 'f', args = '{"a":1}') => ({
  id,
  type: 'function',
  function: { name, arguments: args },
})
const called = (id: string, name = 'f', input: unknown = { a: 1 }) => ({
  type: 'tool-call',
  toolCallId: id,
  toolName: name,
  input,
})
const result = (id: string, value: string, name = 'f') => ({
  type: 'tool-result',
  toolCallId: id,
  toolName: name,
  output: { type: 'text', value },
})
const hello = { role: 'user', content: 'Hello' }
const said = { role: 'user', content: [text('Hello')] }
const last = (prompt: readonly unknown[]) => prompt.at(-1) as never

describe('messages', () => {
  const table: [what: string, messages: object[], prompt: object[], destination?: Destination][] = [
    ['a system', [{ role: 'system', content: 'S' }, hello], [{ role: 'system', content: 'S' }, said]],
    [
      'a developer',
      [{ role: 'developer', content: [text('A'), text('B')] }, hello],
      [{ role: 'system', content: 'A\n\nB' }, said],
    ],
    [
      'parts of a system stay apart where a cache may stand between',
      [
        { role: 'system', content: [{ ...text('A'), cache_control: { type: 'ephemeral' } }, text('B')] },
        hello,
      ],
      [
        {
          role: 'system',
          content: 'A',
          providerOptions: { anthropic: { cacheControl: { type: 'ephemeral' } } },
        },
        { role: 'system', content: 'B' },
        said,
      ],
      anthropic,
    ],
    [
      'a late system stays where it is',
      [hello, { role: 'system', content: 'S' }],
      [said, { role: 'system', content: 'S' }],
    ],
    [
      'a late system becomes words where there is no place for it',
      [hello, { role: 'system', content: 'S' }],
      [said, { role: 'user', content: [text('<system>\nS\n</system>')] }],
      google,
    ],
    [
      'several systems at the beginning',
      [{ role: 'system', content: 'A' }, { role: 'developer', content: 'B' }, hello],
      [{ role: 'system', content: 'A' }, { role: 'system', content: 'B' }, said],
      google,
    ],
    [
      'empty texts say nothing',
      [
        { role: 'system', content: '' },
        { role: 'user', content: [text(''), text('Hello')] },
      ],
      [said],
    ],
    [
      'an assistant',
      [hello, { role: 'assistant', content: 'Hi', refusal: null, tool_calls: null, audio: null }, hello],
      [said, { role: 'assistant', content: [text('Hi')] }, said],
    ],
    [
      'an assistant in parts',
      [hello, { role: 'assistant', content: [text('Hi'), { type: 'refusal', refusal: 'No' }] }, hello],
      [said, { role: 'assistant', content: [text('Hi'), text('No')] }, said],
    ],
    [
      'a refusal',
      [hello, { role: 'assistant', content: null, refusal: 'No' }, hello],
      [said, { role: 'assistant', content: [text('No')] }, said],
    ],
    [
      'calls and results, several at once',
      [
        hello,
        { role: 'assistant', content: '', tool_calls: [call('1'), call('2', 'g', '')] },
        { role: 'tool', tool_call_id: '1', content: 'A' },
        { role: 'tool', tool_call_id: '2', content: [text('B'), text('C')] },
      ],
      [
        said,
        { role: 'assistant', content: [called('1'), called('2', 'g', {})] },
        { role: 'tool', content: [result('1', 'A'), result('2', 'B\nC', 'g')] },
      ],
    ],
    [
      'arguments that broke off',
      [
        hello,
        { role: 'assistant', tool_calls: [call('1', 'f', '{"a":')] },
        { role: 'tool', tool_call_id: '1', content: null },
      ],
      [
        said,
        { role: 'assistant', content: [called('1', 'f', { INVALID_JSON: '{"a":' })] },
        { role: 'tool', content: [result('1', '')] },
      ],
    ],
    [
      'a custom call',
      [
        hello,
        { role: 'assistant', tool_calls: [{ id: '1', type: 'custom', custom: { name: 'f', input: 'x' } }] },
        { role: 'tool', tool_call_id: '1', content: 'A' },
      ],
      [
        said,
        { role: 'assistant', content: [called('1', 'f', { input: 'x' })] },
        { role: 'tool', content: [result('1', 'A')] },
      ],
    ],
    [
      'a legacy call',
      [
        hello,
        { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{"a":1}' } },
        { role: 'function', name: 'f', content: 'A' },
      ],
      [
        said,
        { role: 'assistant', content: [called('call_legacy_1')] },
        { role: 'tool', content: [result('call_legacy_1', 'A')] },
      ],
    ],
    [
      'an id is used again',
      [
        hello,
        { role: 'assistant', tool_calls: [call('1')] },
        { role: 'tool', tool_call_id: '1', content: 'A' },
        { role: 'assistant', tool_calls: [call('1', 'g')] },
        { role: 'tool', tool_call_id: '1', content: 'B' },
      ],
      [
        said,
        { role: 'assistant', content: [called('1')] },
        { role: 'tool', content: [result('1', 'A')] },
        { role: 'assistant', content: [called('1', 'g')] },
        { role: 'tool', content: [result('1', 'B', 'g')] },
      ],
    ],
    [
      'a message behind which to cache',
      [{ role: 'user', content: 'Hello', cache_control: { type: 'ephemeral' } }],
      [{ ...said, providerOptions: { bedrock: { cachePoint: { type: 'default' } } } }],
      bedrock,
    ],
    [
      'a system in parts behind which to cache',
      [{ role: 'system', content: [text('A'), text('B')], cache_control: { type: 'ephemeral' } }, hello],
      [
        { role: 'system', content: 'A' },
        {
          role: 'system',
          content: 'B',
          providerOptions: { anthropic: { cacheControl: { type: 'ephemeral' } } },
        },
        said,
      ],
      anthropic,
    ],
    [
      '… in a way that nobody knows',
      [{ role: 'user', content: 'Hello', cache_control: { type: 'permanent', ttl: '1y' } }],
      [said],
      anthropic,
    ],
    [
      '… at Bedrock, where the model cannot',
      [{ role: 'user', content: 'Hello', cache_control: { type: 'ephemeral' } }],
      [said],
      to('bedrock', 'meta.llama3'),
    ],
    [
      '… where the provider caches by itself',
      [{ role: 'user', content: 'Hello', cache_control: { type: 'ephemeral' } }],
      [said],
      google,
    ],
  ]
  for (const [what, messages, prompt, destination = stranger] of table)
    test(what, () => {
      expect(promptOf(messages, destination)).toEqual(prompt as never)
      expect(toCall(says(...messages), destination).warnings).toEqual([])
    })

  test('what tools give back as files follows all results of a turn, where results hold text only', () => {
    const image = { type: 'image_url', image_url: { url: `data:image/png;base64,${PNG}` } }
    const messages = [
      hello,
      { role: 'assistant', tool_calls: [call('1'), call('2')] },
      { role: 'tool', tool_call_id: '1', content: [image] },
      { role: 'tool', tool_call_id: '2', content: 'B' },
      { role: 'user', content: 'More' },
    ]
    const file = { type: 'file', mediaType: 'image/png', data: { type: 'data', data: PNG } }
    expect(promptOf(messages).slice(2)).toEqual([
      { role: 'tool', content: [result('1', 'The result follows as a file.'), result('2', 'B')] },
      { role: 'user', content: [text('Result of tool call 1 (f):'), file] },
      { role: 'user', content: [text('More')] },
    ] as never)
    expect(promptOf(messages, anthropic)[2]).toEqual({
      role: 'tool',
      content: [
        {
          ...result('1', ''),
          output: { type: 'content', value: [text('The result follows as a file.'), file] },
        },
        result('2', 'B'),
      ],
    } as never)
  })

  test('what is left out is told', () => {
    const { warnings } = toCall(
      says({ role: 'user', name: 'Ann', content: 'Hi' }, { role: 'assistant', content: 'Hm', prefix: true }),
      stranger,
    )
    expect(warnings.map(line => line.split(':')[0])).toEqual([
      'messages[1]',
      'messages[0].name',
      'messages[1].prefix',
    ])
    expect(toCall(says(hello, { role: 'assistant', content: 'Hm' }), anthropic).warnings).toEqual([])
  })
})

describe('thoughts', () => {
  const turn = (more: object) => [hello, { role: 'assistant', content: 'A', ...more }, hello]
  const assistant = (more: object, destination: Destination) =>
    promptOf(turn(more), destination)[1]!.content as never
  const signed = {
    type: 'reasoning.text',
    text: 'T',
    signature: 'S',
    format: 'anthropic-claude-v1',
    index: 0,
  }
  const hidden = { type: 'reasoning.encrypted', data: 'D', format: 'anthropic-claude-v1', index: 1 }

  test('go back to Claude with their signatures', () => {
    for (const destination of [anthropic, bedrock])
      expect(assistant({ reasoning_content: 'T', reasoning_details: [signed, hidden] }, destination)).toEqual(
        [
          { type: 'reasoning', text: 'T', providerOptions: { [destination.options]: { signature: 'S' } } },
          { type: 'reasoning', text: '', providerOptions: { [destination.options]: { redactedData: 'D' } } },
          text('A'),
        ] as never,
      )
  })
  test('go back to nobody else', () => {
    for (const destination of [google, cohere, stranger, to('bedrock', 'meta.llama')])
      expect(assistant({ reasoning_content: 'T', reasoning_details: [signed, hidden] }, destination)).toEqual(
        [text('A')] as never,
      )
  })
  test('go back as words where words are taken', () => {
    expect(assistant({ reasoning_content: 'T' }, compatible)).toEqual([
      { type: 'reasoning', text: 'T' },
      text('A'),
    ] as never)
    expect(assistant({ reasoning: 'T' }, compatible)).toEqual([
      { type: 'reasoning', text: 'T' },
      text('A'),
    ] as never)
    expect(assistant({ reasoning: 'T' }, anthropic)).toEqual([text('A')] as never)
  })
  test('what Gemini signed goes back to it: thoughts, texts, calls', () => {
    const details = [
      { type: 'reasoning.text', text: 'T', signature: '1', format: 'google-gemini-v1' },
      { type: 'reasoning.encrypted', data: '2', format: 'google-gemini-v1' },
      { type: 'reasoning.encrypted', data: '3', format: 'google-gemini-v1', id: 'c1' },
    ]
    const tool_calls = [call('c1'), { ...call('c2'), extra_content: { google: { thought_signature: '4' } } }]
    const options = (thoughtSignature: string) => ({ providerOptions: { google: { thoughtSignature } } })
    expect(assistant({ reasoning_details: details, tool_calls }, google)).toEqual([
      { type: 'reasoning', text: 'T', ...options('1') },
      { ...text('A'), ...options('2') },
      { ...called('c1'), ...options('3') },
      { ...called('c2'), ...options('4') },
    ] as never)
    expect(assistant({ reasoning_details: details, tool_calls }, anthropic)).toEqual([
      text('A'),
      called('c1'),
      called('c2'),
    ] as never)
  })
  test('a signature whose id is that of no call is that of the text', () =>
    expect(
      assistant(
        {
          reasoning_details: [
            { type: 'reasoning.encrypted', data: '2', format: 'google-gemini-v1', id: 'gone' },
          ],
        },
        google,
      ),
    ).toEqual([{ ...text('A'), providerOptions: { google: { thoughtSignature: '2' } } }] as never))
  test('odd details say nothing', () =>
    expect(
      assistant(
        {
          reasoning_details: [
            null,
            3,
            {},
            { type: 'reasoning.text', signature: 5 },
            { type: 'reasoning.encrypted', format: 'x', data: 'y' },
          ],
          reasoning_content: 7,
        },
        anthropic,
      ),
    ).toEqual([text('A')] as never))
  test('fields of a message reach no package by themselves', () =>
    expect(
      last(promptOf([{ role: 'user', content: 'Hello', provider_specific_fields: { x: 1 } }], compatible)),
    ).toEqual(said as never))
})
