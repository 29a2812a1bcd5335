import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { startGateway, type TestGateway, until } from '../kit.ts'
import { type Identity, operatorsOf, startIdentity } from './kit.ts'

let identity: Identity
let house: TestGateway
let clock = Date.now()
const jane = {
  sub: 'jane',
  email: 'jane@example.com',
  email_verified: true,
  groups: ['staff', 'platform-admins'],
}

beforeAll(async () => {
  identity = await startIdentity()
  const env = { ...operatorsOf(identity), OIDC_READERS: 'groups=support' }
  house = await startGateway({ env, now: () => clock })
})
afterAll(async () => {
  await house?.close()
  await identity?.[Symbol.asyncDispose]()
})
beforeEach(() => identity.plan({ claims: jane }))

const HOST = { host: 'localhost:8080' }
const get = (path: string, cookie = '') =>
  house.fetch(path, { headers: { ...HOST, cookie }, redirect: 'manual' })
const cookiesOf = (response: Response): Record<string, string> =>
  Object.fromEntries(
    response.headers
      .getSetCookie()
      .map(text => text.split(';')[0]!.split(/=(.*)/s).slice(0, 2) as [string, string]),
  )

/** A browser that has begun a sign-in: what it keeps, and where the identity provider sends it. */
interface Away {
  readonly cookie: string
  readonly asked: URL
  readonly back: URL
}

async function begin(next = '/dashboard/keys'): Promise<Away> {
  const response = await get(`/sign-in/sso?next=${encodeURIComponent(next)}`)
  const asked = new URL(response.headers.get('location')!)
  const answer = await fetch(asked, { redirect: 'manual' })
  const [[name, value] = ['', '']] = Object.entries(cookiesOf(response))
  return { cookie: `${name}=${value}`, asked, back: new URL(answer.headers.get('location')!) }
}

const comeBack = ({ cookie, back }: Pick<Away, 'cookie' | 'back'>) => get(back.pathname + back.search, cookie)
const signIn = async (next?: string) => comeBack(await begin(next))

/** Nobody got in: which status, and what the page says. */
async function refusal(response: Response): Promise<{ status: number; said: string }> {
  expect(Object.keys(cookiesOf(response)).filter(name => name.endsWith('modelway'))).toEqual([])
  expect(cookiesOf(response)['__Host-modelway-sso']).toBe('')
  const page = await response.text()
  return { status: response.status, said: /role="alert">([^<]+)</.exec(page)?.[1]?.trim() ?? page }
}

const sessionOf = (response: Response): string => {
  const { '__Host-modelway': session = '' } = cookiesOf(response)
  return `__Host-modelway=${session}`
}

describe('an operator', () => {
  test('goes to the identity provider with PKCE, state and nonce, and to the exact address that is registered', async () => {
    const { asked } = await begin()
    expect(asked.origin + asked.pathname).toBe(`${identity.url}/authorize`)
    const query = Object.fromEntries(asked.searchParams)
    expect(query).toMatchObject({
      client_id: 'dashboard',
      response_type: 'code',
      scope: 'openid profile email',
      redirect_uri: 'http://localhost:8080/sign-in/sso/callback',
      code_challenge_method: 'S256',
    })
    for (const name of ['state', 'nonce', 'code_challenge']) expect(query[name]!.length).toBeGreaterThan(40)
  })

  test('comes back to where they wanted to go, with a session', async () => {
    const response = await signIn('/dashboard/keys?q=x')
    expect([response.status, response.headers.get('location')]).toEqual([303, '/dashboard/keys?q=x'])
    const [set] = response.headers.getSetCookie().filter(text => text.startsWith('__Host-modelway='))
    expect(set).toContain('HttpOnly; SameSite=Lax; Secure')
    expect((await get('/dashboard/keys', sessionOf(response))).status).toBe(200)
    expect(cookiesOf(response)['__Host-modelway-sso']).toBe('')
  })

  test('is named by the history and the audit trail', async () => {
    const session = sessionOf(await signIn())
    const page = await (await get('/dashboard/models', session)).text()
    const csrf = /name="csrf" value="([^"]+)"/.exec(page)![1]!
    const made = await house.json('/admin/keys', {
      method: 'POST',
      headers: { ...HOST, cookie: session, 'x-csrf-token': csrf, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'made by jane' }),
    })
    expect(made.status).toBe(201)
    const { body } = await house.admin('GET', '/admin/history?limit=1')
    expect(body.data[0]).toMatchObject({ kind: 'key', author: 'jane@example.com' })
    const trail = await house.admin('GET', '/admin/audit?name=jane%40example.com')
    expect(trail.body.data[0]).toMatchObject({
      who: 'session',
      name: 'jane@example.com',
      route: '/admin/keys',
    })
  })

  test.each([
    ['says so', { email_verified: false, preferred_username: 'eve' }],
    ['says nothing of it', { email_verified: undefined, preferred_username: 'eve' }],
  ])('is not named by an address that nobody has verified, where the provider %s', async (_, claims) => {
    const sub = crypto.randomUUID()
    await identity.plan({ claims: { ...jane, ...claims, sub } })
    expect((await signIn()).status).toBe(303)
    const line = () => house.logs.find(({ id }) => String(id).endsWith(`#${sub}`))
    await until(() => line() !== undefined, 'the line in the log')
    expect(line()!.name).toBe(`eve@${new URL(identity.url).host}`)
  })

  test('writes nothing without the token of the session', async () => {
    const session = sessionOf(await signIn())
    const made = await house.json('/admin/keys', {
      method: 'POST',
      headers: { ...HOST, cookie: session, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'forged' }),
    })
    expect(made.status).toBe(403)
  })

  test('signs out, and is out', async () => {
    const session = sessionOf(await signIn())
    const page = await (await get('/dashboard/models', session)).text()
    const csrf = /name="csrf" value="([^"]+)"/.exec(page)![1]!
    const headers = { ...HOST, cookie: session }
    const body = new URLSearchParams({ csrf })
    await house.fetch('/sign-out', { method: 'POST', headers, body, redirect: 'manual' })
    expect((await get('/dashboard/keys', session)).status).toBe(303)
  })
})

describe('a reader', () => {
  const statusOfWrite = async (session: string) => {
    const page = await (await get('/dashboard/playground', session)).text()
    const csrf = /name="csrf" value="([^"]+)"/.exec(page)![1]!
    const headers = { ...HOST, cookie: session, 'x-csrf-token': csrf, 'content-type': 'application/json' }
    return (await house.json('/admin/keys', { method: 'POST', headers, body: '{"name": "x"}' })).status
  }

  test('looks at every page and changes nothing', async () => {
    await identity.plan({ claims: { ...jane, groups: ['support'] } })
    const session = sessionOf(await signIn())
    expect((await get('/dashboard/keys', session)).status).toBe(200)
    expect(await statusOfWrite(session)).toBe(403)
  })

  test('who is an operator as well may write', async () => {
    await identity.plan({ claims: { ...jane, groups: ['support', 'platform-admins'] } })
    expect(await statusOfWrite(sessionOf(await signIn()))).toBe(201)
  })

  test('is none where other settings hold at the next start', async () => {
    await identity.plan({ claims: { ...jane, groups: ['support'] } })
    const session = sessionOf(await signIn())
    // Readers of before are no operators of now, though the list reads the same.
    const env = { ...operatorsOf(identity), OIDC_ADMIN: 'groups=support' }
    const next = await startGateway({ env, folder: house.folder, now: () => clock })
    const headers = { ...HOST, cookie: session }
    expect((await next.fetch('/dashboard/keys', { headers, redirect: 'manual' })).status).toBe(303)
    await next.close()
  })
})

describe('nobody gets in', () => {
  test.each([
    [
      'without the group',
      { claims: { ...jane, groups: ['staff'] } },
      'jane@example.com is no operator of this gateway',
    ],
    [
      'with a group that is called alike',
      { claims: { ...jane, groups: 'platform-admins-2' } },
      'no operator',
    ],
    ['where access is denied', { error: 'access_denied' }, 'access is denied'],
    ['where the error is markup', { error: '<script>' }, 'The identity provider says no: try again'],
    [
      'with an answer of another provider',
      { claims: jane, iss: 'https://evil.example' },
      'could not be completed',
    ],
    ['with a nonce that was not asked for', { claims: jane, nonce: 'another' }, 'could not be completed'],
    ['with a signature of somebody else', { claims: jane, isForged: true }, 'its signature is wrong'],
    ['with a token for another client', { claims: { ...jane, aud: 'other' } }, 'could not be completed'],
    ['with a token that has expired', { claims: { ...jane, exp: 1 } }, 'could not be completed'],
  ])('%s', async (_, plan, said) => {
    await identity.plan(plan)
    const refused = await refusal(await signIn())
    expect(refused.said).toContain(said)
    expect(refused.status).toBeGreaterThanOrEqual(400)
  })

  test('with a state that comes a second time, even with the cookie', async () => {
    const away = await begin()
    expect((await comeBack(away)).status).toBe(303)
    expect(await refusal(await comeBack(away))).toEqual({
      status: 400,
      said: expect.stringContaining('is over'),
    })
  })

  test('with a code that was put into the browser of somebody else', async () => {
    const [mine, theirs] = [await begin(), await begin()]
    expect((await refusal(await comeBack({ cookie: mine.cookie, back: theirs.back }))).status).toBe(403)
    expect(await refusal(await comeBack({ cookie: '', back: (await begin()).back }))).toEqual({
      status: 400,
      said: expect.stringContaining('begun in another browser'),
    })
  })

  test('with a code of another visit under the own state: PKCE tells them apart', async () => {
    const [mine, theirs] = [await begin(), await begin()]
    mine.back.searchParams.set('code', theirs.back.searchParams.get('code')!)
    expect((await refusal(await comeBack(mine))).status).toBe(403)
  })

  test('without a state, with two, or with a cookie that somebody made up', async () => {
    const one = await begin()
    one.back.searchParams.delete('state')
    expect((await refusal(await comeBack(one))).status).toBe(403)
    const two = await begin()
    two.back.searchParams.append('state', 'x')
    expect((await refusal(await comeBack(two))).status).toBe(403)
    const three = await begin()
    const cookie = three.cookie.slice(0, -4) + 'AAAA'
    expect((await refusal(await comeBack({ ...three, cookie }))).status).toBe(400)
  })

  test('after more than ten minutes', async () => {
    const away = await begin()
    clock += 601_000
    expect((await refusal(await comeBack(away))).status).toBe(400)
    clock = Date.now()
  })

  test('while the identity provider is away; it is told where one can try again', async () => {
    await using other = await startIdentity()
    await other.down()
    const late = await startGateway({ env: operatorsOf(other) })
    const response = await late.fetch('/sign-in/sso', { headers: HOST, redirect: 'manual' })
    expect(await refusal(response)).toEqual({
      status: 503,
      said: expect.stringContaining('cannot be reached'),
    })
    await other.up()
    expect((await late.fetch('/sign-in/sso', { headers: HOST, redirect: 'manual' })).status).toBe(303)
    await late.close()
  })
})

test.each([
  '//evil.example',
  'https://evil.example/',
  '/\\evil.example',
  '/\t/evil.example',
  'javascript:alert(1)',
  '/dashboard/漢',
  '/x'.repeat(600),
])('the way back leads nowhere else: %p', async next => {
  const { status, headers } = await signIn(next)
  expect(status).toBe(303)
  expect(headers.get('location')).toMatch(/^\/(dashboard\/overview|x\/x)/)
})
