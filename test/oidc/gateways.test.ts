import { afterAll, beforeAll, expect, test } from 'bun:test'
import { createClient } from '@libsql/client'
import { alertOf, browse, cookieOf } from '../dashboard/kit.ts'
import { startGateway, type TestGateway } from '../kit.ts'
import { type Identity, operatorsOf, startIdentity } from './kit.ts'

let identity: Identity
let one: TestGateway
let two: TestGateway

beforeAll(async () => {
  identity = await startIdentity()
  await identity.plan({ claims: { sub: 'jane', email: 'jane@example.com', groups: ['platform-admins'] } })
  one = await startGateway({ env: operatorsOf(identity) })
  two = await startGateway({ env: operatorsOf(identity), folder: one.folder })
})
afterAll(async () => {
  await two?.close()
  await one?.close()
  await identity?.[Symbol.asyncDispose]()
})

/** Goes to the identity provider from here; what the browser keeps meanwhile, and where it is sent then. */
async function leave(house: TestGateway) {
  const away = await browse(house).get('/sign-in/sso')
  const back = await fetch(away.headers.get('location')!, { redirect: 'manual' })
  const { pathname, search } = new URL(back.headers.get('location')!)
  return { cookie: away.headers.getSetCookie()[0]!.split(';')[0]!, path: pathname + search }
}

async function signIn(from: TestGateway, at = from): Promise<string> {
  const { cookie, path } = await leave(from)
  return cookieOf(await browse(at).get(path, cookie))
}

test('a sign-in that begins at one gateway ends at another, and holds at both until it is signed out', async () => {
  const session = await signIn(one, two)
  expect([await browse(one).isIn(session), await browse(two).isIn(session)]).toEqual([true, true])
  await browse(one).signOut(session, await browse(two).tokenOf(session))
  expect([await browse(one).isIn(session), await browse(two).isIn(session)]).toEqual([false, false])
})

test('a sign-in that has ended at one gateway does not end again at the other', async () => {
  const { cookie, path } = await leave(one)
  expect((await browse(one).get(path, cookie)).status).toBe(303)
  const again = await browse(two).get(path, cookie)
  expect(cookieOf(again)).toBe('')
  expect([again.status, await alertOf(again)]).toEqual([
    403,
    expect.stringContaining('could not be completed'),
  ])
})

test('what a gateway on another database has sealed is no visit', async () => {
  const elsewhere = await startGateway({ env: operatorsOf(identity) })
  const { cookie, path } = await leave(elsewhere)
  expect((await browse(one).get(path, cookie)).status).toBe(400)
  await elsewhere.close()
})

test('a session that other settings have ended stays ended when the old ones are back', async () => {
  const folder = one.folder
  const [jane, master] = [await signIn(one), await browse(one).signIn()]
  const same = await startGateway({ env: operatorsOf(identity), folder })
  expect(await browse(same).isIn(jane)).toBe(true)
  await same.close()
  const others = await startGateway({
    env: { ...operatorsOf(identity), OIDC_ADMIN: 'groups=others' },
    folder,
  })
  expect(await browse(others).isIn(jane)).toBe(false)
  await others.close()
  expect(await browse(one).isIn(jane)).toBe(false)
  expect(await browse(one).isIn(master)).toBe(true)
})

test('whoever comes back while the database is away is told why they are not in', async () => {
  const house = await startGateway({ env: operatorsOf(identity) })
  const { cookie, path } = await leave(house)
  const client = createClient({ url: `file:${house.folder}/test.db` })
  await client.execute('alter table dashboard_sessions rename to elsewhere')
  client.close()
  const refused = await browse(house).get(path, cookie)
  expect([refused.status, cookieOf(refused)]).toEqual([503, ''])
  expect(await alertOf(refused)).toContain('your session cannot be stored')
  await house.close()
})
