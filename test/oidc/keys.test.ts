import { afterEach, beforeEach, expect, spyOn, test } from 'bun:test'
import { startGateway, type TestGateway, until } from '../kit.ts'
import { bearing, callersOf, type Identity, startIdentity } from './kit.ts'

let identity: Identity
let clock: number
const alpha = { team: 'alpha' }
const SOON = 11_000

beforeEach(async () => {
  identity = await startIdentity()
  clock = Date.now()
})
afterEach(() => identity[Symbol.asyncDispose]())

const start = () => startGateway({ env: callersOf(identity), now: () => clock })
const call = (house: TestGateway, token: string) => house.json('/v1/models', { headers: bearing(token) })
const statusOf = async (house: TestGateway, token: string) => (await call(house, token)).status
/** What Overview and notices say of it. */
async function concernOf(house: TestGateway) {
  const { body } = await house.admin('GET', '/admin/notices')
  const standing = body.standing as readonly { readonly key: string }[]
  return standing.find(({ key }) => key === `identity:${identity.url}`)
}
const warned = (house: TestGateway) =>
  house.logs.some(({ message }) => message === 'The keys of an identity provider cannot be had')

test('a new key is found when a token comes that is signed with it, and the one before opens nothing any more', async () => {
  const house = await start()
  const old = await identity.token(alpha)
  expect(await statusOf(house, old)).toBe(200)
  await identity.rotate()
  const fresh = await identity.token(alpha)
  clock += SOON
  expect(await statusOf(house, fresh)).toBe(200)
  expect((await call(house, old)).body.error.message).toContain('its identity provider has no such key')
  await house.close()
})

test('a token that is being verified while its key is withdrawn is not remembered', async () => {
  const house = await start()
  expect(await statusOf(house, await identity.token(alpha))).toBe(200)
  const old = await identity.token({ ...alpha, sub: 'bob' })
  const verify = crypto.subtle.verify.bind(crypto.subtle)
  const gate = Promise.withResolvers<void>()
  const spied = spyOn(crypto.subtle, 'verify').mockImplementationOnce(async (...call) => {
    await gate.promise
    return verify(...call)
  })
  const early = statusOf(house, old)
  await until(() => spied.mock.calls.length === 1, 'the verification')
  await identity.rotate()
  clock += SOON
  expect(await statusOf(house, await identity.token(alpha))).toBe(200)
  gate.resolve()
  expect(await early).toBe(200)
  expect(await statusOf(house, old)).toBe(401)
  spied.mockRestore()
  await house.close()
})

test('made-up names of keys make the gateway ask once in a while, however many there are', async () => {
  const house = await start()
  await statusOf(house, await identity.token(alpha))
  clock += SOON
  const before = await identity.count('/keys')
  const tokens = await Promise.all(
    Array.from({ length: 20 }, (_, i) => identity.token(alpha, { header: { kid: `no-${i}` } })),
  )
  expect(new Set(await Promise.all(tokens.map(token => statusOf(house, token))))).toEqual(new Set([401]))
  for (const token of tokens) expect(await statusOf(house, token)).toBe(401)
  expect((await identity.count('/keys')) - before).toBe(1)
  await house.close()
})

test('keys are asked for again although the clock went back, as those of machines that just woke up do', async () => {
  clock += 86_400_000
  const house = await start()
  await statusOf(house, await identity.token({ ...alpha, exp: Math.floor(clock / 1000) + 300 }))
  await identity.rotate()
  clock -= 86_400_000
  expect(await statusOf(house, await identity.token(alpha))).toBe(200)
  await house.close()
})

test('an identity provider that is away at the start is no fault of the caller, and is found when it is back', async () => {
  const token = await identity.token(alpha)
  await identity.down()
  const house = await start()
  await until(() => warned(house), 'the warning')
  expect(await concernOf(house)).toMatchObject({
    tone: 'bad',
    text: expect.stringContaining('cannot be asked for its keys: whoever comes with a token'),
  })
  const { status, headers, body } = await call(house, token)
  expect([status, headers.get('retry-after'), body.error.code]).toEqual([503, '10', 'identity_unavailable'])
  expect(headers.get('x-should-retry')).toBeNull()
  await identity.up()
  clock += SOON
  expect(await statusOf(house, token)).toBe(200)
  expect(await concernOf(house)).toBeUndefined()
  await house.close()
})

test('while it is away, whoever is signed with a known key is served, known before or not', async () => {
  const house = await start()
  const [seen, unseen] = [await identity.token(alpha), await identity.token({ ...alpha, sub: 'bob' })]
  const stranger = await identity.token(alpha, { header: { kid: 'new' } })
  expect(await statusOf(house, seen)).toBe(200)
  await identity.down()
  clock += SOON
  expect(await statusOf(house, seen)).toBe(200)
  expect(await statusOf(house, unseen)).toBe(200)
  expect(await statusOf(house, stranger)).toBe(503)
  expect(await concernOf(house)).toMatchObject({
    tone: 'amber',
    text: expect.stringContaining('those that are known hold'),
  })
  await house.close()
})

test('an identity provider that calls itself otherwise is not taken for the one that was meant', async () => {
  const env = { ...callersOf(identity), OIDC_ISSUER: `${identity.url}/` }
  const house = await startGateway({ env })
  expect(await statusOf(house, await identity.token({ ...alpha, iss: `${identity.url}/` }))).toBe(503)
  await until(() => warned(house), 'the warning')
  const warning = house.logs.find(({ message }) =>
    String(message).startsWith('The keys of an identity provider'),
  )
  expect(JSON.stringify(warning)).toContain(`speaks of the issuer \\"${identity.url}\\"`)
  await house.close()
})
