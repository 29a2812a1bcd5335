import { afterAll, describe, expect, test } from 'bun:test'
import type {
  EmbeddingModelV4,
  ImageModelV4,
  LanguageModelV4,
  RerankingModelV4,
  SpeechModelV4,
  TranscriptionModelV4,
} from '@ai-sdk/provider'
import OpenAI, { toFile } from 'openai'
import { definePlugin } from '../../src/contract/plugin.ts'
import { MASTER, startGateway } from '../kit.ts'

/** The smaller APIs: as bytes to who speaks them, carried over to who does not. */

const usage = {
  inputTokens: { total: 4, noCache: 4, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 2, text: 2, reasoning: 0 },
}
const finishReason = { unified: 'stop', raw: 'end' } as const
const asked: Record<string, unknown>[] = []
const note = <T extends object>(options: T): T => {
  asked.push({ ...options, abortSignal: undefined })
  return options
}
const shared = { specificationVersion: 'v4', provider: 'foreign', modelId: 'm' } as const

const language: LanguageModelV4 = {
  ...shared,
  supportedUrls: {},
  doGenerate: async options => {
    note(options)
    return { content: [{ type: 'text', text: 'world' }], finishReason, usage, warnings: [] }
  },
  doStream: async () => ({
    stream: new ReadableStream({
      start(controller) {
        controller.enqueue({ type: 'stream-start', warnings: [] })
        controller.enqueue({ type: 'text-start', id: '1' })
        for (const delta of ['wo', 'rld']) controller.enqueue({ type: 'text-delta', id: '1', delta })
        controller.enqueue({ type: 'text-end', id: '1' })
        controller.enqueue({ type: 'finish', finishReason, usage })
        controller.close()
      },
    }),
  }),
}
const embedding: EmbeddingModelV4 = {
  ...shared,
  maxEmbeddingsPerCall: 2,
  supportsParallelCalls: true,
  doEmbed: async options => {
    note(options)
    return { embeddings: options.values.map(text => [text.length, 0.5]), usage: { tokens: 3 }, warnings: [] }
  },
}
const image: ImageModelV4 = {
  ...shared,
  maxImagesPerCall: 4,
  doGenerate: async options => {
    note(options)
    return {
      images: [new Uint8Array([1, 2, 3])],
      warnings: [],
      usage: { inputTokens: 5, outputTokens: 9, totalTokens: 14 },
      response: { timestamp: new Date(0), modelId: 'm', headers: {} },
    }
  },
}
const speech: SpeechModelV4 = {
  ...shared,
  doGenerate: async options => {
    note(options)
    return {
      audio: new Uint8Array([7, 8]),
      warnings: [{ type: 'unsupported', feature: 'speed' }],
      usage: { promptTokenCount: 2, candidatesTokenCount: 9 },
      response: { timestamp: new Date(0), modelId: 'm' },
    }
  },
}
const transcription: TranscriptionModelV4 = {
  ...shared,
  doGenerate: async options => {
    note(options)
    return {
      text: 'Good day.',
      segments: [{ text: ' Good day.', startSecond: 0, endSecond: 3661.5 }],
      language: 'en',
      durationInSeconds: 3661.5,
      usage: { total_input_tokens: 30, total_output_tokens: 4 },
      warnings: [],
      response: { timestamp: new Date(0), modelId: 'm' },
    }
  },
}
const reranking: RerankingModelV4 = {
  ...shared,
  doRerank: async options => {
    note(options)
    return {
      ranking: [
        { index: 1, relevanceScore: 0.9 },
        { index: 0, relevanceScore: 0.1 },
      ],
    }
  },
}

const records: Record<string, unknown>[] = []
/** What the provider that speaks everything was sent. */
let sent: { readonly dialect: string; readonly body: string | FormData } | undefined
let reply = (): Response => Response.json({})
const world = definePlugin({
  name: 'world',
  about: 'One provider that speaks nothing and offers everything, and one the other way round.',
  setup: () => ({
    settle: ({ usage, status, refusal }) => void records.push({ usage, status, code: refusal?.code }),
    providers: [
      {
        name: 'foreign',
        type: 'foreign',
        wires: new Set<string>(),
        asksUsage: false,
        call: () => new Response(),
        offers: {
          language: () => language,
          embedding: () => embedding,
          image: () => image,
          speech: () => speech,
          transcription: () => transcription,
          reranking: () => reranking,
        },
      },
      {
        name: 'native',
        type: 'native',
        wires: new Set(
          'openai-completions openai-embeddings openai-images openai-image-edits openai-speech openai-transcriptions openai-translations openai-moderations rerank'.split(
            ' ',
          ),
        ),
        asksUsage: true,
        call: ({ dialect, body }) => {
          sent = { dialect, body }
          return reply()
        },
      },
    ],
  }),
})
const gateway = await startGateway({ extra: [world], env: { RETRIES: '0' } })
afterAll(() => gateway.close())

const client = new OpenAI({
  apiKey: MASTER,
  baseURL: 'http://localhost:8080/v1',
  maxRetries: 0,
  fetch: (url, init) =>
    gateway.fetch(new URL(String(url)).pathname, init as RequestInit) as Promise<Response>,
})
const post = (path: string, body: unknown) =>
  gateway.json(path, {
    method: 'POST',
    headers: { authorization: `Bearer ${MASTER}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
const settled = () => records.at(-1)
const audio = () => toFile(new Uint8Array([1, 2, 3, 4]), 'speech.mp3', { type: 'audio/mpeg' })

describe('embeddings', () => {
  test('are carried over in parts of the size that the provider takes', async () => {
    asked.length = 0
    const { data, usage } = await client.embeddings.create({
      model: 'foreign/m',
      input: ['a', 'bb', 'ccc'],
      dimensions: 2,
      encoding_format: 'float',
    })
    expect(data.map(({ embedding }) => embedding)).toEqual([
      [1, 0.5],
      [2, 0.5],
      [3, 0.5],
    ])
    expect(asked.map(({ values, dimensions }) => [values, dimensions])).toEqual([
      [['a', 'bb'], 2],
      [['ccc'], 2],
    ])
    expect(usage).toEqual({ prompt_tokens: 6, total_tokens: 6 })
    expect(settled()).toMatchObject({ usage: { input: 6, output: 0 } })
  })

  test('come as base64 of 32-bit floats where the client asks for it, as the official one does by itself', async () => {
    const { data } = await client.embeddings.create({ model: 'foreign/m', input: 'four' })
    expect(data[0]!.embedding).toEqual([4, 0.5])
  })

  test('pass as bytes to a provider that speaks them', async () => {
    reply = () => Response.json({ object: 'list', data: [], usage: { prompt_tokens: 8, total_tokens: 8 } })
    const { status } = await post('/v1/embeddings', { model: 'native/m', input: [1, 2], odd: 1.0 })
    expect(status).toBe(200)
    expect(sent).toEqual({ dialect: 'openai-embeddings', body: '{"model":"m","input":[1,2],"odd":1}' })
    expect(settled()).toMatchObject({ usage: { input: 8 } })
  })

  test('say what is left out, and take null for nothing', async () => {
    const { status, headers } = await post('/v1/embeddings', {
      model: 'foreign/m',
      input: 'a',
      user: 'u',
      dimensions: null,
      encoding_format: null,
    })
    expect(status).toBe(200)
    expect(headers.get('x-modelway-warning')).toBe('"user" has no counterpart at this provider')
  })

  test.each([
    [{ input: '' }, 'input', 'invalid_request'],
    [{ input: [] }, 'input', 'invalid_request'],
    [{ input: ['a', ''] }, 'input', 'invalid_request'],
    [{ input: [[1, 2]] }, 'input', 'unsupported_parameter'],
    [{ input: 'a', dimensions: 0 }, 'dimensions', 'invalid_request'],
    [{ input: 'a', encoding_format: 'hex' }, 'encoding_format', 'invalid_request'],
  ])('refuse %j, naming the field', async (body, param, code) => {
    const reply = await post('/v1/embeddings', { model: 'foreign/m', ...body })
    expect([reply.status, reply.body.error.param, reply.body.error.code]).toEqual([400, param, code])
  })
})

describe('completions', () => {
  test('become a chat, whole and streamed', async () => {
    const whole = await client.completions.create({
      model: 'foreign/m',
      prompt: 'Hello ',
      stop: ['x'],
      max_tokens: 9,
    })
    expect(whole).toMatchObject({
      object: 'text_completion',
      choices: [{ text: 'world', finish_reason: 'stop' }],
      usage: { prompt_tokens: 4, completion_tokens: 2, total_tokens: 6 },
    })
    expect(asked.at(-1)).toMatchObject({
      prompt: [{ role: 'user', content: [{ type: 'text', text: 'Hello ' }] }],
      stopSequences: ['x'],
      maxOutputTokens: 9,
    })
    let text = ''
    const events = []
    for await (const event of await client.completions.create({
      model: 'foreign/m',
      prompt: 'Hello ',
      stream: true,
    })) {
      text += event.choices[0]?.text ?? ''
      events.push(event)
    }
    expect(text).toBe('world')
    expect(events.at(-1)!.choices[0]!.finish_reason).toBe('stop')
    expect(events.some(event => event.usage)).toBe(false)
    expect(settled()).toMatchObject({ usage: { input: 4, output: 2 } })
  })

  test('end once', async () => {
    const response = await gateway.fetch('/v1/completions', {
      method: 'POST',
      headers: { authorization: `Bearer ${MASTER}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'foreign/m', prompt: 'Hello ', stream: true }),
    })
    expect((await response.text()).match(/data: \[DONE\]/g)).toHaveLength(1)
  })

  test.each([{ n: 2 }, { echo: true }, { logprobs: 1 }, { suffix: '!' }, { best_of: 3 }])(
    'refuse %j where it cannot be had',
    async extra => {
      const { status, body } = await post('/v1/completions', { model: 'foreign/m', prompt: 'a', ...extra })
      expect([status, body.error.code, body.error.param]).toEqual([
        400,
        'unsupported_parameter',
        Object.keys(extra)[0],
      ])
    },
  )

  test('say in a header what was left out', async () => {
    const { headers, status } = await post('/v1/completions', {
      model: 'foreign/m',
      prompt: 'a',
      user: 'u',
      shiny: 1,
    })
    expect(status).toBe(200)
    expect(headers.get('x-modelway-warning')).toBe(
      '"user" has no counterpart at this provider; "shiny" has no counterpart at this provider',
    )
  })
})

describe('images', () => {
  test('are made from a text', async () => {
    const made = await client.images.generate({ model: 'foreign/m', prompt: 'A cat', size: '1024x1024' })
    expect(made.data).toEqual([{ b64_json: 'AQID' }])
    expect(asked.at(-1)).toMatchObject({ prompt: 'A cat', n: 1, size: '1024x1024' })
    expect(settled()).toMatchObject({ usage: { input: 5, imageOutput: 9 } })
  })

  test('are made from images', async () => {
    const picture = await toFile(new Uint8Array([9]), 'cat.png', { type: 'image/png' })
    await client.images.edit({ model: 'foreign/m', prompt: 'A hat', image: picture, n: 1 })
    expect(asked.at(-1)).toMatchObject({ files: [{ mediaType: 'image/png', data: new Uint8Array([9]) }] })
  })

  test('do not come as a stream from a provider that has none', async () => {
    const { status, body } = await post('/v1/images/generations', {
      model: 'foreign/m',
      prompt: 'A cat',
      stream: true,
    })
    expect([status, body.error.param]).toEqual([400, 'stream'])
  })

  test('name no model: it is the one that OpenAI takes', async () => {
    const { status, body } = await post('/v1/images/generations', { prompt: 'A cat' })
    expect([status, body.error.message]).toEqual([404, expect.stringContaining('"gpt-image-1"')])
  })
})

describe('audio', () => {
  test('is spoken', async () => {
    const response = await client.audio.speech.create({
      model: 'foreign/m',
      voice: 'alloy',
      input: 'Hi',
      speed: 2,
    })
    expect(response.headers.get('content-type')).toBe('audio/mpeg')
    expect(response.headers.get('x-modelway-warning')).toContain('speed is not supported')
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(new Uint8Array([7, 8]))
    expect(settled()).toMatchObject({ usage: { input: 2, audioOutput: 9 } })
  })

  test('passes unseen from a provider that speaks it', async () => {
    const sound = crypto.getRandomValues(new Uint8Array(300_000).subarray(0, 65_536))
    reply = () => new Response(sound, { headers: { 'content-type': 'audio/mpeg' } })
    const response = await client.audio.speech.create({ model: 'native/m', voice: 'alloy', input: 'Hi' })
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(sound)
    expect(settled()).toMatchObject({ status: 200, code: undefined })
  })

  test.each([
    ['json', { text: 'Good day.' }],
    ['text', 'Good day.\n'],
    ['srt', '1\n00:00:00,000 --> 01:01:01,500\nGood day.\n\n'],
    ['vtt', 'WEBVTT\n\n1\n00:00:00.000 --> 01:01:01.500\nGood day.\n\n'],
  ] as const)('is written down as %s', async (response_format, expected) => {
    const made = await client.audio.transcriptions.create({
      model: 'foreign/m',
      file: await audio(),
      response_format,
    })
    expect(made as unknown).toEqual(expected)
    expect(asked.at(-1)).toMatchObject({ mediaType: 'audio/mpeg', audio: new Uint8Array([1, 2, 3, 4]) })
    expect(settled()).toMatchObject({ usage: { audioInput: 30, output: 4 } })
  })

  test('reaches a provider that speaks it as the form it was, with the model of that provider', async () => {
    reply = () =>
      Response.json({
        text: 'Hello',
        usage: {
          type: 'tokens',
          input_tokens: 10,
          output_tokens: 3,
          input_token_details: { audio_tokens: 8 },
        },
      })
    await client.audio.transcriptions.create({ model: 'native/m', file: await audio(), language: 'en' })
    const form = sent?.body as FormData
    expect([form.get('model'), form.get('language')]).toEqual(['m', 'en'])
    expect(await (form.get('file') as Blob).bytes()).toEqual(new Uint8Array([1, 2, 3, 4]))
    expect(settled()).toMatchObject({ usage: { input: 2, audioInput: 8, output: 3 } })
  })

  test('is not translated by who does not offer it', async () => {
    const failure = await client.audio.translations
      .create({ model: 'foreign/m', file: await audio() })
      .catch(error => error)
    expect(failure).toBeInstanceOf(OpenAI.BadRequestError)
    expect(failure.code).toBe('unsupported_operation')
  })

  test.each(['application/json', 'multipart/form-data', 'multipart/form-data; boundary=x'])(
    'as %p without a form gets a 400',
    async type => {
      const { status } = await gateway.json('/v1/audio/transcriptions', {
        method: 'POST',
        headers: { authorization: `Bearer ${MASTER}`, 'content-type': type },
        body: '{"model":"foreign/m"}',
      })
      expect(status).toBe(400)
    },
  )
})

describe('moderations', () => {
  test('pass to a provider that speaks them; without a model it is the usual one', async () => {
    reply = () => Response.json({ id: 'modr', model: 'm', results: [{ flagged: false }] })
    const { results } = await client.moderations.create({ model: 'native/m', input: 'Hi' })
    expect(results[0]!.flagged).toBe(false)
    const { body } = await post('/v1/moderations', { input: 'Hi' })
    expect(body.error.message).toContain('"omni-moderation-latest"')
  })
})

describe('rerank', () => {
  test('is asked for no more than there are', async () => {
    await post('/v1/rerank', { model: 'foreign/m', query: 'q', documents: ['a', 'b'], top_n: 9 })
    expect(asked.at(-1)).toMatchObject({ topN: 2 })
  })

  test('is carried over', async () => {
    const { body } = await post('/v1/rerank', {
      model: 'foreign/m',
      query: 'q',
      documents: ['a', { text: 'b' }],
      top_n: 2,
      return_documents: true,
    })
    expect(body.results).toEqual([
      { index: 1, relevance_score: 0.9, document: { text: 'b' } },
      { index: 0, relevance_score: 0.1, document: { text: 'a' } },
    ])
  })

  test.each([
    [{ documents: ['a'] }, 'query'],
    [{ query: 'q' }, 'documents'],
    [{ query: 'q', documents: ['a', 5] }, 'documents[1]'],
    [{ query: 'q', documents: ['a'], top_n: -1 }, 'top_n'],
  ])('refuses %j', async (body, param) => {
    const reply = await post('/v1/rerank', { model: 'foreign/m', ...body })
    expect([reply.status, reply.body.error.param]).toEqual([400, param])
  })
})
