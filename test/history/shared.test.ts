import { describe, expect, test } from 'bun:test'
import { createClient } from '@libsql/client'
import { createUntil } from '../until.ts'
import { brief, createFolder, type Desk, openDesk, VIRTUAL } from './desk.ts'

/** Milliseconds in which a gateway takes over what another one has stored, and some more. */
const SOON = 8000

const soon = createUntil(SOON)

const statusOf = async (desk: Desk, key: string): Promise<number> =>
  (await desk.test.json('/v1/models', { headers: { authorization: `Bearer ${key}` } })).status

const sourcesAt = async (desk: Desk): Promise<string[]> =>
  (await desk.call('GET', VIRTUAL)).body.map(({ source }: { source: string }) => source)

describe('two gateways on one database', () => {
  test('K1 a key that one of them makes works at the other, and one that it revokes works nowhere', async () => {
    using folder = createFolder()
    await using one = await openDesk({ folder: folder.path })
    await using two = await openDesk({ folder: folder.path })
    const { id, key } = (await one.key()).body
    await soon(async () => (await statusOf(two, key)) === 200, 'the key to work at the other gateway')
    await one.call('DELETE', `/admin/keys/${id}`)
    await soon(async () => (await statusOf(two, key)) === 401, 'the key to be revoked at the other gateway')
  })

  test('R12 what one of them writes, renames and deletes is so at the other, with its own entity tag', async () => {
    using folder = createFolder()
    await using one = await openDesk({ folder: folder.path })
    await using two = await openDesk({ folder: folder.path })
    const etag = (await two.call('GET', VIRTUAL)).headers.get('etag')
    await one.put({ source: 'smart' })
    await one.put({ source: 'other' })
    await soon(async () => (await sourcesAt(two)).join() === 'other,smart', 'two rows')
    expect((await two.call('GET', VIRTUAL)).headers.get('etag')).not.toBe(etag)
    await two.put({ source: 'smarter', old_source: 'smart' })
    await two.call('DELETE', VIRTUAL, { source: 'other' })
    await soon(async () => (await sourcesAt(one)).join() === 'smarter', 'a new name')
    await one.put({ source: 'smarter', description: 'from one' })
    expect(brief(await one.history('smarter'))).toEqual([
      '1 create smart',
      '2 rename smarter',
      '3 replace smarter',
    ])
  })

  test('R13 a row that only the other one knows yet is not overwritten, neither by a new one nor by a rename', async () => {
    using folder = createFolder()
    await using desk = await openDesk({ folder: folder.path })
    await desk.put({ source: 'mine' })
    // As another gateway has it stored a moment before this one looks: here without a version, so that it never will.
    const database = createClient({ url: `file:${folder.path}/test.db` })
    await database.execute(
      "INSERT INTO virtual_models SELECT 'smart', definition, version, updated_at FROM virtual_models",
    )
    const stored = async () => JSON.stringify((await database.execute('SELECT * FROM virtual_models')).rows)
    const before = await stored()
    const body = { source: 'smart', target_model: 'demo/poet', force: true }
    for (const late of [
      await desk.call('PUT', VIRTUAL, body, { 'if-none-match': '*' }),
      await desk.call('PUT', VIRTUAL, body),
      await desk.call('PUT', VIRTUAL, { ...body, old_source: 'mine' }),
    ]) {
      expect(late.status).toBe(412)
      expect(late.body.error.message).toContain('another process')
    }
    expect(await stored()).toBe(before)
    expect(await sourcesAt(desk)).toEqual(['mine'])
    expect(brief(await desk.history())).toEqual(['1 create mine'])
    database.close()
  })
})
