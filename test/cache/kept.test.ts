import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { definePlugin, type Hooks } from '../../src/contract/plugin.ts'
import { refuse } from '../../src/errors.ts'
import { MASTER, until } from '../kit.ts'
import { type Cached, expectNone, hear, messages, openCached } from './kit.ts'

/** What is not stored, or not for long. */

let cached: Cached
/** What a plugin behind the cache does; a test sets it. */
const behind: { -readonly [H in keyof Hooks]?: Hooks[H] } = {}
const plugin = definePlugin({
  name: 'behind',
  about: 'Does what a test says.',
  setup: () => ({
    guard: (body, x) => behind.guard?.(body, x) ?? body,
    tap: x => behind.tap?.(x),
  }),
})
beforeAll(async () => {
  cached = await openCached({ extra: [plugin], env: { CACHE_SIZE: '2M' } })
})
afterAll(() => cached[Symbol.asyncDispose]())

let count = 0
/** A question that nobody asked before. */
const fresh = () => ({ messages: [{ role: 'user', content: `Question ${count++}` }] })
const entries = async (): Promise<number> =>
  (await cached.house.test.admin('GET', '/admin/cache')).body.entries
const spoken = async (path: string, body: object) => hear(await cached.post(path, body))

describe('what leaves something behind is asked each time', () => {
  test.each([
    ['a response that is kept, as they are by default', {}],
    ['one that says so', { store: true }],
    ['one in the background', { store: false, background: true }],
  ])('%s', async (_, extra) => {
    const body = { model: 'one', input: `Question ${count++}`, ...extra }
    const first = await spoken('/v1/responses', body)
    expect(first.verdict).toBe('bypass')
    expect((await spoken('/v1/responses', body)).verdict).toBe('bypass')
  })

  test('a response that goes on with another, though that is written out on the way', async () => {
    const { id } = JSON.parse((await spoken('/v1/responses', { model: 'one', input: 'Hello' })).text)
    const next = { model: 'one', input: 'And then?', store: false, previous_response_id: id }
    const { verdict } = await expectNone(cached, () => spoken('/v1/responses', next))
    expect(verdict).toBe('bypass')
  })

  test('a response in a conversation', async () => {
    const { text } = await spoken('/v1/conversations', {})
    const next = { model: 'one', input: 'And then?', store: false, conversation: JSON.parse(text).id }
    expect((await expectNone(cached, () => spoken('/v1/responses', next))).verdict).toBe('bypass')
  })

  test('a chat that the provider is to keep', async () => {
    const ask = { ...fresh(), store: true }
    expect((await expectNone(cached, () => cached.chat(ask))).verdict).toBe('bypass')
  })

  test('pictures, whose addresses expire', async () => {
    const ask = { model: 'one', prompt: 'A harbour' }
    expect((await expectNone(cached, () => spoken('/v1/images/generations', ask))).verdict).toBe('bypass')
  })

  test('what passes to a provider in its own language', async () => {
    const ask = { model: 'one', ...fresh() }
    const { verdict } = await expectNone(cached, () => spoken('/p/openai/chat/completions', ask))
    expect(verdict).toBeNull()
  })
})

describe('what is no complete, good answer is not stored', () => {
  const stream = { stream: true }
  const error = { error: { message: 'Out of order', type: 'server_error' } }
  test.each([
    ['an error', { status: 500 }, {}],
    ['a whole answer that is an error in disguise', { body: JSON.stringify(error) }, {}],
    ['a whole answer that says nothing', { body: '{}' }, {}],
    ['an answer that does not say why it ended', { finishReason: null }, {}],
    ['a stream that does not say why it ended', { finishReason: null }, stream],
    ['a stream that breaks off', { cutAfterBytes: 700, cutBy: 'reset' }, stream],
    ['a stream that ends too early', { endAfterBytes: 700 }, stream],
    ['a stream that ends with an error', { errorEvent: { after: 2, data: error } }, stream],
    [
      'a stream with an error in its middle, that goes on as if nothing had been',
      {
        events: [
          { choices: [{ index: 0, delta: { content: 'A' } }] },
          error,
          { choices: [{ index: 0, delta: { content: 'B' } }] },
          { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
          '[DONE]',
        ],
      },
      stream,
    ],
  ] as const)('%s', async (_, plan, extra) => {
    const before = await entries()
    const ask = { ...fresh(), ...extra }
    await expectNone(cached, () => cached.chat(ask, { plan: plan as object }))
    expect(await entries()).toBe(before)
  })

  test('a stream whose client hangs up', async () => {
    const before = await entries()
    const control = new AbortController()
    const ask = { ...fresh(), ...stream }
    const response = await cached.house.ask({ gapMs: 20, tokens: 50 }, ask, { signal: control.signal })
    await response.body!.getReader().read()
    control.abort()
    await until(() => cached.house.settled.at(-1)?.code === 'client_closed', 'the hang-up')
    expect(await entries()).toBe(before)
  })

  test('an answer that a plugin refuses on its way', async () => {
    for (const extra of [{}, stream]) {
      const ask = { ...fresh(), ...extra }
      behind.tap = () => () => refuse('forbidden', 'Not that')
      const before = await entries()
      await cached.chat(ask)
      delete behind.tap
      expect(await entries()).toBe(before)
    }
  })
})

describe('guardrails', () => {
  test('see a stored answer, too: as it first came, whatever others made of it then', async () => {
    const ask = { ...fresh(), stream: true }
    behind.tap = () => data => data.replaceAll('"object"', '"OBJECT"')
    const first = await cached.chat(ask)
    delete behind.tap
    const second = await cached.chat(ask)
    expect(second.verdict).toBe('hit')
    expect(first.text).toContain('"OBJECT"')
    expect(second.text).toBe(first.text.replaceAll('"OBJECT"', '"object"'))
    behind.tap = () => () => refuse('forbidden', 'Not that')
    expect((await cached.chat(ask)).text).toContain('Not that')
    expect((await cached.chat({ ...ask, stream: false })).status).toBe(403)
    expect((await cached.chat({ ...ask, stream: false })).status).toBe(403)
    delete behind.tap
  })

  test('of the question stand before it: who is refused gets no stored answer, and what is rewritten counts', async () => {
    const ask = fresh()
    await cached.chat(ask)
    behind.guard = () => refuse('forbidden', 'Not that')
    expect((await cached.chat(ask)).status).toBe(403)
    behind.guard = body => ({ ...body, temperature: 0 })
    expect((await cached.chat(ask)).verdict).toBe('miss')
    expect((await cached.chat({ ...ask, temperature: 0 })).verdict).toBe('hit')
    delete behind.guard
    expect((await cached.chat(ask)).verdict).toBe('hit')
  })
})

describe('room', () => {
  const long = (size: number) => ({ text: 'x'.repeat(size) })

  test('an answer that takes more than a tenth passes whole, and is not stored', async () => {
    for (const extra of [{}, { stream: true }]) {
      const ask = { ...fresh(), ...extra }
      const heard = await expectNone(cached, () => cached.chat(ask, { plan: long(300_000) }))
      expect(heard.text.length).toBeGreaterThan(300_000)
      expect([heard.status, heard.verdict]).toEqual([200, 'miss'])
    }
  })

  test('a question of more than a million characters is not looked up', async () => {
    const ask = { messages: [{ role: 'user', content: 'x'.repeat(1_100_000) }] }
    expect((await expectNone(cached, () => cached.chat(ask))).verdict).toBe('bypass')
  })

  test('what was used least goes first, and there is never more than there is room for', async () => {
    const kept = fresh()
    const plan = long(100_000)
    await cached.chat(kept, { plan })
    for (let i = 0; i < 40; i++) {
      await cached.chat(fresh(), { plan })
      expect((await cached.chat(kept, { plan })).verdict).toBe('hit')
    }
    const { body } = await cached.house.test.admin('GET', '/admin/cache')
    expect(body.bytes).toBeLessThanOrEqual(body.size)
    expect(body.evictions).toBeGreaterThan(20)
    expect(body.entries).toBeLessThanOrEqual(20)
  })
})

describe('time', () => {
  test('an answer is given again for CACHE_TTL, and not a moment longer', async () => {
    const ask = fresh()
    await cached.chat(ask)
    cached.clock.now += 3_600_000 - 1
    expect((await cached.chat(ask)).verdict).toBe('hit')
    cached.clock.now += 1
    expect((await cached.chat(ask)).verdict).toBe('miss')
  })

  test('where the clock has gone back, nobody knows how old an answer is: a new one is fetched', async () => {
    const ask = fresh()
    await cached.chat(ask)
    cached.clock.now -= 10_000
    expect((await cached.chat(ask)).verdict).toBe('miss')
    expect((await cached.chat(ask)).verdict).toBe('hit')
  })
})

describe('what a client says by cache-control', () => {
  const by = (words: string) => ({ headers: { 'cache-control': words } })

  test('no-store: it gets no stored answer, and its own is not stored', async () => {
    const ask = fresh()
    expect((await cached.chat(ask, by('no-store'))).verdict).toBe('bypass')
    expect((await cached.chat(ask)).verdict).toBe('miss')
    expect((await cached.chat(ask, by('No-Store, max-age=100'))).verdict).toBe('bypass')
  })

  test('no-cache: it gets a new one, which others get from then on', async () => {
    const ask = fresh()
    const old = await cached.chat(ask)
    const renewed = await cached.chat(ask, by('no-cache'))
    expect([renewed.verdict, renewed.text === old.text]).toEqual(['miss', false])
    expect((await cached.chat(ask)).text).toBe(renewed.text)
  })

  test('max-age: none that is as old', async () => {
    const ask = fresh()
    await cached.chat(ask)
    expect((await cached.chat(ask, by('max-age=0'))).verdict).toBe('miss')
    cached.clock.now += 10_000
    expect((await cached.chat(ask, by('max-age="11"'))).verdict).toBe('hit')
    expect((await cached.chat(ask, by('max-age=10'))).verdict).toBe('miss')
    expect((await cached.chat(ask, by('max-age=1e9, max-age=x, ,=,'))).verdict).toBe('hit')
  })

  test('only-if-cached: a stored answer, or a 504 in its own language, and nobody is asked', async () => {
    const ask = fresh()
    const before = cached.asked()
    const none = await cached.chat(ask, by('only-if-cached'))
    expect([none.status, JSON.parse(none.text).error.code]).toEqual([504, 'not_cached'])
    expect(none.headers.get('x-should-retry')).toBe('false')
    const claude = { model: 'one', max_tokens: 5, messages }
    const other = await hear(await cached.post('/v1/messages', claude, by('only-if-cached').headers))
    expect([other.status, JSON.parse(other.text).type]).toEqual([504, 'error'])
    expect(cached.asked()).toBe(before)
    await cached.chat(ask)
    expect((await cached.chat(ask, by('only-if-cached'))).verdict).toBe('hit')
  })
})

test('HEAD asks no model', async () => {
  const { status } = await fetch(`${cached.house.url}/v1/chat/completions`, {
    method: 'HEAD',
    headers: { authorization: `Bearer ${MASTER}` },
  })
  expect(status).toBe(405)
})
