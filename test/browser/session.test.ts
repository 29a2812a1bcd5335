import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test'
import { MASTER, startGateway, type TestGateway } from '../kit.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
let clock = Date.UTC(2027, 0, 1)
let house: TestGateway

beforeAll(async () => {
  house = await startGateway({ now: () => clock })
})
afterAll(() => house.close())
beforeEach(() => {
  clock += 24 * HOUR
})

const post = (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
  house.fetch(path, {
    method: 'POST',
    body: new URLSearchParams(fields),
    headers: { host: 'localhost:8080', ...headers },
    redirect: 'manual',
  })

const cookieOf = (response: Response): string => response.headers.get('set-cookie')?.split(';')[0] ?? ''
const signIn = async (headers: Record<string, string> = {}) =>
  cookieOf(await post('/sign-in', { key: MASTER }, headers))
const open = (cookie: string) => house.fetch('/dashboard/models', { headers: { cookie }, redirect: 'manual' })
const isOpen = async (cookie: string) => (await open(cookie)).status === 200

async function tokenOf(cookie: string): Promise<string> {
  return /name="csrf" value="([^"]+)"/.exec(await (await open(cookie)).text())?.[1] ?? ''
}

test('a wrong key is refused, and says so at the field', async () => {
  const response = await post('/sign-in', { key: 'not-the-key', next: '/dashboard/models?q=x' })
  expect(response.status).toBe(401)
  expect(response.headers.get('set-cookie')).toBeNull()
  const page = await response.text()
  expect(page).toContain('This is not the master key')
  expect(page).toContain('value="/dashboard/models?q=x"')
  expect(page).not.toContain('not-the-key')
})

test('ten wrong keys close the door for a minute, for the right one too', async () => {
  for (let i = 0; i < 10; i++) expect((await post('/sign-in', { key: 'wrong' })).status).toBe(401)
  const late = await post('/sign-in', { key: MASTER })
  expect(late.status).toBe(429)
  expect(Number(late.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(await late.text()).toContain('Too many wrong keys: wait 60 seconds')
  clock += MINUTE
  expect((await post('/sign-in', { key: MASTER })).status).toBe(303)
})

test('strangers who guess keys do not keep out a browser in which the right one was typed before', async () => {
  const cookieNamed = (response: Response, name: string) =>
    response.headers
      .getSetCookie()
      .map(text => text.split(';')[0]!)
      .find(text => text.includes(`${name}=`))!
  const known = cookieNamed(await post('/sign-in', { key: MASTER }), 'modelway-known')
  const forged = known.replace(/\.\w{4}/, '.0000')
  for (let i = 0; i < 10; i++) expect((await post('/sign-in', { key: 'wrong' })).status).toBe(401)
  expect((await post('/sign-in', { key: MASTER }, { cookie: forged })).status).toBe(429)
  const back = await post('/sign-in', { key: MASTER }, { cookie: known })
  expect(back.status).toBe(303)
  expect(cookieNamed(back, 'modelway-known')).toBe(known)
  expect(await isOpen(known)).toBe(false)
  // It has its own ten tries, and no more.
  for (let i = 0; i < 10; i++)
    expect((await post('/sign-in', { key: 'wrong' }, { cookie: known })).status).toBe(401)
  expect((await post('/sign-in', { key: MASTER }, { cookie: known })).status).toBe(429)
  clock += MINUTE
})

test.each([
  ['//evil.example', '/dashboard/overview'],
  ['/\\evil.example', '/dashboard/overview'],
  ['https://evil.example/', '/dashboard/overview'],
  ['/\t/evil.example', '/dashboard/overview'],
  ['javascript:alert(1)', '/dashboard/overview'],
  ['/dashboard/models?q=a&edit=b%2Fc', '/dashboard/models?q=a&edit=b%2Fc'],
])('after signing in, %p leads to %p', async (next, to) => {
  expect((await post('/sign-in', { key: MASTER, next })).headers.get('location')).toBe(to)
  const page = await (await house.fetch(`/sign-in?${new URLSearchParams({ next })}`)).text()
  expect(page).toContain(`name="next" value="${to.replaceAll('&', '&amp;')}"`)
})

test.each([
  [{ 'sec-fetch-site': 'cross-site' }],
  [{ 'sec-fetch-site': 'same-site' }],
  [{ origin: 'https://evil.example' }],
  [{ origin: 'null' }],
])('another site cannot sign its visitors in or out: %p', async headers => {
  expect((await post('/sign-in', { key: MASTER }, headers)).status).toBe(403)
  const cookie = await signIn()
  expect((await post('/sign-out', { csrf: await tokenOf(cookie) }, { cookie, ...headers })).status).toBe(403)
  expect(await isOpen(cookie)).toBe(true)
})

test('the cookie is as well protected as the browser allows', async () => {
  const set = async (headers: Record<string, string>) =>
    (await post('/sign-in', { key: MASTER }, headers)).headers.getSetCookie()[0]
  const secure = /^__Host-modelway=[\w-]{43}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Lax; Secure$/
  const plain = /^modelway=[\w-]{43}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Lax$/
  expect(await set({ origin: 'http://localhost:8080' })).toMatch(secure)
  expect(await set({ host: 'gate.example', origin: 'https://gate.example' })).toMatch(secure)
  expect(await set({ host: 'inner:80', 'x-forwarded-proto': 'https' })).toMatch(secure)
  expect(await set({ host: '10.0.0.7:8080', origin: 'http://10.0.0.7:8080' })).toMatch(plain)
  expect(
    await set({ 'user-agent': 'Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 Version/19.0 Safari/605.1.15' }),
  ).toMatch(plain)
})

test('over https a cookie that a neighbour of the domain may have set is none of ours', async () => {
  const cookie = await signIn({ host: 'gate.example', 'x-forwarded-proto': 'https' })
  const statusOf = async (cookie: string, proto: string) => {
    const headers = { host: 'gate.example', 'x-forwarded-proto': proto, cookie }
    return (await house.fetch('/dashboard/models', { headers, redirect: 'manual' })).status
  }
  expect(await statusOf(cookie, 'https')).toBe(200)
  expect(await statusOf(cookie.replace('__Host-', ''), 'https')).toBe(303)
  expect(await statusOf(cookie.replace('__Host-', ''), 'http')).toBe(200)
})

test('signing in again ends the session before', async () => {
  const first = await signIn()
  const second = await signIn({ cookie: first })
  expect(second).not.toBe(first)
  expect(await isOpen(first)).toBe(false)
  expect(await isOpen(second)).toBe(true)
})

test('a session ends when it is idle for two hours, and after twelve in any case', async () => {
  const idle = await signIn()
  clock += 2 * HOUR - 1
  expect(await isOpen(idle)).toBe(true)
  clock += 2 * HOUR
  expect(await isOpen(idle)).toBe(false)
  const busy = await signIn()
  for (let i = 0; i < 11; i++) {
    clock += HOUR
    expect(await isOpen(busy)).toBe(true)
  }
  clock += HOUR
  expect(await isOpen(busy)).toBe(false)
})

test('a write needs the token of its own session, from the same site', async () => {
  const [mine, other] = [await signIn(), await signIn()]
  const fields = { source: 'forged', target: 'demo/parrot', enabled: 'on' }
  const save = (csrf: string | undefined, headers: Record<string, string> = {}) =>
    post(
      '/dashboard/models/save',
      { ...fields, ...(csrf !== undefined && { csrf }) },
      { cookie: mine, ...headers },
    )
  const token = await tokenOf(mine)
  expect((await save(undefined)).status).toBe(403)
  expect((await save('')).status).toBe(403)
  expect((await save(await tokenOf(other))).status).toBe(403)
  expect((await save(token, { 'sec-fetch-site': 'cross-site' })).status).toBe(403)
  expect((await post('/dashboard/models/delete', { source: 'forged' }, { cookie: mine })).status).toBe(403)
  const put = (headers: Record<string, string>) =>
    house.fetch('/admin/virtual-models', {
      method: 'PUT',
      headers: { cookie: mine, 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ source: 'forged', target_model: 'demo/parrot' }),
    })
  expect((await put({})).status).toBe(403)
  expect((await house.admin('GET', '/admin/virtual-models')).body).toEqual([])
  expect((await save(token)).status).toBe(303)
  expect((await put({ 'x-csrf-token': token })).status).toBe(200)
})

test('signing out without the token changes nothing', async () => {
  const cookie = await signIn()
  await post('/sign-out', {}, { cookie })
  expect(await isOpen(cookie)).toBe(true)
  const out = await post('/sign-out', { csrf: await tokenOf(cookie) }, { cookie })
  expect(out.headers.getSetCookie().every(set => set.includes('Max-Age=0'))).toBe(true)
  expect(await isOpen(cookie)).toBe(false)
})

test('every page forbids what pages do not need', async () => {
  for (const response of [await house.fetch('/sign-in'), await open(await signIn())]) {
    const policy = response.headers.get('content-security-policy')
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toContain('unsafe')
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    expect(await response.text()).not.toMatch(/ style="| on\w+="|<script>|<style/)
  }
})

test('assets are ours, kept for ever, and fit into 60 KB', async () => {
  const page = await (await house.fetch('/sign-in')).text()
  const addresses = [...page.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map(match => match[1]!)
  expect(addresses).toHaveLength(4)
  let size = 0
  for (const address of addresses) {
    const response = await house.fetch(address, { headers: { 'accept-encoding': 'gzip' } })
    expect(response.headers.get('cache-control')).toContain('immutable')
    expect(response.headers.get('content-encoding')).toBe('gzip')
    size += (await response.arrayBuffer()).byteLength
  }
  expect(size).toBeLessThan(60_000)
  expect((await house.fetch('/assets/..%2F..%2Fpackage.json')).status).toBe(404)
})

test('a form that is too large is refused before it is read to its end', async () => {
  let sent = 0
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      sent += 65_536
      controller.enqueue(new Uint8Array(65_536))
    },
  })
  const response = await house.fetch('/sign-in', { method: 'POST', body: endless })
  expect(response.status).toBe(413)
  expect(sent).toBeLessThan(1_000_000)
})

test('the address of a form, opened like a page, leads to its page: at once, or behind the sign-in', async () => {
  const get = (path: string, headers: Record<string, string>) =>
    house.fetch(path, { headers, redirect: 'manual' })
  const cookie = await signIn()
  const back = await get('/dashboard/limits/save', { cookie })
  expect([back.status, back.headers.get('location')]).toEqual([303, '/dashboard/limits'])
  const referer = 'http://localhost:8080/dashboard/limits?q=alpha'
  const asItWas = await get('/dashboard/limits/toggle', { cookie, referer })
  expect(asItWas.headers.get('location')).toBe('/dashboard/limits?q=alpha')
  const out = await get('/dashboard/keys/revoke', {})
  expect(out.headers.get('location')).toBe('/sign-in?next=%2Fdashboard%2Fkeys')
  expect((await get('/dashboard/limits/nothing', { cookie })).status).toBe(404)
})
