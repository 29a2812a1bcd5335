import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { MASTER, until } from '../kit.ts'
import { errorOf, type Guarded, openGuarded } from './kit.ts'

/** What models say. */

let guarded: Guarded
beforeAll(async () => {
  guarded = await openGuarded({ env: { RESPONSES_KEPT_BY: 'xai' } })
})
beforeEach(() => guarded.clear())
afterAll(() => guarded[Symbol.asyncDispose]())

const CARD = '4111 1111 1111 1111'
const rule = (action: string, find: object = { words: ['secret plan'], presets: ['credit_card'] }) => ({
  on: 'output',
  find,
  action,
})

describe('whole answers', () => {
  test('block refuses them, and the record has what they cost', async () => {
    await guarded.put('quiet', rule('block'))
    const error = await errorOf(await guarded.chat('Hello', { text: 'Here is the secret plan' }))
    expect(error).toEqual({
      status: 400,
      code: 'guardrail_blocked',
      message: 'Guardrail "quiet" does not let this answer through',
    })
    const { code, usage } = guarded.house.settled.at(-1)!
    expect(code).toBe('guardrail_blocked')
    expect(usage!.output).toBeGreaterThan(0)
  })

  test('mask rewrites every text of them, arguments of tools and further choices too', async () => {
    await guarded.put('quiet', rule('mask'))
    const body = {
      id: 'c',
      object: 'chat.completion',
      model: 'one',
      choices: [
        { index: 0, message: { role: 'assistant', content: 'fine' }, finish_reason: 'stop' },
        { index: 1, message: { role: 'assistant', content: `Card ${CARD}.` }, finish_reason: 'stop' },
        {
          index: 2,
          message: {
            role: 'assistant',
            reasoning_content: 'the secret plan',
            tool_calls: [
              { id: 'x', type: 'function', function: { name: 'f', arguments: `{"a":"${CARD}"}` } },
            ],
          },
          finish_reason: 'tool_calls',
        },
      ],
      usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
    }
    const response = await guarded.chat('Hello', {
      body: JSON.stringify(body),
      contentType: 'application/json',
    })
    // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies freely, and fail where they guess wrong
    const { choices } = (await response.json()) as any
    expect(choices[0].message.content).toBe('fine')
    expect(choices[1].message.content).toBe('Card [CREDIT_CARD].')
    expect(choices[2].message.reasoning_content).toBe('the [REDACTED]')
    expect(JSON.parse(choices[2].message.tool_calls[0].function.arguments)).toEqual({ a: '[CREDIT_CARD]' })
  })

  test('of other languages, and of what is passed on', async () => {
    await guarded.put('quiet', rule('mask'))
    guarded.house.mock.setPlan({ text: `Card ${CARD} ends` })
    const answers = await Promise.all(
      [
        ['/v1/messages', { max_tokens: 9, messages: [{ role: 'user', content: 'a' }] }] as const,
        ['/v1/responses', { input: 'a' }] as const,
        ['/p/openai/v1/chat/completions', { messages: [{ role: 'user', content: 'a' }] }] as const,
        ['/api/chat', { messages: [{ role: 'user', content: 'a' }], stream: false }] as const,
        ['/api/generate', { prompt: 'a', stream: false }] as const,
      ].map(async ([path, body]) => (await guarded.post(path, { model: 'one', ...body })).text()),
    )
    for (const text of answers) {
      expect(text).toContain('Card [CREDIT_CARD] ends')
      expect(text).not.toContain('4111')
    }
    guarded.house.mock.setPlan(undefined)
  })

  test('what is kept of them is looked at again when it is read', async () => {
    guarded.house.mock.setPlan({ text: `Card ${CARD} ends` })
    const { id } = (await (await guarded.post('/v1/responses', { model: 'one', input: 'a' })).json()) as {
      id: string
    }
    guarded.house.mock.setPlan(undefined)
    await guarded.put('quiet', rule('mask'))
    const read = await fetch(`${guarded.house.url}/v1/responses/${id}`, {
      headers: { authorization: `Bearer ${MASTER}` },
    })
    expect(await read.text()).toContain('Card [CREDIT_CARD] ends')
  })
})

test('a stored answer is looked at each time it is given', async () => {
  await using cached = await openGuarded({ env: { CACHE_MODELS: '/' } })
  const ask = () => cached.chat('Hello', { text: 'Here is the secret plan' })
  expect((await ask()).status).toBe(200)
  await cached.put('quiet', rule('mask'))
  const again = await ask()
  expect(again.headers.get('x-modelway-cache')).toBe('hit')
  expect(await again.text()).toContain('Here is the [REDACTED]')
  expect(cached.asked()).toBe(1)
})

describe('what nobody reads', () => {
  const passed = (type: string) =>
    guarded
      .post('/p/openai/something/new', { mock_plan: { body: CARD, contentType: type } })
      .then(({ status }) => status)

  test('is refused where it may be a text, unless the guardrail lets it through or only counts', async () => {
    const types = ['application/jsonl', 'text/event-stream', 'image/svg+xml', 'audio/mpeg']
    const statuses = () => Promise.all(types.map(passed))
    await guarded.put('quiet', { ...rule('block'), find: { words: ['nothing'] } })
    expect(await statuses()).toEqual([400, 400, 400, 200])
    await guarded.put('quiet', { ...rule('block'), find: { words: ['nothing'] }, unreadable: 'allow' })
    expect(await statuses()).toEqual([200, 200, 200, 200])
    await guarded.put('quiet', rule('report'))
    expect(await statuses()).toEqual([200, 200, 200, 200])
  })

  test('what the gateway tells of itself is nothing that a model has said', async () => {
    await guarded.put('quiet', rule('block', { words: ['one'] }))
    const { status } = await guarded.house.test.json('/v1/models', {
      headers: { authorization: `Bearer ${MASTER}` },
    })
    expect(status).toBe(200)
  })
})

describe('streams', () => {
  /** The events of a chat stream: text in these deltas. */
  const deltas = (parts: readonly string[], at: (part: string) => object = part => ({ content: part })) => [
    ...parts.map(part => ({
      id: 'c',
      object: 'chat.completion.chunk',
      choices: [{ index: 0, delta: at(part) }],
    })),
    { id: 'c', object: 'chat.completion.chunk', choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
    '[DONE]',
  ]
  const stream = async (events: readonly (object | string)[]) =>
    (await guarded.chat('Hello', { events: events as Record<string, unknown>[] }, { stream: true })).text()
  const isBlocked = (text: string) => text.includes('guardrail_blocked')

  test('are stopped by a match, however it is cut', async () => {
    await guarded.put('quiet', rule('block'))
    const text = `Pay with ${CARD} now`
    for (let cut = 1; cut < text.length; cut++) {
      const said = await stream(deltas([text.slice(0, cut), text.slice(cut)]))
      expect([cut, isBlocked(said)]).toEqual([cut, true])
      expect(said).not.toContain('[DONE]')
    }
    const letters = await stream(deltas([...'x'.repeat(3000), ...text]))
    expect(isBlocked(letters)).toBe(true)
    expect(letters).not.toContain('"now"')
  })

  test('are stopped where they are lines, in the words of their language', async () => {
    await guarded.put('quiet', rule('block'))
    guarded.house.mock.setPlan({ text: `Pay with ${CARD} now, and so on` })
    const body = { model: 'one', messages: [{ role: 'user', content: 'a' }] }
    const lines = (await (await guarded.post('/api/chat', body)).text()).trimEnd().split('\n')
    guarded.house.mock.setPlan(undefined)
    expect(JSON.parse(lines.at(-1)!).error).toBe('Guardrail "quiet" does not let this answer through')
    expect(lines.join()).not.toContain('now')
  })

  test('are stopped by a match at the very end', async () => {
    await guarded.put('quiet', rule('block'))
    expect(isBlocked(await stream(deltas(['This is the secret ', 'plan'])))).toBe(true)
  })

  test('go on where a word only begins like one that is looked for', async () => {
    await guarded.put('quiet', rule('block', { words: ['plan', 'ass'] }))
    const said = await stream(deltas(['A plan', 'et is no cl', 'ass', 'ume, and no m', 'ass', 'es']))
    expect(said).toContain('[DONE]')
    expect(isBlocked(said)).toBe(false)
    expect(isBlocked(await stream(deltas(['A pl', 'an', ' B'])))).toBe(true)
  })

  test('go on where only the end of a word looks like one, however long ago it began', async () => {
    await guarded.put('quiet', rule('block', { words: ['ass'] }))
    const text = 'class '.repeat(600)
    expect(isBlocked(await stream(deltas(text.match(/.{1,7}/g)!)))).toBe(false)
  })

  test('are stopped by a match behind a long text', async () => {
    await guarded.put('quiet', rule('block'))
    for (const length of [1000, 1010, 1020, 1030])
      expect([length, isBlocked(await stream(deltas(['-'.repeat(length), ...CARD, ' now'])))]).toEqual([
        length,
        true,
      ])
  })

  test('choices and calls of tools are texts of their own', async () => {
    await guarded.put('quiet', rule('block', { words: ['secretplan'] }))
    const chunk = (index: number, content: string) => ({ choices: [{ index, delta: { content } }] })
    const apart = await stream([
      chunk(0, 'secret'),
      chunk(1, 'plan'),
      chunk(0, ' a'),
      chunk(1, ' b'),
      '[DONE]',
    ])
    expect(isBlocked(apart)).toBe(false)
    const one = await stream([chunk(1, 'secret'), chunk(0, 'x'), chunk(1, 'plan'), chunk(1, ' b'), '[DONE]'])
    expect(isBlocked(one)).toBe(true)
    const args = (part: string) => ({ tool_calls: [{ index: 0, function: { arguments: part } }] })
    expect(isBlocked(await stream(deltas(['{"a":"secr', 'etpl', 'an"}'], args)))).toBe(true)
    expect(isBlocked(await stream(deltas(['{"a":"secr', '\\u0065tpl', 'an"}'], args)))).toBe(true)
  })

  test('a mask cannot take back what has left: it stops the stream, and is counted as a block', async () => {
    await guarded.put('quiet', rule('mask'))
    expect(isBlocked(await stream(deltas(['the secret plan is'])))).toBe(true)
    const { body } = await guarded.house.test.admin('GET', '/admin/guardrails/quiet')
    expect(body.matches).toEqual([{ action: 'block', on: 'output', calls: 1 }])
  })

  test('a report lets them through, and counts once', async () => {
    await guarded.put('told', rule('report'))
    const said = await stream(deltas(['the secret plan is', ' the secret plan is']))
    expect(said).toContain('[DONE]')
    const { body } = await guarded.house.test.admin('GET', '/admin/guardrails/told')
    expect(body.matches).toEqual([{ action: 'report', on: 'output', calls: 1 }])
  })

  test('of the official clients end with their kind of error, and are recorded with an estimate', async () => {
    await guarded.put('quiet', rule('block'))
    guarded.house.mock.setPlan({ text: 'So it is: the secret plan is out now, for all to read' })
    const messages = [{ role: 'user' as const, content: 'Hello' }]
    const openai = new OpenAI({ baseURL: `${guarded.house.url}/v1`, apiKey: MASTER })
    const anthropic = new Anthropic({ baseURL: guarded.house.url, apiKey: MASTER })
    const count = guarded.house.settled.length
    const readAll = async (open: () => Promise<AsyncIterable<unknown>>) => {
      for await (const _ of await open());
    }
    const reads = [
      () => openai.chat.completions.create({ model: 'one', messages, stream: true }),
      () => openai.responses.create({ model: 'one', input: 'Hello', stream: true }),
      () => anthropic.messages.create({ model: 'one', max_tokens: 99, messages, stream: true }),
    ]
    for (const open of reads) {
      const error = await readAll(open).then(
        () => undefined,
        error => error,
      )
      expect(String(error?.message)).toMatch(/Guardrail \\?"quiet\\?" does not let this answer through/)
    }
    await until(() => guarded.house.settled.length === count + 3, 'all of them')
    expect(guarded.house.settled.slice(count).map(({ code }) => code)).toEqual(
      Array(3).fill('guardrail_blocked'),
    )
    const records = async () => (await guarded.house.test.admin('GET', '/admin/usage/log')).body.data ?? []
    await until(
      async () =>
        (await records()).filter((row: { code?: string }) => row.code === 'guardrail_blocked').length >= 3,
      'the records',
    )
    guarded.house.mock.setPlan(undefined)
  })
})
