import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { MASTER } from '../kit.ts'
import { type Cached, expectHit, expectNone, hear, messages, openCached } from './kit.ts'

/** The same question gets the same answer, whatever language it is asked in. */

let cached: Cached
let openai: OpenAI
let anthropic: Anthropic
beforeAll(async () => {
  cached = await openCached({
    env: { DEMO: 'true', VIRTUAL_MODELS: '[{"source":"smarter","target_model":"openai/one"}]' },
  })
  openai = new OpenAI({ baseURL: `${cached.house.url}/v1`, apiKey: MASTER, maxRetries: 0 })
  anthropic = new Anthropic({ baseURL: cached.house.url, apiKey: MASTER, maxRetries: 0 })
})
afterAll(() => cached[Symbol.asyncDispose]())

let count = 0
/** A question that nobody asked before. */
const fresh = () => [{ role: 'user' as const, content: `Question ${count++}` }]

describe('official clients get the same answer again', () => {
  test('of OpenAI, as a whole and as a stream', async () => {
    const ask = { model: 'one', messages: fresh() }
    const [first, second] = [
      await openai.chat.completions.create(ask),
      await openai.chat.completions.create(ask),
    ]
    expect(second).toEqual(first)
    const stream = { ...ask, stream: true, stream_options: { include_usage: true } } as const
    const before = cached.asked()
    const chunks = async () => Array.fromAsync(await openai.chat.completions.create(stream))
    const [one, two] = [await chunks(), await chunks()]
    expect(two).toEqual(one)
    expect(two.at(-1)!.usage).toBeDefined()
    expect(cached.asked()).toBe(before + 1)
  })

  test('of Anthropic, translated, as a whole and as a stream', async () => {
    const ask = { model: 'one', max_tokens: 50, messages: fresh() }
    const before = cached.asked()
    const [first, second] = [await anthropic.messages.create(ask), await anthropic.messages.create(ask)]
    expect(second).toEqual(first)
    const listen = () => anthropic.messages.stream(ask).finalMessage()
    const [one, two] = [await listen(), await listen()]
    expect(JSON.stringify(two)).toBe(JSON.stringify(one))
    expect(two.content).not.toEqual([])
    expect(cached.asked()).toBe(before + 2)
  })

  test('of Responses that are stored nowhere, as a whole and as a stream', async () => {
    const ask = { model: 'one', input: `Question ${count++}`, store: false }
    const before = cached.asked()
    const [first, second] = [await openai.responses.create(ask), await openai.responses.create(ask)]
    expect(second.id).toBe(first.id)
    const events = async () => Array.fromAsync(await openai.responses.create({ ...ask, stream: true }))
    const [one, two] = [await events(), await events()]
    expect(two).toEqual(one)
    expect(cached.asked()).toBe(before + 2)
  })

  test('of embeddings', async () => {
    const before = cached.asked()
    const ask = { model: 'one', input: 'A text' }
    expect(await openai.embeddings.create(ask)).toEqual(await openai.embeddings.create(ask))
    expect(cached.asked()).toBe(before + 1)
  })
})

test.each([
  ['/v1/messages/count_tokens', { model: 'one', messages }],
  ['/v1/responses/compact', { model: 'demo/parrot', input: 'A text', store: false }],
])('an answer of a kind that never says why it ended is given again: %s', async (path, body) => {
  const ask = async () => (await hear(await cached.post(path, body))).verdict
  expect([await ask(), await ask()]).toEqual(['miss', 'hit'])
})

describe('a stream', () => {
  for (const newline of ['\n', '\r\n', '\r'] as const)
    for (const splitAt of [1, 7, 10_000])
      test(`is given again byte for byte: lines end with ${JSON.stringify(newline)}, pieces of ${splitAt}`, async () => {
        const plan = { newline, splitAt, text: 'Größe, 漢字 and 🙂' }
        const heard = await expectHit(cached, () =>
          cached.chat({ messages, stream: true }, { plan: { ...plan } }),
        )
        expect(heard.text).toContain('data: [DONE]')
      })

  test('is not the answer of the same question that wants a whole one', async () => {
    const ask = { messages: fresh() }
    await cached.chat(ask)
    expect((await cached.chat({ ...ask, stream: true })).verdict).toBe('miss')
  })

  test('has the report of usage where the client asked for it, and only there', async () => {
    const ask = { messages: fresh(), stream: true }
    const silent = await expectHit(cached, () => cached.chat(ask))
    expect(silent.text).not.toContain('prompt_tokens')
    const told = { ...ask, stream_options: { include_usage: true } }
    const telling = await expectHit(cached, () => cached.chat(told))
    expect(telling.text).toContain('prompt_tokens')
  })
})

describe('the same question', () => {
  const bodyOf = (parts: string) => `{${parts},"messages":[{"role":"user","content":"Same"}]}`
  const ask = async (body: string) => hear(await cached.post('/v1/chat/completions', body))

  test('may have its fields in another order, and white space', async () => {
    const first = await ask(bodyOf('"model":"one","top_p":1,"metadata":{"a":"1","b":"2"}'))
    const second = await ask(bodyOf(' "metadata" : {"b": "2",\n\t"a": "1"}, "top_p":1,\r\n "model" : "one"'))
    expect([first.verdict, second.verdict]).toEqual(['miss', 'hit'])
  })

  test('may name the model by another name that leads to it', async () => {
    const ask = { messages: fresh() }
    await cached.chat({ ...ask, model: 'one' })
    expect((await cached.chat({ ...ask, model: 'openai/one' })).verdict).toBe('hit')
    expect((await cached.chat({ ...ask, model: 'smarter' })).verdict).toBe('hit')
    expect((await cached.chat({ ...ask, model: 'two' })).verdict).toBe('miss')
  })

  test.each([
    ['temperature', '"temperature":1', '"temperature":0.5'],
    ['n', '"n":1', '"n":2'],
    ['a number beyond what numbers hold', '"seed":9007199254740992', '"seed":9007199254740993'],
    ['a field twice', '"user":"a","user":"b"', '"user":"b"'],
    ['a field twice, below', '"metadata":{"x":"1","x":"2"}', '"metadata":{"x":"2"}'],
    ['a field called __proto__', '"metadata":{"__proto__":{"x":"1"}}', '"metadata":{}'],
    ['__proto__ at the top', '"__proto__":{"stream":true}', '"__proto__":{}'],
    ['the order of a list', '"stop":["a","b"]', '"stop":["b","a"]'],
    ['null', '"stop":null', '"stop":"null"'],
  ])('is another one with other values: %s', async (_, one, other) => {
    const first = await ask(bodyOf(`"model":"one",${one}`))
    const second = await ask(bodyOf(`"model":"one",${other}`))
    expect([first.status, first.verdict]).toEqual([200, 'miss'])
    expect([second.status, second.verdict]).toEqual([200, 'miss'])
    expect((await ask(bodyOf(`"model":"one",${one}`))).verdict).toBe('hit')
  })

  test('is another one with other headers that go to the provider', async () => {
    const body = { model: 'one', max_tokens: 5, messages: fresh() }
    const ask = async (beta: string) =>
      (await hear(await cached.post('/v1/messages', body, { 'anthropic-beta': beta }))).verdict
    expect([await ask('x-1'), await ask('x-2'), await ask('x-1')]).toEqual(['miss', 'miss', 'hit'])
  })

  test('is the same with another key against repetition, session or id of the client', async () => {
    const body = { messages: fresh() }
    const ask = async (id: string) =>
      (await cached.chat(body, { headers: { 'idempotency-key': id, 'x-session-id': id } })).verdict
    expect([await ask('1'), await ask('2')]).toEqual(['miss', 'hit'])
  })
})

describe('what others do with answers', () => {
  test('is done with a stored one: the name of the model, costs, and warnings', async () => {
    await using cached = await openCached({
      env: {
        DEMO: 'true',
        RESPONSE_MODEL: 'requested',
        COST_HEADER: 'true',
        COST_IN_STREAMS: 'true',
        VIRTUAL_MODELS: '[{"source":"smarter","target_model":"openai/one"}]',
      },
    })
    const first = await cached.chat({ model: 'openai/one' })
    const second = await cached.chat({ model: 'smarter' })
    expect([first, second].map(({ text }) => JSON.parse(text).model)).toEqual(['openai/one', 'smarter'])
    expect(second.headers.get('x-modelway-model')).toBe('one')
    expect(Number(first.headers.get('x-modelway-cost-usd'))).toBeGreaterThan(0)
    expect(second.headers.get('x-modelway-cost-usd')).toBe('0')
    const stream = { stream: true, stream_options: { include_usage: true } }
    const [old, again] = [await cached.chat(stream), await cached.chat(stream)]
    expect([old.verdict, again.verdict]).toEqual(['miss', 'hit'])
    expect(old.text).toMatch(/"cost":0\.\d/)
    expect(again.text).toContain('"cost":0}')
    const warned = { model: 'one', max_tokens: 5, messages, top_k: 3 }
    const warningOf = async () =>
      (await hear(await cached.post('/v1/messages', warned))).headers.get('x-modelway-warning')
    const warning = await warningOf()
    expect(warning).toContain('top')
    expect(await warningOf()).toBe(warning)
  })

  test('tells who served, after no try, and how old the answer is', async () => {
    const { chat, clock } = cached
    const ask = { messages: fresh() }
    const first = await chat(ask)
    expect(first.headers.get('age')).toBeNull()
    clock.now += 61_500
    const { headers } = await chat(ask)
    const told = ['model', 'provider', 'attempts', 'cache'].map(name => headers.get(`x-modelway-${name}`))
    expect(told).toEqual(['one', 'openai', '0', 'hit'])
    expect(headers.get('age')).toBe('61')
    expect(headers.get('content-type')).toBe(first.headers.get('content-type')!)
    expect(headers.get('x-request-id')).not.toBe(first.headers.get('x-request-id')!)
  })

  test('tells nobody who served where the operator keeps it', async () => {
    await using quiet = await openCached({ env: { SERVED_MODEL_HEADERS: 'false' } })
    const { headers } = await expectHit(quiet, () => quiet.chat())
    expect(headers.get('x-modelway-model')).toBeNull()
    expect(headers.get('x-modelway-attempts')).toBeNull()
  })
})

describe('CACHE_MODELS', () => {
  test('says whose answers are stored: nobody else hears of it', async () => {
    await using cached = await openCached({ env: { CACHE_MODELS: 'openai/two' } })
    const one = await expectNone(cached, () => cached.chat())
    expect(one.verdict).toBeNull()
    await expectHit(cached, () => cached.chat({ model: 'two' }))
  })

  test('may name a redirect: of what it leads to, only what goes through it', async () => {
    await using cached = await openCached({
      env: {
        CACHE_MODELS: 'smarter',
        VIRTUAL_MODELS: '[{"source":"smarter","target_model":"openai/one"}]',
      },
    })
    await expectNone(cached, () => cached.chat({ model: 'one' }))
    await expectHit(cached, () => cached.chat({ model: 'smarter' }))
  })

  test('empty, which is the default: nothing is stored, and no hook takes part', async () => {
    await using cached = await openCached({ env: { CACHE_MODELS: '' } })
    expect((await expectNone(cached, () => cached.chat())).verdict).toBeNull()
    const { body } = await cached.house.test.admin('GET', '/admin/cache')
    expect(body).toMatchObject({ models: [], entries: 0, hits: 0, misses: 0 })
  })
})
