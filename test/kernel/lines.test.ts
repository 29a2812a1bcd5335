import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { type Frame, toEvents, toLines } from '../../src/respond/lines.ts'
import { cutAt, cutEvery } from './script.ts'

type Bytes = Uint8Array<ArrayBuffer>

const bytes = (text: string): Bytes => new TextEncoder().encode(text)
const through = (frame: Frame, pieces: readonly Bytes[]): string =>
  Buffer.concat(pieces.map(frame)).toString('utf8')

const LINES = '{"say":"Grüße, 😀\u2028"}\n{"say":"data: {}"}\n{"done":true}\n'
const EVENTS = 'data: {"say":"Grüße, 😀\u2028"}\n\ndata: {"say":"data: {}"}\n\ndata: {"done":true}\n\n'

describe('lines of JSON', () => {
  test('become events, and events lines, at every split point', () => {
    for (let at = 0; at <= bytes(LINES).length; at++)
      expect([at, through(toEvents(), cutAt(bytes(LINES), [at]))]).toEqual([at, EVENTS])
    for (let at = 0; at <= bytes(EVENTS).length; at++)
      expect([at, through(toLines(), cutAt(bytes(EVENTS), [at]))]).toEqual([at, LINES])
  })

  test('are the same again behind both, whatever they say and wherever they are cut', () => {
    const lines = fc.array(fc.jsonValue().map(value => JSON.stringify(value)))
    fc.assert(
      fc.property(lines, fc.nat(40), fc.nat(40), (all, one, two) => {
        const text = all.map(line => `${line}\n`).join('')
        const events = bytes(through(toEvents(), cutEvery(bytes(text), one + 1)))
        expect(through(toLines(), cutEvery(events, two + 1))).toBe(text)
      }),
      { numRuns: 300 },
    )
  })

  test('may end with a carriage return, stand behind white space, and have empty lines between them', () => {
    const odd = '\n\r\n  {"a":1}\r\n\n\t{"b":2}\n'
    for (const size of [1, 2, 3, 100])
      expect(through(toEvents(), cutEvery(bytes(odd), size))).toBe('data: {"a":1} \n\ndata: {"b":2}\n\n')
  })

  test('are whole events also where carriage returns stand in them, which would end one', () => {
    const odd = '{"say":\r\rdata: {"x":1}\r\r}\n'
    for (const size of [1, 2, 3, 100])
      expect(through(toEvents(), cutEvery(bytes(odd), size))).toBe('data: {"say":  data: {"x":1}  }\n\n')
  })

  test('without an end make an event without one: whether it counts is for others to say', () =>
    expect(through(toEvents(), [bytes('{"a":1}\n{"b"')])).toBe('data: {"a":1}\n\ndata: {"b"'))

  test('hold nothing of an event but its data; a comment becomes a space, which is nothing before a line', () => {
    const odd =
      ': ping\n\nevent: message\nid: 7\ndata: {"a":1}\n\n:\n\ndat\ndata\n\n: ping\n\ndata: {"b":2}\n\n'
    for (const size of [1, 2, 3, 5, 100]) {
      const made = through(toLines(), cutEvery(bytes(odd), size))
      expect(made).toBe(' {"a":1}\n  {"b":2}\n')
      expect(through(toEvents(), [bytes(made)])).toBe('data: {"a":1}\n\ndata: {"b":2}\n\n')
    }
  })
})
