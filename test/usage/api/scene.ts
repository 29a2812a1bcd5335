import type { House, HouseOptions } from '../../kernel/house.ts'
import type { Parsed } from '../../kit.ts'
import type { Plan } from '../../mock/plan.ts'
import { type Book, openBookHouse } from '../book.ts'

/** A gateway whose clock a test sets, with prices for one of two models. */
export interface Scene extends AsyncDisposable {
  readonly house: House
  readonly book: Book
  /** Sets the clock: milliseconds, or a time as text. */
  at(time: number | string): void
  /** One call, at the time of the clock; to its last byte. */
  call(
    extra?: object,
    options?: { readonly plan?: Plan; readonly headers?: Record<string, string> },
  ): Promise<void>
  /** Asks the admin API, when everything that was settled is written. */
  ask(path: string, query?: Record<string, string>): Promise<Parsed>
  /** The same with a key of a caller. */
  askAs(
    key: string,
    path: string,
    query?: Record<string, string>,
    headers?: Record<string, string>,
  ): Promise<Parsed>
  /** Makes a key. */
  key(input: object): Promise<{ readonly id: string; readonly key: string }>
}

const PRICES = { 'openai/one': { input: 3, output: 15 } }

export async function openScene({ env = {}, ...options }: HouseOptions = {}): Promise<Scene> {
  let now = Date.parse('2027-03-01T12:00:00Z')
  const { house, book } = await openBookHouse({
    ...options,
    env: { MODEL_PRICES: JSON.stringify(PRICES), ...env },
    now: () => now,
  })
  const toPath = (path: string, query: Record<string, string> = {}) => {
    const text = new URLSearchParams(query).toString()
    return text === '' ? path : `${path}?${text}`
  }
  return {
    house,
    book,
    at(time) {
      now = typeof time === 'number' ? time : Date.parse(time)
    },
    async call(extra = {}, { plan, headers = {} } = {}) {
      await (await house.ask(plan, extra, { headers })).text()
      await Bun.sleep(0)
    },
    async ask(path, query) {
      await book.flush()
      return house.test.admin('GET', toPath(path, query))
    },
    async askAs(key, path, query, headers = {}) {
      await book.flush()
      return house.test.json(toPath(path, query), {
        headers: { authorization: `Bearer ${key}`, ...headers },
      })
    },
    async key(input) {
      return (await house.test.admin('POST', '/admin/keys', input)).body
    },
    [Symbol.asyncDispose]: () => house[Symbol.asyncDispose](),
  }
}
