import { describe, expect, test } from 'bun:test'
import { createClient } from '@libsql/client'
import { brief, createFolder, openDesk, VIRTUAL } from './desk.ts'

describe('a write and its version', () => {
  const refuse = (table: string) =>
    `CREATE TRIGGER no_${table} BEFORE INSERT ON ${table} BEGIN SELECT RAISE(ABORT, 'disk full'); END`
  const tables = ['virtual_models', 'api_keys', 'history'] as const

  test.each(tables)('R13 are stored together or not at all: %s cannot be written', async table => {
    using folder = createFolder()
    await using desk = await openDesk({ folder: folder.path })
    await desk.put({ source: 'smart' })
    const { id } = (await desk.key()).body
    const database = createClient({ url: `file:${folder.path}/test.db` })
    const dump = async () =>
      JSON.stringify(
        (await database.batch(tables.map(name => `SELECT * FROM ${name}`))).map(({ rows }) => rows),
      )
    const before = [
      await dump(),
      (await desk.call('GET', VIRTUAL)).body,
      (await desk.call('GET', '/admin/keys')).body,
    ]
    await database.execute(refuse(table))
    const writes = [
      ['PUT', VIRTUAL, { source: 'smart', target_model: 'demo/poet', force: true }],
      ['PUT', VIRTUAL, { source: 'other', old_source: 'smart', target_model: 'demo/parrot' }],
      ['DELETE', VIRTUAL, { source: 'smart' }],
      ['POST', '/admin/keys', { name: 'Beta' }],
      ['PUT', `/admin/keys/${id}`, { name: 'Beta' }],
      ['POST', `/admin/keys/${id}/roll`, {}],
      ['DELETE', `/admin/keys/${id}`, undefined],
    ] as const
    const affected = writes.filter(([method, path]) =>
      table === 'history'
        ? true
        : table === 'api_keys'
          ? method === 'POST' && path === '/admin/keys'
          : method === 'PUT' && path === VIRTUAL,
    )
    expect(affected.length).toBeGreaterThan(0)
    for (const [method, path, body] of affected)
      expect([method, path, (await desk.call(method, path, body)).status]).toEqual([method, path, 500])
    expect([
      await dump(),
      (await desk.call('GET', VIRTUAL)).body,
      (await desk.call('GET', '/admin/keys')).body,
    ]).toEqual(before)
    database.close()
  })

  test('R13 lets nobody overwrite what another process has stored', async () => {
    using folder = createFolder()
    await using one = await openDesk({ folder: folder.path })
    await one.put({ source: 'smart' })
    await using two = await openDesk({ folder: folder.path })
    await two.put({ source: 'smart', description: 'from two' })
    const late = await one.call('PUT', VIRTUAL, { source: 'smart', target_model: 'demo/parrot' })
    expect(late.status).toBe(412)
    expect(late.body.error.message).toContain('another process')
    expect(brief(await one.history())).toEqual(['1 create smart', '2 replace smart'])
  })

  test('A-09 a revocation is not undone by a change that races with it', async () => {
    await using desk = await openDesk()
    for (let turn = 0; turn < 20; turn++) {
      const { id, key } = (await desk.key()).body
      await Promise.all([
        desk.call('PUT', `/admin/keys/${id}`, { name: 'Beta' }),
        desk.call('DELETE', `/admin/keys/${id}`),
        desk.call('PUT', `/admin/keys/${id}`, { name: 'Gamma' }),
      ])
      const { status } = await desk.test.json('/v1/models', { headers: { authorization: `Bearer ${key}` } })
      expect(status).toBe(401)
    }
  })
})
