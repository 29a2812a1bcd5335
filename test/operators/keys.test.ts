import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { alertOf, browse, cookieOf } from '../dashboard/kit.ts'
import { MASTER, type Parsed, startGateway, type TestGateway, until } from '../kit.ts'

/** Managed keys that operate: at the admin API, and at the dashboard. */

const HOUR = 3_600_000
const HELLO = { role: 'user', content: 'Hello' }
let house: TestGateway
let browser: ReturnType<typeof browse>
let clock = Date.now()

beforeAll(async () => {
  house = await startGateway({ now: () => clock })
  browser = browse(house)
})
afterAll(() => house?.close())

interface Key {
  readonly id: string
  readonly key: string
}

async function make(said: object, by?: string): Promise<Key> {
  const { status, body } = await (by === undefined
    ? house.admin('POST', '/admin/keys', said)
    : ask(by, 'POST', '/admin/keys', said))
  expect([status, body.error?.message]).toEqual([201, undefined])
  return body
}

const ask = (key: string, method: string, path: string, body?: object): Promise<Parsed> =>
  house.json(path, {
    method,
    headers: { authorization: `Bearer ${key}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  })

const enter = async ({ key }: Key): Promise<string> => cookieOf(await browser.trySignIn('', key))

describe('a key that operates', () => {
  test('says so wherever keys are shown, and a key of a caller does not', async () => {
    const [reader, caller] = [await make({ name: 'desk', operates: 'read' }), await make({ name: 'app' })]
    expect((await house.admin('GET', `/admin/keys/${reader.id}`)).body.operates).toBe('read')
    expect((await house.admin('GET', `/admin/keys/${caller.id}`)).body.operates).toBeNull()
  })

  test('is refused where it says anything else than read or write', async () => {
    const { status, body } = await house.admin('POST', '/admin/keys', { name: 'x', operates: 'all' })
    expect(status).toBe(400)
    expect(body.error.message).toContain('expected read or write, or null')
    expect(body.error.param).toBe('operates')
  })

  test('is named with its id by the history and the audit trail, whatever somebody calls it', async () => {
    const { id, key } = await make({ name: 'master', operates: 'write' })
    const made = await make({ name: 'made by it' }, key)
    const { body } = await house.admin('GET', `/admin/history?kind=key&subject=${made.id}`)
    expect(body.data[0].author).toBe(`master (${id})`)
    const last = async () => (await house.admin('GET', '/admin/audit?who=key&limit=1')).body.data[0]
    await until(async () => (await last()) !== undefined, 'the call in the audit trail')
    expect(await last()).toMatchObject({ who: 'key', name: `master (${id})`, route: '/admin/keys' })
  })

  test('that may write makes others, and one that only reads makes none', async () => {
    const writer = await make({ name: 'jane', operates: 'write' })
    const another = await make({ name: 'joe', operates: 'write' }, writer.key)
    const reader = await make({ name: 'desk', operates: 'read' }, another.key)
    const refused = await ask(reader.key, 'POST', '/admin/keys', { name: 'x', operates: 'write' })
    expect(refused.status).toBe(403)
    expect(refused.body.error.message).toBe('You operate as a reader: you may look, and change nothing')
  })

  test('calls models as its other fields say', async () => {
    const open = await make({ name: 'jane', operates: 'read', user_path: '/team' })
    const closed = await make({ name: 'joe', operates: 'write', allowed_models: [] })
    const call = async ({ key }: Key) =>
      (await ask(key, 'POST', '/v1/chat/completions', { model: 'demo/parrot', messages: [HELLO] })).status
    expect(await call(open)).toBe(200)
    expect(await call(closed)).toBe(403)
  })

  test('operates no more once it is said anew without that, and again once that is restored', async () => {
    const { id, key } = await make({ name: 'jane', operates: 'write' })
    const first = (await house.admin('GET', `/admin/history?kind=key&subject=${id}`)).body.data[0]
    await house.admin('PUT', `/admin/keys/${id}`, { name: 'jane' })
    expect((await ask(key, 'GET', '/admin/keys')).status).toBe(401)
    await house.admin('POST', `/admin/history/${first.id}/restore`)
    expect((await ask(key, 'GET', '/admin/keys')).status).toBe(200)
  })
})

describe('at the sign-in', () => {
  test('a key that operates opens a session, and one of a caller is a wrong key', async () => {
    const reader = await make({ name: 'desk', operates: 'read' })
    expect(await browser.isIn(await enter(reader))).toBe(true)
    const refused = await browser.trySignIn('', (await make({ name: 'app' })).key)
    expect(refused.status).toBe(401)
    expect(await refused.text()).toContain('This is not the master key, nor another one that operates')
  })

  test('keys of callers are counted as wrong ones', async () => {
    clock += HOUR
    const { key } = await make({ name: 'app' })
    for (let tries = 0; tries < 10; tries++) await browser.trySignIn('', key)
    expect((await browser.trySignIn('', key)).status).toBe(429)
    clock += HOUR
  })
})

describe('a session that a key has opened', () => {
  test('ends when the key is revoked', async () => {
    const writer = await make({ name: 'jane', operates: 'write' })
    const cookie = await enter(writer)
    expect(await browser.isIn(cookie)).toBe(true)
    await house.admin('DELETE', `/admin/keys/${writer.id}`)
    expect(await browser.isIn(cookie)).toBe(false)
  })

  test('ends when the key expires', async () => {
    const expires_at = new Date(clock + HOUR).toISOString()
    const cookie = await enter(await make({ name: 'jane', operates: 'read', expires_at }))
    clock += HOUR - 60_000
    expect(await browser.isIn(cookie)).toBe(true)
    clock += 60_000
    expect(await browser.isIn(cookie)).toBe(false)
  })

  test('outlives a roll as long as the old key does', async () => {
    const { id, ...old } = await make({ name: 'jane', operates: 'read' })
    const cookie = await enter({ id, ...old })
    const { body } = await house.admin('POST', `/admin/keys/${id}/roll`, { grace_seconds: 600 })
    expect(await browser.isIn(cookie)).toBe(true)
    clock += 600_000
    expect(await browser.isIn(cookie)).toBe(false)
    expect(await browser.isIn(await enter(body))).toBe(true)
  })

  test('may do what the key may now, not what it might when it began', async () => {
    const { id, key } = await make({ name: 'jane', operates: 'write' })
    const cookie = await enter({ id, key })
    const token = await browser.tokenOf(cookie)
    const revoke = async () => {
      const other = await make({ name: 'other' })
      const headers = { cookie, host: 'localhost:8080', 'x-csrf-token': token }
      return (await house.fetch(`/admin/keys/${other.id}`, { method: 'DELETE', headers })).status
    }
    expect(await revoke()).toBe(200)
    await house.admin('PUT', `/admin/keys/${id}`, { name: 'jane', operates: 'read' })
    expect(await revoke()).toBe(403)
    expect(await browser.isIn(cookie)).toBe(true)
    await house.admin('PUT', `/admin/keys/${id}`, { name: 'jane' })
    expect(await browser.isIn(cookie)).toBe(false)
  })
})

test('a session of a key that operates no more is over for good: a key that operates again opens another one', async () => {
  const { id, key } = await make({ name: 'jane', operates: 'write' })
  const cookies = [await enter({ id, key })]
  const say = (operates: string | null) => house.admin('PUT', `/admin/keys/${id}`, { name: 'jane', operates })
  for (const again of ['write', 'read']) {
    await say(null)
    await say(again)
    expect(await Promise.all(cookies.map(cookie => browser.isIn(cookie)))).toEqual(cookies.map(() => false))
    cookies.push(await enter({ id, key }))
    expect(await browser.isIn(cookies.at(-1)!)).toBe(true)
  }
})

test('a key that calls no model stays so when its form is saved, and is opened only by who says it', async () => {
  const { id } = await make({ name: 'desk', operates: 'read', allowed_models: [] })
  const headers = { authorization: `Bearer ${MASTER}` }
  const page = await (await house.fetch(`/dashboard/keys?edit=${id}`, { headers })).text()
  expect(page).toMatch(/<input[^>]*name="no_models"[^>]* checked/)
  expect(await (await house.fetch('/dashboard/keys', { headers })).text()).toContain('>No model<')
  const save = async (said: Record<string, string>) => {
    const { version } = (await house.admin('GET', `/admin/keys/${id}`)).body
    const body = new URLSearchParams({ id, version, name: 'desk', operates: 'read', ...said })
    const answer = await house.fetch('/dashboard/keys/save', { method: 'POST', headers, body })
    return answer.text()
  }
  const models = async () => (await house.admin('GET', `/admin/keys/${id}`)).body.allowed_models
  await save({ no_models: 'on', description: 'In the hall' })
  expect(await models()).toEqual([])
  expect(await save({ no_models: 'on', allowed_models: 'openai/' })).toContain('Name models, or choose none')
  await save({})
  expect(await models()).toBeNull()
  const history = await (await house.fetch('/dashboard/history', { headers })).text()
  expect(history).toMatch(/Allowed models<\/dt><dd><ins>.*?all<\/ins>/)
})

test('a restart ends no session of a key, and one of a master key that is another one does', async () => {
  const cookie = await enter(await make({ name: 'jane', operates: 'read' }))
  const env = { MODELWAY_MASTER_KEY: 'another-master-key' }
  for (const [more, isIn] of [[{}, true] as const, [{ env }, false] as const]) {
    const next = await startGateway({ folder: house.folder, now: () => clock, ...more })
    expect(await browse(next).isIn(cookie)).toBe(isIn)
    await next.close()
  }
})

test('a key that is revoked at one gateway ends its sessions at the others', async () => {
  const { id, key } = await make({ name: 'jane', operates: 'write' })
  const other = await startGateway({ folder: house.folder, now: () => clock })
  const { isIn, trySignIn } = browse(other)
  const cookie = cookieOf(await trySignIn('', key))
  expect([await isIn(cookie), await browser.isIn(cookie)]).toEqual([true, true])
  await house.admin('DELETE', `/admin/keys/${id}`)
  await until(async () => !(await isIn(cookie)), 'the other gateway hears of it')
  await other.close()
})

describe('where there is no master key', () => {
  test('the first key of an operator who may write locks nobody out', async () => {
    const open = await startGateway({ env: { MODELWAY_MASTER_KEY: '' } })
    const post = (said: object) =>
      open.json('/admin/keys', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(said),
      })
    const { body } = await post({ name: 'jane', operates: 'write' })
    expect(body.warning).toBeUndefined()
    expect((await post({ name: 'x' })).status).toBe(401)
    const { trySignIn, isIn, get } = browse(open)
    expect(await (await get('/sign-in')).text()).toContain('type="password"')
    expect(await isIn(cookieOf(await trySignIn('', body.key)))).toBe(true)
    expect(await alertOf(await trySignIn('', 'wrong'))).toBeUndefined()
    await open.close()
  })
})
