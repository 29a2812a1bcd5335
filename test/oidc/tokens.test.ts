import { afterAll, beforeAll, describe, expect, spyOn, test } from 'bun:test'
import { exportSPKI, generateKeyPair, importJWK, SignJWT, UnsecuredJWT } from 'jose'
import { startGateway, type TestGateway } from '../kit.ts'
import { bearing, callersOf, type Identity, startIdentity } from './kit.ts'

let identity: Identity
let house: TestGateway
let clock = Date.now()
const alpha = { team: 'alpha' }

beforeAll(async () => {
  identity = await startIdentity()
  house = await startGateway({ env: callersOf(identity), now: () => clock })
})
afterAll(async () => {
  await house?.close()
  await identity?.[Symbol.asyncDispose]()
})

/** What the gateway says of a token: the status, and why. */
async function judge(token: string, at = house): Promise<{ status: number; said: string }> {
  const { status, body } = await at.json('/v1/models', { headers: bearing(token) })
  return { status, said: body.error?.message ?? 'welcome' }
}

const seconds = (offset: number) => Math.floor(Date.now() / 1000) + offset
const forge = (claims: object = {}) => ({
  ...{ iss: identity.url, aud: 'modelway', sub: 'eve', team: 'alpha', exp: seconds(300) },
  ...claims,
})

describe('claims', () => {
  test.each([
    ['a good one', {}, 200, 'welcome'],
    ['one of several audiences', { aud: ['other', 'modelway'] }, 200, 'welcome'],
    ['expired', { exp: seconds(-60) }, 401, 'it has expired'],
    ['expired a moment ago, by a clock that is a little off', { exp: seconds(-20) }, 200, 'welcome'],
    ['not valid yet', { nbf: seconds(60) }, 401, 'it is not valid yet ("nbf")'],
    ['valid in a moment', { nbf: seconds(20) }, 200, 'welcome'],
    ['another audience', { aud: 'other' }, 401, 'its "aud" has to be "modelway"'],
    ['other audiences', { aud: ['other', 'modelway2'] }, 401, 'its "aud" has to be "modelway"'],
    ['another issuer', { iss: 'https://evil.example' }, 401, 'knows no issuer "https://evil.example"'],
    ['an expiry that is no number', { exp: 'tomorrow' }, 401, 'its "exp" is wrong'],
    ['a subject that is no text', { sub: 7 }, 401, 'malformed'],
  ])('%s', async (_, claims, status, said) => {
    const judged = await judge(await identity.token({ ...alpha, ...claims }))
    expect(judged).toEqual({ status, said: expect.stringContaining(said) })
  })

  test.each([
    ['exp', 401, 'when it expires ("exp")'],
    ['sub', 401, 'of whom it speaks ("sub")'],
    ['aud', 401, 'its "aud" has to be "modelway"'],
    ['iss', 401, 'who issued it ("iss")'],
    ['team', 403, 'it has no claim "team"'],
  ])('without %s', async (name, status, said) => {
    const judged = await judge(await identity.token(alpha, { without: [name] }))
    expect(judged).toEqual({ status, said: expect.stringContaining(said) })
  })
})

describe('a claim cannot lead out of its place in the user path', () => {
  test.each([
    '/../admin',
    '../admin',
    '..',
    '.',
    '/',
    'alpha/beta',
    'alpha\\beta',
    'alpha:beta',
    ' alpha',
    'alpha ',
    'al\u0000pha',
    'al\r\npha',
    'al\u202epha',
    '{sub}',
    '',
    'x'.repeat(129),
  ])('%j', async team => {
    expect((await judge(await identity.token({ team }))).status).toBe(403)
  })

  test.each([[['alpha']], [{ name: 'alpha' }], [null], [true]])('%j', async team => {
    expect((await judge(await identity.token({ team }))).status).toBe(403)
  })

  test('what is inherited by every object is no claim', async () => {
    const env = { ...callersOf(identity), OIDC_USER_PATH: '/{constructor.name}' }
    const other = await startGateway({ env })
    expect((await judge(await identity.token(), other)).status).toBe(403)
    await other.close()
  })

  test('other letters than ASCII are taken as they are', async () => {
    expect(await judge(await identity.token({ team: 'Zürich 東京' }))).toEqual({
      status: 200,
      said: 'welcome',
    })
  })
})

describe('forgeries', () => {
  const b64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const publicKey = async () =>
    ((await (await fetch(`${identity.url}/keys`)).json()) as { keys: Record<string, string>[] }).keys[0]!

  test('an unsigned token', async () => {
    const token = new UnsecuredJWT(forge()).encode()
    expect(await judge(token)).toEqual({
      status: 401,
      said: expect.stringContaining('its signature has to be'),
    })
    for (const alg of ['None', 'NONE', 'nOnE', ''])
      expect((await judge(`${b64({ alg, kid: 'one' })}.${b64(forge())}.`)).status).toBe(401)
  })

  test('one that is signed with the public key as if it were a secret', async () => {
    const jwk = await publicKey()
    const spki = await exportSPKI((await importJWK(jwk, 'ES256', { extractable: true })) as CryptoKey)
    for (const secret of [spki, spki.trim(), JSON.stringify(jwk), jwk.x!]) {
      const token = await new SignJWT(forge())
        .setProtectedHeader({ alg: 'HS256', kid: 'one' })
        .sign(new TextEncoder().encode(secret))
      expect(await judge(token)).toEqual({
        status: 401,
        said: expect.stringContaining('its signature has to be'),
      })
    }
  })

  test('one that brings its own key, or says where to fetch one', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
    const jwk = await crypto.subtle.exportKey('jwk', publicKey)
    for (const header of [{ jwk }, { jku: `${identity.url}/mine` }, { x5u: `${identity.url}/mine` }]) {
      const token = await new SignJWT(forge())
        .setProtectedHeader({ alg: 'ES256', kid: 'one', ...(header as object) })
        .sign(privateKey)
      expect(await judge(token)).toEqual({
        status: 401,
        said: expect.stringContaining('its signature is wrong'),
      })
    }
    expect(await identity.count('/mine')).toBe(0)
  })

  test('a good one with other claims put in, or another signature', async () => {
    const [header, , signature] = (await identity.token(alpha)).split('.')
    expect((await judge(`${header}.${b64(forge({ team: 'admin' }))}.${signature}`)).status).toBe(401)
    expect((await judge(`${header}.${b64(forge())}.`)).status).toBe(401)
  })

  test('an extension that nobody here understands', async () => {
    const [, payload, signature] = (await identity.token(alpha)).split('.')
    const header = { alg: 'ES256', kid: 'one', crit: ['exp'], exp: 1 }
    expect(await judge(`${b64(header)}.${payload}.${signature}`)).toEqual({
      status: 401,
      said: expect.stringContaining('what is not supported here'),
    })
  })

  test('a token of another issuer with the same name for its key', async () => {
    await using other = await startIdentity()
    const token = await other.token({ ...alpha, iss: identity.url })
    expect(await judge(token)).toEqual({
      status: 401,
      said: expect.stringContaining('its signature is wrong'),
    })
  })

  test('one of 100 kB is not even looked at', async () => {
    const token = await identity.token({ ...alpha, padding: 'x'.repeat(75_000) })
    expect(token.length).toBeGreaterThan(100_000)
    expect(await judge(token)).toEqual({
      status: 401,
      said: expect.stringContaining('at most 16384 are read'),
    })
  })

  test.each(['eyJ.e30.x', 'ey.ey.ey', 'eyJhbGciOiJFUzI1NiJ9.W10.x', 'eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOnt9fQ.x'])(
    'what only looks like one: %s',
    async token => expect((await judge(token)).status).toBe(401),
  )
})

test('nothing of a token is in the log, good or bad', async () => {
  const [good, bad] = [await identity.token(alpha), await identity.token({ ...alpha, aud: 'other' })]
  await judge(good)
  await judge(bad)
  const log = JSON.stringify(house.logs)
  for (const token of [good, bad])
    for (const part of token.split('.').slice(1)) expect(log).not.toContain(part)
})

test('a token that was good ends when it expires', async () => {
  const token = await identity.token(alpha)
  expect((await judge(token)).status).toBe(200)
  clock = Date.now() + 300_000 + 31_000
  expect(await judge(token)).toEqual({ status: 401, said: expect.stringContaining('it has expired') })
  clock = Date.now()
})

test('a token is verified once, and then remembered', async () => {
  const verified = spyOn(crypto.subtle, 'verify')
  const token = await identity.token(alpha)
  for (let i = 0; i < 5; i++) expect((await judge(token)).status).toBe(200)
  expect(verified).toHaveBeenCalledTimes(1)
  expect((await judge(token.slice(0, -2) + 'AA')).status).toBe(401)
  verified.mockRestore()
})

test('long tokens are remembered as long as they are not many', async () => {
  const groups = Array.from({ length: 50 }, () => 'a'.repeat(200))
  const tokens = await Promise.all(
    Array.from({ length: 800 }, (_, i) => identity.token({ ...alpha, groups, jti: String(i) })),
  )
  for (const token of tokens) expect((await judge(token)).status).toBe(200)
  const verified = spyOn(crypto.subtle, 'verify')
  expect((await judge(tokens.at(-1)!)).status).toBe(200)
  expect(verified).toHaveBeenCalledTimes(0)
  expect((await judge(tokens[0]!)).status).toBe(200)
  expect(verified).toHaveBeenCalledTimes(1)
  verified.mockRestore()
})
