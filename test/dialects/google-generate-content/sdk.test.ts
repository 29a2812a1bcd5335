import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { createGoogle } from '@ai-sdk/google'
import { ApiError, type Content, FunctionCallingConfigMode, GoogleGenAI, Type } from '@google/genai'
import { generateText, streamText } from 'ai'
import { openWorlds, type TwoWorlds } from '../../conformance/world.ts'
import { MASTER, until } from '../../kit.ts'
import type { Plan } from '../../mock/plan.ts'

/** Google's own client, before the gateway: at Gemini its bytes pass, elsewhere a translation answers. */

let worlds: TwoWorlds
let ai: GoogleGenAI
const clientOf = (apiVersion?: string) =>
  new GoogleGenAI({ apiKey: MASTER, httpOptions: { baseUrl: worlds.url, ...(apiVersion && { apiVersion }) } })
beforeAll(async () => {
  worlds = await openWorlds()
  ai = clientOf()
})
afterAll(() => worlds[Symbol.asyncDispose]())

const answer = (plan: Plan) => worlds.mock.setPlan(() => plan)
const lastSent = () => JSON.parse(worlds.mock.requests.at(-1)!.body)
const providers = ['gemini', 'openai', 'anthropic', 'plain', 'cohere'] as const
/** Those that the mock provider answers as a stream. */
const streaming = ['gemini', 'openai', 'anthropic', 'plain'] as const

const weather = {
  name: 'weather',
  description: 'How it is there.',
  parameters: { type: Type.OBJECT, properties: { city: { type: Type.STRING } }, required: ['city'] },
}
const call = { name: 'weather', id: 'call_1', arguments: { city: 'Zürich' } }

describe.each(streaming)('at %s', provider => {
  const model = `${provider}/one`

  test('a question is answered', async () => {
    answer({ text: 'A road of its own.' })
    const config = { systemInstruction: 'Be brief.', temperature: 0.5, maxOutputTokens: 100 }
    const { text, usageMetadata, modelVersion, candidates } = await ai.models.generateContent({
      model,
      contents: 'Where does it go?',
      config,
    })
    expect([text, candidates![0]!.finishReason, modelVersion]).toEqual([
      'A road of its own.',
      'STOP',
      'one',
    ] as never)
    expect(usageMetadata!.totalTokenCount).toBe(
      usageMetadata!.promptTokenCount! + usageMetadata!.candidatesTokenCount!,
    )
  })

  test('piece by piece, with the usage at the end', async () => {
    answer({ text: 'A road of its own.' })
    const pieces: string[] = []
    let last: { finish: string | undefined; tokens: number | undefined } | undefined
    for await (const chunk of await ai.models.generateContentStream({
      model,
      contents: 'Where does it go?',
    })) {
      pieces.push(chunk.text ?? '')
      last = {
        finish: chunk.candidates?.[0]?.finishReason,
        tokens: chunk.usageMetadata?.candidatesTokenCount,
      }
    }
    expect([pieces.join(''), pieces.length > 2]).toEqual(['A road of its own.', true])
    expect(last).toEqual({ finish: 'STOP', tokens: expect.any(Number) })
  })

  test('a chat calls a tool, whole and streamed, and goes on with what it gave back', async () => {
    answer({ toolCall: call })
    const tools = [{ functionDeclarations: [weather] }]
    const chat = ai.chats.create({ model, config: { tools } })
    const calls: unknown[] = []
    for await (const chunk of await chat.sendMessageStream({ message: 'How is it in Zürich?' }))
      calls.push(...(chunk.functionCalls ?? []))
    expect(calls).toEqual([{ name: 'weather', id: 'call_1', args: { city: 'Zürich' } }])
    answer({ text: 'Mild.' })
    const functionResponse = { id: 'call_1', name: 'weather', response: { output: '21 °C' } }
    expect((await chat.sendMessage({ message: { functionResponse } })).text).toBe('Mild.')
    expect(JSON.stringify(lastSent())).toContain('21 °C')
    answer({ toolCall: call })
    const whole = await ai.models.generateContent({ model, contents: 'How?', config: { tools } })
    expect(whole.functionCalls).toEqual([{ name: 'weather', id: 'call_1', args: { city: 'Zürich' } }])
  })

  test('an answer keeps to a schema', async () => {
    answer({ text: '{"sure":true}' })
    const responseSchema = { type: Type.OBJECT, properties: { sure: { type: Type.BOOLEAN } } }
    const config = { responseMimeType: 'application/json', responseSchema }
    const { text } = await ai.models.generateContent({ model, contents: 'Sure?', config })
    expect(text).toBe('{"sure":true}')
    expect(JSON.stringify(lastSent()).toLowerCase()).toContain('"sure":{"type":"boolean"}')
  })

  test('a stream that breaks is an error of the client, never a clean end', async () => {
    answer({ text: 'A road of its own.', errorEvent: { after: 3 } })
    const read = async () => {
      for await (const _ of await ai.models.generateContentStream({ model, contents: 'Where?' })) {
        // Nothing is done with it.
      }
    }
    const error = await read().then(
      () => undefined,
      (error: unknown) => error,
    )
    expect(error).toBeInstanceOf(ApiError)
    expect((error as ApiError).status).toBeGreaterThanOrEqual(500)
  })
})

test('a stream of Gemini that ends without a reason is an error, too', async () => {
  answer({ text: 'A road of its own.', noDone: true })
  const read = async () => {
    for await (const _ of await ai.models.generateContentStream({ model: 'gemini/one', contents: 'Hi' })) {
      // Nothing is done with it.
    }
  }
  await expect(read()).rejects.toMatchObject({ name: 'ApiError', status: 502 })
})

describe('errors are those of the client', () => {
  const errorOf = (params: Parameters<typeof ai.models.generateContent>[0]) =>
    ai.models.generateContent(params).then(
      () => undefined,
      (error: ApiError) => ({ http: error.status, ...JSON.parse(error.message).error }),
    )

  test('a model that is not there', async () => {
    expect(await errorOf({ model: 'nowhere/one', contents: 'Hi' })).toMatchObject({
      http: 404,
      code: 404,
      status: 'NOT_FOUND',
      message: expect.stringContaining('nowhere/one'),
    })
  })

  test('a field that is wrong, by name', async () => {
    const error = await errorOf({ model: 'openai/one', contents: 'Hi', config: { candidateCount: 2 } })
    expect(error).toMatchObject({
      code: 400,
      message: expect.stringContaining('generationConfig.candidateCount'),
    })
    expect(JSON.stringify(error.details)).toContain('"field":"generationConfig.candidateCount"')
  })

  test('a provider that is busy, with the time to wait', async () => {
    answer({ status: 429, headers: { 'retry-after': '7' } })
    const error = await errorOf({ model: 'groq/one', contents: 'Hi' })
    expect([error.code, error.message.length > 9]).toEqual([429, true])
    expect(JSON.stringify(error.details)).toContain('"retryDelay":"7s"')
    answer({})
  })

  test('a key that nobody knows', async () => {
    const stranger = new GoogleGenAI({ apiKey: 'wrong', httpOptions: { baseUrl: worlds.url } })
    const asking = stranger.models.generateContent({ model: 'openai/one', contents: 'Hi' })
    await expect(asking).rejects.toMatchObject({ status: 401 })
  })
})

describe('a key in the address', () => {
  const ask = (headers: Record<string, string>, path = '/v1beta/models/openai/one:generateContent') =>
    worlds.gateway.json(`${path}?key=${MASTER}`, {
      ...(path.includes(':') && { method: 'POST', body: '{"contents":[{"parts":[{"text":"Hi"}]}]}' }),
      headers,
    })

  test.each([
    ['without another', {}, 401],
    ['beside the header', { 'x-goog-api-key': MASTER }, 400],
  ])('is refused, %s, in words that name the header', async (_, headers, status) => {
    const before = worlds.mock.requests.length
    for (const path of [undefined, '/v1beta/models', '/v1beta/models/openai/one']) {
      const { status: is, body } = await ask(headers, path)
      expect([path, is, body.error.message]).toEqual([
        path,
        status,
        expect.stringContaining('"x-goog-api-key"'),
      ])
    }
    expect(worlds.mock.requests.length).toBe(before)
  })

  test('is in no log', () => expect(JSON.stringify(worlds.gateway.logs)).not.toContain(`key=${MASTER}`))
})

test('a stream is asked for as events', async () => {
  const { status, body } = await worlds.gateway.json('/v1beta/models/openai/one:streamGenerateContent', {
    method: 'POST',
    headers: { 'x-goog-api-key': MASTER, 'content-type': 'application/json' },
    body: '{"contents":[{"parts":[{"text":"Hi"}]}]}',
  })
  expect([status, body.error.status, body.error.message]).toEqual([
    400,
    'INVALID_ARGUMENT',
    expect.stringContaining('alt=sse'),
  ])
})

describe.each([undefined, 'v1beta', 'v1alpha'])('the API of version %p', apiVersion => {
  test('lists the models that the caller may use, page by page, and shows each', async () => {
    const client = clientOf(apiVersion)
    const names: (string | undefined)[] = []
    for await (const { name } of await client.models.list({ config: { pageSize: 5 } })) names.push(name)
    const { body } = await worlds.gateway.json('/v1/models', {
      headers: { authorization: `Bearer ${MASTER}` },
    })
    expect(names).toEqual(body.data.map(({ id }: { id: string }) => `models/${id}`))
    expect(names.length).toBeGreaterThan(10)
    expect(await client.models.get({ model: 'openai/one' })).toMatchObject({
      name: 'models/openai/one',
      supportedActions: ['generateContent', 'countTokens'],
    })
    await expect(client.models.get({ model: 'openai/none' })).rejects.toMatchObject({ status: 404 })
  })

  test('answers, whatever stands before the name', async () => {
    answer({ text: 'Yes' })
    for (const model of ['openai/one', 'models/openai/one'])
      expect((await clientOf(apiVersion).models.generateContent({ model, contents: 'Hi' })).text).toBe('Yes')
  })
})

test.each(providers)('tokens are counted: %s', async provider => {
  const { totalTokens } = await ai.models.countTokens({
    model: `${provider}/${provider === 'cohere' ? 'command-a-03-2025' : 'one'}`,
    contents: 'Where does it go?',
  })
  expect(totalTokens).toBeGreaterThan(3)
})

test('the bytes of the client pass to Gemini, and the record has what it took', async () => {
  answer({ text: 'Yes', reasoning: 'Hm.' })
  const body = '{"contents" :[{"parts":[{"text":"Hi"}] }],"generationConfig":{"topK":64.0}}'
  const response = await worlds.gateway.fetch('/v1beta/models/gemini/one:generateContent', {
    method: 'POST',
    headers: { 'x-goog-api-key': MASTER, 'content-type': 'application/json' },
    body,
  })
  const said = (await response.json()) as { usageMetadata: Record<string, number> }
  const { path, body: sent, headers } = worlds.mock.requests.at(-1)!
  expect([path, sent, headers['x-goog-api-key']]).toEqual([
    '/v1beta/models/one:generateContent',
    body,
    'sk-upstream',
  ])
  const id = response.headers.get('x-request-id')
  const line = () => worlds.gateway.admin('GET', `/admin/usage/log/${id}`)
  await until(async () => (await line()).status === 200, 'the record')
  const { body: record } = await line()
  expect(record).toMatchObject({
    dialect: 'google-generate-content',
    operation: 'chat',
    asked: 'gemini/one',
    tokens: { output: said.usageMetadata.candidatesTokenCount, reasoning: 1 },
  })
  expect(said.usageMetadata.thoughtsTokenCount).toBe(1)
})

test('what an operator sets holds', async () => {
  answer({ text: 'Yes' })
  const parameters = {
    temperature: 0,
    max_output_tokens: 20,
    instructions: 'For Acme.',
    reasoning_effort: 'low',
  }
  for (const [source, target_model] of [
    ['set-here', 'gemini/gemini-2.5-flash'],
    ['set-there', 'plain/one'],
  ])
    await worlds.gateway.admin('PUT', '/admin/virtual-models', { source, target_model, parameters })
  const config = { systemInstruction: 'Be brief.', temperature: 1, maxOutputTokens: 99 }
  const contents: Content[] = [{ role: 'user', parts: [{ text: 'Hi' }] }]
  await ai.models.generateContent({ model: 'set-here', contents, config })
  expect(lastSent()).toMatchObject({
    systemInstruction: { parts: [{ text: 'For Acme.' }, { text: 'Be brief.' }] },
    generationConfig: {
      temperature: 0,
      maxOutputTokens: 20,
      thinkingConfig: { thinkingBudget: expect.any(Number) },
    },
  })
  expect(lastSent()).not.toHaveProperty('model')
  await ai.models.generateContent({ model: 'set-there', contents, config })
  expect(lastSent()).toMatchObject({ temperature: 0, max_tokens: 20, reasoning_effort: 'low' })
  expect(lastSent().messages[0]).toEqual({ role: 'system', content: 'For Acme.\n\nBe brief.' })
})

test('a model may be made to call one tool', async () => {
  answer({ toolCall: call })
  const toolConfig = {
    functionCallingConfig: { mode: FunctionCallingConfigMode.ANY, allowedFunctionNames: ['weather'] },
  }
  const tools = [{ functionDeclarations: [weather] }]
  await ai.models.generateContent({ model: 'openai/one', contents: 'Hi', config: { tools, toolConfig } })
  expect(lastSent().tool_choice).toEqual({ type: 'function', function: { name: 'weather' } })
})

test('the AI SDK, which writes names with a slash in the place of `models`, is answered too', async () => {
  answer({ text: 'A road of its own.' })
  const google = createGoogle({ baseURL: `${worlds.url}/v1beta`, apiKey: MASTER })
  for (const name of ['openai/one', 'gemini/one', 'models/openai/one']) {
    const asked = { model: google(name), prompt: 'Where does it go?' }
    expect([name, (await generateText(asked)).text]).toEqual([name, 'A road of its own.'])
    expect([name, await streamText(asked).text]).toEqual([name, 'A road of its own.'])
  }
})
