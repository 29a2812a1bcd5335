import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { type House, openHouse } from './house.ts'
import { createScript, cutAt, cutEvery } from './script.ts'
import {
  after,
  type Bytes,
  before,
  delta,
  encoder,
  finish,
  lineEnds,
  open,
  read,
  usage,
  usageEvent,
  write,
} from './streams.ts'

/** Asks for usage, as OpenAI lets itself be asked, or reports it unasked. */
const asking = createScript('asking', true)
const telling = createScript('telling', false)
let house: House
beforeAll(async () => {
  house = await openHouse({ extra: [asking.plugin, telling.plugin] })
})
afterAll(() => house[Symbol.asyncDispose]())

const ask = (model: string, options?: object) => read(house, model, options)

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
      fc.asyncProperty(offsets, async cuts =>
        check(
          cutAt(
            bytes,
            cuts.toSorted((a, b) => a - b),
          ),
        ),
      ),
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

  test('keeps the line end of one event apart from that of the next, when they differ and are cut in two', async () => {
    const events = [
      `data: ${delta('a')}\r\r`,
      usageEvent.replaceAll('\n', '\r\n'),
      `data: ${finish}\n\n${after}`,
    ]
    const bytes = encoder.encode(events.join(''))
    for (let at = 1; at < bytes.length; at++) {
      asking.say(cutAt(bytes, [at]))
      const out = (await ask('asking/x')).toString()
      house.settled.splice(0)
      expect([at, JSON.stringify(out)]).toEqual([at, JSON.stringify(events[0]! + events[2]!)])
    }
  })

  test('of any events in any pieces loses what is hidden and nothing else', async () => {
    const line = fc.constantFrom(
      ...[
        `data: ${delta('x')}`,
        `data:${delta('😀')}`,
        ': ping',
        'event: a',
        'id: 7',
        'data',
        'other: é',
        ':',
      ],
      `data: ${delta('"usage": {"prompt_tokens":1}')}`,
    )
    const newline = fc.constantFrom('\n', '\r\n', '\r')
    const event = fc
      .tuple(fc.array(line, { minLength: 1, maxLength: 3 }), newline)
      .map(([lines, end]) => ({ text: lines.map(one => one + end).join('') + end, isHidden: false }))
    const hidden = newline.map(end => ({ text: usageEvent.replaceAll('\n', end), isHidden: true }))
    const last = { text: `data: ${finish}\n\ndata: [DONE]\n\n`, isHidden: false }
    const parts = fc.tuple(
      fc.array(fc.oneof(event, event, hidden), { maxLength: 6 }),
      fc.array(fc.nat(600), { maxLength: 12 }),
    )
    await fc.assert(
      fc.asyncProperty(parts, async ([some, cuts]) => {
        const events = [...some, last]
        const bytes = encoder.encode(events.map(({ text }) => text).join(''))
        const offsets = [...new Set(cuts)].filter(at => at < bytes.length).toSorted((a, b) => a - b)
        asking.say(cutAt(bytes, offsets))
        const out = (await ask('asking/x')).toString()
        const [settled] = house.settled.splice(0)
        const wanted = events.flatMap(({ text, isHidden }) => (isHidden ? [] : [text])).join('')
        expect(JSON.stringify(out)).toBe(JSON.stringify(wanted))
        const told = some.some(({ isHidden }) => isHidden) ? usage : undefined
        expect([settled?.code, settled?.usage]).toEqual([undefined, told])
      }),
      { numRuns: 1000 },
    )
  })

  test('is complete although nothings follow its end, each in a piece of its own', async () => {
    const trailers = ['\n\n', 'id: 7\n\n', 'event: ping\n\n', '\n: ping\n\n', ': ping\n\n', 'retry: 10\n\n']
    telling.say([before + usageEvent + after, ...trailers].map(text => encoder.encode(text)))
    await ask('telling/x')
    expect(house.settled.splice(0)[0]).toMatchObject({ usage, code: undefined })
  })

  test('loses nothing of a piece that holds an event and more than any honest one behind it', async () => {
    const giant = `data: ${'x'.repeat(17 * 1024 * 1024)}`
    const text = `data: {"choices":[]}\n\n${giant}\n\n${after}`
    const end = text.length - after.length
    telling.say([encoder.encode(text.slice(0, end - 2)), encoder.encode(text.slice(end - 2))])
    expect((await ask('telling/x')).toString() === text).toBe(true)
    house.settled.splice(0)
  })

  test('gives each event away as soon as it is complete', async () => {
    for (const newline of Object.values(lineEnds)) {
      const parts = [delta('a'), delta('b'), finish].map(data => write(`data: ${data}\n\n`, newline))
      const { readable, writable } = new TransformStream<Bytes, Bytes>()
      const writer = writable.getWriter()
      telling.say(readable)
      void writer.write(parts[0]!)
      const reader = (await open(house, 'telling/x')).body!.getReader()
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
