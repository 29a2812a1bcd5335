import { afterAll, beforeAll, expect, test } from 'bun:test'
import { MASTER, startGateway, type TestGateway } from '../kit.ts'
import { addressOf, type Door, findDoors } from './endpoints.ts'

/** Every address that our plugins bring, and everybody who may come: who is let in is decided by what it declares. */

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
  gateway = await startGateway({ env })
  doors = await findDoors(env)
  const { body } = await gateway.admin('POST', '/admin/keys', { name: 'team', user_path: '/team' })
  roles['a caller'] = { authorization: `Bearer ${body.key}` }
  const form = new URLSearchParams({ key: MASTER })
  const signedIn = await gateway.fetch('/sign-in', { method: 'POST', body: form })
  roles['an operator in a browser'] = { cookie: signedIn.headers.getSetCookie()[0]!.split(';')[0]! }
})
afterAll(() => gateway.close())

/** What becomes of a call that says nothing: `out` for who is not let in, by whichever of the ways. */
async function knock({ method, path }: Door, role: string): Promise<string> {
  const address = path.replaceAll(/:\w+/g, 'none').replace('*', 'none')
  const answer = await gateway.fetch(address, { method, headers: roles[role]!, redirect: 'manual' })
  await answer.body?.cancel()
  const isSentAway = answer.headers.get('location')?.startsWith('/sign-in?') === true
  if (isSentAway || answer.status === 401) return 'out'
  // A write of a browser that does not carry the token of its session.
  return answer.status === 403 ? 'forged' : 'in'
}

const isRead = ({ method }: Door) => method === 'GET' || method === 'HEAD'

/** Who is let in, and whose writes are taken for forged. */
const ways: Readonly<Record<string, (door: Door) => string>> = {
  nobody: () => 'out',
  'a stranger': () => 'out',
  'a scraper': door => (addressOf(door) === 'GET /metrics' ? 'in' : 'out'),
  'a caller': ({ access }) => (access === 'caller' ? 'in' : 'out'),
  'an operator': () => 'in',
  'an operator in a browser': door => (door.access === 'caller' ? 'out' : isRead(door) ? 'in' : 'forged'),
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

test('anybody may come to these, and to no others', () => {
  const open = doors.filter(({ access }) => access === 'anyone').map(addressOf)
  expect(open.sort()).toEqual([
    'GET /',
    'GET /assets/:file',
    'GET /dashboard',
    'GET /health',
    'GET /health/ready',
    'GET /sign-in',
    'GET /swagger/ui.css',
    'GET /swagger/ui.js',
    'POST /sign-in',
    'POST /sign-out',
  ])
})
