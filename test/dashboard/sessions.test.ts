import { afterAll, beforeAll, beforeEach, describe, expect, spyOn, test } from 'bun:test'
import { createClient, type InStatement } from '@libsql/client'
import { startGateway, type TestGateway, until } from '../kit.ts'
import { browse } from './kit.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
let clock = Date.UTC(2027, 0, 1)
const now = () => clock
let one: TestGateway
let two: TestGateway
/** What repeats at the first of them, and how often. */
const ticks: { readonly every: number | undefined; run(): unknown }[] = []

beforeAll(async () => {
  const timers = spyOn(globalThis, 'setInterval')
  one = await startGateway({ now })
  for (const [run, every] of timers.mock.calls) ticks.push({ every, run: run as () => unknown })
  timers.mockRestore()
  two = await startGateway({ now, folder: one.folder })
})
afterAll(async () => {
  await two?.close()
  await one?.close()
})
beforeEach(() => {
  clock += 24 * HOUR
})

/** By a connection of its own; of the same library, because two in one process do not see each other's locks. */
async function inFile(...statements: InStatement[]): Promise<Row[]> {
  const client = createClient({ url: `file:${one.folder}/test.db` })
  try {
    return (await client.batch(statements, 'write')).at(-1)!.rows as unknown as Row[]
  } finally {
    client.close()
  }
}
interface Row {
  readonly hash: string
  readonly used_at: number
}
const rows = () => inFile('select * from dashboard_sessions order by used_at')

describe('two gateways on one database', () => {
  test('know the same sessions, with the same token', async () => {
    const cookie = await browse(one).signIn()
    expect(await browse(two).isIn(cookie)).toBe(true)
    expect(await browse(two).tokenOf(cookie)).toBe(await browse(one).tokenOf(cookie))
  })

  test('end a session together, at once', async () => {
    const cookie = await browse(one).signIn()
    const csrf = await browse(one).tokenOf(cookie)
    await browse(two).signOut(cookie, 'another')
    expect(await browse(one).isIn(cookie)).toBe(true)
    expect((await browse(two).signOut(cookie, csrf)).headers.get('location')).toBe('/sign-in')
    expect(await browse(one).isIn(cookie)).toBe(false)
    expect(await browse(two).isIn(cookie)).toBe(false)
  })

  test('end the session that a browser had at the other one when it signs in', async () => {
    const first = await browse(one).signIn()
    const second = await browse(two).signIn(first)
    expect([await browse(one).isIn(first), await browse(one).isIn(second)]).toEqual([false, true])
  })

  test('count a use at either of them, and end it after twelve hours all the same', async () => {
    const cookie = await browse(one).signIn()
    for (let i = 0; i < 11; i++) {
      clock += HOUR
      expect(await browse(i % 2 ? one : two).isIn(cookie)).toBe(true)
    }
    clock += HOUR
    expect(await browse(one).isIn(cookie)).toBe(false)
    const idle = await browse(two).signIn()
    clock += 2 * HOUR
    expect(await browse(one).isIn(idle)).toBe(false)
  })
})

describe('the table', () => {
  test('holds nothing that could be sent as a cookie', async () => {
    const id = (await browse(one).signIn()).split('=')[1]!
    const [{ hash }] = (await rows()) as [Row]
    expect(hash).toMatch(/^[\da-f]{64}$/)
    expect(JSON.stringify(await rows())).not.toContain(id)
    for (const name of ['modelway', '__Host-modelway'])
      expect(await browse(one).isIn(`${name}=${hash}`)).toBe(false)
  })

  test('is told of a use once a minute', async () => {
    const cookie = await browse(one).signIn()
    const begun = clock
    const used = async () => (await rows()).at(-1)!.used_at
    clock += MINUTE - 1
    await browse(one).isIn(cookie)
    expect(await used()).toBe(begun)
    clock += 1
    await browse(one).isIn(cookie)
    await until(async () => (await used()) === begun + MINUTE, 'the use to be written')
    clock += MINUTE - 1
    await browse(two).isIn(cookie)
    expect(await used()).toBe(begun + MINUTE)
  })

  test('loses what is over when somebody signs in, and by itself', async () => {
    await browse(one).signIn()
    clock += 2 * HOUR + 1
    await browse(one).signIn()
    expect(await rows()).toHaveLength(1)
    clock += 2 * HOUR + 1
    for (const { every, run } of ticks) if (every === 10 * MINUTE) await run()
    expect(await rows()).toHaveLength(0)
  })

  test('holds 10,000 sessions: the one that was unused the longest makes room', async () => {
    const oldest = await browse(one).signIn()
    clock += 1
    const sql = 'insert into dashboard_sessions values (?, ?, null, null, ?, ?)'
    await inFile(
      ...Array.from({ length: 9_998 }, (_, i) => ({ sql, args: [`made-up-${i}`, 'csrf', clock, clock] })),
    )
    clock += 1
    const last = await browse(one).signIn()
    expect(await rows()).toHaveLength(10_000)
    expect(await browse(one).isIn(oldest)).toBe(true)
    const more = await browse(two).signIn()
    expect(await rows()).toHaveLength(10_000)
    expect(await browse(one).isIn(oldest)).toBe(false)
    expect([await browse(one).isIn(last), await browse(one).isIn(more)]).toEqual([true, true])
  })
})

describe('another master key', () => {
  const other = { MODELWAY_MASTER_KEY: 'another-master-key' }

  test('ends every session, and makes its own', async () => {
    const cookie = await browse(one).signIn()
    const changed = await startGateway({ now, folder: one.folder, env: other })
    expect(await browse(changed).isIn(cookie)).toBe(false)
    expect((await browse(changed).trySignIn(cookie)).status).toBe(401)
    expect((await browse(changed).trySignIn(cookie, other.MODELWAY_MASTER_KEY)).status).toBe(303)
    await changed.close()
  })
})
