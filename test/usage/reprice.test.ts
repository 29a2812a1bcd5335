import { expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SPANS } from '../../plugins/usage/model.ts'
import { type Price, toLines, VERSION } from '../../plugins/usage/record/record.ts'
import type { CallEvent, Tokens } from '../../plugins/usage/record/tuples.ts'
import { openStore } from '../../plugins/usage/writer/store.ts'
import { openDatabase } from '../../src/database/open.ts'
import { startGateway } from '../kit.ts'
import { createMockProvider } from '../mock/provider.ts'
import { createReader, readRollups, readRows, totalsOf } from './book.ts'

test('a mended price: records and roll-ups of the period cost what they should have cost, the others stay', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'modelway-reprice-'))
  const mock = createMockProvider({ models: ['one'], tokens: 4 })
  let now = 1_800_000_000_000
  const open = async (prices: object) => {
    const { plugin, book } = createReader()
    const env = {
      OPENAI_API_KEY: 'sk-upstream',
      OPENAI_BASE_URL: mock.url,
      OPENAI_MODELS: 'one',
      MODEL_PRICES: JSON.stringify(prices),
    }
    return { book, gateway: await startGateway({ env, extra: [plugin], folder, now: () => now }) }
  }
  const first = await open({})
  for (let i = 0; i < 30; i++) {
    await first.gateway.chat({ model: 'openai/one', messages: [] })
    now += 3_600_000
  }
  await first.book.flush()
  expect((await first.book.rows()).every(({ costNano }) => costNano === null)).toBe(true)
  await first.gateway.close()

  const second = await open({ 'openai/one': { input: 1, output: 2 } })
  const [from, to] = [1_800_000_000_000 + 10 * 3_600_000 - 1000, 1_800_000_000_000 + 20 * 3_600_000 - 1000]
  expect(await second.book.reprice(from, to)).toBe(10)
  expect(await second.book.reprice(from, to)).toBe(0)
  const rows = await second.book.rows()
  const mended = rows.filter(({ costNano }) => costNano !== null)
  expect(mended.length).toBe(10)
  for (const { at, input, output, costNano, priceSource } of mended) {
    expect([at >= from && at < to, costNano, priceSource]).toEqual([
      true,
      input! * 1000 + output! * 2000,
      'operator',
    ])
  }
  const rollups = await second.book.rollups()
  for (const span of Object.values(SPANS)) {
    const sums = rollups.filter(rollup => rollup.span === span)
    expect(totalsOf(sums)).toEqual(totalsOf(rows))
    expect(sums.reduce((sum, { priced }) => sum + priced, 0)).toBe(10)
    expect(sums.reduce((sum, { unpriced }) => sum + unpriced, 0)).toBe(20)
  }
  await second.gateway.close()
  mock.stop()
  rmSync(folder, { recursive: true, force: true })
}, 20_000)

test('two gateways that price the same records at once change the roll-ups once', async () => {
  const database = await openDatabase(':memory:')
  await database.migrate(new URL('../../drizzle', import.meta.url).pathname)
  const at =
    (nano: number): Price =>
    () => ({ nano, source: 'operator', version: null })
  const tokens: Tokens = [1000, 0, 0, null, null, null, 10, 0, null, null, null]
  const events = Array.from({ length: 40 }, (_, n) => callOf(n, tokens))
  const store = openStore(database.db)
  await store.write(toLines([VERSION, events, {}], at(100)))
  await Promise.all([store.reprice(at(70), 0, 1e15), openStore(database.db).reprice(at(70), 0, 1e15)])
  const rows = await readRows(database.db)
  expect(totalsOf(rows).costNano).toBe(40 * 70)
  const rollups = await readRollups(database.db)
  for (const span of Object.values(SPANS))
    expect(totalsOf(rollups.filter(rollup => rollup.span === span))).toEqual(totalsOf(rows))
  database.close()
})

/** A call that was answered, of any number. */
const callOf = (n: number, tokens: Tokens): CallEvent => [
  ...([`call-${n}`, 1_800_000_000_000 + n * 1000, 'key', '/', null, null, 'openai-chat', 'chat'] as const),
  ...(['one', null, null, null, 'openai', 'openai', 'one', null, 200, null] as const),
  ...([0, 5, 9, 'stop', 0, 'told', tokens] as const),
]

test('what cost nothing costs nothing afterwards, also where no price is known', async () => {
  const mock = createMockProvider({ models: ['one'] })
  const { plugin, book } = createReader()
  const env = { OPENAI_API_KEY: 'sk-upstream', OPENAI_BASE_URL: mock.url, OPENAI_MODELS: 'one', RETRIES: '0' }
  const gateway = await startGateway({ env, extra: [plugin] })
  mock.setPlan({ status: 500 })
  await gateway.chat({ model: 'openai/one', messages: [] })
  await gateway.chat({ model: 'openai/none', messages: [] })
  await book.flush()
  expect((await book.rows()).map(({ costNano }) => costNano)).toEqual([0, 0])
  expect(await book.reprice(0, Date.now() + 1000)).toBe(0)
  await gateway.close()
  mock.stop()
})
