import { afterAll, beforeAll, expect, test } from 'bun:test'
import { defineCallerPage, definePlugin, refuse } from '../../src/index.ts'
import { Csrf } from '../../views/form.tsx'
import { MASTER, startGateway, type TestGateway, until } from '../kit.ts'
import { browsing } from './browsing.ts'

const MINUTE = 60_000
const DAY = 86_400_000
let clock = Date.UTC(2027, 0, 15, 12)
let house: TestGateway
/** What the page of a plugin from outside was told when it was asked for last. */
let told: unknown[] = []

/** A page for callers, as a stranger's plugin may bring one. */
const guestBook = definePlugin({
  name: 'guest-book',
  about: 'Callers write into it.',
  setup: () => ({
    permit({ userPath }) {
      if (userPath === '/team/closed') refuse('forbidden', 'Closed for you')
    },
    pages: [
      defineCallerPage({
        path: '/guest-book',
        title: 'Guest book',
        load: ({ x, visitor }) => [x.caller.name, x.userPath, visitor.note],
        view: (facts, { visitor }) => {
          told = facts
          return Csrf({ admin: visitor }) ?? 'Nobody is signed in by a cookie'
        },
        actions: {
          write({ text }, { x }) {
            told = [x.caller.name, String(text)]
            return { go: '/portal/guest-book' }
          },
        },
      }),
    ],
  }),
})

beforeAll(async () => {
  house = await startGateway({
    now: () => clock,
    extra: [guestBook],
    env: {
      DEMO: 'true',
      // Nobody listens there: calls go on to the next target.
      OPENAI_API_KEY: 'sk-upstream',
      OPENAI_BASE_URL: 'http://127.0.0.1:9/v1',
      OPENAI_MODELS: 'gpt-hidden',
      ATTEMPT_TIMEOUT: '2s',
      VIRTUAL_MODELS: JSON.stringify([
        {
          source: 'smarter',
          strategy: 'failover',
          targets: [{ model: 'openai/gpt-hidden' }, { model: 'demo/parrot' }],
        },
        { source: 'of-beta', target_model: 'demo/parrot', user_paths: ['/team/beta'] },
        { source: 'openai/', user_paths: ['/nobody'] },
      ]),
      LIMITS: JSON.stringify([
        {
          name: 'alpha',
          user_path: '/team/alpha',
          per: 'day',
          requests: 40,
          description: 'They asked for more',
        },
        { name: 'beta', user_path: '/team/beta', per: 'day', requests: 7 },
      ]),
    },
  })
})
afterAll(() => house.close())

async function makeKey(more: object = {}): Promise<{ id: string; key: string }> {
  const { body } = await house.admin('POST', '/admin/keys', {
    name: 'Alpha',
    user_path: '/team/alpha',
    ...more,
  })
  return body
}

const browse = (key: string) => browsing(house, key)

const call = (key: string, model: string) =>
  house.json('/v1/chat/completions', {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello' }] }),
  })

test('a caller signs in with its own key, and is led to its models', async () => {
  const { key } = await makeKey()
  const { entered, cookie, open } = await browse(key)
  expect([entered.status, entered.headers.get('location')]).toEqual([303, '/portal/models'])
  expect(cookie).toMatch(/^modelway-portal=/)
  expect((await open('/portal')).headers.get('location')).toBe('/portal/models')
  expect((await open('/portal/sign-in')).headers.get('location')).toBe('/portal/models')
})

test('who has not signed in is led to the sign-in, and from there to where they wanted to go', async () => {
  const away = await house.fetch('/portal/usage?range=30d', { redirect: 'manual' })
  expect(away.headers.get('location')).toBe('/portal/sign-in?next=%2Fportal%2Fusage%3Frange%3D30d')
})

test('the models are those that the key is listed at /v1/models, decided as this caller', async () => {
  const keys = [
    await makeKey(),
    await makeKey({ user_path: '/team/beta' }),
    await makeKey({ allowed_models: ['demo/parrot'] }),
  ]
  const seen = await Promise.all(
    keys.map(async ({ key }) => {
      const listed = await house.json('/v1/models', { headers: { authorization: `Bearer ${key}` } })
      const page = await (await browse(key)).read('models')
      const shown = [...page.matchAll(/<th scope="row"[^>]*><bdi class="mono">(.*?)<\/bdi>/g)]
      const ids = shown.map(([, id]) => id!.replaceAll('<wbr/>', ''))
      expect(ids).toEqual(listed.body.data.map(({ id }: { id: string }) => id))
      expect(page).not.toContain('gpt-hidden')
      return ids
    }),
  )
  expect(seen).toEqual([
    ['demo/parrot', 'demo/storyteller', 'smarter'],
    ['demo/parrot', 'demo/storyteller', 'of-beta', 'smarter'],
    ['demo/parrot', 'smarter'],
  ])
})

test('what programs are told of a model is told of no model that is closed to the caller', async () => {
  const { read } = await browse((await makeKey()).key)
  const page = await read('connect?model=smarter&client=curl')
  expect(page).toContain('YOUR_KEY')
  expect(page).toContain('<option value="smarter">')
  expect(page).not.toContain('of-beta')
  expect(page).not.toContain('/dashboard')
})

test('calls are those of this very key, with why they failed, and nothing of where they went', async () => {
  const [own, colleague] = [await makeKey(), await makeKey()]
  const answered = await call(own.key, 'smarter')
  const refused = await call(own.key, 'no-such-model')
  const others = await call(colleague.key, 'smarter')
  expect([answered.status, refused.status, others.status]).toEqual([200, 404, 200])
  const idOf = ({ headers }: { headers: Headers }) => headers.get('x-request-id')!
  const { read } = await browse(own.key)
  let page = ''
  await until(async () => {
    page = await read('calls')
    return page.includes(idOf(answered)) && page.includes(idOf(refused))
  }, 'the records of two calls')
  expect(page).not.toContain(idOf(others))
  expect(page).toContain('No model has this name')
  expect(page).not.toMatch(/openai|gpt-hidden|parrot/)
  const failed = await read('calls?failed=true')
  expect([failed.includes(idOf(answered)), failed.includes(idOf(refused))]).toEqual([false, true])

  const usage = await read('usage')
  expect(usage).toContain('2 calls')
  expect(usage).not.toMatch(/gpt-hidden|parrot/)
})

test('usage is that of the key, or all that /v1/usage tells it', async () => {
  const path = '/team/usage'
  const [own, colleague] = [await makeKey({ user_path: path }), await makeKey({ user_path: path })]
  for (const { key } of [own, colleague, colleague]) await call(key, 'demo/parrot')
  const { read } = await browse(own.key)
  await until(async () => (await read('usage?of=path')).includes('3 calls'), 'the records of three calls')
  expect(await read('usage')).toContain('1 call,')
  // A key that is bound to no path has nothing but its own.
  const free = await browse((await makeKey({ user_path: undefined })).key)
  expect(await free.read('usage?of=path')).toContain('0 calls')
})

test('limits are those of /v1/limits, without what was noted for operators', async () => {
  const { key } = await makeKey()
  const listed = await house.json('/v1/limits', { headers: { authorization: `Bearer ${key}` } })
  const page = await (await browse(key)).read('limits')
  expect(listed.body.map(({ name }: { name: string }) => name)).toEqual(['alpha'])
  expect(page).toContain('40 requests a day')
  expect(page).toContain(`${listed.body[0].requests.used} of 40 requests used`)
  expect(page).not.toMatch(/beta|They asked for more/)
})

test('the key is shown by its name, path, models and end, and never itself', async () => {
  const { key, id } = await makeKey({
    name: 'Nightly report',
    allowed_models: ['smarter'],
    description: 'Of Anna',
    expires_at: new Date(clock + 3 * DAY).toISOString(),
  })
  const { read, open } = await browse(key)
  const page = await read('key')
  for (const text of [
    'Nightly report',
    '/team/',
    'smarter',
    id,
    '2027-01-18 12:00 UTC',
    'in 3 days',
    key.slice(-4),
  ])
    expect(page).toContain(text)
  expect(page).not.toContain(key)
  expect(page).not.toContain('Of Anna')
  await open('/portal/guest-book')
  expect(told[2]).toBe('Your key ends in 3 days: ask whoever runs this gateway for another one.')
})

test('a key that another one has made says that it may no more than that one', async () => {
  const lead = await makeKey({ makes_keys: true, allowed_models: ['smarter'] })
  const { body } = await house.json('/v1/keys', {
    method: 'POST',
    headers: { authorization: `Bearer ${lead.key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'Invoices' }),
  })
  const told = 'And never more than the key that has made it.'
  const pages = await Promise.all([body, lead].map(async ({ key }) => (await browse(key)).read('key')))
  expect(pages.map(page => page.includes(told))).toEqual([true, false])
})

test('who signs in again and again with one key signs out themselves, and nobody else', async () => {
  const [colleague, first] = await Promise.all([makeKey(), makeKey()])
  const [theirs, mine] = [await browse(colleague.key), await browse(first.key)]
  clock += 1000
  for (let i = 0; i < 100; i++)
    await house.fetch('/portal/sign-in', {
      method: 'POST',
      body: new URLSearchParams({ key: first.key }),
      redirect: 'manual',
    })
  expect((await theirs.open('/portal/key')).status).toBe(200)
  expect((await mine.open('/portal/key')).status).toBe(303)
})

test('a key that makes keys says so, and one that no model is open to', async () => {
  const keys = [await makeKey({ makes_keys: true }), await makeKey({ allowed_models: [] })]
  const pages = await Promise.all(keys.map(async ({ key }) => (await browse(key)).read('key')))
  expect(pages.map(page => page.includes('POST /v1/keys'))).toEqual([true, false])
  expect(pages.map(page => page.includes('No model'))).toEqual([false, true])
})

test('a session ends with its key: revoked at once, rolled when the old one is over, expired in time', async () => {
  const isIn = async ({ open }: Awaited<ReturnType<typeof browse>>) =>
    (await open('/portal/key')).status === 200
  const [revoked, rolled] = [await makeKey(), await makeKey()]
  const expiring = await makeKey({ expires_at: new Date(clock + MINUTE).toISOString() })
  const sessions = await Promise.all([revoked, rolled, expiring].map(({ key }) => browse(key)))
  expect(await Promise.all(sessions.map(isIn))).toEqual([true, true, true])
  await house.admin('DELETE', `/admin/keys/${revoked.id}`)
  await house.admin('POST', `/admin/keys/${rolled.id}/roll`, { grace_seconds: 60 })
  expect(await Promise.all(sessions.map(isIn))).toEqual([false, true, true])
  clock += MINUTE
  expect(await Promise.all(sessions.map(isIn))).toEqual([false, false, false])
})

test('ten wrong keys close the door for a minute, and not that of operators; the master key is one of them', async () => {
  const { key } = await makeKey()
  const known = await browse(key)
  const statuses: number[] = []
  for (const wrong of [MASTER, ...Array.from({ length: 9 }, (_, i) => `mw_wrong${i}`), key])
    statuses.push((await browse(wrong)).entered.status)
  expect(statuses).toEqual([...Array.from({ length: 10 }, () => 401), 429])
  const operator = await house.fetch('/sign-in', {
    method: 'POST',
    body: new URLSearchParams({ key: MASTER }),
    redirect: 'manual',
  })
  expect(operator.status).toBe(303)
  // Where the right key was typed before, strangers who guess keep nobody out.
  const mark = known.entered.headers.getSetCookie()[1]!.split(';')[0]!
  expect((await known.send('/portal/sign-in', { key }, { cookie: mark })).status).toBe(303)
  clock += MINUTE
  expect((await browse(key)).entered.status).toBe(303)
})

test('a mark of the portal makes nobody known at the sign-in of operators', async () => {
  const { entered } = await browse((await makeKey()).key)
  const [, id] = /modelway-portal-known=([^;]+)/.exec(entered.headers.getSetCookie().join())!
  const tryMaster = () =>
    house.fetch('/sign-in', {
      method: 'POST',
      body: new URLSearchParams({ key: 'wrong' }),
      headers: { cookie: `modelway-known=${id}; modelway-portal-known=${id}` },
    })
  for (let i = 0; i < 10; i++)
    await house.fetch('/sign-in', { method: 'POST', body: new URLSearchParams({ key: 'wrong' }) })
  expect((await tryMaster()).status).toBe(429)
  clock += MINUTE
})

test('a page of a plugin from outside is told of the caller, and is closed by what closes calls', async () => {
  const { open } = await browse((await makeKey({ name: 'Guest', user_path: '/team/alpha' })).key)
  expect((await open('/portal/guest-book')).status).toBe(200)
  expect(told).toEqual(['Guest', '/team/alpha', undefined])
  const closed = await browse((await makeKey({ user_path: '/team/closed' })).key)
  const refused = await closed.open('/portal/guest-book')
  expect([refused.status, await refused.text()]).toEqual([403, 'Closed for you'])
})

test('a form of a caller carries the token of its session, and comes from our own pages', async () => {
  const { send, token } = await browse((await makeKey({ name: 'Writer' })).key)
  const other = await browse((await makeKey()).key)
  const write = async (csrf: string, headers = {}) =>
    (await send('/portal/guest-book/write', { text: 'Hello', csrf }, headers)).status
  expect(await write('')).toBe(403)
  expect(await write(await other.token('guest-book'))).toBe(403)
  expect(await write(await token('guest-book'), { 'sec-fetch-site': 'cross-site' })).toBe(403)
  told = []
  expect(await write(await token('guest-book'))).toBe(303)
  expect(told).toEqual(['Writer', 'Hello'])
  const { body } = await house.admin('GET', '/admin/audit?limit=1')
  expect(body.data[0]).toMatchObject({ who: 'caller', route: '/portal/guest-book/write', status: 303 })
  expect(body.data[0].name).toStartWith('Writer (key_')
})

test('signing out ends the session, and takes the token for it', async () => {
  const { send, token, open } = await browse((await makeKey()).key)
  const csrf = await token('guest-book')
  await send('/portal/sign-out', { csrf: 'wrong' })
  expect((await open('/portal/key')).status).toBe(200)
  expect((await send('/portal/sign-out', { csrf })).headers.get('location')).toBe('/portal/sign-in')
  expect((await open('/portal/key')).status).toBe(303)
})

test('the sign-in of operators says where callers sign in', async () => {
  expect(await (await house.fetch('/sign-in')).text()).toContain('href="/portal"')
})

test('PORTAL=false: there are no pages for callers, and nothing speaks of them', async () => {
  await using closed = await opened({ PORTAL: 'false' })
  for (const path of ['/portal', '/portal/sign-in', '/portal/models'])
    expect((await closed.fetch(path)).status).toBe(404)
  expect(await (await closed.fetch('/sign-in')).text()).not.toContain('/portal')
  const { cookie } = { cookie: (await closed.fetch('/sign-in', signInAs(MASTER))).headers.getSetCookie()[0]! }
  const plugins = await (await closed.fetch('/dashboard/plugins', { headers: { cookie } })).text()
  expect(plugins).toContain('portal')
  expect(plugins).not.toContain('href="/portal')
})

test('a gateway without any key lets in who is on this machine, and nobody else', async () => {
  await using open = await opened({ MODELWAY_MASTER_KEY: '' })
  const page = await (await open.fetch('/portal/models')).text()
  expect(page).toContain('demo/parrot')
  const far = { loopback: false, keepOpen: () => {}, expectReading: () => {} }
  const sent = await open.fetch('/portal/models', { connection: far, redirect: 'manual' })
  expect(sent.headers.get('location')).toStartWith('/portal/sign-in')
})

const signInAs = (key: string) =>
  ({ method: 'POST', body: new URLSearchParams({ key }), redirect: 'manual' }) as const

async function opened(env: Record<string, string>) {
  const gateway = await startGateway({ env })
  return { ...gateway, [Symbol.asyncDispose]: gateway.close }
}
