import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import OpenAI from 'openai'
import { MASTER, startGateway, type TestGateway } from '../../kit.ts'
import type { Any } from './kit.ts'

/**
 * Ids are the providers' own: some let the caller choose them, some draw them from a small hat. Whatever a provider
 * answers, nobody reads, goes on with, or deletes what is another's.
 */

interface Heard {
  readonly path: string
  readonly method: string
  readonly body: Any
}
const heard: Heard[] = []
let number = 0
/** More items of the next answers. */
let thoughts: readonly Any[] = []

const upstream = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  async fetch(request) {
    const { pathname } = new URL(request.url)
    const text = await request.text()
    const body = text === '' ? undefined : JSON.parse(text)
    const path = pathname.replace(/^\/\w+/, '')
    heard.push({ path, method: request.method, body })
    if (path === '/models') return Response.json({ data: [{ id: 'm' }] })
    const id = path.split('/')[2] ?? body?.request_id ?? `resp_${++number}`
    const isQueued = path === '/responses' && body.background === true
    return Response.json({
      id,
      object: 'response',
      status: isQueued ? 'queued' : 'completed',
      model: 'm',
      output: isQueued ? [] : [...thoughts, said(`msg_${id}`, `heard ${JSON.stringify(body?.input)}`)],
      usage: isQueued ? null : { input_tokens: 1, output_tokens: 1, total_tokens: 2 },
    })
  },
})

const said = (id: string, text: string) => ({
  id,
  type: 'message',
  status: 'completed',
  role: 'assistant',
  content: [{ type: 'output_text', text, annotations: [] }],
})

let gateway: TestGateway
let alpha: OpenAI
let beta: OpenAI
/** May only use a redirect. */
let narrow: OpenAI

beforeAll(async () => {
  const base = `http://127.0.0.1:${upstream.port}`
  gateway = await startGateway({
    env: {
      MODELWAY_MASTER_KEY: MASTER,
      OPENAI_API_KEY: 'k',
      OPENAI_BASE_URL: `${base}/openai`,
      OPENROUTER_API_KEY: 'k',
      OPENROUTER_BASE_URL: `${base}/openrouter`,
      VIRTUAL_MODELS: JSON.stringify([{ source: 'smart', target_model: 'openai/m' }]),
    },
  })
  const clientOf = async (name: string, more: object = {}) => {
    const { status, body } = await gateway.admin('POST', '/admin/keys', {
      name,
      user_path: `/team/${name}`,
      ...more,
    })
    if (status !== 201) throw new Error(JSON.stringify(body))
    const fetch = ((url: string, init: RequestInit) => {
      const { pathname, search } = new URL(url)
      return gateway.fetch(pathname + search, init)
    }) as unknown as typeof globalThis.fetch
    return new OpenAI({ apiKey: body.key, baseURL: 'http://gateway/v1', maxRetries: 0, fetch })
  }
  alpha = await clientOf('alpha')
  beta = await clientOf('beta')
  narrow = await clientOf('narrow', { allowed_models: ['smart'] })
})
beforeEach(() => {
  heard.length = 0
  thoughts = []
})
afterAll(async () => {
  await gateway.close()
  await upstream.stop(true)
})

const ask = (client: OpenAI, input: unknown, more: object = {}) =>
  client.responses.create({ model: 'openrouter/m', input, ...more } as Any) as Promise<Any>
const refusal = (call: Promise<unknown>): Promise<Any> =>
  call.then(
    () => undefined,
    error => error,
  )
const written = () => Bun.sleep(250)
const lastAsked = () => heard.findLast(({ path }) => path === '/responses')!.body.input

describe('an id that two callers have', () => {
  test.each([0, 250])('gives neither what is the other’s, %p ms later', async pause => {
    const secret = await ask(alpha, 'the code is 4711')
    await Bun.sleep(pause)
    await ask(beta, 'mine', { request_id: secret.id })
    await Bun.sleep(pause)
    const next = await ask(beta, 'and?', { previous_response_id: secret.id })
    expect(JSON.stringify(lastAsked())).not.toContain('4711')
    await written()
    const items = await beta.responses.inputItems.list(next.id, { order: 'asc' })
    expect(JSON.stringify(items.data)).not.toContain('4711')
    await beta.responses.delete(secret.id)
    expect(((await alpha.responses.retrieve(secret.id)) as Any).output[0].content[0].text).toContain('4711')
    const goneOn = await ask(alpha, 'again', { previous_response_id: secret.id })
    expect(goneOn.status).toBe('completed')
    expect(JSON.stringify(lastAsked())).toContain('4711')
    expect((await refusal(beta.responses.retrieve(secret.id))).status).toBe(404)
  })

  test('names the items of each of them, too', async () => {
    const one = await ask(alpha, 'one', { request_id: 'resp_same' })
    await ask(beta, 'two', { request_id: 'resp_same' })
    for (const pause of [0, 250]) {
      await Bun.sleep(pause)
      await ask(alpha, [{ type: 'item_reference', id: one.output[0].id }])
      expect(JSON.stringify(lastAsked())).toContain('heard \\"one\\"')
      await ask(beta, [{ type: 'item_reference', id: one.output[0].id }])
      expect(JSON.stringify(lastAsked())).toContain('heard \\"two\\"')
    }
  })

  test('of an item in a conversation is found in one’s own', async () => {
    const item = { id: 'msg_chosen', type: 'message', role: 'user' } as const
    for (const client of [alpha, beta]) {
      const text = client === alpha ? 'of alpha' : 'of beta'
      await client.conversations.create({
        items: [{ ...item, content: [{ type: 'input_text', text }] }] as Any,
      })
    }
    await ask(beta, [{ type: 'item_reference', id: 'msg_chosen' }])
    expect(lastAsked()).toMatchObject([{ content: [{ text: 'of beta' }] }])
  })
})

test.each([0, 250])(
  'an answer that is said to come before itself ends in a 400, %p ms later',
  async pause => {
    await ask(alpha, '1', { request_id: 'resp_loop' })
    await ask(alpha, '2', { request_id: 'resp_loop', previous_response_id: 'resp_loop' })
    await Bun.sleep(pause)
    const error = await refusal(ask(alpha, '3', { previous_response_id: 'resp_loop' }))
    expect([error.status, error.param]).toEqual([400, 'previous_response_id'])
    await Bun.sleep(250)
  },
)

describe('an answer that is made in the background', () => {
  test('is with whoever makes it, also where nobody keeps answers', async () => {
    const made = await ask(alpha, 'work', { background: true })
    expect(made.status).toBe('queued')
    const done = (await alpha.responses.retrieve(made.id)) as Any
    expect(done).toMatchObject({ id: made.id, status: 'completed' })
    expect(heard.at(-1)).toMatchObject({ method: 'GET', path: `/responses/${made.id}` })
    await alpha.responses.cancel(made.id)
    expect(heard.at(-1)).toMatchObject({ method: 'POST', path: `/responses/${made.id}/cancel` })
    expect((await refusal(beta.responses.retrieve(made.id))).status).toBe(404)
  })

  test('may be referred to by its items once it was fetched', async () => {
    const made = await ask(alpha, 'work', { background: true, model: 'openai/m' })
    const done = (await alpha.responses.retrieve(made.id)) as Any
    const reference = { type: 'item_reference', id: done.output[0].id }
    await ask(alpha, [reference, { role: 'user', content: 'go on' }], { model: 'openai/m' })
    expect(lastAsked()[0]).toEqual(reference)
  })
})

test('what was made through a redirect is its maker’s, though only the redirect is open to him', async () => {
  const made = await ask(narrow, 'work', { model: 'smart', background: true })
  expect(((await narrow.responses.retrieve(made.id)) as Any).status).toBe('completed')
  expect((await narrow.responses.inputItems.list(made.id)).data).toBeDefined()
  await narrow.responses.cancel(made.id)
  await narrow.responses.delete(made.id)
  expect((await refusal(narrow.responses.retrieve(made.id))).status).toBe(404)
  expect((await refusal(ask(narrow, 'x', { model: 'openai/m' }))).status).toBe(403)
})

describe('a thought that only one provider can read', () => {
  const thought = {
    id: 'rs_1',
    type: 'reasoning',
    summary: [],
    content: [{ type: 'reasoning_text', text: 'hm' }],
  }
  const kindsAsked = () => lastAsked().map(({ type }: Any) => type)

  test('goes back to it, and to nobody else', async () => {
    thoughts = [thought]
    const one = await ask(alpha, 'one')
    await ask(alpha, 'two', { previous_response_id: one.id })
    expect(kindsAsked()).toEqual(['message', 'reasoning', 'message', 'message'])
    await ask(alpha, 'two', { previous_response_id: one.id, model: 'openai/m' })
    expect(kindsAsked()).toEqual(['message', 'message', 'message'])
  })

  test('stays out of a conversation with whoever was asked to keep nothing', async () => {
    thoughts = [{ ...thought, content: [] }]
    const { id } = await alpha.conversations.create()
    const asked = { model: 'openai/m', conversation: id, store: false }
    await ask(alpha, 'one', asked)
    await ask(alpha, 'two', asked)
    expect(kindsAsked()).toEqual(['message', 'message', 'message'])
  })

  test('goes along everywhere when it is encrypted', async () => {
    thoughts = [{ ...thought, encrypted_content: 'gAAA' }]
    const { id } = await alpha.conversations.create()
    const asked = { model: 'openai/m', conversation: id, store: false }
    await ask(alpha, 'one', asked)
    await ask(alpha, 'two', asked)
    expect(kindsAsked()).toEqual(['message', 'reasoning', 'message', 'message'])
  })
})

test('two gateways with one database know each other’s answers a moment later', async () => {
  const other = await startGateway({
    folder: gateway.folder,
    env: {
      MODELWAY_MASTER_KEY: MASTER,
      OPENROUTER_API_KEY: 'k',
      OPENROUTER_BASE_URL: `http://127.0.0.1:${upstream.port}/openrouter`,
    },
  })
  const post = async (house: TestGateway, body: object) =>
    house.json('/v1/responses', {
      method: 'POST',
      headers: { authorization: `Bearer ${MASTER}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'openrouter/m', ...body }),
    })
  const one = await post(gateway, { input: 'one' })
  const two = await post(other, { input: 'two', previous_response_id: one.body.id })
  expect(two.status).toBe(200)
  expect(lastAsked()).toHaveLength(3)
  await other.close()
})

test('two items of a conversation never have one id, and its pages come to an end', async () => {
  const { id } = await alpha.conversations.create()
  const items = ['one', 'two', 'one', 'four'].map(text => ({
    id: `msg_${text}`,
    type: 'message',
    role: 'user',
    content: [{ type: 'input_text', text }],
  }))
  for (const part of [items.slice(0, 3), items.slice(3), items.slice(0, 1)])
    await alpha.conversations.items.create(id, { items: part as Any })
  for (const limit of [1, 2, 3]) {
    const seen: Any[] = []
    for await (const item of alpha.conversations.items.list(id, { order: 'asc', limit })) seen.push(item)
    expect(seen.map(({ content }) => content[0].text)).toEqual(['one', 'two', 'one', 'four', 'one'])
    expect(new Set(seen.map(item => item.id)).size).toBe(5)
  }
})
