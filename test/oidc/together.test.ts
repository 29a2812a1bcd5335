import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { definePlugin } from '../../src/contract/plugin.ts'
import { MASTER, startGateway, type TestGateway } from '../kit.ts'
import { launchGateway } from '../process/spawn.ts'
import { bearing, callersOf, type Identity, operatorsOf, startIdentity } from './kit.ts'

let identity: Identity
beforeEach(async () => {
  identity = await startIdentity()
})
afterEach(() => identity[Symbol.asyncDispose]())

const alpha = { team: 'alpha' }
const ADMIN = { groups: ['platform-admins'] }
const statusOf = async (house: TestGateway, headers: Record<string, string>, path = '/v1/models') =>
  (await house.fetch(path, { headers })).status

/** Writes down on whose behalf calls are made. */
const paths: string[] = []
const witness = definePlugin({
  name: 'witness',
  about: 'Writes down on whose behalf calls are made.',
  setup: () => ({ permit: ({ userPath }) => void paths.push(userPath) }),
})

describe('keys and tokens together', () => {
  test('K1, K2: a key stays a key, whatever it looks like, and two different credentials are refused', async () => {
    const jwtLike = 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJtYXN0ZXIifQ.c2ln'
    const house = await startGateway({ env: { ...callersOf(identity), MODELWAY_MASTER_KEY: jwtLike } })
    const token = await identity.token(alpha)
    const { body } = await house.json('/admin/keys', {
      method: 'POST',
      headers: { ...bearing(jwtLike), 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'k', user_path: '/team/k' }),
    })
    expect(await statusOf(house, bearing(jwtLike))).toBe(200)
    expect(await statusOf(house, bearing(body.key))).toBe(200)
    expect(await statusOf(house, bearing(token))).toBe(200)
    expect(await statusOf(house, { 'x-api-key': token })).toBe(200)
    expect(await statusOf(house, { 'x-goog-api-key': token })).toBe(200)
    expect(await statusOf(house, { ...bearing(token), 'x-api-key': token })).toBe(200)
    expect(await statusOf(house, { ...bearing(token), 'x-api-key': body.key })).toBe(401)
    expect(await statusOf(house, bearing('mw_unknown'))).toBe(401)
    expect(await statusOf(house, {})).toBe(401)
    await house.close()
  })

  test('K3: an issuer closes what would be open to this machine', async () => {
    const env = { MODELWAY_MASTER_KEY: '', ...callersOf(identity) }
    const house = await startGateway({ env })
    expect(house.gateway.isOpen).toBe(false)
    expect(await statusOf(house, {})).toBe(401)
    expect(await statusOf(house, {}, '/admin/keys')).toBe(401)
    expect(await statusOf(house, bearing(await identity.token(alpha)))).toBe(200)
    await house.close()
  })

  test('K3: with an issuer and no key the gateway may listen elsewhere; without either it may not', async () => {
    const env = { MODELWAY_MASTER_KEY: '', HOST: '0.0.0.0' }
    await using closed = launchGateway({ env })
    expect(await closed.exited).toBe(3)
    const house = await startGateway({ env: { ...env, ...callersOf(identity) } })
    expect(await statusOf(house, bearing(await identity.token(alpha)))).toBe(200)
    await house.close()
  })

  test('U3: the path of a token is bound, as that of a key is; the master key is believed', async () => {
    const house = await startGateway({ env: callersOf(identity), extra: [witness] })
    const made = await house.admin('POST', '/admin/keys', { name: 'k', user_path: '/team/k' })
    const token = await identity.token(alpha)
    const pathOf = async (key: string, said: string) => {
      expect(await statusOf(house, { ...bearing(key), 'x-modelway-user-path': said })).toBe(200)
      return paths.pop()
    }
    for (const said of ['/', '/team/beta', '/team/alpha/alice/below', 'x'.repeat(600)])
      expect(await pathOf(token, said)).toBe('/team/alpha/alice')
    expect(await pathOf(made.body.key, '/team/beta')).toBe('/team/k')
    expect(await pathOf(MASTER, '/team/beta')).toBe('/team/beta')
    await house.close()
  })

  test('a token for the root is no operator: what an account keeps for all is not there for it', async () => {
    const account = { OPENAI_API_KEY: 'sk-upstream', OPENAI_BASE_URL: identity.url }
    const house = await startGateway({ env: { ...callersOf(identity), ...account, OIDC_USER_PATH: '/' } })
    const headers = bearing(await identity.token())
    expect(await statusOf(house, headers, '/p/openai/files')).toBe(403)
    expect(await statusOf(house, bearing(MASTER), '/p/openai/files')).toBe(404)
    expect(await statusOf(house, headers, '/admin/keys')).toBe(403)
    await house.close()
  })

  test('a limit for each key counts each subject for itself', async () => {
    const house = await startGateway({ env: { ...callersOf(identity), OIDC_USER_PATH: '/team/{team}' } })
    const limit = { each: 'key', per: 'day', requests: 1 }
    expect((await house.admin('PUT', '/admin/limits/one', limit)).status).toBe(200)
    const ask = async (claims: object, extra = {}) => {
      const headers = bearing(await identity.token({ ...alpha, ...claims, ...extra }))
      const messages = [{ role: 'user', content: 'Hi' }]
      return (await house.chat({ model: 'demo/parrot', messages }, headers)).status
    }
    expect([await ask({ sub: 'alice' }), await ask({ sub: 'bob' })]).toEqual([200, 200])
    expect([await ask({ sub: 'alice' }, { jti: '2' }), await ask({ sub: 'bob' }, { jti: '2' })]).toEqual([
      429, 429,
    ])
    // It would be somebody else, if what is written for a subject that is no plain text were taken from a token.
    const hash = new Bun.CryptoHasher('sha256').update('zoë').digest('hex').slice(0, 32)
    expect(await ask({ sub: 'zoë' })).toBe(200)
    expect(await ask({ sub: `sha256:${hash}` })).toBe(200)
    await house.close()
  })
})

describe('the admin API', () => {
  test('takes the token of an operator, and writes down who it was', async () => {
    const house = await startGateway({
      env: { ...callersOf(identity), OIDC_ADMIN: 'groups=platform-admins' },
    })
    const headers = {
      ...bearing(await identity.token({ sub: 'robot', ...ADMIN })),
      'content-type': 'application/json',
    }
    const body = JSON.stringify({ name: 'by robot' })
    expect((await house.json('/admin/keys', { method: 'POST', headers, body })).status).toBe(201)
    const who = `robot@${new URL(identity.url).host}`
    const trail = await house.admin('GET', '/admin/audit?who=token')
    expect(trail.body.data[0]).toMatchObject({ who: 'token', name: who, status: 201 })
    expect((await house.admin('GET', '/admin/history?limit=1')).body.data[0].author).toBe(who)
    await house.close()
  })

  test('lets the token of a reader look, and change nothing', async () => {
    const house = await startGateway({ env: { ...callersOf(identity), OIDC_READERS: 'groups=support' } })
    const headers = bearing(await identity.token({ sub: 'robot', groups: ['support'] }))
    expect((await house.json('/admin/keys', { headers })).status).toBe(200)
    const refused = await house.json('/admin/keys/none', { method: 'DELETE', headers })
    expect(refused.body.error).toMatchObject({
      code: 'forbidden',
      message: expect.stringContaining('reader'),
    })
    await house.close()
  })

  test('takes a claim that is a number or a switch as its rule is written', async () => {
    const env = { ...callersOf(identity), OIDC_ADMIN: 'is_admin=true,roles=7,groups=[object Object]' }
    const house = await startGateway({ env })
    const judge = async (claims: object) =>
      statusOf(house, bearing(await identity.token({ ...alpha, ...claims })), '/admin/keys')
    expect(await judge({ is_admin: true })).toBe(200)
    expect(await judge({ roles: [1, 7] })).toBe(200)
    for (const claims of [{ is_admin: false }, { is_admin: ['TRUE'] }, { roles: [['7']] }, { groups: {} }])
      expect(await judge(claims)).toBe(403)
    await house.close()
  })

  test.each([
    ['another group', { groups: ['staff'] }],
    ['the group in another claim', { roles: ['platform-admins'] }],
    ['an e-mail address that nobody has verified', { email: 'jane@example.com', email_verified: false }],
    ['an e-mail address of which nobody says so', { email: 'jane@example.com' }],
    ['no claim at all', {}],
  ])('refuses a token with %s', async (_, claims) => {
    const env = { ...callersOf(identity), OIDC_ADMIN: 'groups=platform-admins,email=jane@example.com' }
    const house = await startGateway({ env })
    expect(await statusOf(house, bearing(await identity.token({ ...alpha, ...claims })), '/admin/keys')).toBe(
      403,
    )
    await house.close()
  })

  test('refuses the ID token of a sign-in: it is for the dashboard, not for the gateway', async () => {
    const env = { ...callersOf(identity), ...operatorsOf(identity) }
    const house = await startGateway({ env })
    const token = await identity.token({ ...ADMIN, ...alpha, aud: 'dashboard' })
    expect(await statusOf(house, bearing(token), '/admin/keys')).toBe(401)
    expect(await statusOf(house, bearing(token))).toBe(401)
    await house.close()
  })
})
