import { afterAll, beforeAll, expect, test } from 'bun:test'
import { type NewRecord, openRecords } from '../../plugins/mcp/calls/records.ts'
import { definePlugin } from '../../src/contract/plugin.ts'
import type { Database } from '../../src/database/open.ts'
import { createLog } from '../../src/log.ts'
import { startGateway, type TestGateway } from '../kit.ts'

let db: Database
let gateway: TestGateway
const reader = definePlugin({
  name: 'reader',
  about: 'Looks into tables.',
  setup(host) {
    db = host.db
    return {}
  },
})
beforeAll(async () => {
  gateway = await startGateway({ extra: [reader] })
})
afterAll(() => gateway.close())

const call: Omit<NewRecord, 'requestId'> = {
  ...{
    at: 1,
    keyId: 'master',
    userPath: '/',
    server: 'one',
    kind: 'tool',
    name: 'echo',
    outcome: 'ok',
    ms: 1,
  },
  ...{ requestBytes: 2, answerBytes: 2, costNano: null },
}

/** It writes, and while it is mute its answer is lost on the way. */
const lossy = (isMute: () => boolean): Database =>
  new Proxy(db, {
    get(target, name) {
      if (name !== 'insert' || !isMute()) return Reflect.get(target, name)
      const insert = (table: never) => ({
        values: (rows: never) => ({
          async onConflictDoNothing() {
            await target.insert(table).values(rows).onConflictDoNothing()
            throw new Error('The answer is lost')
          },
        }),
      })
      return insert
    },
  })

test('records that a database has written without saying so are there once', async () => {
  let isMute = true
  const records = openRecords(
    lossy(() => isMute),
    createLog('test'),
  )
  for (const requestId of ['a', 'b']) records.add({ ...call, requestId })
  await expect(records.flush()).rejects.toThrow('The answer is lost')
  isMute = false
  records.add({ ...call, requestId: 'c' })
  await records.flush()
  const { rows } = await records.look({ limit: 10 })
  expect(rows.map(({ requestId }) => requestId)).toEqual(['c', 'b', 'a'])
})
