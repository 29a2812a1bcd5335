import { afterAll, beforeEach, expect, test } from 'bun:test'
import { gunzipSync } from 'node:zlib'
import { chunksOf, createClient, messages, readUntilBroken } from './client.ts'
import type { Plan } from './plan.ts'
import { createMockProvider } from './provider.ts'

const mock = createMockProvider({ models: ['one', 'two'] })
afterAll(mock.stop)
beforeEach(mock.reset)

const { ask } = createClient(mock)
const stream = { stream: true }

async function countParts(response: Response): Promise<number> {
  let count = 0
  for await (const _ of response.body!) count++
  return count
}

const codeOf = (error: unknown): unknown => (error as { code?: unknown }).code

test('the ledger holds the tokens that went out, also of a cut stream', async () => {
  await (await ask({ tokens: 5 })).text()
  const first = Buffer.byteLength(
    (await (await ask({ tokens: 5 }, stream)).text()).split('"content":" road"')[0]!,
  )
  const cut = await readUntilBroken(await ask({ tokens: 5, cutAfterBytes: first, splitAt: 7 }, stream))
  expect(chunksOf(cut.text.slice(0, cut.text.lastIndexOf('\n\n'))).length).toBe(2)
  expect(mock.ledger.entries.map(entry => [entry.completion, entry.ending])).toEqual([
    [5, 'complete'],
    [5, 'complete'],
    [1, 'cut'],
  ])
  expect(mock.ledger.totals()).toEqual({ requests: 3, complete: 2, prompt: 24, completion: 11 })
})

test('delayMs waits before the head, silenceMs after the first piece, gapMs between pieces', async () => {
  const timed = async (plan: Plan) => {
    const began = performance.now()
    const response = await ask(plan)
    const head = performance.now() - began
    await response.text()
    return { head, all: performance.now() - began }
  }
  expect((await timed({ delayMs: 60 })).head).toBeGreaterThan(55)
  // From the beginning: on a full machine the head may be seen late, and the rest with it.
  expect((await timed({ chunks: ['a', 'b'], silenceMs: 60 })).all).toBeGreaterThan(55)
  expect((await timed({ chunks: ['a', 'b', 'c'], gapMs: 30 })).all).toBeGreaterThan(55)
})

test('splitAt cuts the bytes anew without changing them', async () => {
  const text = 'data: {"cho":"😀"}\r\n\r\n'
  const even = await ask({ body: text, splitAt: 1, gapMs: 1 }, stream)
  expect(await even.clone().text()).toBe(text)
  expect(await countParts(await ask({ body: text, splitAt: [3, 15], gapMs: 100 }))).toBe(3)
})

test('repeat multiplies the body', async () => {
  expect(await (await ask({ body: 'ab', repeat: 3 })).text()).toBe('ababab')
})

test('repeat 0 goes on until the client leaves, at the pace of the client', async () => {
  const reader = (await ask({ body: 'x'.repeat(65_536), repeat: 0 })).body!.getReader()
  await reader.read()
  await reader.cancel()
  while (mock.ledger.active() > 0) await Bun.sleep(1)
  expect(mock.ledger.entries[0]!.ending).toBe('client_closed')
})

test('cutAfterBytes makes fetch() fail after exactly so many bytes', async () => {
  for (const cutBy of ['reset', 'fin'] as const) {
    const { text, error } = await readUntilBroken(await ask({ cutAfterBytes: 100, cutBy }, stream))
    expect([text.length, codeOf(error)]).toEqual([100, 'ECONNRESET'])
    const whole = await readUntilBroken(await ask({ cutAfterBytes: 9, cutBy }))
    expect([whole.text.length, codeOf(whole.error)]).toEqual([9, 'ECONNRESET'])
  }
})

test('endAfterBytes ends early but cleanly', async () => {
  expect(await readUntilBroken(await ask({ endAfterBytes: 100 }, stream))).toMatchObject({ error: undefined })
  expect((await (await ask({ endAfterBytes: 100 })).text()).length).toBe(100)
})

test('a false content-length ends the connection in the middle', async () => {
  const { text, error } = await readUntilBroken(
    await ask({ body: 'abc', headers: { 'content-length': '9' } }),
  )
  expect([text, codeOf(error)]).toEqual(['abc', 'ECONNRESET'])
})

test('rawHead is sent as it is', async () => {
  const response = await ask({
    rawHead: 'HTTP/1.1 299 Odd\r\nContent-Length: 2\r\nX-A: b\r\n\r\n',
    body: 'ok',
  })
  expect([response.status, response.headers.get('x-a'), await response.text()]).toEqual([299, 'b', 'ok'])
})

test('reset breaks the connection before the first byte', async () => {
  expect(codeOf(await ask({ reset: true }).catch(error => error))).toBe('ECONNRESET')
})

test('stale resets the next request on the same connection', async () => {
  const host = { hostname: '127.0.0.1', port: Number(new URL(mock.url).port) }
  const body = JSON.stringify({
    model: 'one',
    messages,
    mock_plan: { stale: true },
  })
  const request = `POST /v1/chat/completions HTTP/1.1\r\ncontent-length: ${body.length}\r\n\r\n${body}`
  const seen: string[] = []
  const { promise, resolve } = Promise.withResolvers<void>()
  await Bun.connect({
    ...host,
    socket: {
      open: socket => void socket.write(request),
      data(socket, data) {
        seen.push(data.toString().slice(0, 12))
        socket.write(request)
      },
      close: () => resolve(),
    },
  })
  await promise
  expect(seen).toEqual(['HTTP/1.1 200'])
})

test('hang never answers, and notices that the client leaves', async () => {
  const caught = ask({ hang: true }, {}, { signal: AbortSignal.timeout(30) }).catch(error => error.name)
  expect(await caught).toBe('TimeoutError')
  while (mock.ledger.active() > 0) await Bun.sleep(1)
  expect(mock.ledger.entries[0]!.ending).toBe('client_closed')
})

test('encoding compresses, contents may be cut or be a bomb', async () => {
  expect(await (await ask({ encoding: 'gzip' })).json()).toMatchObject({ object: 'chat.completion' })
  expect(await (await ask({ encoding: 'zstd' }, stream)).text()).toEndWith('data: [DONE]\n\n')
  const broken = await readUntilBroken(await ask({ encoding: 'gzip', endAfterBytes: 50 }))
  expect(broken.error).toBeDefined()
  const bomb = await ask({ bomb: 5_000_000 }, {}, { decompress: false } as RequestInit)
  const bytes = await bomb.bytes()
  expect(bytes.length).toBeLessThan(10_000)
  expect(gunzipSync(bytes).length).toBe(5_000_002)
})

test('a client that leaves in the middle of a stream is noticed', async () => {
  const control = new AbortController()
  const response = await ask({ tokens: 50, gapMs: 5 }, stream, { signal: control.signal })
  await response.body!.getReader().read()
  control.abort()
  while (mock.ledger.active() > 0) await Bun.sleep(1)
  expect(mock.ledger.entries[0]!).toMatchObject({ ending: 'client_closed' })
  expect(mock.ledger.entries[0]!.completion).toBeLessThan(50)
})
