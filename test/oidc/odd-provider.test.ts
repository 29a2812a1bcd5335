import { afterEach, expect, test } from 'bun:test'
import { startGateway, type TestGateway, until } from '../kit.ts'
import { bearing } from './kit.ts'

/** An identity provider that says of itself whatever a test wants. */
type Say = (issuer: string, path: string) => Response

const open: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of open.splice(0)) await close()
})

function startProvider(say: Say): string {
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch: ({ url }) => say(new URL(url).origin, new URL(url).pathname),
  })
  open.push(() => server.stop(true))
  return `http://127.0.0.1:${server.port}`
}

async function start(issuer: string): Promise<TestGateway> {
  const house = await startGateway({
    env: {
      OIDC_ISSUER: issuer,
      OIDC_AUDIENCE: 'modelway',
      OIDC_USER_PATH: '/{sub}',
      OIDC_CLIENT_ID: 'dashboard',
      OIDC_ADMIN: 'groups=platform-admins',
    },
  })
  open.push(house.close)
  return house
}

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
const tokenOf = (issuer: string) => `${part({ alg: 'ES256', kid: 'one' })}.${part({ iss: issuer })}.c2ln`
const MEGABYTE = 1024 * 1024

/** White space without end, and how much of it was taken. */
function flood() {
  const taken = { megabytes: 0 }
  const body = new ReadableStream({
    pull(to) {
      taken.megabytes++
      to.enqueue(new Uint8Array(MEGABYTE).fill(32))
      if (taken.megabytes === 200) to.close()
    },
  })
  return { taken, answer: () => new Response(body) }
}

test('of an answer without end only the beginning is read', async () => {
  const { taken, answer } = flood()
  const issuer = startProvider(answer)
  const house = await start(issuer)
  const { status, body } = await house.json('/v1/models', { headers: bearing(tokenOf(issuer)) })
  expect([status, body.error.code]).toEqual([503, 'identity_unavailable'])
  expect(taken.megabytes).toBeLessThan(50)
})

test.each([
  ['does not say where operators sign in', {}, 'authorization_endpoint'],
  ['sends them to what is no web address', { authorization_endpoint: 'javascript:alert(1)' }, 'HTTP'],
])('a provider that %s is named in the log, and on the page that operators see', async (_, more, reason) => {
  const issuer = startProvider(issuer => Response.json({ issuer, jwks_uri: `${issuer}/keys`, ...more }))
  const house = await start(issuer)
  const response = await house.fetch('/sign-in/sso', { redirect: 'manual' })
  expect(response.status).toBe(503)
  expect(await response.text()).toContain('role="alert"')
  const warning = () => house.logs.find(({ message }) => message === 'A sign-in could not begin')
  await until(() => warning() !== undefined, 'the warning')
  expect(warning()!.reason).toContain(reason)
})
