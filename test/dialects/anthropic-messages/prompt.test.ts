import { describe, expect, test } from 'bun:test'
import { bedrock, cache, call, claude, compatible, png, promptOf, to, user } from './kit.ts'

describe('system', () => {
  const blocks = [
    { type: 'text', text: 'One' },
    { type: 'text', text: 'Two', ...cache },
  ]
  const system = (given: unknown, destination = compatible) =>
    call({ system: given }, destination).options.prompt.filter(({ role }) => role === 'system')

  test('is one message where nothing stands between its blocks', () => {
    expect(system('Be kind')).toEqual([{ role: 'system', content: 'Be kind' }])
    expect(system('')).toEqual([])
    expect(system([])).toEqual([])
    expect(system(blocks)).toEqual([{ role: 'system', content: 'One\n\nTwo' }])
  })

  test('is several where a cache point does', () => {
    expect(system(blocks, claude)).toEqual([
      { role: 'system', content: 'One' },
      {
        role: 'system',
        content: 'Two',
        providerOptions: { anthropic: { cacheControl: { type: 'ephemeral', ttl: '1h' } } },
      },
    ])
    expect(system(blocks, bedrock)[1]!.providerOptions).toEqual({
      bedrock: { cachePoint: { type: 'default', ttl: '1h' } },
    })
    expect(system(blocks, to('bedrock', 'meta.llama3'))).toHaveLength(1)
  })

  test('may come in between', () => {
    const messages = [
      { role: 'user', content: 'a' },
      { role: 'system', content: [{ type: 'text', text: 'Now hurry' }] },
    ]
    expect(promptOf(messages).map(({ role }) => role)).toEqual(['user', 'system'])
  })
})

describe('what a user sends', () => {
  const part = (block: object, destination = compatible) => {
    const [message] = promptOf(user(block), destination)
    return message!.content
  }
  const url = new URL('https://images.example/a.png')

  test.each<[string, object, unknown[]]>([
    ['text', { type: 'text', text: 'Hi' }, [{ type: 'text', text: 'Hi' }]],
    [
      'an image',
      { type: 'image', source: png },
      [{ type: 'file', mediaType: 'image/png', data: { type: 'data', data: 'aGk=' } }],
    ],
    [
      'an image by URL',
      { type: 'image', source: { type: 'url', url: url.href } },
      [{ type: 'file', mediaType: 'image/*', data: { type: 'url', url } }],
    ],
    [
      'a PDF',
      {
        type: 'document',
        source: { type: 'base64', media_type: 'application/pdf', data: 'aGk=' },
        title: 'Plan',
      },
      [
        {
          type: 'file',
          mediaType: 'application/pdf',
          data: { type: 'data', data: 'aGk=' },
          filename: 'Plan',
        },
      ],
    ],
    [
      'a PDF by URL',
      { type: 'document', source: { type: 'url', url: url.href } },
      [{ type: 'file', mediaType: 'application/pdf', data: { type: 'url', url } }],
    ],
    [
      'a PDF and what it is about',
      { type: 'document', context: 'Old', source: { type: 'url', url: url.href } },
      [
        { type: 'text', text: 'Old' },
        { type: 'file', mediaType: 'application/pdf', data: { type: 'url', url } },
      ],
    ],
    [
      'a text document',
      {
        type: 'document',
        source: { type: 'text', media_type: 'text/plain', data: 'Words' },
        title: 'A "b"',
        context: 'C',
      },
      [{ type: 'text', text: '<document title="A \\"b\\"" context="C">\nWords\n</document>' }],
    ],
    [
      'a document of blocks',
      {
        type: 'document',
        title: 'T',
        source: {
          type: 'content',
          content: [
            { type: 'text', text: 'x' },
            { type: 'image', source: png },
          ],
        },
      },
      [
        { type: 'text', text: '<document title="T">' },
        { type: 'text', text: 'x' },
        { type: 'file', mediaType: 'image/png', data: { type: 'data', data: 'aGk=' } },
        { type: 'text', text: '</document>' },
      ],
    ],
    [
      'a search result',
      {
        type: 'search_result',
        source: 'https://a.example',
        title: 'A',
        content: [
          { type: 'text', text: 'x' },
          { type: 'text', text: 'y' },
        ],
      },
      [
        {
          type: 'text',
          text: '<search_result source="https://a.example" title="A">\nx\ny\n</search_result>',
        },
      ],
    ],
  ])('%s', (_, block, expected) => {
    expect(part(block)).toEqual(expected as never)
  })

  test('is dressed for Claude: documents with title, context and citations; files; cache points', () => {
    const document = {
      type: 'document',
      source: { type: 'text', media_type: 'text/plain', data: 'd' },
      title: 'T',
      context: 'C',
      citations: { enabled: true },
      ...cache,
    }
    expect(part(document, claude)).toEqual([
      {
        type: 'file',
        mediaType: 'text/plain',
        data: { type: 'text', text: 'd' },
        filename: 'T',
        providerOptions: {
          anthropic: {
            citations: { enabled: true },
            title: 'T',
            context: 'C',
            cacheControl: { type: 'ephemeral', ttl: '1h' },
          },
        },
      },
    ])
    expect(part({ type: 'image', source: { type: 'file', file_id: 'file_1' } }, claude)).toEqual([
      {
        type: 'file',
        mediaType: 'image/*',
        data: { type: 'reference', reference: { anthropic: 'file_1' } },
      } as never,
    ])
    expect(part({ type: 'text', text: 'x', ...cache }, bedrock)).toEqual([
      {
        type: 'text',
        text: 'x',
        providerOptions: { bedrock: { cachePoint: { type: 'default', ttl: '1h' } } },
      },
    ])
  })
})
