import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { definePlugin } from '../../../src/contract/plugin.ts'
import type { Usage } from '../../../src/types.ts'
import { MASTER, startGateway, type TestGateway } from '../../kit.ts'
import { folder } from '../../sdk/recordings.ts'
import type { Any } from './kit.ts'

/** Recorded answers of this language pass byte by byte, wherever they are cut. */

type Bytes = Uint8Array<ArrayBuffer>
const encoder = new TextEncoder()

const find = (...patterns: string[]) =>
  existsSync(folder) ? patterns.flatMap(pattern => [...new Bun.Glob(pattern).scanSync(folder)]).sort() : []
/** Its first and last events are no JSON: a stream that never says properly that it is over. */
const BROKEN = /parallel-tool-call-wrapper\.1\.chunks/
const streams = find('{openai,xai}/responses/*.chunks.txt', 'recorded/*/responses*stream*.txt').filter(
  name => !BROKEN.test(name),
)
const wholes = find('{openai,xai}/responses/*.json', 'recorded/*/responses.json')

/** A list of payloads becomes the events that it was; what is raw stays so. */
async function read(name: string): Promise<string> {
  const text = await Bun.file(join(folder, name)).text()
  if (/^event:/m.test(text)) return text
  const payloads = text.split('\n').filter(line => line.trim() !== '')
  return payloads.map(line => `event: ${JSON.parse(line).type}\ndata: ${line}\n\n`).join('')
}

let pieces: readonly Bytes[] = []
let whole: string | undefined
let seen: { usage: Usage | undefined; finish: string | undefined; code: string | undefined } | undefined
let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway({
    env: { RETRIES: '0', BREAKER_FAILURES: '1000' },
    extra: [
      definePlugin({
        name: 'near',
        about: 'Speaks the language itself.',
        setup: () => ({
          settle({ usage, finish, refusal }) {
            seen = { usage, finish, code: refusal?.code }
          },
          providers: [
            {
              name: 'near',
              type: 'openai',
              wires: new Set(['openai-responses']),
              asksUsage: true,
              configuredModels: ['any'],
              call() {
                if (whole !== undefined)
                  return new Response(whole, { headers: { 'content-type': 'application/json' } })
                let at = 0
                const stream = new ReadableStream<Bytes>({
                  pull(controller) {
                    const piece = pieces[at++]
                    if (piece === undefined) controller.close()
                    else controller.enqueue(piece)
                  },
                })
                return new Response(stream, { headers: { 'content-type': 'text/event-stream' } })
              },
            },
          ],
        }),
      }),
    ],
  })
})
afterAll(() => gateway.close())

const ask = (stream: boolean, more: object = {}) =>
  gateway.fetch('/v1/responses', {
    method: 'POST',
    headers: { authorization: `Bearer ${MASTER}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'near/any', input: 'Hello', stream, ...more }),
  })

/** Every place near the border of an event, and a sample of the others. */
function cutsOf(bytes: Bytes): number[] {
  const cuts = new Set<number>()
  for (let i = 0; i < bytes.length; i++)
    if (bytes[i] === 10 && bytes[i + 1] === 10) for (const near of [-1, 0, 1, 2, 3]) cuts.add(i + near)
  const step = Math.max(1, Math.floor(bytes.length / 40))
  for (let i = 1; i < bytes.length; i += step) cuts.add(i)
  const all = [...cuts].filter(at => at > 0 && at < bytes.length)
  return all.length < 150 ? all : all.filter((_, i) => i % Math.ceil(all.length / 150) === 0)
}

const totals = (usage: Any) => ({
  input: usage.input_tokens,
  output: usage.output_tokens,
})
const sums = (usage: Usage | undefined) =>
  usage && { input: usage.input + usage.cacheRead + usage.cacheWrite, output: usage.output + usage.reasoning }

describe.skipIf(streams.length === 0)('a recorded stream', () => {
  test.each(streams)(
    '%s passes as it is, cut anywhere, kept or not',
    async name => {
      whole = undefined
      const text = await read(name)
      const bytes = encoder.encode(text)
      const isFailed = text.includes('"type":"error"')
      for (const at of isFailed ? [] : cutsOf(bytes)) {
        pieces = [bytes.slice(0, at), bytes.slice(at)]
        const out = await (await ask(true, { store: at % 2 === 0 })).bytes()
        if (!Bun.deepEquals(out, bytes)) throw new Error(`${name} is another one when it is cut at ${at}`)
      }
      pieces = [bytes]
      const response = await ask(true)
      await response.bytes()
      if (isFailed) {
        expect(response.status).toBe(429)
        return
      }
      // A recording may hold several streams, one after the other.
      const ends = text
        .split('\n')
        .filter(line => /^data:.*"type":\s*"response\.(completed|incomplete)"/.test(line))
      const last = JSON.parse(ends.at(-1)!.slice(5)).response
      expect(seen).toMatchObject({ finish: last.incomplete_details?.reason ?? last.status, code: undefined })
      if (last.usage) expect(sums(seen!.usage)).toEqual(totals(last.usage))
    },
    30_000,
  )
})

describe.skipIf(wholes.length === 0)('a recorded answer', () => {
  test.each(wholes)('%s passes as it is', async name => {
    whole = await Bun.file(join(folder, name)).text()
    const json = JSON.parse(whole)
    const response = await ask(false)
    if (json.error) return void expect(response.status).toBeGreaterThanOrEqual(400)
    expect(await response.text()).toBe(whole)
    if (json.usage) expect(sums(seen!.usage)).toEqual(totals(json.usage))
  })
})
