import { describe, expect, test } from 'bun:test'
import type { Destination } from '../../../src/contract/translation.ts'
import { anthropic, cohere, google, promptOf, refusalOf, stranger } from './kit.ts'

const PNG = 'iVBORw0KGgo='
const user = (...content: object[]) => [{ role: 'user', content }]
const call = (id: string, name = 'f', args = '{"a":1}') => ({
  id,
  type: 'function',
  function: { name, arguments: args },
})
const hello = { role: 'user', content: 'Hello' }

describe('files', () => {
  const image = (url: unknown, more: object = {}) => user({ type: 'image_url', image_url: { url, ...more } })
  const file = (own: object) => user({ type: 'file', file: own })
  const base64 = (words: string) => btoa(words)
  const table: [what: string, messages: object[], part: object, destination?: Destination][] = [
    [
      'an image',
      image(`data:image/png;base64,${PNG}`),
      { type: 'file', mediaType: 'image/png', data: { type: 'data', data: PNG } },
    ],
    [
      'an image by address',
      image('https://a.example/b.png'),
      { type: 'file', mediaType: 'image/*', data: { type: 'url', url: new URL('https://a.example/b.png') } },
    ],
    [
      'an image without an object around it',
      user({ type: 'image_url', image_url: 'https://a.example/b.png' }),
      { type: 'file', mediaType: 'image/*', data: { type: 'url', url: new URL('https://a.example/b.png') } },
    ],
    [
      'how closely to look',
      image(`data:image/png;base64,${PNG}`, { detail: 'low' }),
      {
        type: 'file',
        mediaType: 'image/png',
        data: { type: 'data', data: PNG },
        providerOptions: { cohere: { detail: 'low' } },
      },
      cohere,
    ],
    [
      'audio',
      user({ type: 'input_audio', input_audio: { data: 'AAAA', format: 'mp3' } }),
      { type: 'file', mediaType: 'audio/mpeg', data: { type: 'data', data: 'AAAA' } },
      google,
    ],
    [
      'a video',
      user({ type: 'video_url', video_url: { url: 'https://a.example/b.mp4' } }),
      { type: 'file', mediaType: 'video/*', data: { type: 'url', url: new URL('https://a.example/b.mp4') } },
      google,
    ],
    [
      'a document',
      file({ file_data: 'data:application/pdf;base64,AAAA', filename: 'a.pdf' }),
      { type: 'file', mediaType: 'application/pdf', data: { type: 'data', data: 'AAAA' }, filename: 'a.pdf' },
      anthropic,
    ],
    [
      'a document by address',
      file({ file_data: 'https://a.example/b.pdf' }),
      {
        type: 'file',
        mediaType: 'application/pdf',
        data: { type: 'url', url: new URL('https://a.example/b.pdf') },
      },
    ],
    [
      'bare base64 is what its name says',
      file({ file_data: 'AAAA', filename: 'a.JPG' }),
      { type: 'file', mediaType: 'image/jpeg', data: { type: 'data', data: 'AAAA' }, filename: 'a.JPG' },
    ],
    [
      'a text',
      file({ file_data: `data:text/markdown;charset=utf-8;base64,${base64('# Hi')}`, filename: 'a.md' }),
      { type: 'file', mediaType: 'text/plain', data: { type: 'text', text: '# Hi' }, filename: 'a.md' },
      anthropic,
    ],
    [
      'JSON is a text',
      file({ file_data: base64('{"a":1}'), filename: 'a.json' }),
      { type: 'file', mediaType: 'text/plain', data: { type: 'text', text: '{"a":1}' }, filename: 'a.json' },
      cohere,
    ],
    [
      'a file that is there',
      file({ file_id: 'file_1' }),
      {
        type: 'file',
        mediaType: 'application/pdf',
        data: { type: 'reference', reference: { anthropic: 'file_1' } },
      },
      anthropic,
    ],
    [
      'white space in base64',
      image('data:image/png;base64,iVBO\nRw0KGgo='),
      { type: 'file', mediaType: 'image/png', data: { type: 'data', data: PNG } },
    ],
  ]
  for (const [what, messages, part, destination = stranger] of table)
    test(what, () =>
      expect(promptOf(messages, destination)).toEqual([{ role: 'user', content: [part] }] as never),
    )

  test('an image of 5 MB is no work', () => {
    const data = 'A'.repeat(5_000_000)
    const [message] = promptOf(image(`data:image/png;base64,${data}`))
    expect((message as never as { content: [{ data: { data: string } }] }).content[0].data.data).toBe(data)
  })

  const at = 'messages[0].content[0]'
  const refused: [what: string, messages: object[], refusal: string, destination?: Destination][] = [
    ['no address', image(7), `invalid_request ${at}.image_url.url`],
    ['no image', user({ type: 'image_url' }), `invalid_request ${at}.image_url`],
    ['a path', image('/etc/passwd'), `invalid_request ${at}.image_url.url`],
    ['a file address', image('file:///etc/passwd'), `invalid_request ${at}.image_url.url`],
    ['a broken address', image('https://'), `invalid_request ${at}.image_url.url`],
    ['no base64', image('data:image/png;base64,%%%'), `invalid_request ${at}.image_url.url`],
    ['a data URL without base64', image('data:image/svg+xml,<svg>'), `invalid_request ${at}.image_url.url`],
    ['an empty data URL', image('data:image/png;base64,'), `invalid_request ${at}.image_url.url`],
    [
      'a text as an image',
      image(`data:text/plain;base64,${base64('x')}`),
      `invalid_request ${at}.image_url.url`,
    ],
    [
      'audio for Claude',
      user({ type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } }),
      `unsupported_parameter ${at}.input_audio.data`,
      anthropic,
    ],
    [
      'audio of no format',
      user({ type: 'input_audio', input_audio: { data: 'AAAA' } }),
      `invalid_request ${at}.input_audio.format`,
    ],
    [
      'audio that is none',
      user({ type: 'input_audio', input_audio: { data: '!', format: 'wav' } }),
      `invalid_request ${at}.input_audio.data`,
    ],
    [
      'a document for Cohere',
      file({ file_data: 'AAAA', filename: 'a.pdf' }),
      `unsupported_parameter ${at}.file.file_data`,
      cohere,
    ],
    [
      'an archive',
      file({ file_data: 'data:application/zip;base64,AAAA' }),
      `unsupported_parameter ${at}.file.file_data`,
      google,
    ],
    [
      'a file elsewhere',
      file({ file_id: 'file-abc' }),
      `unsupported_parameter ${at}.file.file_id`,
      anthropic,
    ],
    ['a file without anything', file({ filename: 'a' }), `invalid_request ${at}.file`],
    [
      'a text that is none',
      file({ file_data: '/w==', filename: 'a.txt' }),
      `invalid_request ${at}.file.file_data`,
      google,
    ],
    ['an unknown part', user({ type: 'smell' }), `unsupported_parameter ${at}.type`],
    ['a part that is none', [{ role: 'user', content: ['x'] }], `invalid_request ${at}`],
    ['a text that is a number', user({ type: 'text', text: 1 }), `invalid_request ${at}.text`],
    [
      'an image of the system',
      [{ role: 'system', content: [{ type: 'image_url' }] }],
      `unsupported_parameter ${at}.type`,
    ],
    [
      'an image of the assistant',
      [{ role: 'assistant', content: [{ type: 'image_url' }] }],
      `unsupported_parameter ${at}.type`,
    ],
    ['no content', [{ role: 'user' }], 'invalid_request messages[0].content'],
    ['an unknown role', [{ role: 'robot', content: 'x' }], 'invalid_request messages[0].role'],
    ['a message that is none', ['x' as unknown as object], 'invalid_request messages[0]'],
    ['no messages', [], 'invalid_request messages'],
    ['only empty messages', [{ role: 'user', content: '' }], 'invalid_request messages'],
    [
      'a result without a call',
      [hello, { role: 'tool', tool_call_id: '9', content: 'x' }],
      'invalid_request messages[1].tool_call_id',
    ],
    [
      'a result without an id',
      [hello, { role: 'tool', content: 'x' }],
      'invalid_request messages[1].tool_call_id',
    ],
    [
      'a result before its call',
      [
        { role: 'tool', tool_call_id: '1', content: 'x' },
        { role: 'assistant', tool_calls: [call('1')] },
      ],
      'invalid_request messages[0].tool_call_id',
    ],
    [
      'a legacy result without a call',
      [hello, { role: 'function', name: 'f', content: 'x' }],
      'invalid_request messages[1].name',
    ],
    [
      'a call without a name',
      [{ role: 'assistant', tool_calls: [{ id: '1', type: 'function', function: {} }] }],
      'invalid_request messages[0].tool_calls[0].function.name',
    ],
    [
      'a call without an id',
      [{ role: 'assistant', tool_calls: [{ type: 'function', function: { name: 'f' } }] }],
      'invalid_request messages[0].tool_calls[0].id',
    ],
    [
      'a call of another kind',
      [{ role: 'assistant', tool_calls: [{ id: '1', type: 'x' }] }],
      'invalid_request messages[0].tool_calls[0].type',
    ],
    [
      'calls that are none',
      [{ role: 'assistant', tool_calls: 'x' }],
      'invalid_request messages[0].tool_calls',
    ],
    [
      'an answer that was heard',
      [{ role: 'assistant', audio: { id: 'a' } }],
      'unsupported_parameter messages[0].audio',
    ],
  ]
  for (const [what, messages, refusal, destination = stranger] of refused)
    test(`${what} is refused`, () => expect(refusalOf(() => promptOf(messages, destination))).toBe(refusal))
})
