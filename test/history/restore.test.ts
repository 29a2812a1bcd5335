import { describe, expect, test } from 'bun:test'
import { type Desk, openDesk, VIRTUAL } from './desk.ts'

const restore = (desk: Desk, id: number, query = '', headers = {}) =>
  desk.call('POST', `/admin/history/${id}/restore${query}`, undefined, headers)
const read = async (desk: Desk, source: string) =>
  (await desk.call('GET', `${VIRTUAL}/${encodeURIComponent(source)}`)).body

describe('POST /admin/history/:id/restore', () => {
  test('R13 puts a redirect back as it was after that version, and is a version itself', async () => {
    await using desk = await openDesk()
    const targets = [
      { model: 'demo/parrot', weight: 3 },
      { model: 'demo/poet', weight: 1 },
    ]
    await desk.put({
      source: 'smart',
      target_model: '',
      targets,
      strategy: 'failover',
      user_paths: ['/team'],
      force: true,
    })
    const before = await read(desk, 'smart')
    await desk.put({ source: 'smart', description: 'Worse' })
    const reply = await restore(desk, 1, '?force=true')
    expect(reply.status).toBe(200)
    expect(reply.body).toMatchObject({ id: 3, version: 3, action: 'restore', restored: 1, author: 'master' })
    expect(reply.body.fields).toEqual(
      expect.arrayContaining(['targets', 'strategy', 'user_paths', 'description']),
    )
    expect(await read(desk, 'smart')).toEqual({ ...before, version: 3, updated_at: expect.anything() })
    expect((await desk.call('GET', '/admin/history/1')).body.after).toEqual(reply.body.after)
  })

  test('R13 puts a policy back, also one that has become a redirect', async () => {
    await using desk = await openDesk()
    await desk.call('PUT', VIRTUAL, { source: 'demo/parrot', user_paths: ['/team'], reach: 'redirect' })
    const before = await read(desk, 'demo/parrot')
    await desk.put({ source: 'demo/parrot', target_model: 'demo/clock', force: true })
    expect((await restore(desk, 1)).status).toBe(200)
    expect(await read(desk, 'demo/parrot')).toEqual({ ...before, version: 3, updated_at: expect.anything() })
  })

  test('R13 brings back what was deleted, whichever of its versions is restored', async () => {
    await using desk = await openDesk()
    await desk.put({ source: 'smart', description: 'Good' })
    await desk.call('DELETE', VIRTUAL, { source: 'smart' })
    expect((await restore(desk, 2)).body).toMatchObject({ version: 3, before: null, restored: 2 })
    expect(await read(desk, 'smart')).toMatchObject({ description: 'Good', version: 3 })
    await desk.call('DELETE', VIRTUAL, { source: 'smart' })
    expect((await restore(desk, 1)).body).toMatchObject({ version: 5, restored: 1 })
    expect((await desk.history('smart')).map(({ version }) => version)).toEqual([1, 2, 3, 4, 5])
  })

  test('R13 gives a renamed one its old name back, on the same line', async () => {
    await using desk = await openDesk()
    await desk.put({ source: 'old' })
    await desk.put({ source: 'new', old_source: 'old' })
    expect((await restore(desk, 1)).status).toBe(200)
    expect((await desk.call('GET', VIRTUAL)).body.map((view: { source: string }) => view.source)).toEqual([
      'old',
    ])
    await desk.put({ source: 'new', old_source: 'old' })
    await desk.call('DELETE', VIRTUAL, { source: 'new' })
    expect((await restore(desk, 1)).status).toBe(200)
    expect((await desk.history('new')).map(({ version }) => version)).toEqual([1, 2, 3, 4, 5, 6])
  })

  test('R13 saves with all checks: a taken name, a lost target, a user, a circle', async () => {
    await using desk = await openDesk()
    await desk.put({ source: 'old' })
    await desk.put({ source: 'new', old_source: 'old' })
    await desk.put({ source: 'old' })
    expect((await restore(desk, 1)).status).toBe(409)
    await desk.call('DELETE', VIRTUAL, { source: 'new' })
    expect((await restore(desk, 1)).status).toBe(409)
    await desk.put({ source: 'lost', target_model: 'demo/nobody', force: true })
    const lost = (await desk.history('lost'))[0]!.id
    expect((await restore(desk, lost)).status).toBe(422)
    expect((await restore(desk, lost, '?force=true')).status).toBe(200)
    await desk.put({ source: 'a', target_model: 'old' })
    const first = (await desk.history('a'))[0]!.id
    await desk.put({ source: 'a' })
    await desk.put({ source: 'old', target_model: 'a' })
    const circle = await restore(desk, first)
    expect(circle.status).toBe(422)
    expect(circle.body.error.message).toContain('circle')
    expect((await restore(desk, 999)).status).toBe(404)
  })

  test('R13 leaves alone what is declared in configuration', async () => {
    await using desk = await openDesk()
    await desk.put({ source: 'smart' })
    const { folder } = desk.test
    const env = { VIRTUAL_MODELS: JSON.stringify([{ source: 'smart', target_model: 'demo/parrot' }]) }
    await using later = await openDesk({ folder, env })
    expect((await restore(later, 1)).status).toBe(409)
  })

  test('R13 gives a key its name, path, labels, limits and expiry back; not its secret', async () => {
    await using desk = await openDesk()
    const mine = { user_path: '/team', labels: { team: 'a' }, allowed_models: ['demo/'], description: 'Mine' }
    const { id, key } = (await desk.key(mine)).body
    await desk.call('PUT', `/admin/keys/${id}`, { name: 'Beta' })
    const rolled = (await desk.call('POST', `/admin/keys/${id}/roll`, { grace_seconds: 0 })).body
    expect((await restore(desk, 1)).status).toBe(200)
    const { body } = await desk.call('GET', `/admin/keys/${id}`)
    expect(body).toMatchObject({ ...mine, name: 'Alpha', last_four: rolled.last_four, version: 4 })
    const asked = async (bearer: string) =>
      (await desk.test.json('/v1/models', { headers: { authorization: `Bearer ${bearer}` } })).status
    expect([await asked(key), await asked(rolled.key)]).toEqual([401, 200])
  })

  test('A-09 never takes a revocation back', async () => {
    await using desk = await openDesk()
    const { id, key } = (await desk.key()).body
    await desk.call('PUT', `/admin/keys/${id}`, { name: 'Beta' })
    await desk.call('DELETE', `/admin/keys/${id}`)
    expect((await restore(desk, 1)).body).toMatchObject({ action: 'restore', fields: ['name'] })
    expect((await desk.call('GET', `/admin/keys/${id}`)).body).toMatchObject({
      name: 'Alpha',
      status: 'revoked',
    })
    const { status } = await desk.test.json('/v1/models', { headers: { authorization: `Bearer ${key}` } })
    expect(status).toBe(401)
  })

  test('R13 restores only the version that the operator has seen', async () => {
    await using desk = await openDesk()
    await desk.put({ source: 'smart' })
    await desk.put({ source: 'smart', description: 'Better' })
    expect((await restore(desk, 1, '', { 'if-match': '"1"' })).status).toBe(412)
    expect((await restore(desk, 1, '', { 'if-match': '"2"' })).status).toBe(200)
  })
})
