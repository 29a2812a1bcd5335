import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import type { Plan } from '../mock/plan.ts'
import { createMockProvider } from '../mock/provider.ts'
import { type House, openHouse, UPSTREAM_KEY } from './house.ts'
import { errorOf, refusalOf } from './shapes.ts'

let house: House
beforeAll(async () => {
  house = await openHouse()
})
beforeEach(() => {
  house.mock.reset()
  house.settled.length = house.test.logs.length = 0
})
afterAll(() => house[Symbol.asyncDispose]())

async function take(plan?: Plan, extra: object = {}, from: House = house) {
  const response = await from.ask(plan, extra)
  return { status: response.status, headers: response.headers, body: await response.text() }
}

/** What a provider says when it fails: words that may be for the caller, and secrets that are for nobody. */
const WORDS = 'The words of the provider'
const says = (status: number): Plan => ({
  status,
  body: JSON.stringify({
    error: { message: WORDS, type: 'of_its_own', param: 'x', code: 'theirs', extra: 1.5 },
  }),
  headers: { 'x-secret': UPSTREAM_KEY },
})

/** Everything that could give away where and how the gateway asks. */
async function expectSecrecy(from: House, ...texts: readonly string[]): Promise<void> {
  await Bun.sleep(30)
  const { host } = new URL(from.mock.url)
  for (const text of [...texts, JSON.stringify(from.test.logs)]) {
    expect(text).not.toContain(UPSTREAM_KEY)
    expect(text).not.toContain(host)
  }
}

describe('a provider that fails', () => {
  const table: readonly (readonly [status: number, ours: number, code: string, passes: boolean])[] = [
    [400, 400, 'invalid_request', true],
    [401, 502, 'upstream_rejected', false],
    [402, 502, 'upstream_rejected', false],
    [403, 502, 'upstream_rejected', false],
    [404, 404, 'model_not_found', true],
    [408, 504, 'upstream_timeout', false],
    [409, 409, 'conflict', true],
    [413, 413, 'request_too_large', true],
    [415, 415, 'invalid_request', true],
    [418, 502, 'upstream_error', false],
    [422, 422, 'invalid_request', true],
    [429, 429, 'rate_limit_exceeded', false],
    [500, 502, 'upstream_error', false],
    [502, 502, 'upstream_error', false],
    [503, 502, 'upstream_error', false],
    [504, 504, 'upstream_timeout', false],
    [529, 529, 'upstream_overloaded', false],
  ]
  const final = new Set([
    'invalid_request',
    'upstream_rejected',
    'model_not_found',
    'conflict',
    'request_too_large',
  ])

  for (const [status, ours, code, passes] of table) {
    test(`with ${status} is told as ${ours} ${code}${passes ? ', in its own words' : ', without its words'}`, async () => {
      for (const extra of [{}, { stream: true }]) {
        house.settled.length = 0
        const { status: given, headers, body } = await take(says(status), extra)
        expect(given).toBe(ours)
        if (passes) expect(body).toBe(says(status).body!)
        else {
          const error = errorOf({ status: given, headers, body })
          expect(error.code).toBe(code)
          expect(error.message).toContain('Provider "openai"')
          expect(body).not.toContain(WORDS)
        }
        expect(headers.get('x-should-retry')).toBe(final.has(code) ? 'false' : null)
        expect(await house.settlement(1)).toMatchObject({ status: ours, code })
        expect(house.settled[0]!.attempts).toMatchObject([{ ok: false, code }])
        await expectSecrecy(house, body, JSON.stringify([...headers]))
      }
    })
  }

  test('with words that are no JSON is told in ours', async () => {
    for (const body of ['<html>no</html>', '', '"no"', '{"detail":"no"}', '{"error":'])
      expect(refusalOf(await take({ status: 400, body }))).toEqual([400, 'invalid_request'])
  })

  test('with an endless error is cut short, and has failed as its status says', async () => {
    await using other = await openHouse()
    const began = performance.now()
    const endless = { body: 'x'.repeat(65_536), repeat: 0, headers: { 'retry-after': '7' } }
    const fail = (status: number) => take({ status, ...endless }, {}, other)
    expect((await fail(500)).status).toBe(502)
    expect(refusalOf(await fail(400))).toEqual([400, 'invalid_request'])
    const limited = await fail(429)
    expect([refusalOf(limited), limited.headers.get('retry-after')]).toEqual([
      [429, 'rate_limit_exceeded'],
      '7',
    ])
    expect(performance.now() - began).toBeLessThan(1500)
  })
})

describe('an answer with status 200', () => {
  test('that is no JSON object is refused with 502', async () => {
    for (const plan of [
      { body: '<!doctype html><h1>Gateway</h1>', contentType: 'text/html' },
      { body: '' },
      { body: '{"choices":[' },
      { body: '[]' },
      { body: 'null' },
      { body: '7' },
      { bodyBase64: '/wD+' },
    ]) {
      for (const extra of [{}, { stream: true }]) {
        const { body, ...rest } = await take(plan, extra)
        expect([plan, ...refusalOf({ ...rest, body })]).toEqual([plan, 502, 'upstream_invalid'])
        expect(body).not.toContain('Gateway</h1>')
      }
    }
  })

  test('that hides an error is a failure, with the status that it names', async () => {
    const hidden = (error: unknown): string => JSON.stringify({ error })
    for (const [error, status, code] of [
      [{ message: WORDS, code: 429 }, 429, 'rate_limit_exceeded'],
      [{ message: WORDS, status: 401 }, 502, 'upstream_rejected'],
      [{ message: WORDS, code: 'overloaded' }, 502, 'upstream_error'],
      [WORDS, 502, 'upstream_error'],
    ] as const) {
      for (const [plan, extra] of [
        [{ body: hidden(error) }, {}],
        [{ events: [hidden(error)], noDone: true }, { stream: true }],
        [
          {
            chunks: [`: ping\n\nevent: error\ndata: ${hidden(error)}\n\n`],
            contentType: 'text/event-stream',
          },
          { stream: true },
        ],
      ] as const) {
        const { body, ...rest } = await take(plan as Plan, extra)
        expect([error, ...refusalOf({ ...rest, body })]).toEqual([error, status, code])
        expect(body).not.toContain(WORDS)
      }
    }
    const told = await take({ body: hidden({ message: WORDS, code: 400 }) })
    expect([told.status, JSON.parse(told.body)]).toMatchObject([400, { error: { message: WORDS } }])
  })

  test('that ends before any event is refused with 502', async () => {
    for (const chunks of [[''], [': ping\n\n'], ['data: {"choices"']])
      expect((await take({ chunks, contentType: 'text/event-stream' }, { stream: true })).status).toBe(502)
  })

  test('may lie about its length: less is cut off, more is missing', async () => {
    for (const length of ['5', '100000'])
      expect((await take({ body: '{"choices":[]}', headers: { 'content-length': length } })).status).toBe(502)
  })
})

describe('a redirect', () => {
  test('is not followed, wherever it leads; the provider key stays where it belongs', async () => {
    const other = createMockProvider()
    for (const status of [301, 302, 303, 307, 308]) {
      for (const target of [
        `${other.url}/chat/completions`,
        `${house.mock.url}/chat/completions`,
        '/v1/models',
      ]) {
        house.mock.reset()
        const given = await take({ status, headers: { location: target }, body: '' })
        expect(refusalOf(given)).toEqual([502, 'upstream_invalid'])
        expect(given.headers.get('location')).toBeNull()
        expect(house.mock.requests.length).toBe(1)
        await expectSecrecy(house, given.body)
      }
    }
    expect(other.requests).toEqual([])
    other.stop()
  })
})
