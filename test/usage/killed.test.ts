import { Database } from 'bun:sqlite'
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SPANS } from '../../plugins/usage/model.ts'
import { createMockProvider } from '../mock/provider.ts'
import { chatInit, type Running, spawnGateway } from '../process/spawn.ts'
import { lockFile } from './lock.ts'

/** R6: `kill -9` costs no record that is older than 250 ms, and counts none twice. `KILLS=1000` for a night of it. */

const KILLS = Number(process.env.KILLS ?? 3)
const KILLS_TAKE = 60_000 + KILLS * 5000

const mock = createMockProvider({ models: ['one'], tokens: 3 })
let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'modelway-killed-'))
})
afterAll(() => {
  mock.stop()
  rmSync(folder, { recursive: true, force: true })
})

const start = (): Promise<Running> =>
  spawnGateway({
    env: {
      OPENAI_API_KEY: 'sk-upstream',
      OPENAI_BASE_URL: mock.url,
      OPENAI_MODELS: 'one',
      CONFIGURED_PROVIDER_MODELS_MODE: 'allowlist',
      DATABASE_URL: `file:${join(folder, 'test.db')}`,
    },
  })

/** So many calls, a few at a time; the ids that the gateway gave them. */
async function call(gateway: Running, count: number): Promise<string[]> {
  const ids: string[] = []
  const one = async () => {
    const response = await gateway.fetch('/v1/chat/completions', chatInit({ model: 'one', messages: [] }))
    await response.text()
    ids.push(response.headers.get('x-request-id')!)
  }
  for (let i = 0; i < count; i += 10) await Promise.all(Array.from({ length: 10 }, one))
  return ids
}

const ask = <T>(sql: string): T[] => {
  const database = new Database(join(folder, 'test.db'), { readonly: true })
  const rows = database.query(sql).all() as T[]
  database.close()
  return rows
}
function missing(ids: readonly string[]): string[] {
  const known = new Set(ask<{ id: string }>('select id from usage_records').map(({ id }) => id))
  return ids.filter(id => !known.has(id))
}

test(
  'kill -9 in the middle, time and again: everything older than 250 ms is there afterwards, once',
  async () => {
    const ids: string[] = []
    for (let round = 0; round < KILLS; round++) {
      const gateway = await start()
      // The database takes nothing, so that the spool alone holds what was settled.
      const lock = await lockFile(join(folder, 'test.db'))
      ids.push(...(await call(gateway, 100)))
      await Bun.sleep(250)
      void call(gateway, 100).catch(() => {})
      await Bun.sleep(20)
      process.kill(gateway.pid, 'SIGKILL')
      await gateway.exited
      await lock.release()
      expect(readdirSync(join(folder, 'spool')).length).toBeGreaterThan(0)
    }
    await using gateway = await start()
    for (const end = Date.now() + 5000; Date.now() < end && missing(ids).length > 0; ) await Bun.sleep(50)
    expect(missing(ids)).toEqual([])
    gateway.signal('SIGTERM')
    await gateway.exited
    const [{ records, distinct }] = ask<{ records: number; distinct: number }>(
      'select count(*) records, count(distinct id) "distinct" from usage_records',
    ) as [{ records: number; distinct: number }]
    expect(records).toBe(distinct)
    for (const table of ['usage_rollups', 'usage_target_rollups']) {
      const sums = ask<{ calls: number }>(`select sum(calls) calls from ${table} group by span`)
      expect(sums.map(({ calls }) => calls)).toEqual(Object.keys(SPANS).map(() => records))
    }
    expect(ask('pragma integrity_check')).toEqual([{ integrity_check: 'ok' }])
    expect(readdirSync(join(folder, 'spool'))).toEqual([])
  },
  KILLS_TAKE,
)
