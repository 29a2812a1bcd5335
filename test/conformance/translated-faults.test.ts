import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Case, Outcome } from './case.ts'
import { errorCases, faultCases } from './cases/faults.ts'
import { createRunner } from './run-js.ts'
import { toldOf } from './told-of.ts'
import { inParallel, openWorlds, type TwoWorlds } from './world.ts'

/** What goes wrong at a provider of another language goes wrong for the client in its own: never as a good answer. */

const providers = ['plain', 'anthropic', 'gemini'] as const
const cases = [...errorCases, ...faultCases]
const ways = cases.flatMap(one =>
  providers
    .filter(provider => one.language !== 'messages' || provider !== 'anthropic')
    .map(provider => ({ one, provider })),
)

let worlds: TwoWorlds
const outcomes = new Map<string, Outcome>()
let received: ReturnType<TwoWorlds['received']>
/** How often each case reached the provider. */
const counts = new Map<string, number>()
beforeAll(async () => {
  worlds = await openWorlds()
  worlds.expect(cases)
  for (const provider of ['alone', ...providers]) {
    const isAlone = provider === 'alone'
    const mine = isAlone ? errorCases : ways.filter(way => way.provider === provider).map(({ one }) => one)
    const run = createRunner(isAlone ? worlds.alone : worlds.behind(() => provider))
    const before = worlds.mock.requests.length
    const found = await inParallel(mine, 48, run)
    await worlds.quiet()
    received = worlds.received()
    mine.forEach((one, i) => {
      outcomes.set(`${one.id} by ${provider}`, found[i]!)
      const all = received.get(`${isAlone ? 'A' : 'B'}:js:${one.id}`) ?? []
      const late = new Set(worlds.mock.requests.slice(before))
      counts.set(`${one.id} by ${provider}`, all.filter(request => late.has(request)).length)
    })
  }
}, 120_000)
afterAll(() => worlds?.[Symbol.asyncDispose]())

/** What the gateway answers to each status of a provider, and how often the client then asks. */
const statuses: Readonly<Record<string, readonly [status: number, requests: number]>> = {
  400: [400, 1],
  401: [502, 1],
  403: [502, 1],
  404: [404, 1],
  408: [504, 3],
  409: [409, 1],
  413: [413, 1],
  422: [422, 1],
  429: [429, 3],
  500: [502, 3],
  502: [502, 3],
  503: [502, 3],
  504: [504, 3],
  529: [529, 3],
}

describe('a status of another language', () => {
  for (const { one, provider } of ways.filter(({ one }) => one.id.includes('/errors/')))
    test(`${one.id} by ${provider}`, () => {
      const [, code = ''] = /errors\/(\d+)/.exec(one.id) ?? []
      const [status, requests] = statuses[code]!
      const named = outcomes.get(`${one.language}/errors/${status} by alone`)!.error!.name
      const key = `${one.id} by ${provider}`
      const { error, events = [] } = outcomes.get(key)!
      expect([error?.name, error?.status, events]).toEqual([named, status, []])
      expect(counts.get(key)).toBe(requests)
    })
})

/** A fault, and what a client may see of it. */
const kinds: readonly (readonly [fault: RegExp, check: (one: Case, outcome: Outcome) => void])[] = [
  [/error-at-once|malformed|no-json|reset/, (_one, { error }) => expect(error?.status).toBeGreaterThan(499)],
  [
    /error-on-the-way|cut|ended-early/,
    (one, { error, events = [] }) => {
      expect(error?.name).toMatch(/^(?:APIError|InternalServerError)$/)
      const told = toldOf(one, { events })
      expect([told.ended && told.finish !== undefined, told.text.startsWith('a road of')]).toEqual([
        false,
        true,
      ])
    },
  ],
  [
    /slow-start|one-byte|line-ends/,
    (one, outcome) => {
      const { text, finish } = toldOf(one, outcome)
      expect([text, finish]).toEqual([one.plan!.text!, 'stop'])
    },
  ],
  [/client-leaves/, (one, { events }) => expect(events?.length).toBe(one.leaveAfter!)],
  [/timeout/, (_one, { error }) => expect(error?.name).toBe('APIConnectionTimeoutError')],
]

describe('a fault of another language', () => {
  for (const { one, provider } of ways.filter(({ one }) => one.id.includes('/faults/')))
    test(`${one.id} by ${provider}`, () => {
      const [, check] = kinds.find(([fault]) => fault.test(one.id))!
      check(one, outcomes.get(`${one.id} by ${provider}`)!)
    })
})
