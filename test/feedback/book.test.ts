import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test'
import { openBook } from '../../plugins/feedback/book.ts'
import type { Call, Said } from '../../plugins/feedback/model.ts'
import { feedback } from '../../plugins/feedback/schema.ts'
import { type OpenDatabase, openDatabase } from '../../src/database/open.ts'
import type { OwnCalls } from '../../src/scope/own-calls.ts'
import type { UserPath } from '../../src/types.ts'

/** What becomes of what was said as time goes by. */

const DAY = 86_400_000
let database: OpenDatabase
beforeAll(async () => {
  database = await openDatabase(':memory:')
  await database.migrate(new URL('../../drizzle', import.meta.url).pathname)
})
afterAll(() => database.close())
beforeEach(async () => {
  await database.db.delete(feedback)
  known.length = 0
  now = Date.now()
  isAway = false
})

let now = 0
let isAway = false
const known: Call[] = []
const book = () =>
  openBook({
    db: database.db,
    now: () => now,
    calls: () => ({
      find: async ids => {
        if (isAway) throw new Error('away')
        return known.filter(({ requestId }) => ids.includes(requestId))
      },
      retention: 30 * DAY,
    }),
    guard: text => text,
  })
const said = (requestId: string): Said => ({
  requestId,
  mirrored: false,
  name: 'score',
  score: 1,
  comment: null,
})
const call = (requestId: string, at = now): Call => ({
  ...{ requestId, at, mirrored: false, userPath: '/a', keyId: 'key_1' },
  ...{ virtualModel: 'smart', provider: 'openai', model: 'one' },
})
const rows = () => database.db.select().from(feedback)

test('of a call that never comes it is kept for a day, and no longer', async () => {
  const { say, catchUp } = book()
  expect(await say([said(Bun.randomUUIDv7())], {})).toEqual(['waiting'])
  now += DAY - 1000
  await catchUp()
  expect(await rows()).toHaveLength(1)
  now += 2000
  await catchUp()
  expect(await rows()).toEqual([])
})

test('an id that is older than a day, or none of ours, is unknown at once', async () => {
  const old = Bun.randomUUIDv7('hex', now - DAY - 1000)
  expect(await book().say([said(old), said('chatcmpl-1'), said(crypto.randomUUID())], {})).toEqual([
    'unknown',
    'unknown',
    'unknown',
  ])
  known.push(call(old))
  expect(await book().say([said(old)], {})).toEqual(['stored'])
})

test('it is forgotten with its call', async () => {
  const { say, forget } = book()
  const [one, two] = [Bun.randomUUIDv7(), Bun.randomUUIDv7()]
  known.push(call(one, now - 31 * DAY), call(two, now - 29 * DAY))
  await say([said(one), said(two)], {})
  await forget()
  expect((await rows()).map(({ requestId }) => requestId)).toEqual([two])
})

test('what could not be looked for once is looked for again', async () => {
  const { say, catchUp } = book()
  const id = Bun.randomUUIDv7()
  await say([said(id)], {})
  known.push(call(id))
  isAway = true
  await expect(catchUp()).rejects.toThrow('away')
  isAway = false
  await catchUp()
  expect((await rows()).map(({ model }) => model)).toEqual(['one'])
})

test('who starts again catches up with what waited before', async () => {
  const ids = Array.from({ length: 450 }, () => Bun.randomUUIDv7())
  await book().say(ids.map(said), {})
  known.push(...ids.map(id => call(id)))
  await book().catchUp()
  expect((await rows()).filter(({ model }) => model === 'one')).toHaveLength(450)
})

test('what was said at a gateway that is gone, another one that runs joins with its call', async () => {
  const { catchUp, lookEverywhere } = book()
  await catchUp()
  const id = Bun.randomUUIDv7()
  await book().say([said(id)], {})
  known.push(call(id))
  await catchUp()
  expect((await rows()).map(({ model }) => model)).toEqual([null])
  lookEverywhere()
  await catchUp()
  expect((await rows()).map(({ model }) => model)).toEqual(['one'])
})

test('who names ever other paths below their own has no more room for what waits', async () => {
  const { say } = book()
  const speak = (within: UserPath, count: number, most: OwnCalls = { within: '/a' }) =>
    say(
      Array.from({ length: count }, () => said(Bun.randomUUIDv7())),
      { within },
      most,
    )
  await speak('/a', 1)
  await speak('/a/b', 500)
  await speak('/a/c', 499)
  await expect(speak('/a/d', 1)).rejects.toThrow('Too much feedback waits')
  // Somebody else, who is only called alike.
  expect(await speak('/a-b', 1, { within: '/a-b' })).toEqual(['waiting'])
})

test('nor has a key that may name any path', async () => {
  const { say } = book()
  const speak = (within: UserPath, count: number, holder = 'key_1') =>
    say(
      Array.from({ length: count }, () => said(Bun.randomUUIDv7())),
      { within, holder },
      { holder },
    )
  await speak('/x', 600)
  await speak('/y', 400)
  await expect(speak('/z', 1)).rejects.toThrow('Too much feedback waits')
  expect(await speak('/z', 1, 'key_2')).toEqual(['waiting'])
})
