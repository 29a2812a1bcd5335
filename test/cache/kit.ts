import { expect } from 'bun:test'
import { type House, type HouseOptions, messages } from '../kernel/house.ts'
import { MASTER } from '../kit.ts'
import type { Plan } from '../mock/plan.ts'
import { type Book, openBookHouse } from '../usage/book.ts'

/** 2026-03-04 05:06:07 UTC. */
const NOON = Date.UTC(2026, 2, 4, 5, 6, 7)

/** Of a thousand tokens of `openai/one`, a dollar. */
const MODEL_PRICES = JSON.stringify({
  'openai/one': { input: 1000, output: 1000, from: '2020-01-01' },
})

export interface Cached extends AsyncDisposable {
  readonly house: House
  readonly book: Book
  /** The clock of the gateway (milliseconds since 1970). */
  readonly clock: { now: number }
  /** A call by the master key at any address. */
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>
  /** A chat call, read to its end. */
  chat(extra?: object, options?: { plan?: Plan; headers?: Record<string, string> }): Promise<Heard>
  /** How many calls have reached the provider. */
  asked(): number
}

export interface Heard {
  readonly status: number
  readonly text: string
  readonly headers: Headers
  /** `hit`, `miss`, `bypass`, or null. */
  readonly verdict: string | null
}

export const hear = async (response: Response): Promise<Heard> => ({
  status: response.status,
  text: await response.text(),
  headers: response.headers,
  verdict: response.headers.get('x-modelway-cache'),
})

/** A gateway that stores answers, before a mock provider, on a clock of its own and with an open book. */
export async function openCached({ env = {}, ...options }: HouseOptions = {}): Promise<Cached> {
  const clock = { now: NOON }
  const { house, book } = await openBookHouse({
    ...options,
    env: { CACHE_MODELS: '/', MODEL_PRICES, ...env },
    now: () => clock.now,
  })
  const post: Cached['post'] = (path, body, headers = {}) =>
    fetch(house.url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${MASTER}`, 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
  return {
    house,
    book,
    clock,
    post,
    chat: async (extra = {}, { plan, headers } = {}) =>
      hear(await house.ask(plan, extra, headers === undefined ? {} : { headers })),
    asked: () => house.received().length,
    [Symbol.asyncDispose]: () => house[Symbol.asyncDispose](),
  }
}

/** Two calls of which the second gets what the first got, and nobody is asked. */
export async function expectHit(cached: Cached, call: () => Promise<Heard>): Promise<Heard> {
  const before = cached.asked()
  const first = await call()
  const second = await call()
  expect([first.status, first.verdict, second.status, second.verdict]).toEqual([200, 'miss', 200, 'hit'])
  expect(second.text).toBe(first.text)
  expect(cached.asked()).toBe(before + 1)
  return second
}

/** Two calls that both ask the provider. */
export async function expectNone(cached: Cached, call: () => Promise<Heard>): Promise<Heard> {
  const before = cached.asked()
  const [first, second] = [await call(), await call()]
  expect([first.verdict, second.verdict]).not.toContain('hit')
  expect(cached.asked()).toBe(before + 2)
  return second
}

export { messages }
