import { describe, expect, test } from 'bun:test'
import { toCall as fromMessages } from '../../plugins/dialects/anthropic-messages/call.ts'
import { toCall as fromChat } from '../../plugins/dialects/openai-chat/call.ts'
import { toCall as fromResponses } from '../../plugins/dialects/openai-responses/call.ts'
import type { Destination } from '../../src/contract/translation.ts'
import { openWorlds, type TwoWorlds } from '../conformance/world.ts'
import { MASTER } from '../kit.ts'
import { PIXEL } from '../mock/images.ts'

/** What a client says in a place that another language does not have. */

const to = (options: string, model = 'm'): Destination => ({ type: options, options, model })
const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }

async function sent({ gateway, mock }: TwoWorlds, path: string, body: object): Promise<string> {
  const response = await gateway.fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${MASTER}` },
    body: JSON.stringify(body),
  })
  expect([response.status, response.headers.get('x-modelway-warning')]).toEqual([200, null])
  return mock.requests.at(-1)!.body
}

describe('what the form of an answer is for', () => {
  const chat = {
    messages: [{ role: 'user', content: 'Hi' }],
    response_format: { type: 'json_schema', json_schema: { name: 'a', description: 'A city.', schema } },
  }
  const responses = {
    input: 'Hi',
    text: { format: { type: 'json_schema', name: 'a', description: 'A city.', schema } },
  }
  test.each(['anthropic', 'bedrock', 'google', 'cohere'])('stands in its schema at %s', where => {
    const described = { schema: { ...schema, description: 'A city.' } }
    expect(fromChat(chat, to(where)).options.responseFormat).toMatchObject(described)
    expect(fromResponses(responses, to(where)).options.responseFormat).toMatchObject(described)
  })

  test('stays beside the schema where a provider has that place, and the schema keeps its own', () => {
    expect(fromChat(chat, to('compatible')).options.responseFormat).toEqual({
      type: 'json',
      name: 'a',
      description: 'A city.',
      schema,
    })
    const own = { ...schema, description: 'Own.' }
    const given = {
      ...chat,
      response_format: { type: 'json_schema', json_schema: { description: 'A', schema: own } },
    }
    expect(fromChat(given, to('google')).options.responseFormat).toMatchObject({ schema: own })
  })
})

describe('the name of a file', () => {
  const data = btoa('%PDF-1.4 a page')
  test('stands before it at Gemini, in each language', async () => {
    await using worlds = await openWorlds()
    const model = 'gemini/gemini-2.5-flash'
    const bodies: Record<string, object> = {
      '/v1/chat/completions': {
        model,
        messages: [
          {
            role: 'user',
            content: [
              {
                type: 'file',
                file: { filename: 'rent.pdf', file_data: `data:application/pdf;base64,${data}` },
              },
            ],
          },
        ],
      },
      '/v1/messages': {
        model,
        max_tokens: 100,
        messages: [
          {
            role: 'user',
            content: [
              {
                type: 'document',
                title: 'rent.pdf',
                source: { type: 'base64', media_type: 'application/pdf', data },
              },
            ],
          },
        ],
      },
      '/v1/responses': {
        model,
        input: [
          {
            role: 'user',
            content: [
              { type: 'input_file', filename: 'rent.pdf', file_data: `data:application/pdf;base64,${data}` },
            ],
          },
        ],
      },
    }
    for (const [path, body] of Object.entries(bodies)) {
      const { contents } = JSON.parse(await sent(worlds, path, body))
      expect([path, contents[0].parts[0]]).toEqual([path, { text: 'File "rent.pdf":' }])
      expect(contents[0].parts[1]).toMatchObject({ inlineData: { mimeType: 'application/pdf' } })
    }
  })
})

describe('pictures that a model made before', () => {
  const image = { type: 'image_url', image_url: { url: `data:image/png;base64,${PIXEL}` } }
  const body = (...images: object[]) => ({
    messages: [
      { role: 'user', content: 'A cat' },
      { role: 'assistant', content: 'Here.', images },
      { role: 'user', content: 'Make it red' },
    ],
  })

  test('go back to a model whose own turns may hold them', async () => {
    await using worlds = await openWorlds()
    const model = 'gemini/gemini-2.5-flash'
    const { contents } = JSON.parse(await sent(worlds, '/v1/chat/completions', { model, ...body(image) }))
    expect(contents[1]).toEqual({
      role: 'model',
      parts: [{ text: 'Here.' }, { inlineData: { mimeType: 'image/png', data: PIXEL } }],
    })
  })

  test('go back with a mark in the place of a signature to models that refuse them without one', async () => {
    await using worlds = await openWorlds({ env: { GEMINI_MODELS: 'gemini-3-pro-image' } })
    const model = 'gemini/gemini-3-pro-image'
    const whole = { model, ...body(image) }
    const { contents } = JSON.parse(await sent(worlds, '/v1/chat/completions', whole))
    const thoughtSignature = 'skip_thought_signature_validator'
    expect(contents[1].parts[1]).toEqual({
      inlineData: { mimeType: 'image/png', data: PIXEL },
      thoughtSignature,
    })
  })

  test('are told of where they are left out', () => {
    const told =
      'messages[1].images: this provider takes no such pictures in a turn of its model, and does not see them'
    expect(fromChat(body(image), to('anthropic')).warnings).toEqual([told])
    const address = { type: 'image_url', image_url: { url: 'https://a.example/b.png' } }
    expect(fromChat(body(address), to('google')).warnings).toEqual([told])
    expect(fromChat(body(), to('anthropic')).warnings).toEqual([])
  })
})

test('what a namespace of tools is for is said by the first of them', () => {
  const tools = ['far', 'near'].map(name => ({
    type: 'function',
    name,
    description: `Goes ${name}.`,
    parameters: schema,
  }))
  const space = { type: 'namespace', name: 'go', description: 'Ways to go.', tools }
  const { options, warnings } = fromResponses({ input: 'Hi', tools: [space] }, to('anthropic'))
  expect(warnings).toEqual([])
  expect(options.tools).toMatchObject([
    { name: 'go__far', description: 'About all tools of "go": Ways to go.\n\nGoes far.' },
    { name: 'go__near', description: 'Goes near.' },
  ])
})

describe('what cannot be said is told of', () => {
  const search = {
    type: 'web_search',
    filters: { allowed_domains: ['a.example'] },
    user_location: { type: 'approximate', city: 'Rome' },
    search_context_size: 'high',
    search_content_types: ['image'],
  }
  const shell = { type: 'shell', environment: { type: 'local', skills: [{ name: 'a', path: '/a' }] } }
  const file = { type: 'input_file', detail: 'high', filename: 'a.pdf', file_data: btoa('%PDF-1.4') }
  test.each<[string, object, string[]]>([
    [
      'google',
      { tools: [search] },
      [
        'tools[0].filters',
        'tools[0].user_location',
        'tools[0].search_context_size',
        'tools[0].search_content_types',
      ],
    ],
    ['anthropic', { tools: [search] }, ['tools[0].search_context_size', 'tools[0].search_content_types']],
    [
      'google',
      { tools: [{ type: 'web_search', search_context_size: 'medium', search_content_types: ['text'] }] },
      [],
    ],
    ['compatible', { tools: [shell] }, ['tools[0].environment.skills']],
    ['anthropic', { input: [{ role: 'user', content: [file] }] }, ['input[0].content[0].detail']],
  ])('of Responses, at %s: %j', (where, more, places) => {
    const { warnings } = fromResponses({ input: 'Hi', ...more }, to(where))
    expect(warnings.map(line => line.split(':')[0]!)).toEqual(places)
  })

  const document = {
    type: 'document',
    citations: { enabled: true },
    source: { type: 'content', content: [{ type: 'text', text: 'Page' }] },
  }
  const asked = { max_tokens: 2000, messages: [{ role: 'user', content: [document] }] }
  const plain = { max_tokens: 2000, messages: [{ role: 'user', content: 'Hi' }] }
  test.each<[string, object, string[]]>([
    ['bedrock', asked, ['messages[0].content[0].source.content']],
    ['compatible', asked, ['messages[0].content[0].citations']],
    ['bedrock', { ...plain, thinking: { type: 'between_tools' } }, ['thinking.type']],
    ['google', { ...plain, thinking: { type: 'between_tools' } }, ['thinking.type']],
    ['anthropic', { ...plain, thinking: { type: 'between_tools' } }, []],
  ])('of Messages, at %s: %j', (where, body, places) => {
    const { warnings } = fromMessages(body as never, to(where, 'anthropic.claude-sonnet-4-5'))
    expect(warnings.map(line => line.split(':')[0]!)).toEqual(places)
  })
})
