import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { MASTER, until } from '../kit.ts'
import { errorOf, type Guarded, openGuarded } from './kit.ts'

/** What models are told. */

const SECRET = 'phoenix'
let guarded: Guarded
beforeAll(async () => {
  guarded = await openGuarded({ env: { OPENAI_MODELS: 'one,two' } })
})
beforeEach(() => guarded.clear())
afterAll(() => guarded[Symbol.asyncDispose]())

const blocking = { find: { words: [SECRET] }, action: 'block', message: 'Ask legal@ first' }
const masking = { find: { words: [SECRET], presets: ['email'] }, action: 'mask' }

describe('block', () => {
  test('is a 400 that names the guardrail and what its operator says, never what was found', async () => {
    await guarded.put('no-secrets', blocking)
    const before = guarded.asked()
    const response = await guarded.chat(`All about ${SECRET}.`)
    expect(response.headers.get('x-should-retry')).toBe('false')
    const error = await errorOf(response)
    expect(error).toEqual({
      status: 400,
      code: 'guardrail_blocked',
      message: 'Guardrail "no-secrets" does not let this through: Ask legal@ first',
    })
    expect(guarded.asked()).toBe(before)
    expect(guarded.house.settled.at(-1)!.code).toBe('guardrail_blocked')
    expect(await (await guarded.chat('All about eagles.')).text()).toContain('choices')
  })

  test('reaches the official clients as their own kind of error', async () => {
    await guarded.put('no-secrets', blocking)
    const openai = new OpenAI({ baseURL: `${guarded.house.url}/v1`, apiKey: MASTER, maxRetries: 3 })
    const before = guarded.house.settled.length
    const messages = [{ role: 'user' as const, content: SECRET }]
    const fromOpenai = await openai.chat.completions.create({ model: 'one', messages }).catch(error => error)
    expect(fromOpenai).toBeInstanceOf(OpenAI.BadRequestError)
    expect(fromOpenai.code).toBe('guardrail_blocked')
    const anthropic = new Anthropic({ baseURL: guarded.house.url, apiKey: MASTER, maxRetries: 3 })
    const fromAnthropic = await anthropic.messages
      .create({ model: 'one', max_tokens: 9, messages })
      .catch(error => error)
    expect(fromAnthropic).toBeInstanceOf(Anthropic.BadRequestError)
    expect(fromAnthropic.error).toMatchObject({
      type: 'error',
      error: { type: 'invalid_request_error', message: expect.stringContaining('"no-secrets"') },
    })
    // Neither of them tries again.
    await until(() => guarded.house.settled.length === before + 2, 'both')
  })

  test.each([
    ['/v1/chat/completions', { messages: [{ role: 'user', content: SECRET }] }],
    ['/v1/messages', { max_tokens: 9, messages: [{ role: 'user', content: SECRET }] }],
    ['/v1/messages/count_tokens', { messages: [{ role: 'user', content: SECRET }] }],
    ['/v1/responses', { input: SECRET }],
    ['/v1/responses', { input: 'Go on', instructions: SECRET }],
    ['/v1/responses/input_tokens', { input: SECRET }],
    ['/v1/embeddings', { input: ['fine', SECRET] }],
    ['/v1/completions', { prompt: SECRET }],
    ['/v1/rerank', { query: 'q', documents: ['fine', { text: SECRET }] }],
    ['/v1/moderations', { input: SECRET }],
    ['/v1/images/generations', { prompt: SECRET }],
    ['/v1/audio/speech', { input: SECRET, voice: 'alloy' }],
    ['/p/openai/v1/chat/completions', { messages: [{ role: 'user', content: SECRET }] }],
    ['/p/openai/something/new', { deep: [{ er: SECRET }] }],
  ])('at %s', async (path, body) => {
    await guarded.put('no-secrets', blocking)
    const before = guarded.asked()
    const response = await guarded.post(path, { model: 'one', ...body })
    expect(response.status).toBe(400)
    expect(await response.text()).toContain('Guardrail \\"no-secrets\\"')
    expect(guarded.asked()).toBe(before)
  })

  test('looks at every message, at tools and at what tools were called with', async () => {
    await guarded.put('no-secrets', blocking)
    const others = [
      {
        messages: [
          { role: 'system', content: SECRET },
          { role: 'user', content: 'Hello' },
        ],
      },
      { messages: [{ role: 'user', content: 'Hello', name: SECRET }] },
      {
        messages: [
          {
            role: 'user',
            content: [
              { type: 'text', text: 'a' },
              { type: 'text', text: SECRET },
            ],
          },
        ],
      },
      { tools: [{ type: 'function', function: { name: 'f', description: SECRET, parameters: {} } }] },
      { user: SECRET },
      { metadata: { of: SECRET } },
      { of_a_future_vendor: [[[{ x: SECRET }]]] },
      { metadata: { [`a ${SECRET} key`]: 'x' } },
      ...['{"id":"phoenix"}', '{"p\\u0068oenix!":1}', '{"a":"\\u0070hoenix"}', '["phoenix"]'].map(args => ({
        messages: [
          {
            role: 'assistant',
            tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: args } }],
          },
          { role: 'tool', tool_call_id: 'c', content: 'x' },
        ],
      })),
    ]
    for (const extra of others) {
      const { status } = await guarded.house.ask({}, extra)
      expect([JSON.stringify(extra), status]).toEqual([JSON.stringify(extra), 400])
    }
  })
})

describe('mask', () => {
  test('replaces what is found before it leaves, wherever it stands', async () => {
    await guarded.put('masks', masking)
    const response = await guarded.chat([
      { type: 'text', text: 'Write to ada@example.com about Phoenix, please' },
      { type: 'image_url', image_url: { url: `data:image/png;base64,${'phoenix/'.repeat(20)}` } },
    ])
    expect(response.status).toBe(200)
    const [text, image] = guarded.sent().messages[0].content
    expect(text.text).toBe('Write to [EMAIL] about [REDACTED], please')
    expect(image.image_url.url).toContain('phoenix/phoenix')
  })

  test('leaves valid JSON in the arguments of tools', async () => {
    await guarded.put('masks', { find: { presets: ['email', 'credit_card'] }, action: 'mask' })
    const args = {
      to: ['ada@example.com'],
      body: 'Say "hi"\n',
      card: 4111111111111111,
      'bob@example.com': 1,
      id: 'eve@example.com',
    }
    await guarded.house.ask(
      {},
      {
        messages: [
          { role: 'user', content: 'Send' },
          {
            role: 'assistant',
            tool_calls: [
              { id: 'c1', type: 'function', function: { name: 'send', arguments: JSON.stringify(args) } },
            ],
          },
          { role: 'tool', tool_call_id: 'c1', content: 'Sent' },
        ],
      },
    )
    const call = guarded.sent().messages[1].tool_calls[0]
    expect(call).toMatchObject({ id: 'c1', type: 'function', function: { name: 'send' } })
    expect(JSON.parse(call.function.arguments)).toEqual({
      to: ['[EMAIL]'],
      body: 'Say "hi"\n',
      card: '[CREDIT_CARD]',
      '[EMAIL]': 1,
      id: '[EMAIL]',
    })
  })

  test('leaves JSON even where what is found runs across its fields', async () => {
    await guarded.put('masks', { find: { patterns: ['"a":"x","b"'] }, action: 'mask' })
    await guarded.chat('{"a":"x","b":"y"}')
    expect(guarded.sent().messages[0].content).toBe('{}')
  })

  test('leaves the bytes of the client as they are where nothing is found', async () => {
    await guarded.put('masks', masking)
    const body = '{ "model":"one",  "messages":[{"role":"user","content":"H\\u00e9llo"}],"seed": 1.0 }'
    expect((await guarded.post('/v1/chat/completions', body)).status).toBe(200)
    expect(guarded.house.received().at(-1)!.body).toBe(body)
  })

  test('comes after blocks, which see what was written', async () => {
    await guarded.put('a-masks', masking)
    await guarded.put('b-blocks', { find: { presets: ['email'] }, action: 'block' })
    expect((await guarded.chat('ada@example.com')).status).toBe(400)
  })

  test('rewrites a call in another language, and one that is passed on', async () => {
    await guarded.put('masks', masking)
    await guarded.post('/v1/messages', {
      model: 'one',
      max_tokens: 9,
      system: 'Mind ada@example.com',
      messages: [{ role: 'user', content: [{ type: 'text', text: SECRET }] }],
    })
    expect(JSON.stringify(guarded.sent())).toContain('Mind [EMAIL]')
    expect(JSON.stringify(guarded.sent())).not.toContain(SECRET)
    await guarded.post('/p/openai/v1/chat/completions', {
      model: 'one',
      messages: [{ role: 'user', content: SECRET }],
    })
    expect(guarded.sent().messages[0].content).toBe('[REDACTED]')
  })
})

describe('report', () => {
  test('lets it through, counts it once a call, and logs it without its text', async () => {
    await guarded.put('told', { find: { words: [SECRET] }, action: 'report' })
    expect((await guarded.chat(`${SECRET} ${SECRET}`)).status).toBe(200)
    expect(guarded.sent().messages[0].content).toBe(`${SECRET} ${SECRET}`)
    const { body } = await guarded.house.test.admin('GET', '/admin/guardrails/told')
    expect(body.matches).toEqual([{ action: 'report', on: 'input', calls: 1 }])
    const lines = () => guarded.house.test.logs.filter(({ guardrail }) => guardrail === 'told')
    await until(() => lines().length > 0, 'the line')
    expect(lines()).toHaveLength(1)
    expect(lines()[0]).toMatchObject({ action: 'report', on: 'input', id: expect.any(String) })
    expect(JSON.stringify(guarded.house.test.logs)).not.toContain(SECRET)
    const metrics = await guarded.house.test.fetch('/metrics', {
      headers: { authorization: `Bearer ${MASTER}` },
    })
    expect(await metrics.text()).toContain(
      'modelway_guardrail_matches_total{guardrail="told",action="report",on="input"} 1',
    )
  })
})

describe('for whom', () => {
  const as = (path: string, model = 'one') =>
    guarded
      .post(
        '/v1/chat/completions',
        { model, messages: [{ role: 'user', content: SECRET }] },
        { 'x-modelway-user-path': path },
      )
      .then(({ status }) => status)

  test('a path and all below it, some models only, and not while it is off', async () => {
    await guarded.put('team', { ...blocking, user_path: '/team/alpha' })
    expect(
      await Promise.all(['/team/alpha', '/team/alpha/x', '/team', '/team/alphabet'].map(path => as(path))),
    ).toEqual([400, 400, 200, 200])
    await guarded.put('team', { ...blocking, models: ['openai/two'] })
    expect([await as('/', 'one'), await as('/', 'two')]).toEqual([200, 400])
    await guarded.put('team', { ...blocking, enabled: false })
    expect(await as('/')).toBe(200)
  })

  test('a redirect counts where any of its targets is named', async () => {
    await guarded.house.test.admin('PUT', '/admin/virtual-models', {
      source: 'either',
      targets: [{ model: 'openai/one' }, { model: 'openai/two' }],
      strategy: 'failover',
    })
    await guarded.put('team', { ...blocking, models: ['openai/two'] })
    expect(await as('/', 'either')).toBe(400)
    await guarded.put('team', { ...blocking, models: ['either'] })
    expect([await as('/', 'either'), await as('/', 'one')]).toEqual([400, 200])
  })

  test('explain names those that look at a call', async () => {
    await guarded.put('team', { ...blocking, user_path: '/team' })
    const { body } = await guarded.house.test.admin('POST', '/admin/explain', {
      model: 'one',
      user_path: '/team/x',
    })
    expect(body.steps.filter(({ plugin }: { plugin: string }) => plugin === 'guardrails')).toEqual([
      {
        plugin: 'guardrails',
        text: 'Guardrail "team": Looks for a word in what models are told, and refuses calls with any of it.',
      },
    ])
  })
})

describe('what nobody reads', () => {
  const upload = (path: string) => {
    const form = new FormData()
    form.append('purpose', 'batch')
    const line = {
      custom_id: 'a',
      method: 'POST',
      url: '/v1/chat/completions',
      body: { model: 'one', messages: [] },
    }
    form.append('file', new Blob([JSON.stringify(line)]), 'x.jsonl')
    return fetch(`${guarded.house.url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${MASTER}` },
      body: form,
    })
  }

  test('is refused, unless the guardrail lets it through or only counts', async () => {
    await guarded.put('no-secrets', blocking)
    for (const path of ['/v1/files', '/p/openai/v1/files']) {
      const response = await upload(path)
      expect([path, response.status]).toEqual([path, 400])
      expect(await response.text()).toContain('cannot look into this body')
    }
    const text = await guarded.post('/p/openai/v1/things', SECRET, { 'content-type': 'text/plain' })
    expect(text.status).toBe(400)
    const list = await guarded.post('/p/openai/v1/things', [SECRET])
    expect(list.status).toBe(400)
    await guarded.put('no-secrets', { ...blocking, models: ['openai/two'] })
    expect((await upload('/p/openai/v1/files')).status).toBe(400)
    await guarded.put('no-secrets', { ...blocking, unreadable: 'allow' })
    expect((await upload('/v1/files')).status).toBe(200)
    await guarded.put('no-secrets', { ...blocking, action: 'report' })
    expect((await upload('/v1/files')).status).toBe(200)
  })

  test('calls without a body pass', async () => {
    await guarded.put('no-secrets', blocking)
    const response = await fetch(`${guarded.house.url}/p/openai/v1/models`, {
      headers: { authorization: `Bearer ${MASTER}` },
    })
    expect(response.status).toBe(200)
  })
})
