import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { definePlugin } from '../../../src/contract/plugin.ts'
import type { Usage } from '../../../src/types.ts'
import { createScript, cutAt } from '../../kernel/script.ts'
import { MASTER, startGateway, type TestGateway } from '../../kit.ts'
import { createMockProvider, type MockProvider } from '../../mock/provider.ts'
import { folder } from '../../sdk/recordings.ts'

/** What Gemini really said, on its way to a client of its own language: not a byte is another one. */

const FOLDER = join(folder, 'google')
const names = existsSync(FOLDER) ? readdirSync(FOLDER) : []
const textOf = (name: string) => Bun.file(join(FOLDER, name)).text()

/** Recordings hold an event a line; where there are none, what Gemini says to a question. */
const SPOKEN = ['There ', 'it goes: ü.', ''].map((text, i) => ({
  candidates: [
    { content: { parts: [{ text }], role: 'model' }, ...(i === 2 && { finishReason: 'STOP' }), index: 0 },
  ],
  usageMetadata: { promptTokenCount: 9, candidatesTokenCount: i * 2, totalTokenCount: 9 + i * 2 },
}))
const eventsIn = (text: string) =>
  text
    .trim()
    .split('\n')
    .map(line => `data: ${line}\r\n\r\n`)
    .join('')

const encoder = new TextEncoder()
const script = createScript('script', false, 'google-generate-content')
let last: { readonly code: string | undefined; readonly usage: Usage | undefined }
const witness = definePlugin({
  name: 'witness',
  about: 'Keeps what was settled.',
  setup: () => ({
    settle({ refusal, usage }) {
      last = { code: refusal?.code, usage }
    },
  }),
})
let gateway: TestGateway
let mock: MockProvider
beforeAll(async () => {
  mock = createMockProvider({ models: ['one'] })
  gateway = await startGateway({
    extra: [script.plugin, witness],
    env: {
      GEMINI_API_KEY: 'sk-upstream',
      GEMINI_BASE_URL: mock.url.replace(/\/v1$/, '/v1beta'),
      GEMINI_MODELS: 'one',
      CONFIGURED_PROVIDER_MODELS_MODE: 'allowlist',
      PING_INTERVAL: '200ms',
      RETRIES: '0',
    },
  })
})
afterAll(async () => {
  await gateway.close()
  mock.stop()
})

const ask = (place: string) => askAt(`/v1beta/models/${place}`)
const askAt = (path: string) =>
  gateway.fetch(path, {
    method: 'POST',
    headers: { 'x-goog-api-key': MASTER, 'content-type': 'application/json' },
    body: '{"contents":[{"parts":[{"text":"Hi"}]}]}',
  })

describe('a recorded stream arrives as it was, with its usage in the record', async () => {
  const streams = names.filter(name => name.endsWith('.chunks.txt'))
  const recorded = await Promise.all(streams.map(async name => [name, eventsIn(await textOf(name))] as const))
  const spoken = eventsIn(SPOKEN.map(event => JSON.stringify(event)).join('\n'))
  test.each([['spoken', spoken] as const, ...recorded])('%s', async (_, text) => {
    mock.setPlan(() => ({ body: text, contentType: 'text/event-stream' }))
    const response = await ask('gemini/one:streamGenerateContent?alt=sse')
    const isWhole = text.includes('"finishReason"')
    const out = await response.text()
    if (!isWhole) return expect(out).toContain('"UNAVAILABLE"')
    expect(out).toBe(text)
    const { usageMetadata: told = {} } = JSON.parse(
      text.trim().split('\r\n\r\n').at(-1)!.slice('data: '.length),
    )
    expect([last.code, last.usage!.output + last.usage!.reasoning]).toEqual([
      undefined,
      (told.candidatesTokenCount ?? 0) + (told.thoughtsTokenCount ?? 0),
    ])
  })
})

describe('a recorded answer arrives as it was', async () => {
  const whole = names.filter(name => name.endsWith('.json'))
  test.skipIf(whole.length === 0).each(whole)('%s', async name => {
    const body = await textOf(name)
    mock.setPlan(() => ({ body }))
    expect(await (await ask('gemini/one:generateContent')).text()).toBe(body)
  })
})

test('a stream may be cut anywhere', async () => {
  const text = eventsIn(SPOKEN.map(event => JSON.stringify(event)).join('\n'))
  const bytes = encoder.encode(text)
  for (let at = 1; at < bytes.length; at++) {
    script.say(cutAt(bytes, [at]))
    const response = await ask('script/any:streamGenerateContent?alt=sse')
    const out = new Uint8Array(await response.arrayBuffer())
    if (!Buffer.from(out).equals(Buffer.from(bytes)))
      expect([at, new TextDecoder().decode(out)]).toEqual([at, text])
  }
})

test('a stream that lets wait has blank lines for it: clients for Python read a comment as a broken error', async () => {
  mock.setPlan(() => ({ text: 'At last.', silenceMs: 450 }))
  for (const place of ['/v1beta/models/gemini/one', '/p/gemini/v1beta/models/one']) {
    const response = await askAt(`${place}:streamGenerateContent?alt=sse`)
    const text = await response.text()
    expect(text).toMatch(/\n{3}data: /)
    expect(text.split('\n').filter(line => line !== '' && !line.startsWith('data: '))).toEqual([])
  }
})
