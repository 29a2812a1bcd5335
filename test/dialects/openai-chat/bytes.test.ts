import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { createScript, cutAt } from '../../kernel/script.ts'
import { MASTER, startGateway, type TestGateway } from '../../kit.ts'
import { findRecordings, folder } from '../../sdk/recordings.ts'

/** Same language, same bytes: wherever a recorded stream is cut in two. */

const streams = (await findRecordings()).filter(
  ({ kind, name }) => kind === 'stream' && !name.includes('/completion/'),
)
const script = createScript('script', true)
let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway({ extra: [script.plugin] })
})
afterAll(() => gateway.close())

/** At most so many cuts are tried in one recording. */
const MOST = 400

/** Every place, or, in a long stream, those around the ends of its events and some in between. */
function cutsOf(bytes: Uint8Array): number[] {
  const all = Array.from({ length: bytes.length - 1 }, (_, i) => i + 1)
  if (all.length <= MOST) return all
  const borders = all.filter(at => bytes[at - 1] === 10 && bytes[at] === 10)
  const thin = <T>(list: readonly T[], most: number): T[] =>
    list.filter((_, i) => i % Math.ceil(list.length / most) === 0)
  const near = thin(borders, MOST / 10).flatMap(at => [at - 2, at - 1, at, at + 1, at + 2, at + 7])
  // Inside of characters, where there are any.
  const inside = thin(
    all.filter(at => bytes[at]! >= 0x80 && bytes[at]! < 0xc0),
    MOST / 8,
  )
  return [...new Set([...near, ...inside, ...thin(all, MOST / 4)])].filter(at => at > 0 && at < bytes.length)
}

const ask = (more: object) =>
  gateway.fetch('/v1/chat/completions', {
    method: 'POST',
    headers: { authorization: `Bearer ${MASTER}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'script/any', messages: [], stream: true, ...more }),
  })

test.skipIf(!existsSync(folder))('there are streams', () => expect(streams.length).toBeGreaterThan(8))

describe('a stream arrives as it was', () => {
  for (const { name, text } of streams)
    test(name, async () => {
      const bytes = new TextEncoder().encode(text) as Uint8Array<ArrayBuffer>
      const cuts = cutsOf(bytes)
      expect(cuts.length).toBeGreaterThan(99)
      for (const at of cuts) {
        script.say(cutAt(bytes, [at]))
        const response = await ask({ stream_options: { include_usage: true } })
        const out = new Uint8Array(await response.arrayBuffer())
        if (!Buffer.from(out).equals(bytes)) expect([at, new TextDecoder().decode(out)]).toEqual([at, text])
      }
      expect(JSON.parse(script.sent())).toMatchObject({ model: 'any', messages: [] })
    }, 60_000)
})

test('a body of another shape goes on as the chat body that means the same; the answer is a chat completion', async () => {
  // Where there are no recordings, what every provider of the language says.
  const { text } = streams[0] ?? {
    text: 'data: {"choices":[{"index":0,"delta":{"content":"Hi"}}]}\n\ndata: [DONE]\n\n',
  }
  const bytes = new TextEncoder().encode(text) as Uint8Array<ArrayBuffer>
  script.say([bytes])
  const response = await ask({
    messages: undefined,
    input: 'Hi',
    instructions: 'Be brief',
    tools: [{ type: 'function', name: 'a', parameters: {} }],
    stream_options: { include_usage: true },
  })
  expect(await response.text()).toBe(text)
  expect(JSON.parse(script.sent())).toEqual({
    model: 'any',
    stream: true,
    stream_options: { include_usage: true },
    tools: [{ type: 'function', function: { name: 'a', parameters: {} } }],
    messages: [
      { role: 'system', content: 'Be brief' },
      { role: 'user', content: 'Hi' },
    ],
  })
})

test('a body of another shape that says what a chat cannot is refused, with the field', async () => {
  const response = await ask({ messages: undefined, input: [{ type: 'computer_call' }] })
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({ error: { code: 'invalid_request', param: 'input[0].type' } })
})
