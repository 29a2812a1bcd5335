import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test'
import { eventually } from '../notify/kit.ts'
import { type Book, createReader } from '../usage/book.ts'
import { type House, openHouse } from './kit.ts'
import { openVault, type Vault } from './vault.ts'

/** What a batch of messages used stands in its results only, and is on the bill once, whoever fetches them how often. */

let house: House
let book: Book
let vault: Vault
let key: string
beforeAll(async () => {
  const { plugin, book: read } = createReader()
  book = read
  house = await openHouse({ at: { ANTHROPIC_BASE_URL: '$/v1' }, extra: [plugin] })
  key = await house.key({ user_path: '/alpha', labels: { team: 'alpha' } })
  await house.policy({ source: 'smarter', target_model: 'anthropic/claude-sonnet-4-5', force: true })
})
afterAll(() => house[Symbol.asyncDispose]())
beforeEach(() => {
  vault = openVault(house)
})

const PATH = '/v1/messages/batches'
const call = (method: string, path: string, body?: unknown) =>
  house.call(method, path, { key, ...(body !== undefined && { json: body }) })
const text = async (method: string, path: string) => (await call(method, path)).text()

async function start(...models: string[]): Promise<string> {
  const requests = models.map((model, i) => ({
    custom_id: `${i}`,
    params: { model, max_tokens: 9, messages: [] },
  }))
  return (await (await call('POST', PATH, { requests })).json()).id
}

/** A line of the results: an answer that used this. */
const succeeded = (model: string, usage: object) => ({
  custom_id: 'x',
  result: { type: 'succeeded', message: { type: 'message', model, usage } },
})
const failed = { custom_id: 'y', result: { type: 'errored', error: { type: 'error' } } }
const usage = {
  input_tokens: 100,
  cache_read_input_tokens: 40,
  cache_creation_input_tokens: 20,
  cache_creation: { ephemeral_5m_input_tokens: 15, ephemeral_1h_input_tokens: 5 },
  output_tokens: 30,
  service_tier: 'batch',
}
/** Of claude-sonnet-4-5, at half the price: dollars for a million tokens, in thousandths. */
const COST = (100 * 3000 + 40 * 300 + 15 * 3750 + 5 * 6000 + 30 * 15_000) / 2

function end(id: string, lines: readonly unknown[], count = lines.length): void {
  Object.assign(vault.batches.get(id)!, {
    processing_status: 'ended',
    request_counts: { processing: 0, succeeded: count },
  })
  vault.results.set(id, { text: lines.map(line => `${JSON.stringify(line)}\n`).join(''), fetched: 0 })
}
const bills = async () => {
  expect(await book.flush()).toBe(true)
  return (await book.rows()).filter(({ part }) => part > 0)
}
/** Waits for bills beyond those that were there. */
async function newBills(before: number, count: number) {
  await eventually(async () => (await bills()).length >= before + count, `${count} bills`)
  return (await bills()).slice(before)
}

test('it is a part of the call that started the batch, at the price of batches', async () => {
  const before = (await bills()).length
  const id = await start('smarter', 'smarter', 'smarter')
  await text('GET', `${PATH}/${id}`)
  const line = succeeded('claude-sonnet-4-5-20250929', usage)
  end(id, [line, failed, line])
  await Promise.all([text('GET', `${PATH}/${id}`), text('GET', PATH), text('GET', `${PATH}/${id}/results`)])
  const [bill, ...others] = await newBills(before, 1)
  expect(others).toEqual([])
  const [row] = (await book.rows()).filter(
    ({ requestId, part }) => requestId === bill!.requestId && part === 0,
  )
  expect(row).toMatchObject({ dialect: 'message-batches', keyId: bill!.keyId })
  expect(bill).toMatchObject({
    id: `${row!.id}:batch`,
    userPath: '/alpha',
    labels: { team: 'alpha' },
    virtualModel: 'smarter',
    asked: 'smarter',
    provider: 'anthropic',
    model: 'claude-sonnet-4-5',
    input: 200,
    cacheRead: 80,
    cacheWrite: 30,
    cacheWriteHour: 10,
    output: 60,
    billing: 'exact',
    batch: true,
    terms: 'batch',
    costNano: 2 * COST,
  })
  // Once it is billed nobody reads the results again.
  const { fetched } = vault.results.get(id)!
  for (const path of [`${PATH}/${id}`, PATH]) await text('GET', path)
  await text('GET', `${PATH}/${id}/results`)
  expect(vault.results.get(id)!.fetched).toBe(fetched + 1)
  expect((await bills()).length).toBe(before + 1)
})

test('who only fetches the results is billed, and who deletes the batch at once, too', async () => {
  const before = (await bills()).length
  const [fetched, deleted] = [await start('smarter'), await start('smarter')]
  for (const id of [fetched, deleted]) end(id, [succeeded('claude-sonnet-4-5', usage)])
  expect(await text('GET', `${PATH}/${fetched}/results`)).toContain('claude-sonnet-4-5')
  expect((await call('DELETE', `${PATH}/${deleted}`)).status).toBe(200)
  expect(await newBills(before, 2)).toMatchObject([{ costNano: COST }, { costNano: COST }])
})

test('models are told apart, and so are terms', async () => {
  const before = (await bills()).length
  const id = await start(
    'anthropic/claude-sonnet-4-5',
    'anthropic/claude-opus-4-8',
    'anthropic/claude-opus-4-8',
  )
  end(id, [
    succeeded('claude-sonnet-4-5', usage),
    succeeded('claude-opus-4-8', usage),
    succeeded('claude-opus-4-8', { ...usage, inference_geo: 'us' }),
  ])
  await text('GET', `${PATH}/${id}`)
  const found = await newBills(before, 3)
  expect(found.every(({ batch }) => batch)).toBe(true)
  expect(found.map(({ model, terms }) => `${model} ${terms}`).sort()).toEqual([
    'claude-opus-4-8 batch',
    'claude-opus-4-8 batch us',
    'claude-sonnet-4-5 batch',
  ])
  const costs = Object.fromEntries(found.map(({ model, terms, costNano }) => [`${model} ${terms}`, costNano]))
  expect(costs['claude-sonnet-4-5 batch']).toBe(COST)
  expect(costs['claude-opus-4-8 batch us']! / costs['claude-opus-4-8 batch']!).toBeCloseTo(1.1, 5)
  expect(new Set(found.map(({ id }) => id)).size).toBe(3)
  expect(new Set(found.map(({ requestId }) => requestId)).size).toBe(1)
})

test('results that break off are no bill: they are read again when somebody asks', async () => {
  const before = (await bills()).length
  const id = await start('smarter', 'smarter')
  const line = succeeded('claude-sonnet-4-5', usage)
  end(id, [line], 2)
  await text('GET', `${PATH}/${id}`)
  await eventually(() => vault.results.get(id)!.fetched === 1, 'the first reading')
  await Bun.sleep(50)
  expect((await bills()).length).toBe(before)
  end(id, [line, line])
  await text('GET', `${PATH}/${id}`)
  expect(await newBills(before, 1)).toMatchObject([{ costNano: 2 * COST }])
})

test('one of which nothing succeeded has no bill, and is not read again', async () => {
  const before = (await bills()).length
  const id = await start('smarter')
  end(id, [failed])
  await text('GET', `${PATH}/${id}`)
  await eventually(() => vault.results.get(id)!.fetched === 1, 'the reading')
  await Bun.sleep(50)
  await text('GET', `${PATH}/${id}`)
  await Bun.sleep(50)
  expect([vault.results.get(id)!.fetched, (await bills()).length]).toEqual([1, before])
})
