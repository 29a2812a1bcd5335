import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { sql } from 'drizzle-orm'
import { definePlugin, type Hooks, type Parts } from '../../src/contract/plugin.ts'
import { refuse } from '../../src/errors.ts'
import type { Outcome } from '../../src/types.ts'
import { until } from '../kit.ts'
import { type House, openHouse } from './house.ts'
import { refusalOf } from './shapes.ts'

/** Three plugins in a row; the one in the middle does what a test says. */
let middle: Partial<Hooks> = {}
let heard: string[] = []
const outcomes: Outcome[] = []
const listener = (name: string) =>
  definePlugin({
    name,
    about: 'Takes room, and hears how tries end.',
    setup: () => ({
      admit: () => () => void heard.push(`${name} released`),
      attempt: () => outcome => {
        outcomes.push(outcome)
        heard.push(`${name} heard ${outcome.ok}`)
      },
    }),
  })
const centre = definePlugin({
  name: 'centre',
  about: 'Does what a test says.',
  setup: ({ db }) =>
    ({
      admit: x => middle.admit?.(x),
      attempt: x => middle.attempt?.(x),
      guard: (body, x) => middle.guard?.(body, x) ?? body,
      recall: x => middle.recall?.(x),
      settle: x => (middle.settle ? middle.settle(x) : undefined),
      exports: { db },
    }) satisfies Parts,
})
let run: (text: string) => Promise<unknown>
const clerk = definePlugin({
  name: 'clerk',
  about: 'Writes into the database without waiting.',
  needs: ['centre'],
  setup({ db }) {
    run = text => db.all(sql.raw(text))
    return { settle: ({ id }) => db.run(sql`insert into notes values (${id})`) as unknown as Promise<void> }
  },
})

let house: House
beforeAll(async () => {
  house = await openHouse({ extra: [listener('early'), centre, listener('late'), clerk] })
  await run('create table notes (id text)')
})
beforeEach(() => {
  house.mock.reset()
  house.settled.length = house.test.logs.length = outcomes.length = 0
  heard = []
  middle = {}
})
afterAll(() => house[Symbol.asyncDispose]())

const stream = { stream: true }
const slow = { tokens: 500, gapMs: 10 }
const blamed = async () => {
  await Bun.sleep(30)
  return house.test.logs
    .filter(({ level }) => level === 'error')
    .map(({ message, error }) => `${message} ${error}`)
    .join()
}
const isQuiet = () => until(() => house.mock.ledger.active() === 0, 'the provider to see the close')

describe('room that a plugin takes', () => {
  test('is given back by all others when one fails to; the answer is not touched, and the log names it', async () => {
    middle.admit = () => () => {
      throw new Error('cannot let go')
    }
    for (const extra of [{}, stream]) {
      heard = []
      house.settled.length = house.test.logs.length = 0
      const response = await house.ask({}, extra)
      expect([response.status, (await response.text()).includes('internal_error')]).toEqual([200, false])
      await house.settlement(1)
      expect(heard.filter(text => text.endsWith('released'))).toEqual(['early released', 'late released'])
      expect(await blamed()).toContain('"centre"')
    }
  })

  test('is given back when nothing is asked upstream, because no model is left', async () => {
    expect((await house.ask({}, { model: 'unknown' })).status).toBe(404)
    expect((await house.ask({}, { model: 'one', stream: 'yes' })).status).toBe(200)
    expect(heard.filter(text => text.endsWith('released')).length).toBe(2)
  })
})

describe('what hears the outcome of a try', () => {
  test('hears it once, be it good or bad', async () => {
    await (await house.ask({})).text()
    expect(outcomes).toMatchObject([{ ok: true, status: 200, stream: false }, { ok: true }])
    await (await house.ask({ status: 503 })).text()
    expect(outcomes.slice(2)).toMatchObject([
      { ok: false, status: 502, code: 'upstream_error' },
      { ok: false },
    ])
  })

  test('may have a bug: 500, the log names it, the others hear it once, and upstream is closed', async () => {
    middle.attempt = () => () => {
      throw new Error('watch-secret')
    }
    for (const [plan, extra, ok] of [
      [{}, {}, true],
      [slow, stream, true],
      [{ status: 503 }, {}, false],
    ] as const) {
      heard = []
      house.settled.length = house.test.logs.length = 0
      const response = await house.ask(plan, extra)
      const { status, headers } = response
      const body = await response.text()
      expect(refusalOf({ status, headers, body })).toEqual([500, 'internal_error'])
      expect(body).not.toContain('watch-secret')
      expect(heard).toEqual([`early heard ${ok}`, `late heard ${ok}`, 'early released', 'late released'])
      const { attempts } = await house.settlement(1)
      expect(attempts.length).toBe(1)
      expect(await blamed()).toContain('Plugin "centre" failed in "attempt"')
      await isQuiet()
    }
  })

  test('hears about tries that a plugin behind it refused to begin', async () => {
    middle.attempt = () => {
      throw new Error('not today')
    }
    expect((await house.ask({})).status).toBe(500)
    expect(heard).toEqual(['early heard false', 'early released', 'late released'])
    expect(house.received()).toEqual([])
  })
})

describe('an answer of a plugin', () => {
  test('is given without asking upstream, behind the guards', async () => {
    const body = new TextEncoder().encode('{"stored":1.0}')
    const order: string[] = []
    middle.guard = json => {
      order.push('guard')
      return json
    }
    middle.recall = () => {
      order.push('recall')
      return { kind: 'whole', body, contentType: 'application/json' }
    }
    const response = await house.ask({})
    expect(await response.text()).toBe('{"stored":1.0}')
    expect(order).toEqual(['guard', 'recall'])
    expect(response.headers.get('x-modelway-attempts')).toBeNull()
    expect(house.received()).toEqual([])
    expect(heard).toEqual(['early released', 'late released'])
    expect((await house.settlement(1)).attempts).toEqual([])
  })

  test('says who gave it when it was new, and what was left out for that one', async () => {
    const body = new TextEncoder().encode('{"stored":1.0}')
    const target = { provider: 'openai', model: 'two', via: [] }
    const recalled = { target, warnings: ['"seed" has no counterpart'] }
    middle.recall = () => ({ kind: 'whole', body, contentType: 'application/json', recalled })
    const { headers } = await house.ask({})
    const told = ['model', 'provider', 'attempts', 'warning'].map(name => headers.get(`x-modelway-${name}`))
    expect(told).toEqual(['two', 'openai', '0', '"seed" has no counterpart'])
    expect((await house.settlement(1)).attempts).toEqual([])
  })

  test('may be a stream, which is let go when the client hangs up', async () => {
    let cancelled = 0
    middle.recall = () => ({
      kind: 'stream',
      hideUsage: false,
      reader: new ReadableStream<Uint8Array<ArrayBuffer>>({
        start: controller => controller.enqueue(new TextEncoder().encode('data: {"choices":[]}\n\n')),
        cancel: () => void cancelled++,
      }).getReader(),
    })
    const control = new AbortController()
    const response = await house.ask({}, stream, { signal: control.signal })
    await response.body!.getReader().read()
    control.abort()
    await until(() => cancelled === 1, 'the stored stream to be let go')
    expect((await house.settlement(1)).code).toBe('client_closed')
  })
})

describe('a body that a plugin rewrites', () => {
  test('is what goes upstream, with the name of the model there', async () => {
    middle.guard = json => ({ ...json, messages: [], model: 'hidden', MODEL: 'hidden', added: { n: 1 } })
    expect((await house.ask()).status).toBe(200)
    expect(house.received()[0]!.json).toEqual({ model: 'one', MODEL: 'one', messages: [], added: { n: 1 } })
  })
})

test('a plugin that returns a query of the database gets it run', async () => {
  await (await house.ask()).text()
  const { id } = await house.settlement(1)
  const isWritten = async () => JSON.stringify(await run('select * from notes')).includes(id)
  await until(isWritten, 'the note to be written')
})

test('a try that is not permitted has taken no time, however long that was looked for: nobody was asked', async () => {
  middle.attempt = async () => {
    await Bun.sleep(5)
    return refuse('rate_limit_exceeded', 'No room', { retryAfter: 120 })
  }
  await house.ask({})
  expect((await house.settlement(1)).attempts).toMatchObject([{ code: 'rate_limit_exceeded', ms: 0 }])
  expect(house.received()).toEqual([])
})
