import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test'
import { usageRecords } from '../../plugins/usage/schema.ts'
import type { House } from '../kernel/house.ts'
import { until } from '../kit.ts'
import { readUntilBroken } from '../mock/client.ts'
import type { Plan } from '../mock/plan.ts'
import { type Book, openBookHouse, type Row } from './book.ts'

/** Every call leaves exactly one record, whatever happens to it (C-03 to C-08, U-21). */

let house: House
let book: Book
beforeAll(async () => {
  ;({ house, book } = await openBookHouse({
    env: { HTTP_TIMEOUT: '400ms', MODEL_PRICES: '{"openai/one": {"input": 3, "output": 15}}' },
  }))
})
beforeEach(async () => {
  house.mock.reset()
  await book.flush()
  await book.db.delete(usageRecords)
})
afterAll(() => house[Symbol.asyncDispose]())

const stream = { stream: true }

/** The only record; fails when there is none, or another one. */
async function theRow(): Promise<Row> {
  expect(await book.flush()).toBe(true)
  const rows = await book.rows()
  expect(rows.length).toBe(1)
  return rows[0]!
}

/** Waits until nothing is under way upstream, so that everything is settled. */
async function settled(count: number): Promise<void> {
  await until(() => house.settled.length >= count, `settlement ${count}`)
  await until(() => house.mock.ledger.active() === 0, 'the provider to be done')
}

test('a whole answer: who, what, where to, how long, and the tokens that the provider tells', async () => {
  await (await house.ask({ tokens: 5 })).json()
  const { prompt, completion } = house.mock.ledger.entries[0]!
  expect(await theRow()).toMatchObject({
    part: 0,
    keyId: 'master',
    userPath: '/',
    dialect: 'openai-chat',
    operation: 'chat',
    asked: 'one',
    virtualModel: null,
    provider: 'openai',
    providerType: 'openai',
    model: 'one',
    attempts: [{ provider: 'openai', model: 'one', status: 200, code: null }],
    status: 200,
    code: null,
    streamed: false,
    hungUp: false,
    input: prompt,
    cacheRead: 0,
    output: completion,
    reasoning: 0,
    audioInput: null,
    billing: 'exact',
    // Dollars for a million tokens are thousands of nano-dollars for one.
    costNano: prompt * 3000 + completion * 15_000,
    priceSource: 'operator',
  })
})

test('a stream: the same, with the time to its first byte', async () => {
  await (await house.ask({ tokens: 5, gapMs: 3 }, stream)).text()
  const row = await theRow()
  expect(row).toMatchObject({ streamed: true, status: 200, code: null, output: 5, billing: 'exact' })
  expect(row.firstByteMs!).toBeLessThanOrEqual(row.totalMs)
})

test("a provider's explicit zero stays zero, and exact", async () => {
  const usage = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 }
  await (await house.ask({ tokens: 5, usage }, stream)).text()
  expect(await theRow()).toMatchObject({ input: 0, output: 0, billing: 'exact', costNano: 0 })
})

test('a whole answer without a word about usage is not known, which is not zero', async () => {
  await (await house.ask({ tokens: 5, usage: false })).json()
  expect(await theRow()).toMatchObject({ input: null, output: null, billing: null, costNano: null })
})

test('nonsense as usage never reaches a sum', async () => {
  for (const count of [2 ** 53 - 1, -5, '12', 1e300, 0.5]) {
    const usage = { prompt_tokens: count, completion_tokens: count }
    await (await house.ask({ tokens: 1, usage })).json()
  }
  await book.flush()
  for (const { input, output } of await book.rows()) {
    expect([null, 0]).toContain(input)
    expect([null, 0]).toContain(output)
  }
  expect((await book.rows()).length).toBe(5)
})

test('a refusal before anybody was asked costs nothing, and is a record all the same', async () => {
  const refused = [
    house.ask({}, { model: 'nowhere' }),
    house.send('{"model":'),
    house.send('{}', { headers: { authorization: 'Bearer sk-wrong' } }),
  ]
  for (const response of refused) await (await response).text()
  await book.flush()
  const rows = await book.rows()
  expect(rows.map(({ code, status }) => [code, status]).sort()).toEqual([
    ['invalid_api_key', 401],
    ['invalid_request', 400],
    ['model_not_found', 404],
  ])
  for (const row of rows)
    expect(row).toMatchObject({
      provider: null,
      attempts: null,
      input: 0,
      output: 0,
      costNano: 0,
      billing: 'exact',
    })
})

test('lists of models and admin calls are no calls of a model', async () => {
  await house.test.admin('GET', '/v1/models')
  await house.test.admin('GET', '/admin/keys')
  await book.flush()
  expect(await book.rows()).toEqual([])
})

test('a provider that says no costs nothing', async () => {
  await (await house.ask({ status: 429 })).text()
  expect(await theRow()).toMatchObject({
    code: 'rate_limit_exceeded',
    provider: 'openai',
    input: 0,
    output: 0,
    costNano: 0,
    billing: 'exact',
  })
})

test('a provider that does not answer in time may have worked: estimated', async () => {
  await (await house.ask({ hang: true })).text()
  const row = await theRow()
  expect(row).toMatchObject({ code: 'upstream_timeout', billing: 'estimated' })
  expect(row.input!).toBeGreaterThan(0)
})

/** A client that goes away once the text holds something. */
async function leaveAt(plan: Plan, sign: string, extra: object = stream): Promise<void> {
  const before = house.settled.length
  const controller = new AbortController()
  const response = await house.ask(plan, extra, { signal: controller.signal })
  const decoder = new TextDecoder()
  let text = ''
  try {
    for await (const part of response.body!) {
      text += decoder.decode(part, { stream: true })
      if (text.includes(sign)) controller.abort()
    }
  } catch {
    // It is the client that went away.
  }
  await settled(before + 1)
}

test('C-03: a client that leaves before the headers leaves one record, estimated', async () => {
  const controller = new AbortController()
  const before = house.settled.length
  const asking = house.ask({ delayMs: 300 }, stream, { signal: controller.signal }).catch(() => {})
  await until(() => house.mock.ledger.active() === 1, 'the call to arrive upstream')
  controller.abort()
  await asking
  await settled(before + 1)
  const row = await theRow()
  expect(row).toMatchObject({ hungUp: true, billing: 'estimated', output: 0 })
  expect(row.input).toBe(house.mock.ledger.entries[0]!.prompt)
})

test('C-03: a client that leaves in the middle: one record, within a tenth of what went out', async () => {
  await leaveAt({ tokens: 400, gapMs: 1 }, ' way"')
  const row = await theRow()
  expect(row).toMatchObject({ hungUp: true, billing: 'estimated', status: 200 })
  const { completion } = house.mock.ledger.entries[0]!
  expect(Math.abs(row.output! - completion)).toBeLessThanOrEqual(Math.max(2, completion / 10))
})

test('C-03: a client that leaves between the last delta and the usage: one record, estimated', async () => {
  await leaveAt({ tokens: 40, gapMs: 20 }, '"finish_reason":"stop"', stream)
  const row = await theRow()
  expect(row.hungUp).toBe(true)
  expect(Math.abs(row.output! - 40)).toBeLessThanOrEqual(4)
})

test('C-03: a client that leaves after [DONE] has it all: one record, exact', async () => {
  await leaveAt({ tokens: 8 }, '[DONE]', { stream: true, stream_options: { include_usage: true } })
  expect(await theRow()).toMatchObject({ output: 8, billing: 'exact' })
})

test('C-04: a client that leaves a whole answer: one record, estimated, never none', async () => {
  const controller = new AbortController()
  const before = house.settled.length
  const asking = house.ask({ delayMs: 300 }, {}, { signal: controller.signal }).catch(() => {})
  await until(() => house.mock.ledger.active() === 1, 'the call to arrive upstream')
  controller.abort()
  await asking
  await settled(before + 1)
  expect((await theRow()).input).toBe(house.mock.ledger.entries[0]!.prompt)
})

test('a provider that breaks off in the middle: one record, what arrived is estimated', async () => {
  await readUntilBroken(await house.ask({ tokens: 400, cutAfterBytes: 40_000 }, stream))
  const row = await theRow()
  expect(row).toMatchObject({ code: 'upstream_cut', billing: 'estimated', hungUp: false })
  const { completion } = house.mock.ledger.entries[0]!
  expect(Math.abs(row.output! - completion)).toBeLessThanOrEqual(completion / 10)
})

test('usage in every event, cut in the middle: partial, and never less than was told', async () => {
  await readUntilBroken(await house.ask({ tokens: 40, usageAt: 'every', cutAfterBytes: 8000 }, stream))
  const row = await theRow()
  expect(row).toMatchObject({ code: 'upstream_cut', billing: 'partial' })
  expect(row.input).toBe(house.mock.ledger.entries[0]!.prompt)
  expect(row.output!).toBeGreaterThanOrEqual(house.mock.ledger.entries[0]!.completion - 1)
})

test('a stream that the provider ends with an error is no answer: what arrived is estimated', async () => {
  const text = await (await house.ask({ tokens: 40, errorEvent: { after: 20 } }, stream)).text()
  expect(text.match(/"error"/g)?.length).toBe(1)
  const row = await theRow()
  expect(row).toMatchObject({ status: 200, code: 'upstream_error', billing: 'estimated', hungUp: false })
  expect(row.input!).toBeGreaterThan(0)
  expect(Math.abs(row.output! - 20)).toBeLessThanOrEqual(2)
})

test('an error that tells its bill is told, not estimated', async () => {
  const data = {
    error: { message: 'Out of memory', code: 500 },
    usage: { prompt_tokens: 7, completion_tokens: 3 },
  }
  await (await house.ask({ tokens: 40, errorEvent: { after: 20, data } }, stream)).text()
  expect(await theRow()).toMatchObject({ code: 'upstream_error', billing: 'exact', input: 7, output: 3 })
})

test('C-03: a client that leaves when it reads of an error leaves the record of the error', async () => {
  await leaveAt({ tokens: 40, gapMs: 5, errorEvent: { after: 20 } }, '"error"')
  expect(await theRow()).toMatchObject({ code: 'upstream_error', billing: 'estimated' })
})

test('a stream far longer than the sample is extrapolated', async () => {
  const bytes = 400_000
  await readUntilBroken(await house.ask({ tokens: 4000, cutAfterBytes: bytes }, stream))
  const row = await theRow()
  const { completion } = house.mock.ledger.entries[0]!
  expect(completion).toBeGreaterThan(1500)
  expect(Math.abs(row.output! - completion)).toBeLessThanOrEqual(completion / 10)
})
