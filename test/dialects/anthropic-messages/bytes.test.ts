import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import { messages } from '../../../plugins/dialects/anthropic-messages/index.ts'
import { definePlugin } from '../../../src/contract/plugin.ts'
import { pack } from '../../../src/translate/carrier.ts'
import type { JsonObject, Usage } from '../../../src/types.ts'
import { MASTER, startGateway, type TestGateway } from '../../kit.ts'
import { folder } from '../../sdk/recordings.ts'

type Bytes = Uint8Array<ArrayBuffer>
const encoder = new TextEncoder()

/** Recorded answers of Anthropic, as they came over the wire. */
function recordings(pattern: string): readonly { name: string; path: string }[] {
  if (!existsSync(folder)) return []
  return [...new Bun.Glob(pattern).scanSync(folder)].sort().map(name => ({ name, path: join(folder, name) }))
}

const streams = [...recordings('anthropic/*.chunks.txt'), ...recordings('recorded/anthropic/*.txt')]
const wholes = [...recordings('anthropic/anthropic-*.json'), ...recordings('recorded/anthropic/*.json')]

/** A list of payloads becomes the events that it was; what is raw stays so. */
async function read(path: string): Promise<string> {
  const text = await Bun.file(path).text()
  if (/^event:/m.test(text)) return text
  const payloads = text.split('\n').filter(line => line.trim() !== '')
  return payloads.map(line => `event: ${JSON.parse(line).type}\ndata: ${line}\n\n`).join('')
}

let pieces: readonly Bytes[] = []
let sent: { body: string; headers: Readonly<Record<string, string>>; dialect: string } | undefined
let whole: string | undefined
let seen: { usage: Usage | undefined; finish: string | undefined; code: string | undefined } | undefined
let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway({
    env: { RETRIES: '0', BREAKER_FAILURES: '1000' },
    extra: [
      definePlugin({
        name: 'claude',
        about: 'Speaks the language itself.',
        setup: () => ({
          settle({ usage, finish, refusal }) {
            seen = { usage, finish, code: refusal?.code }
          },
          providers: [
            {
              name: 'claude',
              type: 'claude',
              wires: new Set(['anthropic-messages', 'anthropic-count-tokens']),
              asksUsage: true,
              configuredModels: ['any'],
              call({ body, headers, dialect }) {
                sent = { body: String(body), headers, dialect }
                if (whole !== undefined) return Response.json(JSON.parse(whole))
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

const post = (body: string, path = '/v1/messages', more: Record<string, string> = {}) =>
  gateway.fetch(path, {
    method: 'POST',
    headers: { 'x-api-key': MASTER, 'content-type': 'application/json', ...more },
    body,
  })
const ASK = '{"model":"claude/any","max_tokens":9,"stream":true,"messages":[]}'

async function through(cut: readonly Bytes[]): Promise<string> {
  whole = undefined
  pieces = cut.filter(({ length }) => length > 0)
  return Buffer.from(await (await post(ASK)).arrayBuffer()).toString('latin1')
}

/** Where to cut: everywhere in what is short, else near the ends of events and at some places in between. */
function cutsOf(bytes: Bytes, text: string): number[] {
  if (bytes.length < 4000) return Array.from({ length: bytes.length }, (_, i) => i)
  const near = [...text.matchAll(/\n\n/g)].flatMap(({ index }) => [-1, 0, 1, 2, 3].map(by => index + by))
  const step = Math.ceil(bytes.length / 150)
  const between = Array.from({ length: 150 }, (_, i) => i * step)
  const every = Math.ceil(near.length / 300)
  return [...near.filter((_, i) => i % every === 0), ...between].filter(at => at < bytes.length)
}

describe.skipIf(streams.length === 0)('what Anthropic streams', () => {
  test.each(streams.map(({ name, path }) => [name, path]))(
    '%s passes byte by byte, wherever it is cut',
    async (_, path) => {
      const text = await read(path)
      const bytes = encoder.encode(text)
      const raw = Buffer.from(bytes).toString('latin1')
      for (const at of cutsOf(bytes, raw))
        expect(await through([bytes.subarray(0, at), bytes.subarray(at)])).toBe(raw)
      for (const size of [1, 2, 7, 64]) {
        if (bytes.length / size > 20_000) continue
        const cut = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
          bytes.subarray(i * size, (i + 1) * size),
        )
        expect(await through(cut)).toBe(raw)
      }
      const events = text
        .split('\n')
        .filter(line => line.startsWith('data:'))
        .map(line => JSON.parse(line.slice(5)) as JsonObject)
      const last = events.findLast(({ type }) => type === 'message_delta') as
        | { usage: JsonObject; delta: JsonObject }
        | undefined
      expect(seen?.code).toBeUndefined()
      expect(seen?.finish).toBe(last?.delta.stop_reason as string)
      expect((seen?.usage?.output ?? 0) + (seen?.usage?.reasoning ?? 0)).toBe(
        last?.usage.output_tokens as number,
      )
      expect(seen?.usage?.input).toBe(
        (last?.usage.input_tokens ??
          (events[0] as { message: { usage: JsonObject } }).message.usage.input_tokens) as number,
      )
    },
  )
})

describe.skipIf(wholes.length === 0)('what Anthropic answers', () => {
  test.each(wholes.map(({ name, path }) => [basename(name), path]))(
    '%s passes, and is understood',
    async (_, path) => {
      whole = await Bun.file(path).text()
      const { usage, stop_reason } = JSON.parse(whole) as {
        usage: Record<string, number>
        stop_reason: string
      }
      const response = await post('{"model":"claude/any","max_tokens":9,"messages":[]}')
      expect(await response.text()).toBe(JSON.stringify(JSON.parse(whole)))
      expect(seen).toMatchObject({
        finish: stop_reason,
        usage: { input: usage.input_tokens!, cacheRead: usage.cache_read_input_tokens ?? 0 },
      })
      const { output, reasoning, cacheWrite, cacheWriteHour = 0 } = seen!.usage!
      expect([output + reasoning, cacheWrite + cacheWriteHour]).toEqual([
        usage.output_tokens!,
        usage.cache_creation_input_tokens ?? 0,
      ])
    },
  )
})

test('what the client wrote goes on as it is, unknown fields and system blocks included; only the model is another', async () => {
  whole = '{"type":"message","content":[],"stop_reason":"end_turn"}'
  const body = `{ "model" : "claude/any", "max_tokens": 1.0, "new_field": {"big": 12345678901234567890}, "system": [{"type":"text","text":"x-anthropic-billing-header: a","cache_control":{"type":"ephemeral"}}],\n "messages": [] }`
  const headers = {
    'anthropic-version': '2023-06-01',
    'anthropic-beta': 'claude-code-20250219,context-management-2025-06-27',
    'anthropic-workspace-id': 'wrkspc_1',
    'x-claude-code-session-id': 'secret-session',
    'anthropic-dangerous-direct-browser-access': 'true',
  }
  await post(body, '/v1/messages?beta=true', headers)
  expect(sent!.body).toBe(body.replace('"claude/any"', '"any"'))
  expect(sent!.headers).toEqual({
    'anthropic-version': '2023-06-01',
    'anthropic-beta': 'claude-code-20250219,context-management-2025-06-27',
    'anthropic-workspace-id': 'wrkspc_1',
  })
})

test('what we carry for other vendors is taken out, because Anthropic refuses it; nothing else is', async () => {
  whole = '{"type":"message","content":[],"stop_reason":"end_turn"}'
  const own = { type: 'thinking', thinking: 'Hm', signature: 'c2ln' }
  const foreign = { type: 'thinking', thinking: 'Hm', signature: pack({ model: 'g' }) }
  const hidden = { type: 'redacted_thinking', data: pack({ model: 'g', call: 'toolu_1' }) }
  const said = (...content: object[]) => ({ role: 'assistant', content })
  const text = { type: 'text', text: 'x' }
  for (const path of ['/v1/messages', '/v1/messages/count_tokens']) {
    const given = [{ role: 'user', content: 'a' }, said(own, text), said(foreign, text, hidden), said(hidden)]
    await post(JSON.stringify({ model: 'claude/any', messages: given }), path)
    expect(JSON.parse(sent!.body).messages).toEqual([given[0], said(own, text), said(text)])
  }
})

test('count_tokens is asked of a provider that can count', async () => {
  whole = '{"input_tokens":14}'
  const response = await post('{"model":"claude/any","messages":[]}', '/v1/messages/count_tokens?beta=true')
  expect([await response.text(), sent!.dialect, response.headers.get('x-modelway-warning')]).toEqual([
    '{"input_tokens":14}',
    'anthropic-count-tokens',
    null,
  ])
})

const events = (...list: object[]) =>
  list.map(event => `event: ${(event as { type: string }).type}\ndata: ${JSON.stringify(event)}\n\n`).join('')
const start = {
  type: 'message_start',
  message: { model: 'claude', usage: { input_tokens: 3, output_tokens: 1 } },
}
const overloaded = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }

test('an error at the beginning of a stream is an error of the call', async () => {
  whole = undefined
  pieces = [encoder.encode(events(start, { type: 'ping' }, overloaded))]
  const response = await post(ASK)
  expect([response.status >= 500, (await response.json()).type]).toEqual([true, 'error'])
})

test('an error in the middle passes, and is one in the record; a stream that ends too early gets one', async () => {
  const words = { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hi' } }
  const failed = events(start, words, overloaded)
  expect(await through([encoder.encode(failed)])).toBe(failed)
  const cut = events(start, words, {
    type: 'message_delta',
    delta: { stop_reason: 'end_turn' },
    usage: { output_tokens: 2 },
  })
  const out = await through([encoder.encode(cut)])
  expect(out.startsWith(`${cut}event: error\ndata: {"type":"error"`)).toBe(true)
  expect(seen).toMatchObject({ code: 'upstream_cut', usage: { input: 3, output: 2 } })
})

test('the lens takes every event of every recording', async () => {
  for (const { path } of streams) {
    for (const line of (await read(path)).split('\n').filter(line => line.startsWith('data:'))) {
      const event = JSON.parse(line.slice(5)) as JsonObject
      messages.usage(event)
      messages.isPreamble!(event)
      expect([messages.failure(event), messages.isUsageOnly(event)]).toEqual([undefined, false])
    }
  }
})
