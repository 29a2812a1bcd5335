import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test'
import { sql } from 'drizzle-orm'
import { providerObjects } from '../../plugins/files/schema.ts'
import { type Book, createReader, totalsOf } from '../usage/book.ts'
import { type House, openHouse } from './kit.ts'
import { openVault, type Vault } from './vault.ts'

/** What a batch used is on the bill once, however often and by whom it is looked after. */

let house: House
let book: Book
let vault: Vault
let key: string
beforeAll(async () => {
  const { plugin, book: read } = createReader()
  book = read
  house = await openHouse({
    at: { OPENAI_BASE_URL: '$/v1', ANTHROPIC_BASE_URL: '$/v1' },
    extra: [plugin],
  })
  key = await house.key({ user_path: '/alpha', labels: { team: 'alpha' } })
  await house.policy({ source: 'smarter', target_model: 'openai/gpt-5', force: true })
})
afterAll(() => house[Symbol.asyncDispose]())
beforeEach(() => {
  vault = openVault(house)
})

const usage = {
  input_tokens: 1000,
  input_tokens_details: { cached_tokens: 400 },
  output_tokens: 300,
  output_tokens_details: { reasoning_tokens: 100 },
  total_tokens: 1300,
}
/** Of gpt-5, at half the price: 600 × 1.25 + 400 × 0.125 + 300 × 10 millionths. */
const COST = (600 * 1250 + 400 * 125 + 300 * 10_000) / 2

const json = async (method: string, path: string, body?: unknown) =>
  (await house.call(method, path, { key, ...(body !== undefined && { json: body }) })).json()

/** Starts a batch whose lines name these models. */
async function start(...models: string[]): Promise<string> {
  const form = new FormData()
  form.append('purpose', 'batch')
  const lines = models.map((model, i) =>
    JSON.stringify({ custom_id: `${i}`, method: 'POST', url: '/v1/chat/completions', body: { model } }),
  )
  form.append('file', new File([lines.join('\n')], 'in.jsonl'))
  const file = await (await house.call('POST', '/v1/files', { body: form, key })).json()
  const batch = await json('POST', '/v1/batches', {
    input_file_id: file.id,
    endpoint: '/v1/chat/completions',
    completion_window: '24h',
  })
  return batch.id
}
const change = (id: string, fields: object) => Object.assign(vault.batches.get(id)!, fields)
const bills = async () => {
  expect(await book.flush()).toBe(true)
  return (await book.rows()).filter(({ part }) => part > 0)
}

test('what a batch says that it used is a part of the call that started it, at the price of batches, once', async () => {
  const id = await start('smarter')
  await json('GET', `/v1/batches/${id}`)
  change(id, { status: 'in_progress', usage: { ...usage, output_tokens: 1 } })
  await json('GET', `/v1/batches/${id}`)
  expect(await bills()).toEqual([])
  change(id, { status: 'completed', usage })
  await Promise.all([
    json('GET', `/v1/batches/${id}`),
    json('GET', '/v1/batches'),
    json('GET', `/v1/batches/${id}`),
  ])
  await json('GET', `/v1/batches/${id}`)
  const [bill, ...others] = await bills()
  expect(others).toEqual([])
  const [call] = (await book.rows()).filter(row => row.requestId === bill!.requestId)
  expect([call!.part, call!.dialect, call!.keyId, call!.virtualModel]).toEqual([
    0,
    'batches',
    bill!.keyId,
    'smarter',
  ])
  expect(bill).toMatchObject({
    id: `${call!.id}:batch`,
    userPath: '/alpha',
    labels: { team: 'alpha' },
    virtualModel: 'smarter',
    asked: 'smarter',
    provider: 'openai',
    model: 'gpt-5',
    input: 600,
    cacheRead: 400,
    output: 200,
    reasoning: 100,
    billing: 'exact',
    batch: true,
    code: null,
    costNano: COST,
    priceSource: 'bundled',
  })
})

test('it is in all sums, and is no call', async () => {
  const rows = await book.rows()
  const days = (await book.rollups()).filter(({ span }) => span === 86_400_000)
  expect(totalsOf(days)).toEqual(totalsOf(rows))
  expect(days.reduce((sum, { calls }) => sum + calls, 0)).toBe(rows.filter(({ part }) => part === 0).length)
  const { body } = await house.test.admin('GET', '/admin/usage?group_by=virtual_model')
  const smarter = body.groups.find(
    ({ group }: { group: { virtual_model: string } }) => group.virtual_model === 'smarter',
  )
  expect(smarter).toMatchObject({ cost_nano: COST })
  const [bill] = await bills()
  const { body: call } = await house.test.admin('GET', `/admin/usage/log/${bill!.requestId}`)
  expect(call.parts).toMatchObject([{ part: 1, cost_nano: COST, batch: true }])
  const page = async (query: string) =>
    (await (await house.call('GET', `/dashboard/requests${query}`)).text()).replaceAll(/<[^>]+>|\s+/g, ' ')
  expect(await page(`?call=${bill!.requestId}`)).toMatch(
    /When it was over, the batch at +openai\/gpt-5 +had used +1,300 tokens/,
  )
  expect(await page('')).toContain('What a batch used')
  expect(await book.reprice(0, Date.now() + 1000)).toBe(0)
})

test('one that ended before its time is billed for what it used, and one that used nothing, or does not say, is not', async () => {
  const before = (await bills()).length
  const [cancelled, silent, empty] = [
    await start('openai/gpt-5'),
    await start('openai/gpt-5'),
    await start('openai/gpt-5'),
  ]
  change(cancelled, { status: 'cancelled', usage: { ...usage, output_tokens: 0, output_tokens_details: {} } })
  change(silent, { status: 'completed' })
  change(empty, { status: 'failed', usage: { input_tokens: 0, output_tokens: 0, total_tokens: 0 } })
  for (const id of [cancelled, silent, empty]) await json('GET', `/v1/batches/${id}`)
  expect((await bills()).slice(before)).toMatchObject([{ input: 600, cacheRead: 400, output: 0 }])
  // What is told later is not lost.
  change(silent, { usage })
  await json('GET', `/v1/batches/${silent}`)
  expect((await bills()).length).toBe(before + 2)
})

test('where lines name several models the tokens are known, and the price is not', async () => {
  const before = (await bills()).length
  const id = await start('openai/gpt-5', 'openai/gpt-4o')
  change(id, { status: 'completed', usage })
  await json('GET', `/v1/batches/${id}`)
  expect((await bills()).slice(before)).toMatchObject([
    { provider: 'openai', model: null, input: 600, costNano: null, priceSource: null },
  ])
})

test('a batch that an earlier version started is billed by its own id', async () => {
  const before = (await bills()).length
  const id = await start('openai/gpt-5')
  await book.db.run(sql`update ${providerObjects} set made = null where id = ${id}`)
  change(id, { status: 'completed', usage })
  await json('GET', `/v1/batches/${id}`)
  expect((await bills()).slice(before)).toMatchObject([
    { id: `${id}:batch`, requestId: id, keyId: null, userPath: '/alpha', costNano: COST },
  ])
})

test('a batch that is over at once is billed', async () => {
  const before = (await bills()).length
  house.answer(() => Response.json({ id: 'batch_at_once', object: 'batch', status: 'completed', usage }))
  const file = { id: 'file-at-once', object: 'file', purpose: 'batch' }
  await book.db.insert(providerObjects).values({
    kind: 'file',
    language: 'openai',
    provider: 'openai',
    id: file.id,
    owner: '/alpha',
    purpose: 'batch',
    models: [{ asked: 'openai/gpt-5', model: 'gpt-5', where: 'Line 1' }],
    object: file,
    at: 0,
  })
  expect((await json('POST', '/v1/batches', { input_file_id: file.id })).id).toBe('batch_at_once')
  expect((await bills()).slice(before)).toMatchObject([{ costNano: COST }])
})
