import { describe, expect, test } from 'bun:test'
import { createClient } from '@libsql/client'
import * as v from 'valibot'
import { openTrail } from '../../plugins/audit/trail.ts'
import { defineApi } from '../../src/contract/api.ts'
import { definePlugin } from '../../src/contract/plugin.ts'
import { openDatabase } from '../../src/database/open.ts'
import { createLog } from '../../src/log.ts'
import { MASTER, until } from '../kit.ts'
import { createFolder, type Desk, openDesk, VIRTUAL } from './desk.ts'

interface Row {
  readonly id: number
  readonly who: string
  readonly method: string
  readonly route: string
  readonly path: string
  readonly status: number
  readonly at: string
}
const trail = async (desk: Desk, query = ''): Promise<readonly Row[]> =>
  (await desk.call('GET', `/admin/audit?limit=200${query}`)).body.data.toReversed()
const brief = (rows: readonly Row[]) =>
  rows.map(({ who, method, path, status }) => `${who} ${method} ${path} ${status}`)
const form = (fields: Record<string, string>, headers: Record<string, string> = {}) => ({
  method: 'POST',
  headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
  body: new URLSearchParams(fields).toString(),
})
const DAY = 86_400_000

describe('GET /admin/audit', () => {
  test('O-05 has every admin call that is not a GET, refused ones too, and no other call', async () => {
    const at = Date.parse('2030-01-02T03:04:05Z')
    await using desk = await openDesk({ now: () => at })
    await desk.put({ source: 'smart' })
    await desk.call('PUT', VIRTUAL, { source: '' })
    await desk.call('DELETE', VIRTUAL, { source: 'nobody' })
    await desk.call('POST', '/admin/keys/key_x/roll?secret=1', {})
    await desk.call('GET', VIRTUAL)
    await desk.test.chat({ model: 'demo/parrot', messages: [{ role: 'user', content: 'Hi' }] })
    await desk.test.json('/admin/keys', { method: 'POST', body: '{}' })
    expect(brief(await trail(desk))).toEqual([
      'master PUT /admin/virtual-models 200',
      'master PUT /admin/virtual-models 400',
      'master DELETE /admin/virtual-models 404',
      'master POST /admin/keys/key_x/roll 400',
      'nobody POST /admin/keys 401',
    ])
    const row = (await trail(desk))[3]
    expect(row).toMatchObject({ id: 4, route: '/admin/keys/:id/roll', at: '2030-01-02T03:04:05.000Z' })
  })

  test('O-05 tells the dashboard from the API, and keeps what it refused', async () => {
    await using desk = await openDesk()
    const signedIn = await desk.test.fetch('/sign-in', form({ key: MASTER }))
    const cookie = signedIn.headers.getSetCookie()[0]!.split(';')[0]!
    const page = await (await desk.test.fetch('/dashboard/models?new', { headers: { cookie } })).text()
    const csrf = /name="csrf" value="([^"]+)"/.exec(page)![1]!
    const save = (token: string) =>
      desk.test.fetch(
        '/dashboard/models/save',
        form({ csrf: token, source: 'smart', target: 'demo/parrot', enabled: 'on' }, { cookie }),
      )
    await save('forged')
    await save(csrf)
    await desk.test.fetch('/dashboard/models/save', form({ source: 'smart' }))
    await desk.test.json(VIRTUAL, { method: 'DELETE', headers: { cookie, 'x-csrf-token': 'forged' } })
    const rows = await trail(desk)
    expect(rows.map(({ who, route, status }) => [who, route, status])).toEqual([
      ['session', '/dashboard/models/save', 403],
      ['session', '/dashboard/models/save', 303],
      ['nobody', '/dashboard/models/save', 303],
      ['session', VIRTUAL, 403],
    ])
    expect((await desk.history()).map(({ author, subject }) => [author, subject])).toEqual([
      ['session', 'smart'],
    ])
  })

  test('A-18 names the machine itself where there is no key', async () => {
    await using desk = await openDesk({ env: { MODELWAY_MASTER_KEY: '' } })
    await desk.put({ source: 'smart' })
    expect(brief(await trail(desk))).toEqual(['loopback PUT /admin/virtual-models 200'])
    expect((await desk.history())[0]?.author).toBe('loopback')
  })

  test('O-05 filters and pages by what comes before', async () => {
    let now = Date.parse('2030-01-01T00:00:00Z')
    await using desk = await openDesk({ now: () => now })
    for (const source of ['a', 'b', 'c', '']) {
      await desk.call('PUT', VIRTUAL, { source, target_model: 'demo/parrot' })
      now += DAY
    }
    await desk.key()
    const ids = async (query: string) => (await trail(desk, query)).map(({ id }) => id)
    expect(await ids('&who=nobody')).toEqual([])
    expect(await ids('&who=master&method=put')).toEqual([1, 2, 3, 4])
    expect(await ids('&route=/admin/keys')).toEqual([5])
    expect(await ids('&status=4xx')).toEqual([4])
    expect(await ids('&status=201')).toEqual([5])
    expect(await ids('&since=2030-01-02T00:00:00Z&until=2030-01-04T00:00:00Z')).toEqual([2, 3])
    const first = (await desk.call('GET', '/admin/audit?limit=3')).body
    const second = (await desk.call('GET', `/admin/audit?limit=3&before=${first.next}`)).body
    expect([first, second].map(({ data }) => data.map((row: Row) => row.id))).toEqual([
      [5, 4, 3],
      [2, 1],
    ])
    expect(second.next).toBeNull()
    for (const query of ['who=root', 'status=600', 'status=4%25', 'since=yesterday', 'limit=0', 'sort=at'])
      expect([query, (await desk.call('GET', `/admin/audit?${query}`)).status]).toEqual([query, 400])
  })

  test('O-05 keeps what is in the trail harmless: text stays text', async () => {
    await using desk = await openDesk()
    const path = `/admin/keys/%0a%1b[31m'"--<script>${'x'.repeat(5000)}`
    await desk.call('DELETE', path)
    const [row] = await trail(desk)
    expect(row!.path.length).toBeLessThanOrEqual(512)
    expect(row!.path).not.toMatch(/\p{Cc}/u)
  })
})

describe('the audit trail', () => {
  test('R11 loses nothing on a graceful stop', async () => {
    using folder = createFolder()
    {
      await using desk = await openDesk({ folder: folder.path })
      await Promise.all(Array.from({ length: 450 }, () => desk.call('DELETE', VIRTUAL, { source: 'x' })))
    }
    await using desk = await openDesk({ folder: folder.path })
    const pages = [await trail(desk), await trail(desk, '&before=251'), await trail(desk, '&before=51')]
    expect(new Set(pages.flat().map(({ id }) => id)).size).toBe(450)
  })

  test('R11 has what operators were doing when the gateway was told to stop', async () => {
    using folder = createFolder()
    let isCalled = false
    const slow = definePlugin({
      name: 'slow',
      about: 'Takes its time.',
      setup: () => ({
        api: [
          defineApi({
            method: 'POST',
            path: '/admin/slow',
            access: 'admin',
            tag: 'Slow',
            summary: 'Wait',
            answer: { about: 'Done', schema: v.object({}) },
            async run() {
              isCalled = true
              await Bun.sleep(50)
              return {}
            },
          }),
        ],
      }),
    })
    const desk = await openDesk({ folder: folder.path, extra: [slow] })
    const reply = desk.call('POST', '/admin/slow')
    await until(() => isCalled, 'the slow call')
    await desk.test.close()
    expect((await reply).status).toBe(200)
    await using later = await openDesk({ folder: folder.path })
    expect(brief(await trail(later))).toEqual(['master POST /admin/slow 200'])
  })

  test('R7 waits for a database that cannot be written, and delays no call', async () => {
    using folder = createFolder()
    await using desk = await openDesk({ folder: folder.path })
    const database = createClient({ url: `file:${folder.path}/test.db` })
    await database.execute(
      "CREATE TRIGGER full BEFORE INSERT ON admin_calls BEGIN SELECT RAISE(ABORT, 'disk full'); END",
    )
    await desk.put({ source: 'smart' })
    expect((await desk.call('GET', '/admin/audit')).status).toBe(500)
    await database.execute('DROP TRIGGER full')
    expect(brief(await trail(desk))).toEqual(['master PUT /admin/virtual-models 200'])
    database.close()
  })

  test('R11 is written by itself, off the path of the calls', async () => {
    using folder = createFolder()
    await using desk = await openDesk({ folder: folder.path })
    await using other = await openDesk({ folder: folder.path })
    await desk.put({ source: 'smart' })
    await until(async () => (await trail(other)).length === 1, 'the row')
  })

  test('L-10 forgets rows that are older than AUDIT_RETENTION', async () => {
    using folder = createFolder()
    let now = Date.parse('2030-01-01T00:00:00Z')
    {
      await using desk = await openDesk({ folder: folder.path, now: () => now })
      for (let turn = 0; turn < 5; turn++) await desk.call('DELETE', VIRTUAL, { source: 'x' })
      now += 8 * DAY
      await desk.call('DELETE', VIRTUAL, { source: 'x' })
    }
    const database = await openDatabase(`file:${folder.path}/test.db`)
    await openTrail(database.db, createLog('test')).forget(now - 7 * DAY)
    database.close()
    await using desk = await openDesk({ folder: folder.path, env: { AUDIT_RETENTION: '7d' } })
    expect((await trail(desk)).map(({ id }) => id)).toEqual([6])
  })

  test('A-08 is not filled by those who have no key', async () => {
    await using desk = await openDesk({ now: () => 0 })
    for (let turn = 0; turn < 100; turn++) await desk.test.json('/admin/keys', { method: 'POST' })
    await desk.put({ source: 'smart' })
    const rows = await trail(desk)
    expect(rows.filter(({ who }) => who === 'nobody').length).toBe(60)
    expect(rows.at(-1)?.who).toBe('master')
  })
})
