import { Database } from 'bun:sqlite'
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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

test('D-05: an empty database in the place of one is told, and one with rows is not', async () => {
  const isNew = (logs: readonly Record<string, unknown>[]) =>
    logs.some(({ message }) => message === 'A new database is made')
  expect(isNew(await startOn(new Uint8Array()))).toBe(true)
  expect(isNew(await startOn(whole))).toBe(false)
})
