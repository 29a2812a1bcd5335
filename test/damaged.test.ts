import { Database } from 'bun:sqlite'
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { definePlugin, type Host } from '../src/contract/plugin.ts'
import { startGateway } from './kit.ts'

const folder = mkdtempSync(join(tmpdir(), 'modelway-damaged-'))
const file = join(folder, 'test.db')
let whole: Buffer
/** Where the rows of virtual models begin (bytes). */
let rows: number
beforeAll(async () => {
  const gateway = await startGateway({ folder })
  await gateway.admin('PUT', '/admin/virtual-models', { source: 'smart', target_model: 'demo/parrot' })
  await gateway.close()
  const database = new Database(file)
  database.exec('pragma wal_checkpoint(truncate)')
  const page = database.query("select rootpage from sqlite_master where name = 'virtual_models'").get()
  const size = database.query('pragma page_size').get()
  rows = ((page as { rootpage: number }).rootpage - 1) * (size as { page_size: number }).page_size
  database.close()
  whole = readFileSync(file)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function startOn(bytes: Uint8Array) {
  // Who could not open a file may hold it a little longer: each has its own.
  const home = mkdtempSync(join(folder, 'start-'))
  writeFileSync(join(home, 'test.db'), bytes)
  const gateway = await startGateway({ folder: home })
  await gateway.close()
  return gateway.logs
}

const REMEDY = ': restore it from a backup, or move it away to begin with an empty one'

test('D-05: a damaged database refuses to start and says what helps, whoever reads it first', async () => {
  const damages: readonly (readonly [string, Uint8Array, string])[] = [
    ['another beginning', whole.with(3, 0), 'Cannot open the database'],
    ['half of it', whole.subarray(0, whole.length / 2), 'Cannot open the database'],
    ['less than its head', whole.subarray(0, 50), 'Cannot open the database'],
    [
      'nonsense for rows',
      Buffer.concat([whole.subarray(0, rows), Buffer.alloc(500, 'x'), whole.subarray(rows + 500)]),
      'Plugin "virtual-models" cannot use the database: SQLITE_CORRUPT',
    ],
  ]
  for (const [what, bytes, says] of damages) {
    const { message } = await startOn(bytes).catch(error => error)
    expect([what, message]).toEqual([what, expect.stringContaining(says)])
    expect(message).toEndWith(REMEDY)
  }
})

test('one that may not be written says so too, and what has to be changed', async () => {
  const writer = definePlugin({
    name: 'writer',
    about: 'Writes at once.',
    async setup({ db }) {
      // As a file is that others may write only.
      await db.run('pragma query_only = on')
      await db.run('create table mine (name text)')
      return {}
    },
  })
  const { message } = await startGateway({ extra: [writer] }).catch(error => error)
  expect(message).toMatch(/^Plugin "writer" cannot use the database: SQLITE_READONLY: .* must be writable/)
})

test('D-01: what a full disk does not take is a 503 that says so; calls go on, and later it is taken', async () => {
  let database: Host['db']
  const room = definePlugin({
    name: 'room',
    about: 'Says how large the database may become.',
    setup({ db }) {
      database = db
      return {}
    },
  })
  const gateway = await startGateway({ extra: [room] })
  const store = (n: number) => {
    const row = { source: `v${n}`, target_model: 'demo/parrot', description: 'x'.repeat(900) }
    return gateway.admin('PUT', '/admin/virtual-models', row)
  }
  await store(0)
  await database!.run('pragma max_page_count = 1')
  let refused = await store(1)
  for (let n = 2; refused.status === 200 && n < 50; n++) refused = await store(n)
  expect([refused.status, refused.body.error.code]).toEqual([503, 'database_unavailable'])
  expect(refused.body.error.message).toContain('cannot be written (SQLITE_FULL)')
  expect((await gateway.chat({ model: 'v0', messages: [{ role: 'user', content: 'Hello' }] })).status).toBe(
    200,
  )
  await database!.run('pragma max_page_count = 4294967294')
  expect((await store(99)).status).toBe(200)
  expect(gateway.logs.filter(({ message }) => /bug/.test(String(message)))).toEqual([])
  await gateway.close()
})

test('D-10: a backup that is made while a gateway writes is a database with all that was stored before', async () => {
  const gateway = await startGateway()
  const store = (n: number) =>
    gateway.admin('PUT', '/admin/virtual-models', { source: `v${n}`, target_model: 'demo/parrot' })
  for (let n = 0; n < 5; n++) await store(n)
  const later = [5, 6, 7, 8, 9].map(store)
  const home = mkdtempSync(join(folder, 'backup-'))
  const reader = new Database(join(gateway.folder, 'test.db'), { readonly: true })
  reader.exec(`vacuum into '${join(home, 'test.db')}'`)
  reader.close()
  await Promise.all(later)
  await gateway.close()
  const restored = await startGateway({ folder: home })
  const { body } = await restored.admin('GET', '/admin/virtual-models')
  const sources = body.map(({ source }: { source: string }) => source)
  expect(sources.slice(0, 5)).toEqual(['v0', 'v1', 'v2', 'v3', 'v4'])
  await restored.close()
})

test('D-05: an empty database in the place of one is told, and one with rows is not', async () => {
  const isNew = (logs: readonly Record<string, unknown>[]) =>
    logs.some(({ message }) => message === 'A new database is made')
  expect(isNew(await startOn(new Uint8Array()))).toBe(true)
  expect(isNew(await startOn(whole))).toBe(false)
})

test('a model list that was had is fresh, also where it could not be stored', async () => {
  using provider = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch: () => Response.json({ data: [{ id: 'one' }] }),
  })
  let database: Host['db']
  const reader = definePlugin({
    name: 'reader',
    about: 'Takes the database away from those who write.',
    setup({ db }) {
      database = db
      return {}
    },
  })
  const env = { VLLM_BASE_URL: `${provider.url.origin}/v1` }
  const gateway = await startGateway({ env, extra: [reader] })
  await database!.run('pragma query_only = on')
  const { body } = await gateway.admin('POST', '/admin/providers/refresh')
  expect(body).toMatchObject([{ name: 'vllm', state: 'fresh', models: 1 }])
  expect(body[0]).not.toHaveProperty('error')
  await gateway.close()
})
