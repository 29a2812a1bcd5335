import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import OpenAI, { NotFoundError } from 'openai'
import { MASTER, startGateway, type TestGateway } from '../../kit.ts'
import { lockFile } from '../../usage/lock.ts'
import { accumulate, eventsIn } from './accumulate.ts'
import { type Any, createScripted, finish, result } from './kit.ts'

/** State that the gateway keeps for providers that have none. */

const scripted = createScripted()
const home = mkdtempSync(join(tmpdir(), 'modelway-'))
const model = 'scripted/any'
let now = Date.parse('2026-01-01')
let gateway: TestGateway
const start = (env: Record<string, string> = {}) =>
  startGateway({ extra: [scripted.plugin], folder: home, env, now: () => now })
beforeAll(async () => {
  gateway = await start()
})
afterAll(async () => {
  await gateway.close()
  rmSync(home, { recursive: true })
})

const clientOf = (apiKey: string = MASTER, headers: Record<string, string> = {}) =>
  new OpenAI({
    apiKey,
    baseURL: 'http://localhost:8080/v1',
    defaultHeaders: headers,
    maxRetries: 0,
    fetch: (url, init) =>
      gateway.fetch(String(url).replace('http://localhost:8080', ''), init as RequestInit),
  })

const keyFor = async (path: string): Promise<string> =>
  (await gateway.admin('POST', '/admin/keys', { name: path, user_path: path })).body.key

const textsAsked = () =>
  scripted
    .asked()
    .prompt.map(({ role, content }) => [
      role,
      typeof content === 'string' ? content : (content[0] as Any).text,
    ])

async function say(text: string, body: object = {}, client = clientOf()) {
  scripted.say(result([{ type: 'text', text }]))
  return client.responses.create({ model, input: `ask ${text}`, ...body } as never) as Promise<Any>
}

/** What a call was refused with. */
const refused = (call: Promise<unknown>): Promise<Any> =>
  call.then(
    () => undefined,
    error => error,
  )

describe('previous_response_id', () => {
  test('goes on with what was said, at once and over several turns', async () => {
    const one = await say('one')
    const two = await say('two', { previous_response_id: one.id })
    expect(two.previous_response_id).toBe(one.id)
    await say('three', { previous_response_id: two.id, instructions: 'Be brief' })
    expect(textsAsked()).toEqual([
      ['system', 'Be brief'],
      ['user', 'ask one'],
      ['assistant', 'one'],
      ['user', 'ask two'],
      ['assistant', 'two'],
      ['user', 'ask three'],
    ])
  })

  test('goes on with the call of a tool, thoughts and signatures included', async () => {
    scripted.say(
      result(
        [
          { type: 'reasoning', text: 'hm', providerMetadata: { compatible: { signature: 'sig' } } },
          { type: 'tool-call', toolCallId: 'call_9', toolName: 'look', input: '{"at":"x"}' },
        ],
        { finishReason: { unified: 'tool-calls', raw: 'tool_calls' } },
      ),
    )
    const tools = [{ type: 'function' as const, name: 'look', parameters: {}, strict: false }]
    const called = await clientOf().responses.create({ model, input: 'Look', tools })
    const output = { type: 'function_call_output', call_id: 'call_9', output: 'seen' }
    await say('done', { previous_response_id: called.id, input: [output], tools })
    expect(scripted.asked().prompt.slice(1) as Any).toEqual([
      {
        role: 'assistant',
        content: [
          { type: 'reasoning', text: 'hm', providerOptions: { compatible: { signature: 'sig' } } },
          { type: 'tool-call', toolCallId: 'call_9', toolName: 'look', input: { at: 'x' } },
        ],
      },
      {
        role: 'tool',
        content: [
          {
            type: 'tool-result',
            toolCallId: 'call_9',
            toolName: 'look',
            output: { type: 'text', value: 'seen' },
          },
        ],
      },
    ])
  })

  test('works for streams, which tell it in every event that holds the response', async () => {
    const one = await say('one')
    scripted.stream([
      { type: 'stream-start', warnings: [] },
      { type: 'text-delta', id: 't', delta: 'two' },
      finish(),
    ])
    const response = await gateway.fetch('/v1/responses', {
      method: 'POST',
      headers: { authorization: `Bearer ${MASTER}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model, input: 'ask two', stream: true, previous_response_id: one.id }),
    })
    const events = eventsIn(await response.text())
    const two = accumulate(events)
    for (const { data } of events) if (data.response) expect(data.response.previous_response_id).toBe(one.id)
    await say('three', { previous_response_id: two.id })
    expect(textsAsked().map(([, text]) => text)).toEqual(['ask one', 'one', 'ask two', 'two', 'ask three'])
  })

  test('is a 400 that names the field when nobody knows it', async () => {
    for (const id of ['resp_unknown', `resp_${'0'.repeat(32)}`]) {
      const error = await refused(say('x', { previous_response_id: id }))
      expect([error.status, error.code, error.param]).toEqual([
        400,
        'previous_response_not_found',
        'previous_response_id',
      ])
    }
  })

  test('is not kept where the client does not want it', async () => {
    const one = await say('one', { store: false })
    expect((await refused(say('x', { previous_response_id: one.id }))).status).toBe(400)
    expect((await refused(clientOf().responses.retrieve(one.id))).status).toBe(404)
  })

  test('excludes a conversation', async () => {
    const one = await say('one')
    const { id } = await clientOf().conversations.create()
    const error = await refused(say('x', { previous_response_id: one.id, conversation: id }))
    expect([error.status, error.param]).toEqual([400, 'previous_response_id'])
  })
})

describe('a kept answer', () => {
  test('is retrieved as it was sent, whole or as events', async () => {
    scripted.say(
      result([
        { type: 'reasoning', text: 'hm' },
        { type: 'text', text: 'Hello' },
        { type: 'tool-call', toolCallId: 'c', toolName: 'f', input: '{"a":1}' },
      ]),
    )
    const made = await clientOf().responses.create({ model, input: 'Hi' })
    expect((await clientOf().responses.retrieve(made.id)) as Any).toEqual(made as Any)
    const raw = async (query: string) =>
      (
        await gateway.fetch(`/v1/responses/${made.id}?${query}`, {
          headers: { authorization: `Bearer ${MASTER}` },
        })
      ).text()
    const events = eventsIn(await raw('stream=true'))
    const { output_text: _, ...plain } = made
    expect(accumulate(events)).toEqual(plain)
    // Numbers that were seen in the first stream mean nothing in this one: nothing is left out for them.
    expect(JSON.parse(await raw('stream=true&starting_after=4')).error).toMatchObject({
      type: 'invalid_request_error',
      param: 'starting_after',
    })
    const stream = await clientOf().responses.retrieve(made.id, { stream: true })
    const types: string[] = []
    for await (const event of stream) types.push(event.type)
    expect(types.at(-1)).toBe('response.completed')
  })

  test('lists what was said before it', async () => {
    const one = await say('one')
    const two = await say('two', { previous_response_id: one.id })
    const page = await clientOf().responses.inputItems.list(two.id, { order: 'asc' })
    const said = page.data.map(item => (item as Any).content[0].text)
    expect(said).toEqual(['ask one', 'one', 'ask two'])
    const all: string[] = []
    for await (const item of clientOf().responses.inputItems.list(two.id, { order: 'asc', limit: 1 }))
      all.push((item as Any).id)
    expect(new Set(all).size).toBe(3)
    const again = await say('four', { input: [{ type: 'item_reference', id: all[2] }] })
    expect(again.output_text).toBe('four')
    expect(textsAsked()).toEqual([['user', 'ask two']])
  })

  test('is deleted, and cannot be cancelled', async () => {
    const { id } = await say('one')
    const error = await refused(clientOf().responses.cancel(id))
    expect(error.status).toBe(400)
    await clientOf().responses.delete(id)
    expect(await refused(clientOf().responses.retrieve(id))).toBeInstanceOf(NotFoundError)
    expect((await refused(say('x', { previous_response_id: id }))).status).toBe(400)
  })

  test('takes with it what came after, and says so', async () => {
    const one = await say('one')
    const two = await say('two', { previous_response_id: one.id })
    await clientOf().responses.delete(one.id)
    const error = await refused(say('x', { previous_response_id: two.id }))
    expect([error.status, error.param]).toEqual([400, 'previous_response_id'])
  })

  test('items of it can be named instead of sent', async () => {
    const one = await say('one')
    const [item] = one.output
    await say('x', {
      input: [
        { role: 'user', content: 'a' },
        { type: 'item_reference', id: item.id },
        { role: 'user', content: 'b' },
      ],
    })
    expect(textsAsked()).toEqual([
      ['user', 'a'],
      ['assistant', 'one'],
      ['user', 'b'],
    ])
    const error = await refused(say('x', { input: [{ id: 'msg_nobody' }] }))
    expect([error.status, error.param]).toEqual([404, 'input[0].id'])
  })

  test('survives a restart', async () => {
    const one = await say('one')
    const talk = await clientOf().conversations.create({ items: [{ role: 'user', content: 'old' }] })
    await gateway.close()
    gateway = await start()
    await say('two', { previous_response_id: one.id })
    expect(textsAsked().map(([, text]) => text)).toEqual(['ask one', 'one', 'ask two'])
    await say('three', { conversation: talk.id })
    expect(textsAsked().map(([, text]) => text)).toEqual(['old', 'ask three'])
  })

  test('can be gone on with while the database is locked, and is written when it is not', async () => {
    const lock = await lockFile(join(home, 'test.db'))
    const one = await say('one')
    const two = await say('two', { previous_response_id: one.id })
    await say('three', { previous_response_id: two.id })
    expect(textsAsked().map(([, text]) => text)).toEqual(['ask one', 'one', 'ask two', 'two', 'ask three'])
    await lock.release()
    await gateway.close()
    gateway = await start()
    await say('four', { previous_response_id: two.id })
    expect(textsAsked().map(([, text]) => text)).toEqual(['ask one', 'one', 'ask two', 'two', 'ask four'])
  })

  test('is forgotten when its time is over, unless it was used', async () => {
    const [used, idle] = [await say('used'), await say('idle')]
    now += 29 * 86_400_000
    await say('next', { previous_response_id: used.id })
    now += 2 * 86_400_000
    expect((await refused(clientOf().responses.retrieve(idle.id))).status).toBe(404)
    expect(await clientOf().responses.retrieve(used.id)).toMatchObject({ id: used.id })
  })

  test('that is too large is not kept, and whoever asks is told so', async () => {
    await gateway.close()
    gateway = await start({ RESPONSES_SIZE_LIMIT: '4k' })
    const big = await say('x'.repeat(5000))
    const gone = await refused(clientOf().responses.retrieve(big.id))
    expect([gone.status, gone.message]).toEqual([404, expect.stringContaining('RESPONSES_SIZE_LIMIT')])
    const error = await refused(say('y', { previous_response_id: big.id }))
    expect([error.status, error.param]).toEqual([400, 'previous_response_id'])
    await gateway.close()
    gateway = await start()
  })
})

describe('conversations', () => {
  test('are created, read, changed and deleted', async () => {
    const { conversations } = clientOf()
    const made = await conversations.create({ metadata: { topic: 'demo' } })
    expect(made).toMatchObject({ object: 'conversation', metadata: { topic: 'demo' } })
    expect(await conversations.retrieve(made.id)).toEqual(made)
    expect(await conversations.update(made.id, { metadata: { topic: 'more' } })).toMatchObject({
      metadata: { topic: 'more' },
    })
    const items = [1, 2, 3].map(n => ({
      type: 'message' as const,
      role: 'user' as const,
      content: `say ${n}`,
    }))
    const added = await conversations.items.create(made.id, { items })
    expect(added.data.map(item => (item as Any).content[0])).toEqual(
      items.map(({ content }) => ({ type: 'input_text', text: content })),
    )
    const listed: string[] = []
    for await (const item of conversations.items.list(made.id, { limit: 2 }))
      listed.push((item as Any).content[0].text)
    expect(listed).toEqual(['say 3', 'say 2', 'say 1'])
    const first = added.data[0] as Any
    expect((await conversations.items.retrieve(first.id, { conversation_id: made.id })) as Any).toEqual(first)
    await conversations.items.delete(first.id, { conversation_id: made.id })
    expect(
      await refused(conversations.items.retrieve(first.id, { conversation_id: made.id })),
    ).toBeInstanceOf(NotFoundError)
    expect(await conversations.delete(made.id)).toMatchObject({ deleted: true })
    expect(await refused(conversations.retrieve(made.id))).toBeInstanceOf(NotFoundError)
  })

  test('hold what was asked and answered, in order', async () => {
    const { id } = await clientOf().conversations.create({
      items: [{ role: 'developer', content: 'Be brief' }],
    })
    const one = await say('one', { conversation: id })
    expect(one.conversation).toEqual({ id })
    await say('two', { conversation: { id }, store: false })
    await say('three', { conversation: id })
    expect(textsAsked().map(([, text]) => text)).toEqual([
      'Be brief',
      'ask one',
      'one',
      'ask two',
      'two',
      'ask three',
    ])
    const unknown = await refused(say('x', { conversation: 'conv_nobody' }))
    expect([unknown.status, unknown.param]).toEqual([404, 'conversation'])
  })

  test('refuse what is no item', async () => {
    const error = await refused(clientOf().conversations.create({ items: [{ nonsense: true } as never] }))
    expect([error.status, error.param]).toEqual([400, 'items[0]'])
    const other = await refused(clientOf().conversations.create({ metadata: { a: 1 } as never }))
    expect([other.status, other.param]).toEqual([400, 'metadata'])
  })
})

describe("what is not the caller's own", () => {
  test('is not there, whatever is done with it', async () => {
    const [mine, other] = [await keyFor('/team/mine'), await keyFor('/team/other')]
    const twin = await keyFor('/team/mine')
    const owner = clientOf(mine)
    const { id, output } = await say('secret', {}, owner)
    const talk = await owner.conversations.create({ items: [{ role: 'user', content: 'secret' }] })
    for (const key of [other, twin, MASTER]) {
      const stranger = clientOf(key)
      const calls = {
        retrieve: stranger.responses.retrieve(id),
        delete: stranger.responses.delete(id),
        cancel: stranger.responses.cancel(id),
        items: stranger.responses.inputItems.list(id),
        reference: say('x', { input: [{ type: 'item_reference', id: output[0].id }] }, stranger),
        talk: stranger.conversations.retrieve(talk.id),
        update: stranger.conversations.update(talk.id, { metadata: {} }),
        remove: stranger.conversations.delete(talk.id),
        list: stranger.conversations.items.list(talk.id),
        add: stranger.conversations.items.create(talk.id, { items: [] }),
        use: say('x', { conversation: talk.id }, stranger),
      }
      for (const [name, call] of Object.entries(calls))
        expect([name, (await refused(call as Promise<unknown>))?.status]).toEqual([name, 404])
      const previous = await refused(say('x', { previous_response_id: id }, stranger))
      expect([previous.status, previous.code]).toEqual([400, 'previous_response_not_found'])
    }
    expect(await owner.responses.retrieve(id)).toMatchObject({ id })
    expect(await owner.conversations.retrieve(talk.id)).toMatchObject({ id: talk.id })
  })

  test('nor is what the same key said at another user path', async () => {
    const here = clientOf(MASTER, { 'x-modelway-user-path': '/a' })
    const there = clientOf(MASTER, { 'x-modelway-user-path': '/b' })
    const { id } = await say('secret', {}, here)
    expect((await refused(there.responses.retrieve(id)))?.status).toBe(404)
    expect(await here.responses.retrieve(id)).toMatchObject({ id })
  })
})
