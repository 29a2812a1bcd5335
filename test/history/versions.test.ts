import { describe, expect, test } from 'bun:test'
import { createClient } from '@libsql/client'
import { brief, createFolder, openDesk, VIRTUAL } from './desk.ts'

describe('history', () => {
  test('R13 keeps every change of a redirect, a policy and a key as a numbered version', async () => {
    await using desk = await openDesk()
    await desk.put({ source: 'smart' })
    await desk.put({ source: 'smart', description: 'Better' })
    await desk.put({ source: 'smarter', old_source: 'smart' })
    await desk.call('PUT', VIRTUAL, { source: 'demo/', user_paths: ['/team'] })
    await desk.call('DELETE', VIRTUAL, { source: 'demo/' })
    await desk.call('DELETE', VIRTUAL, { source: 'smarter' })
    const { id } = (await desk.key()).body
    await desk.call('PUT', `/admin/keys/${id}`, { name: 'Beta' })
    await desk.call('POST', `/admin/keys/${id}/roll`, {})
    await desk.call('DELETE', `/admin/keys/${id}`)
    const all = await desk.history()
    expect(brief(all)).toEqual([
      '1 create smart',
      '2 replace smart',
      '3 rename smarter',
      '1 create demo/',
      '2 delete demo/',
      '4 delete smarter',
      `1 create ${id}`,
      `2 replace ${id}`,
      `3 roll ${id}`,
      `4 revoke ${id}`,
    ])
    expect(all.map(entry => entry.id)).toEqual(all.map((_, index) => index + 1))
  })

  test('R13 tells who, when, what it was, what it became, and which fields differ', async () => {
    const at = Date.parse('2030-01-02T03:04:05Z')
    await using desk = await openDesk({ now: () => at })
    await desk.put({ source: 'smart', description: 'Good' })
    await desk.put({ source: 'smart', description: 'Better', user_paths: ['/team'] })
    const { body } = await desk.call('GET', '/admin/history/2')
    const shared = { source: 'smart', enabled: true, strategy: 'round_robin', failover: true }
    expect(body).toMatchObject({
      id: 2,
      kind: 'virtual-model',
      version: 2,
      author: 'master',
      at: '2030-01-02T03:04:05.000Z',
      fields: ['description', 'user_paths'],
      before: { ...shared, description: 'Good', targets: [{ model: 'demo/parrot', weight: 1 }] },
      after: { ...shared, description: 'Better', user_paths: ['/team'] },
      changes: [
        { field: 'description', before: 'Good', after: 'Better' },
        { field: 'user_paths', after: ['/team'] },
      ],
    })
  })

  test('R13 knows no state before a creation and none after a deletion', async () => {
    await using desk = await openDesk()
    await desk.put({ source: 'smart' })
    await desk.call('DELETE', VIRTUAL, { source: 'smart' })
    const [created, deleted] = await Promise.all(
      [1, 2].map(async id => (await desk.call('GET', `/admin/history/${id}`)).body),
    )
    expect(created.before).toBeNull()
    expect(deleted.after).toBeNull()
    expect(deleted.before).toEqual(created.after)
  })

  test('R13 keeps one line of history through renames, found by each of its names', async () => {
    await using desk = await openDesk()
    await desk.put({ source: 'one' })
    await desk.put({ source: 'two', old_source: 'one' })
    await desk.put({ source: 'three', old_source: 'two' })
    await desk.put({ source: 'other' })
    const line = ['1 create one', '2 rename two', '3 rename three']
    for (const name of ['one', 'two', 'three']) expect(brief(await desk.history(name))).toEqual(line)
    expect(brief(await desk.history('other'))).toEqual(['1 create other'])
    expect(await desk.history('nobody')).toEqual([])
  })

  test('R13 goes on with the line of what was deleted, and never gives a name the same version twice', async () => {
    await using desk = await openDesk()
    await desk.put({ source: 'smart' })
    await desk.call('DELETE', VIRTUAL, { source: 'smart' })
    expect((await desk.put({ source: 'smart' })).body.version).toBe(3)
    await desk.put({ source: 'moved', old_source: 'smart' })
    const fresh = await desk.put({ source: 'smart' })
    expect(fresh.body.version).toBeGreaterThan(3)
    expect(brief(await desk.history('moved'))).toEqual([
      '1 create smart',
      '2 delete smart',
      '3 create smart',
      '4 rename moved',
    ])
  })

  test('R13 is still there after a restart, and goes on counting', async () => {
    using folder = createFolder()
    const before = await (async () => {
      await using desk = await openDesk({ folder: folder.path })
      await desk.put({ source: 'smart' })
      await desk.key()
      return desk.history()
    })()
    await using desk = await openDesk({ folder: folder.path })
    expect(await desk.history()).toEqual(before)
    expect((await desk.put({ source: 'smart' })).body.version).toBe(2)
    expect((await desk.history()).map(({ id }) => id)).toEqual([1, 2, 3])
  })

  test('R13 numbers writes that race without gaps and without doubles', async () => {
    await using desk = await openDesk()
    const { id } = (await desk.key()).body
    await Promise.all(
      Array.from({ length: 60 }, (_, index) =>
        index % 2
          ? desk.put({ source: `r${index % 3}`, description: `${index}` })
          : desk.call('PUT', `/admin/keys/${id}`, { name: `Alpha ${index}` }),
      ),
    )
    const all = await desk.history()
    expect(all.map(entry => entry.id)).toEqual(Array.from({ length: 61 }, (_, index) => index + 1))
    for (const [subject, entries] of Map.groupBy(all, entry => entry.subject)) {
      const versions = entries.map(({ version }) => version)
      expect([subject, versions]).toEqual([subject, versions.map((_, index) => index + 1)])
    }
  })

  test('R13 pages through by what comes before, and filters by kind', async () => {
    await using desk = await openDesk()
    for (let turn = 0; turn < 5; turn++) await desk.put({ source: 'smart', description: `${turn}` })
    await desk.key()
    const ids: number[] = []
    for (let before = ''; ; ) {
      const { body } = await desk.call('GET', `/admin/history?limit=2${before}`)
      ids.push(...body.data.map((entry: { id: number }) => entry.id))
      if (body.next === null) break
      before = `&before=${body.next}`
    }
    expect(ids).toEqual([6, 5, 4, 3, 2, 1])
    const keys = (await desk.call('GET', '/admin/history?kind=key')).body
    expect(keys.data.map((entry: { id: number }) => entry.id)).toEqual([6])
    expect((await desk.call('GET', '/admin/history?limit=abc')).body.error.message).toBe(
      'Field "limit": expected a whole number',
    )
    for (const query of ['limit=0', 'limit=201', 'limit=x', 'before=0', 'before=-1', 'order=at'])
      expect([query, (await desk.call('GET', `/admin/history?${query}`)).status]).toEqual([query, 400])
    for (const id of ['0', '999', 'x', '1e1', '-1'])
      expect([id, (await desk.call('GET', `/admin/history/${id}`)).status]).toEqual([id, 404])
  })

  test('R13 names what is refused nowhere, and what changes nothing', async () => {
    await using desk = await openDesk()
    const { id } = (await desk.key()).body
    await desk.call('DELETE', `/admin/keys/${id}`)
    await desk.call('DELETE', `/admin/keys/${id}`)
    await desk.call('PUT', VIRTUAL, { source: 'lost', target_model: 'demo/nobody' })
    await desk.call('DELETE', VIRTUAL, { source: 'lost' })
    expect(brief(await desk.history())).toEqual([`1 create ${id}`, `2 revoke ${id}`])
  })

  test('A-04 holds no secret and no hash', async () => {
    using folder = createFolder()
    const secrets: string[] = []
    {
      await using desk = await openDesk({ folder: folder.path })
      const { id, key } = (await desk.key()).body
      secrets.push(key, (await desk.call('POST', `/admin/keys/${id}/roll`, {})).body.key)
      await desk.call('PUT', `/admin/keys/${id}`, { name: 'Beta' })
      await desk.call('DELETE', `/admin/keys/${id}`)
    }
    const database = createClient({ url: `file:${folder.path}/test.db` })
    const [kept, stored] = await database.batch([
      'SELECT * FROM history',
      'SELECT hash, previous_hash FROM api_keys',
    ])
    secrets.push(...stored!.rows.flatMap(row => [String(row.hash), String(row.previous_hash)]))
    database.close()
    const text = JSON.stringify(kept!.rows)
    expect(kept!.rows.length).toBe(4)
    expect(secrets.length).toBe(4)
    for (const secret of secrets) expect(text).not.toContain(secret)
  })
})
