import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { createClient, readUntilBroken } from '../mock/client.ts'
import type { Plan } from '../mock/plan.ts'
import { type House, openHouse } from './house.ts'
import { refusalOf } from './shapes.ts'
import { errorsOf, readEvents } from './sse.ts'

let house: House
beforeAll(async () => {
  house = await openHouse()
})
beforeEach(() => {
  house.mock.reset()
  house.settled.length = 0
})
afterAll(() => house[Symbol.asyncDispose]())

const stream = { stream: true, stream_options: { include_usage: true } }
const plan: Plan = { text: 'Grüße 😀 und 👩‍👩‍👧 so', tokens: 5 }

/** The stream as the provider sends it when nothing breaks. */
const whole = async (): Promise<Buffer> =>
  Buffer.from(await (await createClient(house.mock).ask(plan, stream)).arrayBuffer())

/** The client's side of a stream: all of it, and how it was settled. */
async function take(broken: Plan, extra: object = stream) {
  const response = await house.ask(broken, extra)
  const { text, error } = await readUntilBroken(response)
  const settled = await house.settlement(1)
  await Bun.sleep(5)
  expect(house.settled.length).toBe(1)
  return { status: response.status, text, error, settled }
}

/** Behind the event that only says that an answer begins. */
const afterPreamble = (bytes: Buffer): number => bytes.indexOf('\n\n') + 2

/** Offsets of interest: inside an event, inside an emoji, between and behind events; all of them behind the first words. */
function offsetsOf(bytes: Buffer): number[] {
  const second = bytes.indexOf('\n\n', afterPreamble(bytes)) + 2
  const emoji = bytes.indexOf(Buffer.from('😀'))
  const done = bytes.indexOf('data: [DONE]')
  return [
    second,
    second + 1,
    second + 9,
    emoji + 1,
    emoji + 2,
    emoji + 3,
    emoji + 20,
    bytes.length - 400,
    done - 300,
  ]
}

describe('a stream that the provider breaks', () => {
  for (const cutBy of ['reset', 'fin'] as const) {
    test(`in the middle by a ${cutBy} ends with exactly one error event, behind whole events only`, async () => {
      const bytes = await whole()
      for (const at of offsetsOf(bytes)) {
        house.settled.length = 0
        const { status, text, error, settled } = await take({ ...plan, cutAfterBytes: at, cutBy })
        expect([at, status, error, settled.code]).toEqual([at, 200, undefined, 'upstream_cut'])
        const errors = errorsOf(text)
        expect(errors.map(({ code }) => code)).toEqual(['upstream_cut'])
        const { data } = readEvents(text)
        const sent = readEvents(bytes.subarray(0, at).toString()).data
        // The ids of two answers differ.
        expect(data.slice(0, -1).map(withoutId)).toEqual(sent.map(withoutId))
      }
    })
  }

  test('by ending too early, but cleanly, ends with exactly one error event', async () => {
    const bytes = await whole()
    for (const at of offsetsOf(bytes).filter(at => !bytes.subarray(0, at).includes('"finish_reason":"'))) {
      house.settled.length = 0
      const { status, text, error, settled } = await take({ ...plan, endAfterBytes: at })
      expect([at, status, error, settled.code]).toEqual([at, 200, undefined, 'upstream_cut'])
      expect(errorsOf(text).map(({ code }) => code)).toEqual(['upstream_cut'])
    }
  })

  test('before its first event is refused with 502 in JSON, so that clients can try again', async () => {
    for (const fault of [
      { cutAfterBytes: 0 },
      { cutAfterBytes: 9 },
      { endAfterBytes: 0 },
      { endAfterBytes: 9 },
      { reset: true },
    ]) {
      house.settled.length = 0
      const response = await house.ask({ ...plan, ...fault }, stream)
      const [status] = refusalOf({
        ...response,
        headers: response.headers,
        status: response.status,
        body: await response.json(),
      })
      expect([fault, status]).toEqual([fault, 502])
      expect((await house.settlement(1)).attempts.map(({ ok }) => ok)).toEqual([false])
    }
  })

  test('before it has said anything but that it begins is refused with 502 as well', async () => {
    const begun = afterPreamble(await whole())
    for (const at of [begun - 1, begun, begun + 9])
      for (const fault of [{ cutAfterBytes: at }, { endAfterBytes: at }]) {
        house.settled.length = 0
        const response = await house.ask({ ...plan, ...fault }, stream)
        const [status, code] = refusalOf({
          headers: response.headers,
          status: response.status,
          body: await response.json(),
        })
        expect([fault, status]).toEqual([fault, 502])
        expect(['upstream_cut', 'upstream_invalid']).toContain(code)
        expect((await house.settlement(1)).attempts.map(({ ok }) => ok)).toEqual([false])
      }
  })

  test('after "[DONE]" was complete: nothing is added, and nobody is told of a failure', async () => {
    const length = (await whole()).length
    for (const cutBy of ['reset', 'fin'] as const) {
      house.settled.length = 0
      const { text, error, settled } = await take({ ...plan, cutAfterBytes: length, cutBy })
      expect(errorsOf(text)).toEqual([])
      expect(text).toEndWith('data: [DONE]\n\n')
      expect([error, settled.code]).toEqual([undefined, undefined])
      expect(settled.usage).toMatchObject({ output: 5 })
    }
  })
})

const withoutId = (event: string) => event.replace(/"id":"[^"]*"/, '')

describe('a whole answer that the provider breaks', () => {
  test('is refused with 502, not with a bug of ours', async () => {
    for (const fault of [
      { cutAfterBytes: 50, cutBy: 'reset' },
      { cutAfterBytes: 50, cutBy: 'fin' },
      { cutAfterBytes: 0, cutBy: 'fin' },
      { endAfterBytes: 50 },
      { reset: true },
    ] as const) {
      house.settled.length = 0
      const response = await house.ask({ ...plan, ...fault })
      const body = (await response.json()) as { error: { code: string; type: string } }
      expect([fault, response.status, body.error.type]).toEqual([fault, 502, 'server_error'])
      expect(body.error.code).toStartWith('upstream_')
      expect((await house.settlement(1)).code).toBe(body.error.code)
    }
  })
})

describe('a stream that says itself', () => {
  const text = (data: string) =>
    `data: {"choices":[{"index":0,"delta":{"content":${JSON.stringify(data)}}}]}\n\n`
  const finish = 'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'

  test('why it finished needs no "[DONE]"', async () => {
    const { text: out, settled } = await take({
      events: [],
      chunks: [text('a'), finish],
      contentType: 'text/event-stream',
    })
    expect([out, settled.code]).toEqual([text('a') + finish, undefined])
  })

  test('why it finished may still say other things, piece by piece', async () => {
    const chunks = [text('a'), finish, ...Array.from({ length: 9 }, (_, i) => `: ping ${i}\n\n`)]
    const { text: out, settled } = await take({ chunks, gapMs: 2, contentType: 'text/event-stream' })
    expect([out, settled.code]).toEqual([chunks.join(''), undefined])
  })

  test('that it failed is passed on, and nothing is added', async () => {
    for (const error of ['{"error":{"message":"overloaded","code":null}}', '{"error":"overloaded"}']) {
      house.settled.length = 0
      const chunks = [text('a'), `data: ${error}\n\n`]
      const { text: out } = await take({ chunks, contentType: 'text/event-stream' })
      expect(out).toBe(chunks.join(''))
    }
  })

  test('nothing of the kind is not fooled by an answer that talks about it', async () => {
    for (const words of ['[DONE]', 'data: [DONE]\n\n', '"finish_reason": "stop"', '"error": {"a":1}']) {
      house.settled.length = 0
      const { text: out, settled } = await take({ chunks: [text(words)], contentType: 'text/event-stream' })
      expect([words, settled.code]).toEqual([words, 'upstream_cut'])
      expect(errorsOf(out).length).toBe(1)
    }
  })

  test('"[DONE]" twice, or something behind it, is passed on', async () => {
    for (const chunks of [
      [finish, 'data: [DONE]\n\n', 'data: [DONE]\n\n'],
      ['data: [DONE]\n\n', text('late')],
    ]) {
      house.settled.length = 0
      const { text: out, settled } = await take({ chunks, contentType: 'text/event-stream' })
      expect([out, settled.code]).toEqual([chunks.join(''), undefined])
    }
  })

  test('broken JSON is passed on too', async () => {
    const chunks = [text('a'), 'data: {"cho\n\n', 'data: {"a":1} junk\n\n', finish, 'data: [DONE]\n\n']
    const { text: out, settled } = await take({ chunks, contentType: 'text/event-stream' })
    expect([out, settled.code]).toEqual([chunks.join(''), undefined])
  })
})
