import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { events, type House, last, openHouse } from './kit.ts'

let house: House
beforeAll(async () => {
  house = await openHouse({
    at: {
      OPENAI_BASE_URL: '$/v1',
      ANTHROPIC_BASE_URL: '$/v1',
      GEMINI_BASE_URL: '$/v1beta',
      PERPLEXITY_BASE_URL: '$/bare',
    },
  })
})
afterAll(() => house[Symbol.asyncDispose]())

const chatAnswer = {
  id: 'x',
  choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'hi' } }],
  usage: { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 },
}
const settledLast = () => house.settled.at(-1)!

describe('usage', () => {
  const usage = { input: 7, cacheRead: 0, cacheWrite: 0, output: 3, reasoning: 0 }

  test('is read from whole answers of languages that we know', async () => {
    house.answer(() => Response.json(chatAnswer))
    await house.call('POST', '/p/openai/v1/chat/completions', { json: { model: 'gpt-5', messages: [] } })
    expect(settledLast()).toMatchObject({
      asked: 'openai/gpt-5',
      model: 'gpt-5',
      provider: 'openai',
      status: 200,
      usage,
    })
    house.answer(() => Response.json({ data: [], usage: { prompt_tokens: 9, total_tokens: 9 } }))
    await house.call('POST', '/p/openai/embeddings', { json: { model: 'e', input: 'x' } })
    expect(settledLast().usage).toMatchObject({ input: 9, output: 0 })
    house.answer(() =>
      Response.json({ type: 'message', content: [], usage: { input_tokens: 5, output_tokens: 2 } }),
    )
    await house.call('POST', '/p/anthropic/messages', { json: { model: 'claude', messages: [] } })
    expect(settledLast().usage).toMatchObject({ input: 5, output: 2 })
  })

  test('is read from the end of an answer that is too long to be looked into', async () => {
    const image = 'QUJD'.repeat(2.5 * 1024 * 1024)
    const openai = { ...chatAnswer, choices: [{ message: { content: image } }], usage: chatAnswer.usage }
    const told = { promptTokenCount: 11, candidatesTokenCount: 5, totalTokenCount: 16 }
    const gemini = { candidates: [{ content: { parts: [{ text: image }] } }], usageMetadata: told }
    const answers: readonly (readonly [path: string, answer: object, wanted: unknown])[] = [
      ['/p/openai/v1/chat/completions', { ...openai, service_tier: 'default' }, usage],
      [
        '/p/gemini/v1beta/models/g:generateContent',
        { ...gemini, modelVersion: 'g' },
        { input: 11, output: 5 },
      ],
      [
        '/p/gemini/v1beta/models/g:streamGenerateContent',
        [{ candidates: [] }, gemini],
        { input: 11, output: 5 },
      ],
    ]
    for (const [path, answer, wanted] of answers) {
      const json = path.includes('gemini') ? { contents: [] } : { model: 'm', messages: [] }
      const text = JSON.stringify(answer, null, 1)
      house.answer(() => new Response(text, { headers: { 'content-type': 'application/json' } }))
      const response = await house.call('POST', path, { json })
      expect((await response.text()) === text).toBe(true)
      expect(settledLast().usage).toMatchObject(wanted as object)
    }
  })

  test('is not what the end of a long answer says within something else', async () => {
    const image = 'QUJD'.repeat(2.5 * 1024 * 1024)
    const words = 'it says "usage": {"prompt_tokens": 7, "completion_tokens": 3}}'
    const answers = [
      { choices: [{ message: { content: image }, note: words }] },
      { choices: [{ message: { content: image } }], parts: [{ usage: chatAnswer.usage }] },
      { choices: [{ message: { content: image } }], parts: { usage: chatAnswer.usage } },
    ]
    for (const answer of answers) {
      house.answer(() => Response.json(answer))
      const response = await house.call('POST', '/p/openai/v1/chat/completions', {
        json: { model: 'm', messages: [] },
      })
      await response.text()
      expect(settledLast().usage).toBeUndefined()
    }
  })

  test('of a stream is asked for where the client did not, and hidden from it', async () => {
    const chunk = { choices: [{ index: 0, delta: { content: 'hi' }, finish_reason: 'stop' }] }
    const tail = { choices: [], usage: chatAnswer.usage }
    house.answer(() => events(chunk, tail, '[DONE]'))
    const json = { model: 'gpt-5', stream: true, messages: [] }
    const response = await house.call('POST', '/p/openai/chat/completions', { json })
    expect(await response.text()).toBe(`data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n`)
    expect(JSON.parse(last(house).text)).toEqual({ ...json, stream_options: { include_usage: true } })
    expect(settledLast().usage).toEqual(usage)
    const asking = { ...json, stream_options: { include_usage: true } }
    const full = await house.call('POST', '/p/openai/chat/completions', { json: asking })
    expect(await full.text()).toContain('"prompt_tokens":7')
  })

  const google = (text: string, more: object = {}) => ({
    candidates: [{ content: { parts: [{ text }] }, index: 0 }],
    usageMetadata: { promptTokenCount: 11, candidatesTokenCount: 1, totalTokenCount: 12 },
    ...more,
  })
  const end = {
    candidates: [{ finishReason: 'STOP', index: 0 }],
    usageMetadata: {
      promptTokenCount: 11,
      cachedContentTokenCount: 4,
      candidatesTokenCount: 6,
      thoughtsTokenCount: 20,
      promptTokensDetails: [
        { modality: 'TEXT', tokenCount: 8 },
        { modality: 'AUDIO', tokenCount: 3 },
      ],
    },
  }
  const wanted = { input: 4, cacheRead: 4, cacheWrite: 0, audioInput: 3, output: 6, reasoning: 20 }

  test.each([
    ['generateContent', () => Response.json({ ...google('hi'), ...end })],
    ['streamGenerateContent?alt=sse', () => events(google('h'), google('i'), end)],
    ['streamGenerateContent', () => Response.json([google('h'), google('i'), end])],
  ] as const)("is read from Google's %s", async (verb, answer) => {
    house.answer(answer)
    const response = await house.call('POST', `/p/gemini/models/gemini-3:${verb}`, { json: { contents: [] } })
    expect([response.status, await response.text()]).toEqual([200, await answer().text()])
    expect(settledLast()).toMatchObject({ asked: 'gemini/gemini-3', usage: wanted })
  })

  test.each([
    [{ promptTokenCount: -1, candidatesTokenCount: 2 ** 53, thoughtsTokenCount: '7' }],
    [
      {
        promptTokensDetails: [null, 7, { modality: 'AUDIO', tokenCount: 99 }],
        cachedContentTokenCount: null,
      },
    ],
    [{ promptTokensDetails: 'x', cacheTokensDetails: {} }],
    [[]],
    [null],
  ])('of Google may be any nonsense: %j', async usageMetadata => {
    house.answer(() => Response.json({ candidates: 'x', usageMetadata }))
    const response = await house.call('POST', '/p/gemini/models/g:generateContent', { json: {} })
    expect(response.status).toBe(200)
    for (const count of Object.values((settledLast().usage ?? {}) as object))
      expect(count).toBeWithin(0, Number.MAX_SAFE_INTEGER)
  })
})
