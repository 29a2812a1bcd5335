import { afterAll, beforeAll, expect, test } from 'bun:test'
import { defineCallerPage, definePlugin } from '../../src/index.ts'
import { MASTER, startGateway, type TestGateway } from '../kit.ts'
import { addressOf, type Door, findDoors } from './endpoints.ts'

/** Every address that our plugins bring, and everybody who may come: who is let in is decided by what it declares. */

/** A page for callers with all that a page can have. */
const guestBook = definePlugin({
  name: 'guest-book',
  about: 'Callers write into it.',
  setup: () => ({
    pages: [
      defineCallerPage({
        path: '/guest-book',
        title: 'Guest book',
        load: () => undefined,
        view: () => 'Welcome',
        parts: { more: () => 'More' },
        actions: { write: () => ({ go: '/portal/guest-book' }), look: () => ({ markup: 'Looked' }) },
        asks: ['look'],
      }),
    ],
  }),
})

let gateway: TestGateway
let doors: readonly Door[]
const roles: Record<string, Record<string, string>> = {
  nobody: {},
  'a stranger': { authorization: 'Bearer wrong', cookie: 'modelway=wrong; __Host-modelway=wrong' },
  'a scraper': { authorization: 'Bearer scrape-me-please' },
  'an operator': { authorization: `Bearer ${MASTER}` },
}

beforeAll(async () => {
  const env = { METRICS_TOKEN: 'scrape-me-please', REQUEST_LOG_BODIES: '/', CACHE_MODELS: '/' }
  gateway = await startGateway({ env, extra: [guestBook] })
  doors = await findDoors(env, [guestBook])
  const [caller, reader, writer] = await Promise.all([makeKey(), makeKey('read'), makeKey('write')])
  roles['a caller'] = { authorization: `Bearer ${caller}` }
  roles['a reader'] = { authorization: `Bearer ${reader}` }
  roles["an operator's key"] = { authorization: `Bearer ${writer}` }
  roles['an operator in a browser'] = await signIn(MASTER)
  roles["an operator's key in a browser"] = await signIn(writer)
  roles["a caller's session"] = await signIn(caller, '/portal')
  roles["an operator's key at the portal"] = await signIn(writer, '/portal')
  // Somebody who has one of the two tries what the other one would open.
  roles["a caller's session as an operator's"] = renamed(roles["a caller's session"]!, 'modelway')
  roles["an operator's session as a caller's"] = renamed(
    roles["an operator's key in a browser"]!,
    'modelway-portal',
  )
  const inBrowser = await signIn(reader)
  roles['a reader in a browser'] = { ...inBrowser, 'x-csrf-token': await tokenOf(inBrowser) }
})
afterAll(() => gateway.close())

async function makeKey(operates?: 'read' | 'write'): Promise<string> {
  const { body } = await gateway.admin('POST', '/admin/keys', { name: 'team', user_path: '/team', operates })
  return body.key
}

async function signIn(key: string, at = ''): Promise<{ cookie: string }> {
  const signedIn = await gateway.fetch(`${at}/sign-in`, {
    method: 'POST',
    body: new URLSearchParams({ key }),
  })
  return { cookie: signedIn.headers.getSetCookie()[0]!.split(';')[0]! }
}

/** The same session under the names that another cookie may have. */
function renamed({ cookie = '' }: Record<string, string>, name: string): { cookie: string } {
  const id = cookie.slice(cookie.indexOf('=') + 1)
  return { cookie: `${name}=${id}; __Host-${name}=${id}` }
}

/** What the forms of a session carry. */
async function tokenOf(headers: { cookie: string }): Promise<string> {
  const page = await (await gateway.fetch('/dashboard/playground', { headers })).text()
  return /name="csrf" value="([^"]+)"/.exec(page)![1]!
}

/** What becomes of a call that says nothing: `out` for who is not let in, by whichever of the ways. */
async function knock({ method, path }: Door, role: string): Promise<string> {
  const address = path.replaceAll(/:\w+/g, 'none').replace('*', 'none')
  const answer = await gateway.fetch(address, { method, headers: roles[role]!, redirect: 'manual' })
  const isSentAway = /^(?:\/portal)?\/sign-in\?/.test(answer.headers.get('location') ?? '')
  if (isSentAway || answer.status === 401) return 'out'
  if (answer.status !== 403) {
    await answer.body?.cancel()
    return 'in'
  }
  const text = await answer.text()
  // Who makes no keys is let in to be told so.
  if (/Your key makes no keys/.test(text)) return 'in'
  // Otherwise a write of a browser that does not carry the token of its session.
  return /You operate as a reader/.test(text) ? 'may only look' : 'forged'
}

const isRead = ({ method }: Door) => method === 'GET' || method === 'HEAD'
const isOfPeople = (door: Door) => addressOf(door) === 'GET /admin/requests/:id'
const looks = (door: Door) => (door.asks && !isOfPeople(door) ? 'in' : 'may only look')
const isForCallers = ({ access }: Door) => access === 'caller' || access === 'visitor'
const inBrowser = (door: Door) => (isForCallers(door) ? 'out' : isRead(door) ? 'in' : 'forged')
const atPortal = (door: Door) => (door.access !== 'visitor' ? 'out' : isRead(door) ? 'in' : 'forged')
/** A key opens everything but the pages of those who have signed in with theirs. */
const withKey = ({ access }: Door) => (access === 'visitor' ? 'out' : 'in')

/** Who is let in, whose writes are taken for forged, and who may only look. */
const ways: Readonly<Record<string, (door: Door) => string>> = {
  nobody: () => 'out',
  'a stranger': () => 'out',
  'a scraper': door => (addressOf(door) === 'GET /metrics' ? 'in' : 'out'),
  'a caller': ({ access }) => (access === 'caller' ? 'in' : 'out'),
  'an operator': withKey,
  'an operator in a browser': inBrowser,
  "an operator's key": withKey,
  "an operator's key in a browser": inBrowser,
  'a reader': door => (door.access === 'caller' ? 'in' : door.access === 'visitor' ? 'out' : looks(door)),
  'a reader in a browser': door => (isForCallers(door) ? 'out' : looks(door)),
  "a caller's session": atPortal,
  "an operator's key at the portal": atPortal,
  "a caller's session as an operator's": () => 'out',
  "an operator's session as a caller's": () => 'out',
}

test.each(Object.entries(ways))('%s', async (role, way) => {
  const guarded = doors.filter(({ access }) => access !== 'anyone')
  expect(guarded.length).toBeGreaterThan(150)
  for (const door of guarded)
    expect([addressOf(door), await knock(door, role)]).toEqual([addressOf(door), way(door)])
})

test('what is below /admin and /dashboard is for operators', () => {
  const operators = doors.filter(({ path }) => /^\/(?:admin|dashboard)\//.test(path))
  expect(operators.filter(({ access }) => access !== 'admin').map(addressOf)).toEqual([])
})

test('these are for callers who have signed in, and no others', () => {
  const pages = doors.filter(({ access }) => access === 'visitor').map(addressOf)
  expect(pages.sort()).toEqual([
    'GET /portal/calls',
    'GET /portal/connect',
    'GET /portal/guest-book',
    'GET /portal/guest-book/more',
    'GET /portal/key',
    'GET /portal/keys',
    'GET /portal/limits',
    'GET /portal/models',
    'GET /portal/usage',
    'POST /portal/guest-book/look',
    'POST /portal/guest-book/write',
    'POST /portal/keys/make',
    'POST /portal/keys/revoke',
    'POST /portal/keys/roll',
  ])
})

test('readers may use these though they are no GETs, and no others', () => {
  const asking = doors.filter(door => door.access === 'admin' && door.asks && !isRead(door)).map(addressOf)
  expect(asking.sort()).toEqual([
    'POST /admin/explain',
    'POST /admin/guardrails/test',
    'POST /dashboard/guardrails/doubt',
    'POST /dashboard/guardrails/effect',
    'POST /dashboard/keys/doubt',
    'POST /dashboard/limits/doubt',
    'POST /dashboard/limits/doubt-tools',
    'POST /dashboard/limits/effect',
    'POST /dashboard/models/draft',
    'POST /dashboard/models/effect',
    'POST /dashboard/models/suggest',
    'POST /dashboard/settings/effect',
  ])
})

test('anybody may come to these, and to no others', () => {
  const open = doors.filter(({ access }) => access === 'anyone').map(addressOf)
  expect(open.sort()).toEqual([
    'GET /',
    'GET /assets/:file',
    'GET /dashboard',
    'GET /health',
    'GET /health/ready',
    'GET /portal',
    'GET /portal/sign-in',
    'GET /sign-in',
    'GET /swagger/ui.css',
    'GET /swagger/ui.js',
    'POST /portal/sign-in',
    'POST /portal/sign-out',
    'POST /sign-in',
    'POST /sign-out',
  ])
})
