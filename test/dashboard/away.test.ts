import { afterEach, beforeEach, expect, test } from 'bun:test'
import { createClient } from '@libsql/client'
import { MASTER, startGateway, type TestGateway, until } from '../kit.ts'
import { lockFile } from '../usage/lock.ts'
import { alertOf, browse } from './kit.ts'

const SECOND = 1000
let clock: number
let house: TestGateway

beforeEach(async () => {
  clock = Date.UTC(2027, 0, 1)
  house = await startGateway({ now: () => clock })
})
afterEach(() => house.close())

async function run(sql: string): Promise<void> {
  const client = createClient({ url: `file:${house.folder}/test.db` })
  await client.execute(sql)
  client.close()
}
/** The database fails, for whoever asks for sessions. */
const breakOff = () => run('alter table dashboard_sessions rename to elsewhere')
const mend = () => run('alter table elsewhere rename to dashboard_sessions')
const said = (message: string) => house.logs.filter(line => line.message === message).length

test('who was seen a moment ago goes on for 30 seconds while the database is away, and afterwards when it is back', async () => {
  const { signIn, get, isIn } = browse(house)
  const cookie = await signIn()
  expect(await isIn(cookie)).toBe(true)
  await breakOff()
  clock += 29 * SECOND
  expect(await isIn(cookie)).toBe(true)
  clock += 2 * SECOND
  const late = await get('/dashboard/models', cookie)
  expect(late.status).toBe(503)
  expect(await late.text()).toMatch(/^Your session cannot be looked up: the database does not answer/)
  const api = await house.json('/admin/keys', { headers: { cookie } })
  expect([api.status, api.body.error.code]).toEqual([503, 'identity_unavailable'])
  await mend()
  expect(await isIn(cookie)).toBe(true)
  await until(() => said('Sessions can be read and stored again') === 1, 'the log to say that it is over')
  expect(said('Sessions cannot be read or stored')).toBe(1)
})

test('who is not known is not let in while the database is away; the master key works at the admin API', async () => {
  const { get } = browse(house)
  await breakOff()
  const unknown = `modelway=${'x'.repeat(43)}`
  expect((await get('/dashboard/models', unknown)).status).toBe(503)
  expect((await get('/dashboard/models')).status).toBe(303)
  const page = await get('/sign-in', unknown)
  expect(page.status).toBe(503)
  expect(await alertOf(page)).toContain('cannot be looked up')
  expect((await house.admin('GET', '/admin/keys')).status).toBe(200)
  const headers = { cookie: unknown, authorization: `Bearer ${MASTER}` }
  expect((await house.json('/admin/keys', { headers })).status).toBe(200)
})

test('a sign-in that cannot be stored says so, and wrong keys are counted as ever', async () => {
  const { trySignIn } = browse(house)
  await breakOff()
  const refused = await trySignIn()
  expect(refused.status).toBe(503)
  expect(refused.headers.getSetCookie()).toEqual([])
  expect(await alertOf(refused)).toContain('your session cannot be stored')
  for (let i = 0; i < 10; i++) expect((await trySignIn('', 'wrong')).status).toBe(401)
  expect((await trySignIn()).status).toBe(429)
})

test('a sign-out that cannot be stored says so, and takes no cookie back', async () => {
  const { signIn, signOut, tokenOf, isIn } = browse(house)
  const cookie = await signIn()
  const csrf = await tokenOf(cookie)
  await breakOff()
  const refused = await signOut(cookie, csrf)
  expect(refused.status).toBe(503)
  expect(refused.headers.getSetCookie()).toEqual([])
  expect(await alertOf(refused)).toContain('could not be ended')
  await mend()
  expect(await isIn(cookie)).toBe(true)
  expect((await signOut(cookie, csrf)).status).toBe(303)
  // Memory does not bring it back.
  await breakOff()
  expect(await isIn(cookie)).toBe(false)
})

test('what another process locks is not waited for for long: reads go on, a sign-in is refused', async () => {
  const { signIn, trySignIn, isIn } = browse(house)
  const cookie = await signIn()
  {
    await using _ = await lockFile(`${house.folder}/test.db`)
    clock += 90 * SECOND
    expect(await isIn(cookie)).toBe(true)
    const begun = performance.now()
    expect((await trySignIn()).status).toBe(503)
    // So long would the file itself be waited for.
    expect(performance.now() - begun).toBeLessThan(5000)
  }
  expect((await trySignIn()).status).toBe(303)
  expect(await isIn(cookie)).toBe(true)
}, 20_000)
