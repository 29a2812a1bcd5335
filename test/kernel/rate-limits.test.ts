import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import Anthropic from '@anthropic-ai/sdk'
import fc from 'fast-check'
import OpenAI from 'openai'
import { tellLimits } from '../../src/respond/limits.ts'
import { limitsIn } from '../../src/upstream/limits.ts'
import { MASTER, startGateway, type TestGateway } from '../kit.ts'
import { chat, message } from './small-answers.ts'

/** What the provider says beside its answer, and with which status. */
let said: Record<string, string> = {}
let status = 200

const chunks = [
  { ...chat, object: 'chat.completion.chunk', choices: [{ index: 0, delta: { content: 'Hello' } }] },
  { ...chat, object: 'chat.completion.chunk', choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
]
const events = [
  { type: 'message_start', message: { ...message, content: [], stop_reason: null } },
  { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hello' } },
  { type: 'content_block_stop', index: 0 },
  { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 1 } },
  { type: 'message_stop' },
]

/** Speaks OpenAI chat and Anthropic Messages. */
const provider = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  async fetch(request) {
    const path = new URL(request.url).pathname
    if (path.endsWith('/models')) return Response.json({ data: [{ id: 'm' }], has_more: false })
    const isChat = path.endsWith('/chat/completions')
    const { stream } = (await request.json()) as { stream?: boolean }
    if (status !== 200) {
      const error = { type: 'rate_limit_error', message: 'Slow down' }
      return Response.json({ type: 'error', error }, { status, headers: said })
    }
    if (!stream) return Response.json(isChat ? chat : message, { headers: said })
    const text = isChat
      ? `${chunks.map(chunk => `data: ${JSON.stringify(chunk)}\n\n`).join('')}data: [DONE]\n\n`
      : events.map(event => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('')
    return new Response(text, { headers: { ...said, 'content-type': 'text/event-stream' } })
  },
})

let house: TestGateway
beforeAll(async () => {
  const base = `http://127.0.0.1:${provider.port}/v1`
  const env = { RETRIES: '0', VLLM_BASE_URL: base, ANTHROPIC_BASE_URL: base, ANTHROPIC_API_KEY: 'k' }
  house = await startGateway({ env: { ...env, MODELWAY_MASTER_KEY: MASTER } })
})
afterAll(async () => {
  await house.close()
  await provider.stop(true)
})

const fetch = ((url: string, init: RequestInit) =>
  house.fetch(new URL(url).pathname, init)) as unknown as typeof globalThis.fetch
const openai = () => new OpenAI({ apiKey: MASTER, baseURL: 'http://gateway/v1', maxRetries: 0, fetch })
const anthropic = () => new Anthropic({ apiKey: MASTER, baseURL: 'http://gateway', maxRetries: 0, fetch })
const messages = [{ role: 'user' as const, content: 'Hi' }]

async function headersOf(client: 'openai' | 'anthropic', model: string, stream: boolean): Promise<Headers> {
  const call =
    client === 'openai'
      ? openai().chat.completions.create({ model, messages, stream })
      : anthropic().messages.create({ model, messages, stream, max_tokens: 9 })
  const { data, response } = await call.withResponse()
  if (Symbol.asyncIterator in data) for await (const _ of data) expect(_).toBeDefined()
  return response.headers
}

const limitsOf = (headers: Headers) =>
  Object.fromEntries([...headers].filter(([name]) => name.includes('ratelimit')))

const ofOpenAi = {
  'x-ratelimit-limit-requests': '10000',
  'x-ratelimit-remaining-requests': '9999',
  'x-ratelimit-reset-requests': '6ms',
  'x-ratelimit-limit-tokens': '30000000',
  'x-ratelimit-remaining-tokens': '29999985',
  'x-ratelimit-reset-tokens': '6m0s',
}
const soon = (seconds: number) =>
  new Date(Math.ceil(Date.now() / 1000 + seconds) * 1000).toISOString().replace('.000Z', 'Z')

describe.each([false, true])('limits that a provider tells, in a stream: %p,', stream => {
  test('pass as they are where the client speaks its language', async () => {
    said = { ...ofOpenAi, 'x-ratelimit-limit-project-tokens': '5' }
    expect(limitsOf(await headersOf('openai', 'vllm/m', stream))).toEqual(said)
    said = {
      'anthropic-ratelimit-input-tokens-remaining': '7',
      'anthropic-ratelimit-requests-reset': '2026-01-01T00:00:00Z',
      'anthropic-ratelimit-unified-status': 'allowed',
    }
    expect(limitsOf(await headersOf('anthropic', 'anthropic/m', stream))).toEqual(said)
  })

  test("are told by Anthropic's names, with the time when room is back, to its clients", async () => {
    said = ofOpenAi
    const before = [soon(360), soon(361)]
    const told = limitsOf(await headersOf('anthropic', 'vllm/m', stream))
    const { 'anthropic-ratelimit-tokens-reset': tokens, 'anthropic-ratelimit-requests-reset': at } = told
    expect(before).toContain(tokens!)
    expect(Date.parse(at!)).toBeGreaterThanOrEqual(Math.floor(Date.now() / 1000) * 1000)
    expect(told).toEqual({
      'anthropic-ratelimit-requests-limit': '10000',
      'anthropic-ratelimit-requests-remaining': '9999',
      'anthropic-ratelimit-requests-reset': at!,
      'anthropic-ratelimit-tokens-limit': '30000000',
      'anthropic-ratelimit-tokens-remaining': '29999985',
      'anthropic-ratelimit-tokens-reset': tokens!,
    })
  })

  test("are told by OpenAI's names, with the time to wait, to its clients", async () => {
    said = {
      'anthropic-ratelimit-requests-limit': '50',
      'anthropic-ratelimit-requests-remaining': '49',
      'anthropic-ratelimit-requests-reset': '2020-01-01T00:00:00Z',
      'anthropic-ratelimit-tokens-remaining': '8000',
      'anthropic-ratelimit-tokens-reset': soon(65),
      'anthropic-ratelimit-input-tokens-remaining': '7',
    }
    const told = limitsOf(await headersOf('openai', 'anthropic/m', stream))
    expect(['1m5s', '1m6s', '1m7s']).toContain(told['x-ratelimit-reset-tokens']!)
    expect(told).toEqual({
      'x-ratelimit-limit-requests': '50',
      'x-ratelimit-remaining-requests': '49',
      'x-ratelimit-reset-requests': '0ms',
      'x-ratelimit-remaining-tokens': '8000',
      'x-ratelimit-reset-tokens': told['x-ratelimit-reset-tokens']!,
    })
  })

  test('come with the failure that they explain', async () => {
    status = 429
    said = { 'anthropic-ratelimit-requests-remaining': '0', 'x-ratelimit-remaining-requests': '0' }
    for (const model of ['vllm/m', 'anthropic/m']) {
      const ask = openai().chat.completions.create({ model, messages, stream })
      const error = (await ask.then(undefined, error => error)) as InstanceType<typeof OpenAI.RateLimitError>
      expect(error).toBeInstanceOf(OpenAI.RateLimitError)
      expect(error.headers!.get('x-ratelimit-remaining-requests')).toBe('0')
    }
    status = 200
  })

  test('are of the target that answered, and of no other', async () => {
    said = {}
    expect(limitsOf(await headersOf('openai', 'vllm/m', stream))).toEqual({})
  })
})

test('limits stay with the gateway where SERVED_MODEL_HEADERS=false', async () => {
  said = ofOpenAi
  const env = { VLLM_BASE_URL: `http://127.0.0.1:${provider.port}/v1`, SERVED_MODEL_HEADERS: 'false' }
  const quiet = await startGateway({ env })
  const { headers } = await quiet.chat({ model: 'vllm/m', messages })
  expect(limitsOf(headers)).toEqual({})
  await quiet.close()
})

describe('words of limits', () => {
  const now = Date.parse('2026-11-28T12:00:00Z')
  const toAnthropic = (reset: string) =>
    tellLimits({ 'x-ratelimit-reset-tokens': reset }, 'anthropic', now)['anthropic-ratelimit-tokens-reset']
  const toOpenAi = (reset: string) =>
    tellLimits({ 'anthropic-ratelimit-tokens-reset': reset }, 'openai', now)['x-ratelimit-reset-tokens']

  test.each([
    ['12ms', '2026-11-28T12:00:01Z'],
    ['1s', '2026-11-28T12:00:01Z'],
    ['7.66s', '2026-11-28T12:00:08Z'],
    ['30', '2026-11-28T12:00:30Z'],
    ['6m0s', '2026-11-28T12:06:00Z'],
    ['2h59m56s', '2026-11-28T14:59:56Z'],
    ['1d2h', '2026-11-29T14:00:00Z'],
    ['soon', undefined],
    ['', undefined],
    ['99999999d', undefined],
    ['-5s', undefined],
  ])('a duration of "%s" ends at %p', (reset, until) => expect(toAnthropic(reset)).toBe(until!))

  test.each([
    ['2026-11-28T12:00:00.250Z', '250ms'],
    ['2026-11-28T12:00:59Z', '59s'],
    ['2026-11-28T12:01:00Z', '1m0s'],
    ['2026-11-28T13:00:05Z', '1h0m5s'],
    ['2026-11-28T11:00:00Z', '0ms'],
    ['soon', undefined],
    ['1', undefined],
    ['9999-01-01T00:00:00Z', undefined],
    ['2026-99-99T00:00:00Z', undefined],
  ])('until %s it is %p', (until, reset) => expect(toOpenAi(until)).toBe(reset!))

  test('whatever a provider writes, what is told are short words', () =>
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.constantFrom('openai', 'anthropic'), (value, style) => {
        const names = [
          'x-ratelimit-reset-tokens',
          'anthropic-ratelimit-requests-limit',
          'x-ratelimit-x',
          'via',
        ]
        const limits = limitsIn(new Map(names.map(name => [name, value] as const))) ?? {}
        for (const told of Object.values(tellLimits(limits, style, now)))
          expect(told).toMatch(/^[\w.:+ -]{1,64}$/)
        expect(limits).not.toHaveProperty('via')
      }),
    ))
})
