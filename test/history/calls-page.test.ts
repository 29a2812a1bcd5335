import { afterAll, beforeAll, expect, test } from 'bun:test'
import { createClient } from '@libsql/client'
import { type Browser, signIn, visible } from './browser.ts'
import { type Desk, openDesk } from './desk.ts'

/** The page of the admin calls, as a browser without scripts sees it. */

let desk: Desk
let cookie: string
let csrf: string
let look: Browser['look']
let send: Browser['send']

beforeAll(async () => {
  desk = await openDesk()
  ;({ cookie, csrf, look, send } = await signIn(desk, '/dashboard/history/calls'))
})
afterAll(() => desk[Symbol.asyncDispose]())

/** Calls as people read them, newest first. */
const rows = (markup: string): string[] =>
  (/<tbody>(.*)<\/tbody>/s.exec(markup)?.[1] ?? '')
    .split('</tr>')
    .map(visible)
    .filter(row => row !== '')

test('says where nothing was done yet what will stand here', async () => {
  expect(await look()).toContain('Nothing was done yet')
})

test('tells what was done and refused, by which way and by whom, newest first', async () => {
  await desk.call('PUT', '/admin/limits/alpha', { requests: 5 })
  await desk.call('PUT', '/admin/limits/alpha', { requests: -5 })
  await desk.test.json('/admin/keys', { method: 'POST', body: '{}' })
  await send('/dashboard/limits/toggle', { csrf, name: 'alpha', enabled: '' }, { cookie })
  const [toggled, stranger, refused, done] = rows(await look())
  expect(toggled).toStartWith('POST /dashboard/limits/toggle done 303 Dashboard just now')
  expect(stranger).toStartWith('POST /admin/keys refused 401 Nobody: no valid key just now')
  expect(refused).toStartWith('PUT /admin/limits/alpha refused 400 Master key just now')
  expect(done).toStartWith('PUT /admin/limits/alpha done 200 Master key just now')
})

test('says nothing of forms that only ask while somebody types', async () => {
  const before = rows(await look()).length
  for (const action of ['effect', 'doubt'])
    expect((await send(`/dashboard/limits/${action}`, { csrf, models: 'demo/' }, { cookie })).status).toBe(
      200,
    )
  expect(rows(await look())).toHaveLength(before)
})

test('finds by way, outcome, people and addresses, page by page', async () => {
  expect(rows(await look('?who=session'))).toHaveLength(1)
  expect(rows(await look('?outcome=refused'))).toHaveLength(2)
  expect(rows(await look('?q=LIMITS+put'))).toHaveLength(2)
  expect(await look('?q=nothing-like-it')).toContain('Nothing matches')
  const db = createClient({ url: `file:${desk.test.folder}/test.db` })
  await db.execute(`
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10100)
    INSERT INTO admin_calls (who, name, at, method, route, path, status)
    SELECT 'token', 'ada@example.com', 1, 'PUT', '/x', '/x/' || i, 500 FROM n`)
  db.close()
  expect(rows(await look('?q=ada@example.com'))[0]).toStartWith(
    'PUT /x/10100 failed 500 ada@example.com Token',
  )
  const part = await look('?outcome=refused')
  expect(rows(part)).toEqual([])
  const older = /href="([^"]+)"[^>]*rel="next"/.exec(part)![1]!.replaceAll('&amp;', '&')
  expect(rows(await look('', older))).toHaveLength(2)
})

test('addresses and people are text, whatever stands in them', async () => {
  await desk.call('PUT', `/admin/limits/${encodeURIComponent('<img src=x>')}`, { requests: 5 })
  expect(await look('?q=%3Cimg')).not.toContain('<img')
})
