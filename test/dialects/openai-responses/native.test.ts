import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import OpenAI from 'openai'
import { definePlugin } from '../../../src/contract/plugin.ts'
import type { Usage } from '../../../src/types.ts'
import { MASTER, startGateway, type TestGateway } from '../../kit.ts'
import { type Any, createScripted, result } from './kit.ts'

/** Providers that speak the language themselves: some keep their answers, one keeps nothing. */

interface Heard {
  readonly provider: string
  readonly method: string
  readonly path: string
  readonly authorization: string | null
  readonly text: string
  readonly body: Any
}
let lastSent = ''
const heard: Heard[] = []
let number = 0

const answer = (provider: string, body: Any, status = 'completed') => ({
  id: `resp_${provider}_${++number}`,
  object: 'response',
  created_at: 1,
  status,
  model: body.model,
  output: [
    {
      id: `msg_${provider}_${number}`,
      type: 'message',
      status: 'completed',
      role: 'assistant',
      content: [{ type: 'output_text', text: `Said by ${provider}`, annotations: [] }],
    },
  ],
  previous_response_id: body.previous_response_id ?? null,
  ...(status === 'completed' && { usage: { input_tokens: 3, output_tokens: 2, total_tokens: 5 } }),
})

const upstream = Bun.serve({
  port: 0,
  async fetch(request) {
    const { pathname, search } = new URL(request.url)
    const [, provider = '', ...rest] = pathname.split('/')
    const text = await request.text()
    const body = text === '' ? undefined : JSON.parse(text)
    const path = `/${rest.join('/')}${search}`
    heard.push({
      provider,
      method: request.method,
      path,
      authorization: request.headers.get('authorization'),
      text,
      body,
    })
    if (path === '/responses') {
      const made = answer(provider, body, body.background ? 'queued' : 'completed')
      lastSent = JSON.stringify(made, undefined, 2)
      if (!body.stream) return new Response(lastSent, { headers: { 'content-type': 'application/json' } })
      const begun = { ...made, status: 'in_progress', output: [], usage: null }
      const lines = [
        { type: 'response.created', sequence_number: 0, response: begun },
        {
          type: 'response.output_text.delta',
          sequence_number: 1,
          item_id: 'm',
          output_index: 0,
          content_index: 0,
          delta: 'Hi',
        },
        { type: 'response.completed', sequence_number: 2, response: made },
      ]
      const sse = lines.map(line => `event: ${line.type}\ndata: ${JSON.stringify(line)}\n\n`).join('')
      return new Response(sse, { headers: { 'content-type': 'text/event-stream' } })
    }
    if (path === '/responses/input_tokens')
      return Response.json({ object: 'response.input_tokens', input_tokens: 7 })
    if (path === '/responses/compact')
      return Response.json({ id: 'cmp', object: 'response.compaction', output: [] })
    if (request.method === 'DELETE') return Response.json({ id: rest[1], object: 'response', deleted: true })
    if (rest[2]?.startsWith('input_items'))
      return Response.json({ object: 'list', data: [], has_more: false })
    return Response.json({ ...answer(provider, { model: 'm' }), id: rest[1] })
  },
})

const scripted = createScripted('anthropic')
const usages: (Usage | undefined)[] = []
let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway({
    env: {
      OPENAI_API_KEY: 'sk-one',
      OPENAI_BASE_URL: `${upstream.url}openai`,
      OPENAI_MODELS: 'm',
      OPENAI_EAST_API_KEY: 'sk-two',
      OPENAI_EAST_BASE_URL: `${upstream.url}openai-east`,
      OPENAI_EAST_MODELS: 'm',
      OPENROUTER_API_KEY: 'sk-three',
      OPENROUTER_BASE_URL: `${upstream.url}openrouter`,
      OPENROUTER_MODELS: 'm',
      CONFIGURED_PROVIDER_MODELS_MODE: 'allowlist',
      VIRTUAL_MODELS: JSON.stringify([
        { source: 'both', targets: [{ model: 'openai/m' }, { model: 'openai-east/m' }] },
      ]),
    },
    extra: [
      scripted.plugin,
      definePlugin({
        name: 'watch',
        about: 'Remembers what calls cost.',
        setup: () => ({ settle: ({ usage }) => void usages.push(usage) }),
      }),
    ],
  })
})
afterAll(async () => {
  await gateway.close()
  upstream.stop(true)
})
beforeEach(() => {
  heard.length = 0
})

const clientOf = (apiKey: string = MASTER) =>
  new OpenAI({
    apiKey,
    baseURL: 'http://localhost:8080/v1',
    maxRetries: 0,
    fetch: (url, init) =>
      gateway.fetch(String(url).replace('http://localhost:8080', ''), init as RequestInit),
  })
const make = (body: object, client = clientOf()): Promise<Any> =>
  client.responses.create({ model: 'openai/m', input: 'Hello', ...body } as never)
const refused = (call: Promise<unknown>): Promise<Any> =>
  call.then(
    () => undefined,
    error => error,
  )
const last = () => heard.at(-1)!

describe('an answer that its provider keeps', () => {
  test('is fetched, listed, cancelled and deleted there, with the credentials of that provider', async () => {
    const { responses } = clientOf()
    const { id } = await make({ model: 'openai-east/m' })
    await responses.retrieve(id, { include: ['reasoning.encrypted_content'] })
    expect(last()).toMatchObject({ provider: 'openai-east', method: 'GET', authorization: 'Bearer sk-two' })
    expect(decodeURIComponent(last().path)).toStartWith(`/responses/${id}?include`)
    await responses.inputItems.list(id, { limit: 5 })
    expect(last().path).toBe(`/responses/${id}/input_items?limit=5`)
    await responses.cancel(id)
    expect(last()).toMatchObject({ method: 'POST', path: `/responses/${id}/cancel` })
    await responses.delete(id)
    expect(last()).toMatchObject({ method: 'DELETE', path: `/responses/${id}` })
    heard.length = 0
    expect((await refused(responses.retrieve(id))).status).toBe(404)
    expect(heard).toEqual([])
  })

  test('is known from the first event of its stream on', async () => {
    const stream = await clientOf().responses.create({ model: 'openai/m', input: 'Hello', stream: true })
    for await (const event of stream) {
      if (event.type !== 'response.created') continue
      await clientOf().responses.retrieve(event.response.id)
      expect(last()).toMatchObject({ provider: 'openai', path: `/responses/${event.response.id}` })
    }
  })

  test('is gone on with by the same provider, wherever the name leads', async () => {
    for (const own of ['openai', 'openai-east'])
      for (let turn = 0; turn < 4; turn++) {
        const { id } = await make({ model: `${own}/m` })
        await make({ model: 'both', previous_response_id: id })
        expect([last().provider, last().body.previous_response_id]).toEqual([own, id])
      }
  })

  test('is gone on with by nobody else: a 400 names the field', async () => {
    const { id } = await make({ model: 'openai/m' })
    heard.length = 0
    for (const model of ['openai-east/m', 'openrouter/m', 'scripted/any']) {
      const error = await refused(make({ model, previous_response_id: id }))
      expect([model, error.status, error.param]).toEqual([model, 400, 'previous_response_id'])
    }
    expect(heard).toEqual([])
  })

  test('may be referred to by its items', async () => {
    const { output } = await make({ model: 'openai-east/m' })
    const named = [{ type: 'item_reference', id: output[0].id }]
    await make({ model: 'both', input: named })
    expect([last().provider, last().body.input]).toEqual(['openai-east', named])
    const error = await refused(make({ input: named }))
    expect([error.status, error.param]).toEqual([400, 'input[0].id'])
    const unknown = await refused(make({ input: [{ type: 'item_reference', id: 'msg_of_somebody' }] }))
    expect([unknown.status, unknown.param]).toEqual([404, 'input[0].id'])
  })

  test('is not there for others, and its provider never hears of them', async () => {
    const { key } = (await gateway.admin('POST', '/admin/keys', { name: 'Other', user_path: '/other' })).body
    const { id, output } = await make({})
    heard.length = 0
    const stranger = clientOf(key)
    for (const call of [
      stranger.responses.retrieve(id),
      stranger.responses.delete(id),
      stranger.responses.cancel(id),
      stranger.responses.inputItems.list(id),
      make({ input: [{ type: 'item_reference', id: output[0].id }] }, stranger),
    ])
      expect((await refused(call as Promise<unknown>)).status).toBe(404)
    expect((await refused(make({ previous_response_id: id }, stranger))).code).toBe(
      'previous_response_not_found',
    )
    expect(heard).toEqual([])
  })

  test('is closed when the policy of its model says so', async () => {
    const { key } = (await gateway.admin('POST', '/admin/keys', { name: 'Team', user_path: '/team' })).body
    const { id } = await make({}, clientOf(key))
    await gateway.admin('PUT', '/admin/virtual-models', { source: 'openai/m', user_paths: ['/nobody'] })
    expect((await refused(clientOf(key).responses.retrieve(id))).status).toBe(403)
    await gateway.admin('DELETE', '/admin/virtual-models', { source: 'openai/m' })
  })

  test('is counted once, though it was made in the background and fetched twice', async () => {
    usages.length = 0
    const { id, status } = await make({ background: true })
    expect([status, usages]).toEqual(['queued', [undefined]])
    await clientOf().responses.retrieve(id)
    await clientOf().responses.retrieve(id)
    expect(usages.map(usage => usage?.input)).toEqual([undefined, 3, undefined])
  })

  test('is counted once, though several fetch it at the same time, or cancel it', async () => {
    usages.length = 0
    const { id } = await make({ background: true })
    const client = clientOf()
    await Promise.all([
      ...Array.from({ length: 4 }, () => client.responses.retrieve(id)),
      client.responses.cancel(id),
    ])
    expect(usages.filter(usage => usage !== undefined).map(({ input }) => input)).toEqual([3])
  })
})

test('bytes pass both ways where nothing is referred to', async () => {
  const text = '{ "model": "openai/m",\n "input": "Hi", "store":true, "unknown": 1.0 }'
  const response = await gateway.fetch('/v1/responses', {
    method: 'POST',
    headers: { authorization: `Bearer ${MASTER}`, 'content-type': 'application/json' },
    body: text,
  })
  expect(await response.text()).toBe(lastSent)
  expect(last().text).toBe(text.replace('openai/m', 'm'))
})

describe('a provider that keeps nothing', () => {
  test('is told what was said before', async () => {
    const one = await make({ model: 'openrouter/m' })
    const two = await make({ model: 'openrouter/m', input: 'More', previous_response_id: one.id })
    expect(last().body.previous_response_id).toBeUndefined()
    expect(last().body.input).toEqual([
      { type: 'message', role: 'user', content: 'Hello' },
      { type: 'message', role: 'assistant', content: one.output[0].content },
      { type: 'message', role: 'user', content: 'More' },
    ])
    expect(two.previous_response_id).toBe(one.id)
    expect(await clientOf().responses.retrieve(two.id)).toEqual(two)
  })

  test('says so of itself, and anybody may go on with what it said', async () => {
    const one = await make({ model: 'openrouter/m' })
    await make({ model: 'openai/m', input: 'More', previous_response_id: one.id })
    expect(last().body.input).toHaveLength(3)
  })
})

test('what only other providers can read does not go to one that speaks the language', async () => {
  scripted.say(
    result([
      { type: 'reasoning', text: 'hm', providerMetadata: { anthropic: { signature: 'sig' } } },
      { type: 'text', text: 'Hi' },
    ]),
  )
  const one = await make({ model: 'scripted/any' })
  expect(JSON.stringify(one)).toContain('modelway1.')
  await make({ previous_response_id: one.id })
  await make({
    input: [{ role: 'user', content: 'Hello' }, ...one.output, { role: 'user', content: 'More' }],
  })
  for (const { body } of heard) {
    expect(body.input.map((item: Any) => [item.type ?? 'message', item.id])).toEqual([
      ['message', undefined],
      ['message', undefined],
      ['message', undefined],
    ])
  }
})

test('a conversation is kept here even if the provider has some of its own', async () => {
  const { id } = await clientOf().conversations.create({ items: [{ role: 'user', content: 'Old' }] })
  const one = await make({ conversation: id })
  expect(one.conversation).toEqual({ id })
  expect(last().body.conversation).toBeUndefined()
  await make({ conversation: id, input: 'More', model: 'openai-east/m' })
  expect(last().body.input.map(({ content }: Any) => content[0].text ?? content)).toEqual(
    ['Old', 'Hello', 'Said by openai', 'More'].map((text, i) => (i === 3 ? 'More' : text)),
  )
})

describe('questions about an input', () => {
  test('go to a provider of the language, with its own name of the model', async () => {
    const { responses } = clientOf()
    const counted = await responses.inputTokens.count({ model: 'both', input: 'Hello' })
    expect(counted.input_tokens).toBe(7)
    expect(last()).toMatchObject({ path: '/responses/input_tokens', body: { model: 'm', input: 'Hello' } })
    await responses.compact({ model: 'openai/m', input: 'Hello' })
    expect(last()).toMatchObject({ path: '/responses/compact', body: { model: 'm' } })
  })

  test('follow what they refer to', async () => {
    const { responses } = clientOf()
    const { id } = await make({ model: 'openai-east/m' })
    await responses.inputTokens.count({ model: 'both', input: 'Hello', previous_response_id: id })
    expect(last()).toMatchObject({ provider: 'openai-east', body: { previous_response_id: id } })
    const error = await refused(responses.inputTokens.count({ model: 'openai/m', previous_response_id: id }))
    expect([error.status, error.param]).toEqual([400, 'previous_response_id'])
  })

  test('are refused where no provider of the model can answer', async () => {
    const error = await refused(
      clientOf().responses.inputTokens.count({ model: 'scripted/any', input: 'Hello' }),
    )
    expect([error.status, error.code]).toEqual([400, 'unsupported_operation'])
  })
})
