import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { MASTER } from '../kit.ts'
import { type House, openHouse } from './house.ts'
import { createScript, cutAt, cutEvery } from './script.ts'
import { readEvents } from './sse.ts'

/** Asks for usage, as OpenAI lets itself be asked, or reports it unasked. */
const asking = createScript('asking', true)
const telling = createScript('telling', false)
let house: House
beforeAll(async () => {
  house = await openHouse({ extra: [asking.plugin, telling.plugin] })
})
afterAll(() => house[Symbol.asyncDispose]())

const encoder = new TextEncoder()
type Bytes = Uint8Array<ArrayBuffer>

/** A stream without a socket in between, so that every piece is a read of its own. */
async function open(model: string, options?: object): Promise<Response> {
  const body = JSON.stringify({ model, messages: [], stream: true, ...(options && { stream_options: options }) })
  const headers = { authorization: `Bearer ${MASTER}`, 'content-type': 'application/json' }
  const response = await house.test.fetch('/v1/chat/completions', { method: 'POST', headers, body })
  expect(response.status).toBe(200)
  return response
}

const ask = async (model: string, options?: object): Promise<Buffer> =>
  Buffer.from(await (await open(model, options)).arrayBuffer())

const chunk = (fields: object) => JSON.stringify({ id: 'c', object: 'chat.completion.chunk', ...fields })
const delta = (content: string) =>
  chunk({ choices: [{ index: 0, delta: { content }, finish_reason: null }], usage: null })
const finish = chunk({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })
const reported = {
  prompt_tokens: 50,
  completion_tokens: 30,
  prompt_tokens_details: { cached_tokens: 8 },
  completion_tokens_details: { reasoning_tokens: 10 },
}
const usage = { input: 42, cacheRead: 8, cacheWrite: 0, output: 20, reasoning: 10 }
const usageEvent = `data: ${chunk({ choices: [], usage: reported })}\n\n`

/** Everything that the grammar allows, around the usage event. */
const before =
  '\ufeff: hello\n\nevent: message\nid: 7\nretry: 10\n' +
  `data: ${delta('Grüße, 😀\u2028')}\n\n:\n\ndata:${delta('no space')}\n\n` +
  `data: {"choices":[],\ndata: "x":"two lines"}\n\ndata: ${delta('"usage": {')}\nunknown: 1\n\ndata\n\n` +
  `data: ${finish}\n\n`
const after = 'data: [DONE]\n\n'
const lineEnds = { LF: '\n', CRLF: '\r\n', CR: '\r' }
const write = (text: string, newline: string): Bytes => encoder.encode(text.replaceAll('\n', newline))

describe('a stream', () => {
  for (const [name, newline] of Object.entries(lineEnds)) {
    const bytes = write(before + usageEvent + after, newline)

    test(`keeps every byte at every split point (${name}), and its usage is learned`, async () => {
      for (let at = 0; at <= bytes.length; at++) {
        asking.say(cutAt(bytes, [at]))
        const out = await ask('asking/x', { include_usage: true })
        if (!out.equals(bytes)) expect([at, out.toString()]).toEqual([at, Buffer.from(bytes).toString()])
        const [settled] = house.settled.splice(0)
        expect([at, settled?.usage, settled?.status]).toEqual([at, usage, 200])
      }
    })

    test(`loses exactly the usage event at every split point (${name}) when the client did not ask`, async () => {
      const expected = Buffer.from(write(before + after, newline))
      for (let at = 0; at <= bytes.length; at++) {
        asking.say(cutAt(bytes, [at]))
        const out = await ask('asking/x')
        if (!out.equals(expected)) expect([at, out.toString()]).toEqual([at, expected.toString()])
        const [settled] = house.settled.splice(0)
        expect([at, settled?.usage]).toEqual([at, usage])
      }
    })
  }

  test('keeps every byte in pieces of 1, 2, 3, 7 and 64 bytes, and in random ones', async () => {
    const bytes = write(before + usageEvent + after, '\r\n')
    const check = async (pieces: Bytes[]) => {
      telling.say(pieces)
      expect((await ask('telling/x')).equals(bytes)).toBe(true)
      expect(house.settled.splice(0).map(({ usage }) => usage)).toEqual([usage])
    }
    for (const size of [1, 2, 3, 7, 64]) await check(cutEvery(bytes, size))
    const offsets = fc.uniqueArray(fc.nat(bytes.length), { maxLength: 40 })
    await fc.assert(
      fc.asyncProperty(offsets, async cuts => check(cutAt(bytes, cuts.toSorted((a, b) => a - b)))),
      { numRuns: 200 },
    )
  })

  test('may mix line ends, as the grammar allows', async () => {
    const lines = [`data: ${delta('a')}\n\r\n`, `data: ${delta('b')}\r\n\n`, `data: ${finish}\r\r`]
    const hidden = `${usageEvent.slice(0, -1)}\r\n`
    const bytes = encoder.encode([...lines, hidden, after].join(''))
    for (const size of [bytes.length, 64, 7, 1]) {
      asking.say(cutEvery(bytes, size))
      expect((await ask('asking/x')).toString()).toBe([...lines, after].join(''))
      expect(house.settled.splice(0)[0]?.usage).toEqual(usage)
    }
  })

  test('gives each event away as soon as it is complete', async () => {
    for (const newline of Object.values(lineEnds)) {
      const parts = [delta('a'), delta('b'), finish].map(data => write(`data: ${data}\n\n`, newline))
      const { readable, writable } = new TransformStream<Bytes, Bytes>()
      const writer = writable.getWriter()
      telling.say(readable)
      void writer.write(parts[0]!)
      const reader = (await open('telling/x')).body!.getReader()
      for (const [i, part] of parts.entries()) {
        if (i > 0) void writer.write(part)
        const { value } = await reader.read()
        expect(Buffer.from(value!).equals(part)).toBe(true)
      }
      void writer.close()
      expect((await reader.read()).done).toBe(true)
      house.settled.splice(0)
    }
  })
})

describe('usage', () => {
  const options = () => (JSON.parse(asking.sent()) as { stream_options?: unknown }).stream_options
  const bytes = write(before + usageEvent + after, '\n')

  test('is asked for when the client did not, and what it asked for stays', async () => {
    asking.say([bytes])
    await ask('asking/x')
    expect(options()).toEqual({ include_usage: true })
    await ask('asking/x', { include_usage: false, include_obfuscation: false })
    expect(options()).toEqual({ include_usage: true, include_obfuscation: false })
    await ask('asking/x', { include_usage: true, other: 1.5 })
    expect(asking.sent()).toContain('"stream_options":{"include_usage":true,"other":1.5}')
    house.settled.splice(0)
  })

  test('that a provider tells unasked is shown to everybody', async () => {
    telling.say([bytes])
    expect((await ask('telling/x')).equals(bytes)).toBe(true)
    expect(house.settled.splice(0)[0]?.usage).toEqual(usage)
  })

  test('together with choices is never hidden, and the last report counts', async () => {
    const early = chunk({ choices: [{ index: 0, delta: { content: 'a' } }], usage: { prompt_tokens: 1 } })
    const late = chunk({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }], usage: reported })
    const text = `data: ${early}\n\ndata: ${late}\n\ndata: [DONE]\n\n`
    asking.say([encoder.encode(text)])
    expect((await ask('asking/x')).toString()).toBe(text)
    expect(house.settled.splice(0)[0]?.usage).toEqual(usage)
  })

  test('that is nonsense is counted as nothing, and passes', async () => {
    for (const odd of [{ prompt_tokens: -1 }, { completion_tokens: '7' }, { prompt_tokens: 2 ** 60 }, {}]) {
      const text = `data: ${finish}\n\ndata: ${chunk({ choices: [], usage: odd })}\n\ndata: [DONE]\n\n`
      asking.say([encoder.encode(text)])
      expect(readEvents((await ask('asking/x')).toString()).data).toEqual([finish, '[DONE]'])
      expect(house.settled.splice(0)[0]?.usage).toEqual({
        input: 0,
        cacheRead: 0,
        cacheWrite: 0,
        output: 0,
        reasoning: 0,
      })
    }
  })
})

describe('an event of more than a megabyte', () => {
  test('passes byte by byte, in small pieces and large', async () => {
    const text = `data: ${delta('a')}\n\ndata: ${delta('é'.repeat(1_000_000))}\n\n${before}${usageEvent}${after}`
    const bytes = encoder.encode(text)
    for (const size of [bytes.length, 300_001, 65_536]) {
      asking.say(cutEvery(bytes, size))
      expect((await ask('asking/x', { include_usage: true })).equals(bytes)).toBe(true)
      expect(house.settled.splice(0)[0]).toMatchObject({ usage, status: 200, code: undefined })
    }
  })

  test('that finishes the answer is noticed', async () => {
    const last = chunk({ choices: [{ index: 0, finish_reason: 'stop', delta: { content: 'x'.repeat(1_500_000) } }] })
    const bytes = encoder.encode(`data: ${delta('a')}\n\ndata: ${last}\n\n`)
    telling.say(cutEvery(bytes, 65_536))
    expect((await ask('telling/x')).equals(bytes)).toBe(true)
    expect(house.settled.splice(0)[0]?.code).toBeUndefined()
  })
})
