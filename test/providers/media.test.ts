import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type Behind, startBehind } from './behind.ts'

/** Pictures, speech and transcriptions as vendors make them who do not speak OpenAI's language. */

let gemini: Behind
let bedrock: Behind
let xai: Behind
beforeAll(async () => {
  gemini = await startBehind(url => ({ GEMINI_API_KEY: 'k', GEMINI_BASE_URL: `${url}/v1beta` }))
  bedrock = await startBehind(url => ({ BEDROCK_API_KEY: 'k', BEDROCK_BASE_URL: url }))
  xai = await startBehind(url => ({ XAI_API_KEY: 'k', XAI_BASE_URL: `${url}/v1` }))
})
afterAll(() => Promise.all([gemini, bedrock, xai].map(each => each.close())))

const PICTURE = 'iVBORw0KGgo='
const usageMetadata = { promptTokenCount: 3, candidatesTokenCount: 20, totalTokenCount: 23 }
const parts = (...parts: object[]) => ({
  candidates: [{ content: { role: 'model', parts }, finishReason: 'STOP' }],
  usageMetadata,
})
const inline = (mimeType: string, data: string) => ({ inlineData: { mimeType, data } })
const told = (headers: Headers) => headers.get('x-modelway-warning')

describe('pictures', () => {
  const path = '/v1/images/generations'
  const model = 'gemini/gemini-2.5-flash-image'
  const canvas = 'bedrock/amazon.nova-canvas-v1:0'

  test('are asked for in several calls where the model makes fewer in one', async () => {
    gemini.answer(parts(inline('image/png', PICTURE)))
    const before = gemini.calls()
    const { body } = await gemini.ask(path, { model, prompt: 'A cat', n: 3 })
    expect(body.data).toEqual([PICTURE, PICTURE, PICTURE].map(b64_json => ({ b64_json })))
    expect(body.usage).toMatchObject({ input_tokens: 9, output_tokens: 60, total_tokens: 69 })
    expect(gemini.calls() - before).toBe(3)
  })

  test('of a model that makes some in one call are asked for in as few calls as there have to be', async () => {
    const asked: number[] = []
    bedrock.answer(({ body }) => {
      const { numberOfImages } = JSON.parse(body).imageGenerationConfig
      asked.push(numberOfImages)
      return { images: Array.from({ length: numberOfImages }, () => PICTURE) }
    })
    const { body } = await bedrock.ask(path, { model: canvas, prompt: 'A cat', n: 7 })
    expect(body.data).toHaveLength(7)
    expect(asked.sort()).toEqual([2, 5])
  })

  test('that are fewer than were asked for come with a warning', async () => {
    bedrock.answer({ images: [PICTURE] })
    const { body, headers } = await bedrock.ask(path, { model: canvas, prompt: 'A cat', n: 2 })
    expect(body.data).toHaveLength(1)
    expect(told(headers)).toContain('"n": 2 were asked for, and the provider made 1')
  })

  test.each([
    ['1024x1536', '2:3'],
    ['1792x1024', '16:9'],
    ['1024x1024', '1:1'],
    ['5000x100', '16:9'],
  ])('of the size %s are asked for in the shape that is nearest', async (size, aspectRatio) => {
    gemini.answer(parts(inline('image/png', PICTURE)))
    const { headers } = await gemini.ask(path, { model, prompt: 'A cat', size })
    expect(gemini.sent().generationConfig.imageConfig).toEqual({ aspectRatio })
    expect(told(headers)).toContain(`asked for the shape ${aspectRatio}`)
  })

  test('that moderation blocks are a 400 that does not heal', async () => {
    gemini.answer({ candidates: [{ finishReason: 'IMAGE_SAFETY', content: {} }], usageMetadata })
    const one = await gemini.ask(path, { model, prompt: 'A cat' })
    bedrock.answer({ status: 'Request Moderated', details: { 'Moderation Reasons': ['Filter'] } })
    const other = await bedrock.ask(path, { model: canvas, prompt: 'A cat' })
    for (const { status, body, headers } of [one, other]) {
      expect([status, body.error.code]).toEqual([400, 'moderation_blocked'])
      expect(headers.get('x-should-retry')).toBe('false')
    }
  })

  test('that are none are a failure of the provider', async () => {
    gemini.answer(parts({ text: 'I would rather not.' }))
    const { status, body } = await gemini.ask(path, { model, prompt: 'A cat' })
    expect([status, body.error.code]).toEqual([502, 'upstream_invalid'])
  })

  test('of a model that the package has not are refused, and no bug of the gateway', async () => {
    const { status, body } = await gemini.ask(path, {
      model: 'gemini/imagen-4.0-generate-001',
      prompt: 'A cat',
    })
    expect([status, body.error.code]).toEqual([400, 'unsupported_operation'])
  })

  test('are not made behind a mask where the model takes none', async () => {
    const form = new FormData()
    form.set('model', model)
    form.set('prompt', 'A hat')
    form.set('image', new File([Uint8Array.fromBase64(PICTURE)], 'a.png', { type: 'image/png' }))
    form.set('mask', new File([Uint8Array.fromBase64(PICTURE)], 'm.png', { type: 'image/png' }))
    const { status, body } = await gemini.ask('/v1/images/edits', form)
    expect([status, body.error.code, body.error.param]).toEqual([400, 'unsupported_parameter', 'mask'])
  })
})

describe('speech', () => {
  const path = '/v1/audio/speech'
  const body = { model: 'gemini/gemini-2.5-flash-preview-tts', input: 'Hi', voice: 'Kore' }
  const samples = btoa('\0\x01\0\x02')

  test('in another format than was asked for says which', async () => {
    gemini.answer(parts(inline('audio/L16;rate=24000', samples)))
    const response = await gemini.raw(path, { ...body, response_format: 'mp3' })
    expect(response.headers.get('content-type')).toBe('audio/wav')
    expect(new TextDecoder().decode((await response.bytes()).subarray(0, 4))).toBe('RIFF')
    const raw = await gemini.raw(path, { ...body, response_format: 'pcm' })
    expect(raw.headers.get('content-type')).toBe('audio/pcm')
  })

  test('that is none is a failure of the provider', async () => {
    gemini.answer(parts({ text: 'No.' }))
    const { status, body: answer } = await gemini.ask(path, body)
    expect([status, answer.error.code]).toEqual([502, 'upstream_invalid'])
  })

  test.each([
    [{ voice: { id: 'Leda' } }, 'Leda'],
    [{ voice: 'Puck' }, 'Puck'],
  ])('has the voice of %j', async (more, voice) => {
    gemini.answer(parts(inline('audio/L16;rate=24000', samples)))
    await gemini.raw(path, { ...body, ...more })
    expect(JSON.stringify(gemini.sent())).toContain(`"voiceName":"${voice}"`)
  })

  test('with a voice that is neither a name nor an id is refused', async () => {
    const { status, body: answer } = await gemini.ask(path, { ...body, voice: 5 })
    expect([status, answer.error.param]).toEqual([400, 'voice'])
  })
})

describe('transcriptions', () => {
  const path = '/v1/audio/transcriptions'
  const wav = new Uint8Array([...new TextEncoder().encode('RIFF\0\0\0\0WAVE'), 1, 2])
  const form = (fields: Record<string, string>, type = 'audio/wav') => {
    const made = new FormData()
    for (const [name, value] of Object.entries(fields)) made.append(name, value)
    made.set('file', new File([wav], 'a', { type }))
    return made
  }
  const words = [
    ['Good', 0, 0.4],
    ['day.', 0.4, 0.8],
    ['How', 1, 1.2],
    ['are', 1.2, 1.4],
    ['you?', 1.4, 1.9],
  ].map(([text, start, end]) => ({ text, start, end }))
  const spoken = { text: 'Good day. How are you?', language: 'en', duration: 2, words }
  const model = 'xai/grok-stt'

  test('of who tells each word become subtitles of what is said in one go', async () => {
    xai.answer(spoken)
    const response = await xai.raw(path, form({ model, response_format: 'srt' }))
    expect(await response.text()).toBe(
      '1\n00:00:00,000 --> 00:00:00,800\nGood day.\n\n2\n00:00:01,000 --> 00:00:01,900\nHow are you?\n\n',
    )
  })

  test.each(['timestamp_granularities[]', 'timestamp_granularities'])(
    'have words where %s asks for them, and segments',
    async field => {
      xai.answer(spoken)
      const asked = form({ model, response_format: 'verbose_json', [field]: 'word' })
      const { body } = await xai.ask(path, asked)
      expect(body.segments.map(({ text }: { text: string }) => text)).toEqual(['Good day.', 'How are you?'])
      expect(body.words[1]).toEqual({ word: 'day.', start: 0.4, end: 0.8 })
      const plain = await xai.ask(path, form({ model, response_format: 'verbose_json' }))
      expect(plain.body.words).toBeUndefined()
      expect([plain.body.language, plain.body.duration]).toEqual(['en', 2])
    },
  )

  test('get the language where the vendor has an option for it', async () => {
    xai.answer(spoken)
    const { headers } = await xai.ask(path, form({ model, language: 'fr', prompt: 'Names' }))
    expect(xai.sentText()).toMatch(/name="language"\s+fr\s/)
    expect(told(headers)).toBe('"prompt" has no counterpart at this provider')
  })

  const interaction = (annotations: object[]) => ({
    steps: [{ content: [{ type: 'text', text: 'Good day.', annotations }] }],
    usage: { total_input_tokens: 30, total_output_tokens: 4 },
  })
  const google = 'gemini/gemini-3.5-transcribe'

  test('ask Gemini for times where they are needed, and name the language and the kind of sound', async () => {
    gemini.answer(interaction([]))
    await gemini.ask(path, form({ model: google, response_format: 'verbose_json', language: 'de' }, ''))
    const [input] = gemini.sent().input
    expect(input.mime_type).toBe('audio/wav')
    expect(JSON.stringify(gemini.sent().generation_config)).toMatch(/"de"/)
    expect(JSON.stringify(gemini.sent().generation_config)).toMatch(/word/i)
    await gemini.ask(path, form({ model: google }))
    expect(gemini.sent().generation_config).toBeUndefined()
  })

  test('are no subtitles where nobody tells when something is said', async () => {
    gemini.answer(interaction([]))
    const { status, body } = await gemini.ask(path, form({ model: google, response_format: 'srt' }))
    expect([status, body.error.code, body.error.param]).toEqual([
      400,
      'unsupported_parameter',
      'response_format',
    ])
  })
})
