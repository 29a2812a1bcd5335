import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test'
import { usageRecords } from '../../plugins/usage/schema.ts'
import type { House } from '../kernel/house.ts'
import { type Book, openBookHouse, type Row } from './book.ts'

/** A record tells which way a call took, and why. */

let house: House
let book: Book
beforeAll(async () => {
  const MODEL_FACTS = JSON.stringify({ 'openai/one': { context_length: 1000 } })
  ;({ house, book } = await openBookHouse({
    env: { HTTP_TIMEOUT: '2s', ATTEMPT_TIMEOUT: '200ms', MODEL_FACTS },
  }))
  const put = (row: object) => house.test.admin('PUT', '/admin/virtual-models', row)
  const targets = [{ model: 'openai/one' }, { model: 'openai/two' }]
  await put({ source: 'inner', strategy: 'failover', session_affinity: false, targets })
  await put({ source: 'outer', target_model: 'inner' })
  await put({ source: 'sticky', strategy: 'round_robin', targets })
  await put({ source: 'each', affinity: 'caller', targets })
  await put({ source: 'some', targets: [targets[0], { ...targets[1], user_paths: ['/team'] }] })
})
beforeEach(async () => {
  house.mock.reset()
  await book.flush()
  await book.db.delete(usageRecords)
})
afterAll(() => house[Symbol.asyncDispose]())

async function rowOf(extra: object, headers: Record<string, string> = {}): Promise<Row> {
  const response = await house.ask({}, extra, { headers })
  await response.text()
  expect(await book.flush()).toBe(true)
  const row = (await book.rows()).at(-1)!
  expect(row.requestId).toBe(response.headers.get('x-request-id')!)
  return row
}

test('a chain of redirects: the outermost is the virtual model', async () => {
  expect(await rowOf({ model: 'outer' })).toMatchObject({
    asked: 'outer',
    virtualModel: 'outer',
    chain: ['outer', 'inner'],
    provider: 'openai',
    model: 'one',
  })
})

test('a choice: the strategy, and that it was the strategy', async () => {
  expect(await rowOf({ model: 'inner' })).toMatchObject({ strategy: 'failover', pick: 'strategy' })
  expect(await rowOf({ model: 'openai/one' })).toMatchObject({
    strategy: null,
    pick: null,
    virtualModel: null,
  })
})

test('a session stays: the record says so, and by which name', async () => {
  const headers = { 'x-session-id': 'talk-7' }
  expect(await rowOf({ model: 'sticky' }, headers)).toMatchObject({ pick: 'session', session: 'talk-7' })
  expect(await rowOf({ model: 'sticky' }, headers)).toMatchObject({ pick: 'session', session: 'talk-7' })
})

test('a caller stays, and a target that names its path comes first', async () => {
  expect(await rowOf({ model: 'each', user: 'a' })).toMatchObject({ pick: 'caller' })
  const headers = { 'x-modelway-user-path': '/team' }
  expect(await rowOf({ model: 'some' }, headers)).toMatchObject({ model: 'two', pick: 'user_path' })
})

test('a target that another one had to give way to, because the call needs more than that has', async () => {
  const messages = [{ role: 'user', content: 'word '.repeat(4000) }]
  expect(await rowOf({ model: 'inner', messages })).toMatchObject({
    ...{ model: 'two', strategy: 'failover', pick: 'needs' },
    attempts: [{ model: 'two', status: 200 }],
  })
})

test('a session that only its opening tells is known by a hash, where it was needed to route', async () => {
  expect((await rowOf({ model: 'sticky' })).session).toMatch(/^[0-9a-f]{64}$/)
  expect((await rowOf({ model: 'openai/one' })).session).toBe(null)
})

test('failover: every try is listed, the last one served, and the call counts once', async () => {
  house.mock.setPlan(({ json }) => (json?.model === 'one' ? { status: 500 } : undefined))
  await (await house.send(JSON.stringify({ model: 'inner', messages: [] }))).text()
  await book.flush()
  const rows = await book.rows()
  expect(rows.length).toBe(1)
  expect(rows[0]).toMatchObject({ model: 'two', status: 200, code: null, pick: 'failover' })
  expect(rows[0]!.attempts).toMatchObject([
    { provider: 'openai', model: 'one', code: 'upstream_error' },
    { provider: 'openai', model: 'two', status: 200, code: null },
  ])
})

test('failover after a try that may have cost something: a line of its own says that nobody knows what', async () => {
  house.mock.setPlan(({ json }) => (json?.model === 'one' ? { hang: true } : undefined))
  await (await house.send(JSON.stringify({ model: 'inner', messages: [] }))).text()
  await book.flush()
  const [call, failed, ...more] = await book.rows()
  expect(more).toEqual([])
  expect(call).toMatchObject({ part: 0, model: 'two', status: 200, billing: 'exact' })
  expect(failed).toMatchObject({
    id: `${call!.id}:1`,
    part: 1,
    model: 'one',
    code: 'upstream_timeout',
    billing: null,
    input: null,
    output: null,
    costNano: null,
  })
})

test('all targets fail: one record, the last that was tried, and nothing was spent', async () => {
  house.mock.setPlan({ status: 500 })
  await (await house.send(JSON.stringify({ model: 'inner', messages: [] }))).text()
  await book.flush()
  const rows = await book.rows()
  expect(rows.length).toBe(1)
  expect(rows[0]).toMatchObject({ model: 'two', costNano: 0, input: 0, billing: 'exact' })
  expect(rows[0]!.attempts!.length).toBe(2)
})

test('names that no database likes come back as they can be shown', async () => {
  for (const model of ['a\u0000b', '\ud800', 'x'.repeat(5000), "'); drop table usage_records; --"]) {
    await (await house.ask({}, { model })).text()
  }
  expect(await book.flush()).toBe(true)
  expect((await book.rows()).map(({ asked, code }) => [asked, code])).toEqual([
    ['a b', 'model_not_found'],
    ['\ufffd', 'model_not_found'],
    ['x'.repeat(256), 'model_not_found'],
    ["'); drop table usage_records; --", 'model_not_found'],
  ])
})
