import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { joinWords } from '../../src/vendors/joined-words.ts'

const claude = (delta: object, index = 0) =>
  `event: content_block_delta\ndata: ${JSON.stringify({ type: 'content_block_delta', index, delta })}\n\n`
const said = (text: string, index = 0) => claude({ type: 'text_delta', text }, index)
const chat = (delta: object, more: object = {}) =>
  `data: ${JSON.stringify({ id: 'c', choices: [{ index: 0, delta, finish_reason: null, ...more }] })}\n\n`

describe('words that arrive together become one event', () => {
  test.each([
    ['of Anthropic', said('One ') + said('two ') + said('three'), said('One two three')],
    [
      'of chat',
      chat({ content: 'One ' }) + chat({ content: '"two" \\' }) + chat({ content: '\n' }),
      chat({ content: 'One "two" \\\n' }),
    ],
    [
      'of chat with members that say nothing',
      chat({ role: 'assistant', content: 'a', reasoning_content: null }) +
        chat({ role: 'assistant', content: 'b', reasoning_content: null }),
      chat({ role: 'assistant', content: 'ab', reasoning_content: null }),
    ],
    [
      'thoughts',
      chat({ reasoning_content: 'a' }) + chat({ reasoning_content: 'b' }),
      chat({ reasoning_content: 'ab' }),
    ],
    [
      'the input of a tool',
      claude({ type: 'input_json_delta', partial_json: '{"a"' }) +
        claude({ type: 'input_json_delta', partial_json: ': 1}' }),
      claude({ type: 'input_json_delta', partial_json: '{"a": 1}' }),
    ],
    [
      'whose letters are halved by escapes',
      'data: {"delta":{"content":"\\ud83d"}}\n\ndata: {"delta":{"content":"\\ude00"}}\n\n',
      'data: {"delta":{"content":"\\ud83d\\ude00"}}\n\n',
    ],
    ['before an event that is cut', `${said('a')}${said('b')}event: cont`, `${said('ab')}event: cont`],
    [
      'the last of which lacks its blank line',
      said('a') + said('b').slice(0, -1),
      said('a') + said('b').slice(0, -1),
    ],
    [
      'the last of which lacks its blank line, behind two that have it',
      said('a') + said('b') + said('c').slice(0, -1),
      said('ab') + said('c').slice(0, -1),
    ],
  ])('%s', (_, events, joined) => expect(joinWords(events)).toBe(joined))
})

describe('all others stay for themselves', () => {
  test.each([
    ['one event', said('a')],
    ['of different blocks', said('a') + said('b', 1)],
    ['words and thoughts', chat({ reasoning_content: 'a' }) + chat({ content: 'b' })],
    ['with an end', chat({ content: 'a' }) + chat({ content: 'b' }, { finish_reason: 'stop' })],
    [
      'with ids of their own',
      'id: 1\ndata: {"delta":{"content":"a"}}\n\nid: 2\ndata: {"delta":{"content":"a"}}\n\n',
    ],
    [
      'with logprobs',
      chat({ content: 'a' }, { logprobs: { content: [1] } }) +
        chat({ content: 'b' }, { logprobs: { content: [2] } }),
    ],
    [
      'that say the same twice beside the words',
      chat({ content: 'a', annotations: [1] }) + chat({ content: 'b', annotations: [1] }),
    ],
    [
      'that say the same thought twice before the words',
      chat({ reasoning: 'a', content: 'b' }) + chat({ reasoning: 'a', content: 'c' }),
    ],
    [
      'with calls',
      chat({ content: 'a', tool_calls: [{ index: 0 }] }) + chat({ content: 'b', tool_calls: [{ index: 0 }] }),
    ],
    [
      'with several choices',
      'data: {"choices":[{"delta":{"content":"a"}},{"delta":{"content":"z"}}]}\n\ndata: {"choices":[{"delta":{"content":"b"}},{"delta":{"content":"z"}}]}\n\n',
    ],
    ['with a comment between them', `${said('a')}: ping\n\n${said('b')}`],
    ['that are no JSON', 'data: {"delta":{"content":"a"\n\ndata: {"delta":{"content":"b"\n\n'],
    [
      'whose words look like events',
      said('"delta":{"text":"x"}') + claude({ type: 'citations_delta', citation: {} }),
    ],
  ])('%s', (_, events) => expect(joinWords(events)).toBe(events))
})

test('nothing is lost, whatever is said and wherever the text is cut', () => {
  const words = fc.string({ unit: 'binary', maxLength: 8 })
  const event = fc.oneof(
    words.map(text => said(text)),
    words.map(text => said(text, 1)),
    words.map(thinking => claude({ type: 'thinking_delta', thinking })),
    words.map(signature => claude({ type: 'signature_delta', signature })),
    words.map(content => chat({ content })),
    fc.constant('event: ping\ndata: {"type":"ping"}\n\n'),
  )
  fc.assert(
    fc.property(fc.array(event, { maxLength: 12 }), fc.nat(), (events, at) => {
      const all = events.join('')
      const cut = all.length === 0 ? 0 : at % all.length
      expect(told(joinWords(all))).toEqual(told(all))
      expect(told(joinWords(all.slice(0, cut)) + all.slice(cut))).toEqual(told(all))
    }),
  )
})

/** What is said, with what is said in the same way right behind it. */
function told(events: string): { how: string; words: string }[] {
  const all: { how: string; words: string }[] = []
  for (const [, data] of events.matchAll(/^data: (.*)$/gm)) {
    const { type, index, choices, delta = choices?.[0].delta ?? {} } = JSON.parse(data!)
    const [kind, words = ''] = Object.entries<string>(delta).findLast(([key]) => key !== 'type') ?? [type]
    const how = `${index} ${kind}`
    const last = all.at(-1)
    if (last?.how === how && kind !== 'signature') last.words += words
    else all.push({ how, words })
  }
  return all
}
