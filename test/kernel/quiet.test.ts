import { afterAll, afterEach, describe, expect, test } from 'bun:test'
import { definePlugin } from '../../src/contract/plugin.ts'
import { startGateway, type TestGateway, until } from '../kit.ts'

/** What happens while nothing happens: pings, early streams, and clients that do not wait. */

const encoder = new TextEncoder()
const chunk = (json: object) => `data: ${JSON.stringify(json)}\n\n`
const words = (content: string) => chunk({ id: 'c', model: 'm', choices: [{ index: 0, delta: { content } }] })
const END =
  chunk({ id: 'c', model: 'm', choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }) +
  chunk({ id: 'c', model: 'm', choices: [], usage: { prompt_tokens: 3, completion_tokens: 2 } }) +
  'data: [DONE]\n\n'

/** A provider in the hands of the test: it answers when, and with what, the test says. */
function createPuppet(name = 'puppet') {
  let begin = Promise.withResolvers<Response>()
  let sink!: ReadableStreamDefaultController<Uint8Array>
  const state = { asked: 0, isCancelled: false, signal: undefined as AbortSignal | undefined }
  const plugin = definePlugin({
    name,
    about: 'Does what a test says.',
    setup: () => ({
      providers: [
        {
          name,
          type: name,
          wires: new Set(['openai-chat']),
          asksUsage: true,
          call: (_facts, signal) => {
            state.asked++
            state.signal = signal
            signal.addEventListener('abort', () => begin.reject(signal.reason))
            return begin.promise
          },
        },
      ],
    }),
  })
  return {
    plugin,
    state,
    stream() {
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          sink = controller
        },
        cancel() {
          state.isCancelled = true
        },
      })
      begin.resolve(new Response(body, { headers: { 'content-type': 'text/event-stream' } }))
    },
    answer: (response: Response) => begin.resolve(response),
    say: (text: string) => sink.enqueue(encoder.encode(text)),
    end: () => sink.close(),
    break: () => sink.error(new Error('reset')),
    reset() {
      begin = Promise.withResolvers<Response>()
      state.asked = 0
      state.isCancelled = false
    },
  }
}

const puppet = createPuppet()
const records: Record<string, unknown>[] = []
const recorder = definePlugin({
  name: 'recorder',
  about: 'Keeps what is settled.',
  setup: () => ({
    settle: ({ status, usage, finish, hungUp, refusal, unfinished }) =>
      void records.push({ status, usage, finish, hungUp, code: refusal?.code, unfinished }),
  }),
})
const options = (env: Record<string, string> = {}) => ({
  env: { PING_INTERVAL: '200ms', RETRIES: '0', ...env },
  extra: [puppet.plugin, recorder],
})
const cancelling = await startGateway(options())
const draining = await startGateway(options({ ON_HANGUP: 'drain' }))
const silent = await startGateway(options({ PING_INTERVAL: '0' }))
afterAll(() => Promise.all([cancelling.close(), draining.close(), silent.close()]))
afterEach(() => {
  puppet.reset()
  records.length = 0
})

const ask = (gateway: TestGateway, stream: boolean, signal?: AbortSignal) =>
  gateway.fetch('/v1/chat/completions', {
    method: 'POST',
    headers: { authorization: 'Bearer master-key-for-tests', 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'puppet/m', stream, messages: [{ role: 'user', content: 'Hi' }] }),
    ...(signal && { signal }),
  })

describe('a client that waits for a stream', () => {
  test('hears a comment while the model thinks, before, between and after words', async () => {
    const asking = ask(cancelling, true)
    const response = await asking
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    const reader = response.body!.getReader()
    const next = async () => new TextDecoder().decode((await reader.read()).value)
    expect(await next()).toBe(': ping\n\n')
    puppet.stream()
    puppet.say(words('Hello'))
    let text = await next()
    while (text === ': ping\n\n') text = await next()
    expect(text).toBe(words('Hello'))
    expect(await next()).toBe(': ping\n\n')
    puppet.say(END)
    puppet.end()
    let rest = ''
    for (let read = await reader.read(); !read.done; read = await reader.read())
      rest += new TextDecoder().decode(read.value)
    expect(rest).toEndWith('data: [DONE]\n\n')
    expect(rest).not.toContain('prompt_tokens')
    expect(records).toMatchObject([
      { status: 200, usage: { input: 3, output: 2 }, finish: 'stop', hungUp: false },
    ])
  })

  test('learns of a failure after the first comment from an event', async () => {
    const response = await ask(cancelling, true)
    puppet.answer(Response.json({ error: { message: 'secret words' } }, { status: 500 }))
    const text = await response.text()
    expect(text).toStartWith(': ping\n\n')
    expect(JSON.parse(text.slice(text.indexOf('data: ') + 6))).toMatchObject({
      error: { code: 'upstream_error' },
    })
    expect(records).toMatchObject([{ code: 'upstream_error' }])
  })

  test('gets the real status where the answer begins in time', async () => {
    puppet.answer(Response.json({ error: { message: 'no' } }, { status: 400 }))
    expect((await ask(cancelling, true)).status).toBe(400)
  })

  test('is told when the provider answers without a stream after all', async () => {
    const response = await ask(cancelling, true)
    puppet.answer(Response.json({ choices: [] }))
    expect(await response.text()).toContain('upstream_invalid')
  })
})

describe('with PING_INTERVAL=0', () => {
  const SILENCE = 350

  test('nothing is said while the model thinks: a late failure has its real status', async () => {
    const asking = ask(silent, true)
    await Bun.sleep(SILENCE)
    puppet.answer(Response.json({ error: { message: 'no' } }, { status: 400 }))
    expect((await asking).status).toBe(400)
  })

  test('a stream holds what the provider says, and no comment', async () => {
    puppet.stream()
    puppet.say(words('Hello'))
    const response = await ask(silent, true)
    await Bun.sleep(SILENCE)
    puppet.say(words(' world') + END)
    puppet.end()
    const text = await response.text()
    expect(text).toStartWith(words('Hello') + words(' world'))
    expect(text).not.toContain('ping')
  })
})

describe('a client that goes away', () => {
  test('cancels the call, and leaves what an estimate can be made from', async () => {
    puppet.stream()
    puppet.say(words('Once upon'))
    const response = await ask(cancelling, true)
    const reader = response.body!.getReader()
    await reader.read()
    await reader.cancel()
    await until(() => records.length === 1, 'the record')
    expect(puppet.state.isCancelled).toBe(true)
    const { unfinished, ...record } = records[0] as { unfinished: { size: number; bytes: Uint8Array } }
    expect(record).toMatchObject({ status: 200, code: 'client_closed', hungUp: true, usage: undefined })
    expect(new TextDecoder().decode(unfinished.bytes)).toBe(words('Once upon'))
    expect(unfinished.size).toBe(words('Once upon').length)
  })

  test('with ON_HANGUP=drain leaves the answer to be read to its usage', async () => {
    puppet.stream()
    puppet.say(words('Once upon'))
    const response = await ask(draining, true)
    const reader = response.body!.getReader()
    await reader.read()
    await reader.cancel()
    expect(records).toEqual([])
    puppet.say(words(' a time'))
    puppet.say(END)
    puppet.end()
    await until(() => records.length === 1, 'the record')
    expect(puppet.state.isCancelled).toBe(false)
    expect(records).toMatchObject([
      { status: 200, hungUp: true, usage: { input: 3, output: 2 }, finish: 'stop' },
    ])
  })

  test('with ON_HANGUP=drain before the answer: the answer still counts, and no other try is made', async () => {
    const leave = new AbortController()
    const asking = ask(draining, false, leave.signal)
    await until(() => puppet.state.asked === 1, 'the call')
    leave.abort()
    expect(puppet.state.signal?.aborted).toBe(false)
    puppet.answer(
      Response.json({
        choices: [{ finish_reason: 'stop' }],
        usage: { prompt_tokens: 5, completion_tokens: 1 },
      }),
    )
    await asking
    expect(records).toMatchObject([{ status: 200, hungUp: true, usage: { input: 5, output: 1 } }])
  })

  test('without it the call ends at once', async () => {
    const leave = new AbortController()
    const asking = ask(cancelling, false, leave.signal)
    await until(() => puppet.state.asked === 1, 'the call')
    leave.abort()
    await asking
    expect(puppet.state.signal?.aborted).toBe(true)
    expect(records).toMatchObject([{ status: 499, code: 'client_closed', hungUp: true }])
  })
})
