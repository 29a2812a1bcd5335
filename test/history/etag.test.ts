import { describe, expect, test } from 'bun:test'
import { openDesk, VIRTUAL } from './desk.ts'

const smart = { source: 'smart', target_model: 'demo/parrot' }

describe('GET /admin/virtual-models/{source}', () => {
  test.each([
    ['smart', 'smart'],
    ['demo/parrot', 'demo%2Fparrot'],
    ['demo/parrot', 'demo/parrot'],
    ['demo/', 'demo%2F'],
    ['/', '%2F'],
    ['a b?c#d%25', 'a%20b%3Fc%23d%2525'],
    ['größer', 'gr%C3%B6%C3%9Fer'],
    ['💡', '%F0%9F%92%A1'],
  ])('R13 reads %s at %s, with its version as ETag', async (source, path) => {
    await using desk = await openDesk()
    const { body } = await desk.call('PUT', VIRTUAL, { source, user_paths: ['/team'], force: true })
    const reply = await desk.call('GET', `${VIRTUAL}/${path}`)
    expect(reply.status).toBe(200)
    expect(reply.body).toEqual(body)
    expect(reply.headers.get('etag')).toBe('"1"')
  })

  test('R13 answers 404 in plain words, and 400 to what is not well encoded', async () => {
    await using desk = await openDesk()
    const missing = await desk.call('GET', `${VIRTUAL}/nobody`)
    expect(missing.status).toBe(404)
    expect(missing.body.error.message).toContain('"nobody"')
    expect((await desk.call('GET', `${VIRTUAL}/%E0%A4%A`)).status).toBe(400)
  })

  test('R13 shows a declared one at version 0', async () => {
    await using desk = await openDesk({ env: { VIRTUAL_MODELS: JSON.stringify([smart]) } })
    const reply = await desk.call('GET', `${VIRTUAL}/smart`)
    expect([reply.headers.get('etag'), reply.body.version]).toEqual(['"0"', 0])
  })
})

describe('the ETag of the list', () => {
  test('R13 is the same while nothing changes, and another one after each write and each start', async () => {
    await using desk = await openDesk()
    const tag = async () => (await desk.call('GET', VIRTUAL)).headers.get('etag')
    await desk.call('POST', '/admin/providers/refresh')
    const seen = [await tag()]
    expect(await tag()).toBe(seen[0]!)
    for (const write of [
      () => desk.put(smart),
      () => desk.put({ ...smart, source: 'other', old_source: 'smart' }),
      () => desk.call('DELETE', VIRTUAL, { source: 'other' }),
    ]) {
      await write()
      seen.push(await tag())
    }
    await using later = await openDesk({ folder: desk.test.folder })
    seen.push((await later.call('GET', VIRTUAL)).headers.get('etag'))
    expect(new Set(seen).size).toBe(5)
  })
})

describe('If-Match', () => {
  const tags = [
    ['"2"', 200],
    ['2', 200],
    ['W/"2"', 200],
    ['"1", "2"', 200],
    ['*', 200],
    ['"1"', 412],
    ['"3"', 412],
    ['"22"', 412],
    ['', 412],
    ['"smart"', 412],
    ['"2e0"', 412],
  ] as const

  test.each(tags)('R13 %s on PUT of version 2 is answered with %d', async (tag, status) => {
    await using desk = await openDesk()
    await desk.put(smart)
    await desk.put(smart)
    const reply = await desk.call('PUT', VIRTUAL, { ...smart, description: 'New' }, { 'if-match': tag })
    expect(reply.status).toBe(status)
    const now = (await desk.call('GET', `${VIRTUAL}/smart`)).body
    expect([now.version, now.description]).toEqual(status === 200 ? [3, 'New'] : [2, ''])
    if (status === 412) {
      expect(reply.body.error).toMatchObject({ code: 'version_conflict' })
      expect(reply.body.error.message).toContain('version 2')
    } else expect(reply.headers.get('etag')).toBe('"3"')
  })

  test('R13 guards deletions and renames, and does not create', async () => {
    await using desk = await openDesk()
    await desk.put(smart)
    const rename = { ...smart, source: 'new', old_source: 'smart' }
    const old = { 'if-match': '"7"' }
    expect((await desk.call('DELETE', VIRTUAL, { source: 'smart' }, old)).status).toBe(412)
    expect((await desk.call('PUT', VIRTUAL, rename, old)).status).toBe(412)
    expect((await desk.call('PUT', VIRTUAL, { ...smart, source: 'fresh' }, { 'if-match': '*' })).status).toBe(
      412,
    )
    expect((await desk.call('PUT', VIRTUAL, rename, { 'if-match': '"1"' })).status).toBe(200)
    expect((await desk.call('DELETE', VIRTUAL, { source: 'new' }, { 'if-match': '"2"' })).status).toBe(204)
    expect((await desk.call('DELETE', VIRTUAL, { source: 'new' }, { 'if-match': '"2"' })).status).toBe(404)
  })

  test('R13 lets exactly one of many writers through who have read the same version', async () => {
    await using desk = await openDesk()
    await desk.put(smart)
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        desk.call('PUT', VIRTUAL, { ...smart, description: `${index}` }, { 'if-match': '"1"' }),
      ),
    )
    expect(replies.filter(({ status }) => status === 200).length).toBe(1)
    expect(replies.filter(({ status }) => status === 412).length).toBe(19)
  })

  test('R13 does not take what was made anew, or has taken over a name, for what was read', async () => {
    await using desk = await openDesk()
    await desk.put(smart)
    await desk.call('DELETE', VIRTUAL, { source: 'smart' })
    await desk.put(smart)
    const write = () => desk.call('PUT', VIRTUAL, smart, { 'if-match': '"1"' })
    expect((await write()).status).toBe(412)
    await desk.put({ ...smart, source: 'moved', old_source: 'smart' })
    await desk.put(smart)
    expect((await write()).status).toBe(412)
    await desk.call('DELETE', VIRTUAL, { source: 'smart' })
    await desk.put({ ...smart, source: 'third' })
    const { version: latest } = (await desk.put({ ...smart, old_source: 'third' })).body
    for (let version = 1; version < latest; version++) {
      const reply = await desk.call('PUT', VIRTUAL, smart, { 'if-match': `"${version}"` })
      expect([version, reply.status]).toEqual([version, 412])
    }
  })

  test('R13 guards keys: replace, roll and revoke', async () => {
    await using desk = await openDesk()
    const created = await desk.key()
    const path = `/admin/keys/${created.body.id}`
    expect(created.headers.get('etag')).toBe('"1"')
    expect((await desk.call('GET', path)).headers.get('etag')).toBe('"1"')
    const stale = { 'if-match': '"9"' }
    expect((await desk.call('PUT', path, { name: 'Beta' }, stale)).status).toBe(412)
    expect((await desk.call('POST', `${path}/roll`, {}, stale)).status).toBe(412)
    expect((await desk.call('DELETE', path, undefined, stale)).status).toBe(412)
    const put = await desk.call('PUT', path, { name: 'Beta' }, { 'if-match': '"1"' })
    expect([put.status, put.headers.get('etag'), put.body.name]).toEqual([200, '"2"', 'Beta'])
    expect((await desk.call('POST', `${path}/roll`, {}, { 'if-match': '"2"' })).status).toBe(200)
    expect((await desk.call('DELETE', path, undefined, { 'if-match': '"3"' })).body.version).toBe(4)
    expect((await desk.call('GET', '/admin/keys/nobody')).status).toBe(404)
    expect((await desk.call('PUT', '/admin/keys/nobody', { name: 'Beta' })).status).toBe(404)
  })
})

describe('If-None-Match', () => {
  test('R13 * creates, and never replaces', async () => {
    await using desk = await openDesk()
    const create = () => desk.call('PUT', VIRTUAL, smart, { 'if-none-match': '*' })
    const replies = await Promise.all([create(), create(), create()])
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 412, 412])
    expect((await create()).body.error.message).toContain('at version 1')
  })
})
