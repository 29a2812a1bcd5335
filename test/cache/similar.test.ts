import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { until } from '../kit.ts'
import type { Plan } from '../mock/plan.ts'
import type { Recorded } from '../mock/provider.ts'
import { type Cached, hear, openCached } from './kit.ts'

/** Questions that mean the same in other words get the same answer, where the operator wants that. */

const SIMILAR = { CACHE_MODELS: '', CACHE_SIMILAR: '/', CACHE_EMBEDDINGS: 'openai/two' }

/** What a text means is an angle that stands in it: `in words @15`. */
function embed({ json }: Recorded): Plan | undefined {
  const angle = (Number(/@(\d+)/.exec(String(json?.input))?.[1] ?? 0) * Math.PI) / 180
  const data = [{ object: 'embedding', index: 0, embedding: [Math.cos(angle) * 7, Math.sin(angle) * 7] }]
  const usage = { prompt_tokens: 6, total_tokens: 6 }
  return { body: JSON.stringify({ object: 'list', data, model: 'two', usage }) }
}
const isEmbedding = ({ path }: Recorded) => path.endsWith('/embeddings')

/** A gateway before a provider that knows what texts mean. */
async function openSimilar(env: Record<string, string> = {}, how = embed): Promise<Cached> {
  const cached = await openCached({ env: { ...SIMILAR, ...env } })
  cached.house.mock.setPlan(request => (isEmbedding(request) ? how(request) : undefined))
  return cached
}
const embedded = ({ house }: Cached) => house.received().filter(isEmbedding).length

let cached: Cached
beforeAll(async () => {
  cached = await openSimilar()
})
beforeEach(() => cached.house.test.admin('DELETE', '/admin/cache'))
afterAll(() => cached[Symbol.asyncDispose]())

const say = (content: unknown, role = 'user') => ({ role, content })
const ask = (content: unknown, extra: object = {}, headers?: Record<string, string>, from = cached) =>
  from.chat({ messages: [say(content)], ...extra }, headers && { headers })
const one = 'How do I get my money back? @0'
const other = 'What is the way to a refund? @15'
/** The cosine of fifteen degrees. */
const SCORE = 0.9659

describe('a question in other words', () => {
  test.each([
    ['whole', {}],
    ['stream', { stream: true }],
  ])('gets the very answer, %s; its header says how alike they are', async (_, extra) => {
    const first = await ask(one, extra)
    const second = await ask(other, extra)
    expect([first.verdict, second.verdict]).toEqual(['miss', `similar; score=${SCORE}`])
    expect(second.text).toBe(first.text)
    expect(second.headers.get('x-modelway-attempts')).toBe('0')
  })

  test.each([
    ['/v1/messages', { max_tokens: 50 }, (text: string) => ({ messages: [say([{ type: 'text', text }])] })],
    ['/v1/responses', { store: false }, (text: string) => ({ input: text })],
    ['/v1/responses', { store: false }, (text: string) => ({ input: [say([{ type: 'input_text', text }])] })],
    ['/v1/chat/completions', {}, (text: string) => ({ messages: [say('Be brief', 'system'), say(text)] })],
    [
      '/v1/chat/completions',
      { n: 1 },
      (text: string) => ({ messages: [say('Hello'), say('What is it?', 'assistant'), say(text)] }),
    ],
  ])('at %s, too', async (path, extra, body) => {
    const [first, second] = [one, other].map(
      text => () => cached.post(path, { model: 'one', ...extra, ...body(text) }),
    )
    expect((await hear(await first!())).verdict).toBe('miss')
    expect((await hear(await second!())).verdict).toStartWith('similar')
  })

  test('that means something else is asked, and has an answer of its own then', async () => {
    await ask(one)
    expect((await ask('How do I get a discount? @30')).verdict).toBe('miss')
    expect((await ask('Which way to a discount? @31')).verdict).toBe('similar; score=0.9998')
  })

  test('gets the answer to the one that is most alike', async () => {
    const [near, far] = [await ask('far @0'), await ask('near @30')].reverse()
    expect(far!.text).not.toBe(near!.text)
    expect((await ask('asked @16')).text).toBe(near!.text)
    expect((await ask('asked @14')).text).toBe(far!.text)
  })

  test('is compared only where it is another one: the same words embed nothing', async () => {
    await ask(one)
    const before = embedded(cached)
    expect((await ask(one)).verdict).toBe('hit')
    expect(embedded(cached)).toBe(before)
    expect((await ask(other)).verdict).toStartWith('similar')
    expect(embedded(cached)).toBe(before + 1)
  })

  test('that comes a hundred times at once is compared once', async () => {
    await using busy = await openSimilar({ CACHE_SIMILAR: 'one' })
    await ask(one, {}, undefined, busy)
    const heard = await Promise.all(Array.from({ length: 100 }, () => ask(other, {}, undefined, busy)))
    expect(new Set(heard.map(({ verdict }) => verdict))).toEqual(new Set([`similar; score=${SCORE}`]))
    expect(embedded(busy)).toBeLessThan(10)
  })
})

describe('only the last words of the user may differ', () => {
  test.each([
    ['the words of the system', { messages: [say('Be brief', 'system'), say(other)] }],
    ['what was said before', { messages: [say('Hello'), say('What is it?', 'assistant'), say(other)] }],
    ['a parameter', { temperature: 0 }],
    ['the model', { model: 'two' }],
    ['whole or stream', { stream: true }],
    ['the shape', { messages: [say([{ type: 'text', text: other }])] }],
  ])('not %s', async (_, extra) => {
    await ask(one)
    expect((await ask(other, extra)).verdict).toBe('miss')
  })

  test.each([
    ['tools', { tools: [{ type: 'function', function: { name: 'look', parameters: { type: 'object' } } }] }],
    ['several answers', { n: 2 }],
    [
      'a picture',
      {
        messages: [
          say([
            { type: 'text', text: one },
            { type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } },
          ]),
        ],
      },
    ],
    [
      'tools in what was said before',
      {
        messages: [
          say('Look'),
          {
            role: 'assistant',
            content: null,
            tool_calls: [{ id: 'a', type: 'function', function: { name: 'look', arguments: '{}' } }],
          },
          { role: 'tool', tool_call_id: 'a', content: 'Nothing' },
          say(one),
        ],
      },
    ],
    ['words of the model at the end', { messages: [say(one), say('It', 'assistant')] }],
    ['a session', { prompt_cache_key: 'mine' }],
    ['a field twice', { seed: 1 }],
    ['more than 4000 characters', { messages: [say(`${one} ${'x'.repeat(4000)}`)] }],
    ['nothing', { messages: [say(' ')] }],
  ])('a call with %s is never compared', async (what, extra) => {
    const before = embedded(cached)
    const body = JSON.stringify({ model: 'one', messages: [say(one)], ...extra })
    const sent = what === 'a field twice' ? body.replace('"seed":1', '"seed":1,"seed":1') : body
    expect((await hear(await cached.house.send(sent))).verdict).toBe('miss')
    expect(embedded(cached)).toBe(before)
  })

  test.each(['x-claude-code-session-id', 'x-session-id'])('nor one with %s', async header => {
    const before = embedded(cached)
    expect((await ask(one, {}, { [header]: 'a' })).verdict).toBe('miss')
    expect(embedded(cached)).toBe(before)
  })

  test.each([
    ['/v1/messages/count_tokens', { messages: [say(one)] }],
    ['/v1/responses/compact', { input: one, store: false }],
    ['/v1/embeddings', { input: one }],
    ['/v1/completions', { prompt: one }],
  ])('nor one at %s', async (path, body) => {
    const before = embedded(cached)
    await cached.post(path, { model: 'one', ...body })
    expect(embedded(cached)).toBe(before + (path === '/v1/embeddings' ? 1 : 0))
  })
})

describe('who gets it', () => {
  const at = (path: string) => ({ 'x-modelway-user-path': path })

  test('callers of the same user path, as with the same words', async () => {
    await ask(one, {}, at('/alpha'))
    expect((await ask(other, {}, at('/beta'))).verdict).toBe('miss')
    expect((await ask(other, {}, at('/alpha'))).verdict).toStartWith('similar')
  })

  test('nobody whose words are refused, nor who wants a new answer, or none as old', async () => {
    await ask(one)
    expect((await ask(other, {}, { 'cache-control': 'only-if-cached' })).status).toBe(504)
    expect((await ask(other, {}, { 'cache-control': 'no-store' })).verdict).toBe('bypass')
    expect((await ask(`${other} `, {}, { 'cache-control': 'max-age=0' })).verdict).toBe('miss')
    expect((await ask(`${other}!`, {}, { 'cache-control': 'no-cache' })).verdict).toBe('miss')
  })

  test('nobody, once it is too old or thrown away', async () => {
    await ask(one)
    cached.clock.now += 3_600_000
    expect((await ask(other)).verdict).toBe('miss')
    await cached.house.test.admin('DELETE', '/admin/cache?model=one')
    expect((await ask(one)).verdict).toBe('miss')
  })
})

test('only the models that CACHE_SIMILAR names are compared; those of CACHE_MODELS are stored', async () => {
  await using some = await openSimilar({
    CACHE_MODELS: 'openai/',
    CACHE_SIMILAR: 'one',
    OPENAI_MODELS: 'one,two,three',
  })
  const call = (text: string, model: string) => ask(text, { model }, undefined, some)
  expect([(await call(one, 'one')).verdict, (await call(other, 'one')).verdict]).toEqual([
    'miss',
    `similar; score=${SCORE}`,
  ])
  expect([(await call(one, 'three')).verdict, (await call(other, 'three')).verdict]).toEqual(['miss', 'miss'])
  expect((await call(one, 'three')).verdict).toBe('hit')
})

test('after a failover the answer is the other target’s, and is not given as one of the first', async () => {
  const targets = [{ model: 'openai/one' }, { model: 'openai/three' }]
  await using safe = await openSimilar({
    OPENAI_MODELS: 'one,two,three',
    VIRTUAL_MODELS: JSON.stringify([
      { source: 'safe', targets, strategy: 'failover', session_affinity: false },
    ]),
  })
  let isDown = true
  safe.house.mock.setPlan(request =>
    isEmbedding(request)
      ? embed(request)
      : request.json?.model === 'one' && isDown
        ? { status: 500 }
        : undefined,
  )
  const call = async (text: string) => {
    const { verdict, headers } = await ask(text, { model: 'safe' }, undefined, safe)
    return [verdict, headers.get('x-modelway-model')]
  }
  expect(await call(one)).toEqual(['miss', 'three'])
  isDown = false
  expect(await call(other)).toEqual(['miss', 'one'])
  expect(await call('And how is that? @16')).toEqual(['similar; score=0.9998', 'one'])
})

test('CACHE_SIMILARITY says how alike they have to be', async () => {
  await using strict = await openSimilar({ CACHE_SIMILARITY: '0.97' })
  await ask(one, {}, undefined, strict)
  expect((await ask(other, {}, undefined, strict)).verdict).toBe('miss')
})

describe('where nobody says what a question means', () => {
  test.each([
    ['because that fails', () => ({ status: 500 })],
    ['because it takes too long', () => ({ hang: true })],
    ['because it is no vector', () => ({ body: '{"data": []}' })],
    ['because it has no direction', () => ({ body: '{"data": [{"embedding": [0, 0]}]}' })],
  ] as const)('%s, it is asked as usual, and found by its words', async (_, how) => {
    await using blind = await openSimilar({}, how)
    const began = performance.now()
    expect((await ask(one, {}, undefined, blind)).verdict).toBe('miss')
    expect(performance.now() - began).toBeLessThan(1500)
    expect((await ask(one, {}, undefined, blind)).verdict).toBe('hit')
    expect((await ask(other, {}, undefined, blind)).verdict).toBe('miss')
    expect((await blind.house.test.admin('GET', '/admin/cache')).body).toMatchObject({
      unclear: 2,
      similar: 0,
    })
  })

  test('because the caller may not use that model, neither', async () => {
    const { key } = (
      await cached.house.test.admin('POST', '/admin/keys', {
        name: 'x',
        user_path: '/x',
        allowed_models: ['one'],
      })
    ).body
    const before = embedded(cached)
    const headers = { authorization: `Bearer ${key}` }
    expect((await ask(one, {}, headers)).verdict).toBe('miss')
    expect((await ask(other, {}, headers)).verdict).toBe('miss')
    expect(embedded(cached)).toBe(before)
  })
})

test('records: the comparison is the caller’s, with a label; the answer costs nothing, and says how alike it was', async () => {
  const { rows, flush } = cached.book
  const headers = { 'x-modelway-user-path': '/alpha/b' }
  await flush()
  const before = (await rows()).length
  await ask(one, {}, headers)
  await ask(other, {}, headers)
  await flush()
  const written = (await rows()).slice(before)
  const told = written.map(({ dialect, cached, similarity }) => [dialect, cached, similarity])
  expect(told).toEqual([
    ['openai-embeddings', false, null],
    ['openai-chat', false, null],
    ['openai-embeddings', false, null],
    ['openai-chat', true, expect.closeTo(SCORE, 4)],
  ])
  expect(written[0]).toMatchObject({
    model: 'two',
    input: 6,
    userPath: '/alpha/b',
    keyId: 'master',
    labels: { via: 'cache' },
  })
  expect(written[3]).toMatchObject({ costNano: 0, labels: written[1]!.labels })
  const log = (await cached.house.test.admin('GET', '/admin/usage/log?limit=100')).body.data
  expect(log.some(({ similarity }: { similarity: number }) => similarity > 0.9)).toBe(true)
})

test('operators see how often, by model', async () => {
  await using fresh = await openSimilar()
  for (const text of [one, other, one]) await ask(text, {}, undefined, fresh)
  const { body } = await fresh.house.test.admin('GET', '/admin/cache')
  expect(body).toMatchObject({
    models: ['/'],
    similar_to: { models: ['/'], embeddings: 'openai/two', least: 0.95 },
    ...{ hits: 2, similar: 1, joined: 0, unclear: 0 },
  })
  expect(body.by_model[0]).toMatchObject({ model: 'openai/one', hits: 2, similar: 1 })
})

test('the newest 500 of a group are compared, and what is compared counts as stored', async () => {
  /** Each points where no other does. */
  const apart = ({ json }: Recorded): Plan => {
    const embedding = Array.from({ length: 520 }, (_, i) =>
      i === Number.parseInt(String(json?.input), 10) ? 1 : 0,
    )
    return { body: JSON.stringify({ data: [{ embedding }] }) }
  }
  await using full = await openSimilar({}, apart)
  for (let i = 0; i < 502; i++) expect((await ask(`${i} first`, {}, undefined, full)).verdict).toBe('miss')
  const { body } = await full.house.test.admin('GET', '/admin/cache')
  expect(body.bytes).toBeGreaterThan(502 * 520 * 4)
  expect((await ask('501 again', {}, undefined, full)).verdict).toBe('similar; score=1')
  expect((await ask('2 again', {}, undefined, full)).verdict).toBe('similar; score=1')
  expect((await ask('1 again', {}, undefined, full)).verdict).toBe('miss')
  expect((await ask('1 first', {}, undefined, full)).verdict).toBe('hit')
}, 30_000)

describe('at the start', () => {
  test('CACHE_SIMILAR without a model for it is refused, and a score that is none', async () => {
    expect(openCached({ env: { CACHE_SIMILAR: '/' } })).rejects.toThrow(
      'CACHE_SIMILAR needs CACHE_EMBEDDINGS',
    )
    for (const CACHE_SIMILARITY of ['0.2', '1.1', '95', 'much'])
      expect(openCached({ env: { CACHE_SIMILARITY } })).rejects.toThrow('expected a number from 0.5 to 1')
  })

  test('a model that nobody has is told of in the log', async () => {
    await using lost = await openSimilar({ CACHE_EMBEDDINGS: 'openai/tow' })
    const { logs } = lost.house.test
    await until(
      () => logs.some(({ message }) => /CACHE_EMBEDDINGS .*"openai\/tow"/.test(String(message))),
      'the warning',
    )
  })
})
