import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { type Message, Ollama, type Tool } from 'ollama'
import { definePlugin } from '../../../src/contract/plugin.ts'
import type { Usage } from '../../../src/types.ts'
import { openWorlds, type TwoWorlds } from '../../conformance/world.ts'
import { MASTER, until } from '../../kit.ts'
import { PIXEL } from '../../mock/images.ts'
import type { Plan } from '../../mock/plan.ts'

/** Ollama's own client, which is led here, and asks providers that have never heard of it. */

let worlds: TwoWorlds
let ollama: Ollama
/** Makes vectors in a language of its own, two texts at a time, of a length that nobody can choose. */
const embedder = definePlugin({
  name: 'embedder',
  about: 'Makes vectors.',
  setup: () => ({
    providers: [
      {
        name: 'embedder',
        type: 'embedder',
        wires: new Set(),
        asksUsage: false,
        call: () => new Response(),
        offers: {
          embedding: modelId => ({
            specificationVersion: 'v4',
            provider: 'embedder',
            modelId,
            maxEmbeddingsPerCall: 2,
            supportsParallelCalls: false,
            doEmbed: async ({ values }) => ({
              embeddings: values.map(text => [text.length, 0.5]),
              usage: { tokens: 3 },
              warnings: [],
            }),
          }),
        },
      },
    ],
  }),
})
/** What each call took. */
const bills: (Usage | undefined)[] = []
const witness = definePlugin({
  name: 'witness',
  about: 'Writes down what calls took.',
  setup: () => ({ settle: ({ usage }) => void bills.push(usage) }),
})
beforeAll(async () => {
  worlds = await openWorlds({
    env: { VIRTUAL_MODELS: JSON.stringify([{ source: 'smart', target_model: 'openai/one' }]) },
    extra: [embedder, witness],
  })
  ollama = clientWith(MASTER)
})
beforeEach(() => worlds.mock.reset())
afterAll(() => worlds[Symbol.asyncDispose]())

const clientWith = (key: string) =>
  new Ollama({ host: worlds.url, headers: { authorization: `Bearer ${key}` } })

const model = 'openai/one'
const messages: Message[] = [{ role: 'user', content: 'Where does it go?' }]
const plan = (given: Plan) => worlds.mock.setPlan(given)
/** What the provider was told last. */
const heard = () => worlds.mock.requests.at(-1)!.json!
/** What a call fails with. */
const errorOf = async (asked: Promise<unknown>): Promise<ResponseError> =>
  asked.then(
    () => {
      throw new Error('It did not fail')
    },
    error => error,
  )
interface ResponseError {
  readonly name: string
  readonly message: string
  readonly status_code: number
}
const tools: Tool[] = [
  {
    type: 'function',
    function: {
      name: 'weather',
      description: 'Tells the weather.',
      parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
    },
  },
]

describe('chat', () => {
  test('is answered as a whole, with counts and times', async () => {
    plan({ text: 'To the sea.' })
    const { message, done, done_reason, total_duration, ...rest } = await ollama.chat({ model, messages })
    expect(message).toEqual({ role: 'assistant', content: 'To the sea.' })
    expect([done, done_reason]).toEqual([true, 'stop'])
    expect(rest).toMatchObject({ model: 'one', prompt_eval_count: 8, eval_count: 3 })
    expect(total_duration).toBeGreaterThan(0)
    expect(worlds.mock.requests.at(-1)!.headers.authorization).toBe('Bearer sk-upstream')
  })

  test('is a stream unless it says otherwise: lines, the last of which counts', async () => {
    plan({ text: 'To the “sea”.' })
    const parts = await Array.fromAsync(await ollama.chat({ model, messages, stream: true }))
    expect(parts.map(({ message }) => message.content).join('')).toBe('To the “sea”.')
    expect(parts.map(({ done }) => done)).toEqual([...parts.slice(1).map(() => false), true])
    const { prompt_eval_count, eval_count, eval_duration, prompt_eval_duration, total_duration } =
      parts.at(-1)!
    expect([prompt_eval_count, eval_count]).toEqual([8, 3])
    expect(prompt_eval_duration + eval_duration).toBeLessThanOrEqual(total_duration)
    expect(bills.at(-1)).toMatchObject({ input: 8, output: 3 })
    const response = await worlds.gateway.fetch('/api/chat', {
      method: 'POST',
      headers: { authorization: `Bearer ${MASTER}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model, messages }),
    })
    expect(response.headers.get('content-type')).toBe('application/x-ndjson')
    const lines = (await response.text()).split('\n')
    expect(lines.at(-1)).toBe('')
    expect(lines.slice(0, -1).map(line => JSON.parse(line).done)).toContain(true)
  })

  test('calls tools, and goes on with their results, which know no ids', async () => {
    plan({ toolCall: { name: 'weather', arguments: { city: 'Oslo' } }, reasoning: 'I look it up.' })
    for (const answer of [
      [await ollama.chat({ model, messages, tools, think: true })],
      await Array.fromAsync(await ollama.chat({ model, messages, tools, think: true, stream: true })),
    ]) {
      const said = answer.map(({ message }) => message)
      expect(said.map(({ thinking = '' }) => thinking).join('')).toBe('I look it up.')
      expect(said.flatMap(({ tool_calls = [] }) => tool_calls)).toEqual([
        { id: 'call_mock_0', function: { index: 0, name: 'weather', arguments: { city: 'Oslo' } } } as never,
      ])
    }
    expect(heard()).toMatchObject({ tools, reasoning_effort: 'medium' })
    const call = (city: string) => ({ function: { name: 'weather', arguments: { city } } })
    await ollama.chat({
      model,
      messages: [
        ...messages,
        { role: 'assistant', content: '', thinking: 'Both.', tool_calls: [call('Oslo'), call('Rome')] },
        { role: 'tool', tool_name: 'weather', content: '4 °C' },
        { role: 'tool', content: '21 °C' },
      ],
    })
    const [, assistant, ...results] = heard().messages as readonly { readonly tool_calls: { id: string }[] }[]
    expect(assistant).toMatchObject({ reasoning_content: 'Both.' })
    expect(assistant!.tool_calls.map(({ id }) => id)).toEqual(['call_1', 'call_2'])
    expect(results).toMatchObject([
      { role: 'tool', tool_call_id: 'call_1', content: '4 °C' },
      { role: 'tool', tool_call_id: 'call_2', content: '21 °C' },
    ])
  })

  test('shows pictures, wants a form, and steers', async () => {
    const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
    await ollama.chat({
      model,
      messages: [{ role: 'user', content: 'What?', images: [PIXEL] }],
      format: schema,
      options: { temperature: 0.25, num_predict: 9, stop: ['X'], seed: 7, top_p: 1 },
    })
    expect(heard()).toMatchObject({
      messages: [
        {
          content: [
            { type: 'text', text: 'What?' },
            { type: 'image_url', image_url: { url: `data:image/png;base64,${PIXEL}` } },
          ],
        },
      ],
      response_format: { type: 'json_schema', json_schema: { schema, strict: false } },
      ...{ temperature: 0.25, max_completion_tokens: 9, stop: ['X'], seed: 7 },
    })
    expect(heard().top_p).toBeUndefined()
  })

  test('reaches Claude, who speaks another language yet', async () => {
    plan({ text: 'Bonjour.' })
    const system = { role: 'system', content: 'In French.' }
    const { message } = await ollama.chat({ model: 'anthropic/one', messages: [system, ...messages] })
    expect(message.content).toBe('Bonjour.')
    expect(heard()).toMatchObject({ system: [{ text: 'In French.' }], messages: [{ role: 'user' }] })
  })

  test('that is left ends the call', async () => {
    plan({ tokens: 1000, gapMs: 20 })
    const stream = await ollama.chat({ model, messages, stream: true })
    const reading = Array.fromAsync(stream)
    await until(() => worlds.mock.ledger.active() === 1, 'the provider to be asked')
    stream.abort()
    expect(await reading.catch(error => (error as Error).name)).toBe('AbortError')
    await until(() => worlds.mock.ledger.active() === 0, 'the provider to be left')
  })
})

test('generate answers a prompt', async () => {
  plan({ text: 'Nowhere.', reasoning: 'Hm.' })
  const asked = { model, prompt: 'Where to?', system: 'Be brief.', images: [PIXEL] }
  expect(await ollama.generate(asked)).toMatchObject({ response: 'Nowhere.', thinking: 'Hm.', done: true })
  const parts = await Array.fromAsync(await ollama.generate({ ...asked, stream: true }))
  expect(parts.map(({ response }) => response).join('')).toBe('Nowhere.')
  expect(parts.at(-1)).toMatchObject({ done: true, done_reason: 'stop', eval_count: 2 })
  expect(heard().messages).toMatchObject([{ role: 'system', content: 'Be brief.' }, { role: 'user' }])
})

test('a model that shall be loaded is there already, and costs nothing', async () => {
  expect(await ollama.chat({ model: 'smart' })).toMatchObject({ done: true, done_reason: 'load' })
  const unloaded = await ollama.generate({ model: 'smart', prompt: '', keep_alive: 0, stream: true })
  expect(await Array.fromAsync(unloaded)).toMatchObject([{ response: '', done_reason: 'unload' }])
  expect(worlds.mock.requests).toEqual([])
  expect(bills.slice(-2)).toMatchObject([
    { input: 0, output: 0 },
    { input: 0, output: 0 },
  ])
})

describe('models', () => {
  test('are listed with a tag, and known with it and without', async () => {
    const { models } = await ollama.list()
    const names = models.map(({ name }) => name)
    expect(names).toEqual(
      expect.arrayContaining(['anthropic/one:latest', 'openai/one:latest', 'smart:latest']),
    )
    // What has a tag of its own keeps it.
    expect(names).toContain('bedrock/anthropic.claude-sonnet-4-5-20250929-v1:0')
    expect(models.find(({ name }) => name === 'openai/one:latest')).toMatchObject({
      model: 'openai/one:latest',
      details: { family: 'openai' },
    })
    for (const name of ['smart', 'smart:latest', 'openai/one:latest'])
      expect([name, (await ollama.chat({ model: name, messages })).model]).toEqual([name, 'one'])
    // Some programs read the list here, and ask in OpenAI's language.
    const { status } = await worlds.gateway.chat({ model: 'smart:latest', messages })
    expect(status).toBe(200)
  })

  test('say what they can, and none is loaded', async () => {
    const shown = await ollama.show({ model: 'smart:latest' })
    expect(shown.capabilities).toEqual(['completion', 'tools'])
    expect(await ollama.ps()).toEqual({ models: [] })
    expect((await ollama.version()).version).toMatch(/^\d+\.\d+\.\d+$/)
  })

  test('are not managed by clients, who are told who does', async () => {
    for (const ask of [
      () => ollama.pull({ model: 'llama', stream: true }),
      () => ollama.push({ model: 'llama' }),
      () => ollama.create({ model: 'mine', from: 'llama' }),
      () => ollama.copy({ source: 'a', destination: 'b' }),
      () => ollama.delete({ model: 'llama' }),
    ]) {
      const error = await errorOf(ask())
      expect([error.name, error.status_code]).toEqual(['ResponseError', 400])
      expect(error.message).toContain('who operates this gateway')
    }
  })
})

test('embed makes vectors, where the provider has an API for them', async () => {
  const vectors = { model: 'embedder/any', input: ['a', 'bc', 'def'] }
  const { embeddings, prompt_eval_count, ...rest } = await ollama.embed(vectors)
  expect([embeddings, prompt_eval_count, rest.model]).toEqual([
    [
      [1, 0.5],
      [2, 0.5],
      [3, 0.5],
    ],
    6,
    'any',
  ])
  expect(bills.at(-1)).toMatchObject({ input: 6 })
  expect(await ollama.embeddings({ model: 'embedder/any', prompt: 'bc' })).toMatchObject({
    embedding: [2, 0.5],
  })
  expect((await errorOf(ollama.embed({ ...vectors, dimensions: 9 }))).message).toBe(
    '"dimensions" is 9: this model has made vectors of 2',
  )
  const error = await errorOf(ollama.embed({ model: 'anthropic/one', input: ['a', 'b'] }))
  expect([error.status_code, error.message]).toEqual([
    400,
    'Provider "anthropic" does not offer ollama-embed',
  ])
})

describe('errors', () => {
  test('are sentences that name the field', async () => {
    const unknown = await errorOf(ollama.chat({ model: 'nobody', messages }))
    expect([unknown.name, unknown.status_code]).toEqual(['ResponseError', 404])
    expect(unknown.message).toStartWith('Model "nobody" does not exist')
    const nobody = await errorOf(clientWith('wrong').list())
    expect([nobody.name, nobody.status_code]).toEqual(['ResponseError', 401])
    const odd = await errorOf(ollama.chat({ model, messages, options: { temperature: 'hot' as never } }))
    expect([odd.status_code, odd.message]).toEqual([400, '"options.temperature" is a string: send a number'])
    const raw = await errorOf(ollama.generate({ model, prompt: 'Hi', raw: true }))
    expect([raw.status_code, raw.message]).toEqual([
      400,
      '"raw" has no counterpart at this provider, whose models are told messages only',
    ])
  })

  test('of a stream that has begun are its last line', async () => {
    plan({ text: 'one two three', errorEvent: { after: 2 } })
    const parts: string[] = []
    const read = async () => {
      for await (const { message } of await ollama.chat({ model, messages, stream: true }))
        parts.push(message.content)
    }
    expect((await errorOf(read())).message).toContain('openai')
    expect(parts.join('')).toBe('one two')
  })
})
