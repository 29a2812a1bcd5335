import { describe, expect, test } from 'bun:test'
import { createClient } from '@libsql/client'
import { until } from '../kit.ts'
import { at, createFolder, each, startWorld, type World } from './world.ts'

const VIRTUAL = '/admin/virtual-models'
const views = async (world: World) => each((await world.call('GET', VIRTUAL)).body)
const sources = async (world: World) => (await views(world)).map(view => at(view, 'source'))

test('R1 a redirect takes the place of the access policy of its name only where that is said', async () => {
  await using world = await startWorld()
  const closed = { source: 'vllm/beta', enabled: false }
  const redirect = { source: 'vllm/beta', target_model: 'vllm/alpha' }
  await world.put(closed)
  const refused = await world.call('PUT', VIRTUAL, redirect)
  expect([refused.status, at(refused.body, 'error', 'param')]).toEqual([409, 'source'])
  expect((await world.ask('vllm/beta')).status).toBe(403)
  const etag = (await world.call('GET', `${VIRTUAL}/vllm/beta`)).headers.get('etag')!
  const meant = [
    await world.call('PUT', VIRTUAL, redirect, { headers: { 'if-match': etag } }),
    await world.call('PUT', VIRTUAL, closed),
    await world.call('PUT', VIRTUAL, { ...redirect, force: true }),
  ]
  expect(meant.map(({ status }) => status)).toEqual([200, 200, 200])
  expect((await world.ask('vllm/beta')).served).toBe('vllm/alpha')
})

describe('R10', () => {
  test('R10 refuses to delete or rename a redirect that others lead through, and names them', async () => {
    await using world = await startWorld()
    await world.put({ source: 'inner', target_model: 'vllm/alpha' })
    await world.put({ source: 'one', target_model: 'inner' })
    await world.put({ source: 'two', targets: [{ model: 'vllm/beta' }, { model: 'inner' }], enabled: false })
    const before = await views(world)
    const writes = [
      ['DELETE', { source: 'inner' }],
      ['PUT', { source: 'renamed', old_source: 'inner', target_model: 'vllm/alpha' }],
      ['PUT', { source: 'inner', user_paths: ['/'], force: true }],
    ] as const
    for (const [method, body] of writes) {
      const reply = await world.call(method, VIRTUAL, body)
      expect([body, reply.status]).toEqual([body, 409])
      expect(String(at(reply.body, 'error', 'message'))).toMatch(/"one".*"two"/)
    }
    expect(await views(world)).toEqual(before)
  })

  test('R10 names a few of many, and says how many more there are', async () => {
    await using world = await startWorld()
    await world.put({ source: 'inner', target_model: 'vllm/alpha' })
    for (let user = 0; user < 8; user++) await world.put({ source: `user-${user}`, target_model: 'inner' })
    const { body } = await world.call('DELETE', VIRTUAL, { source: 'inner' })
    expect(at(body, 'error', 'message')).toMatch(/"user-0".*"user-4" and 3 more/)
  })

  test('R10 deletes a redirect once nobody leads through it, and others may keep their own name', async () => {
    await using world = await startWorld()
    await world.put({ source: 'inner', target_model: 'vllm/alpha' })
    await world.put({ source: 'outer', target_model: 'inner' })
    await world.put({ source: 'vllm/beta', targets: [{ model: 'vllm/beta' }, { model: 'vllm/alpha' }] })
    for (const source of ['outer', 'inner', 'vllm/beta'])
      expect((await world.call('DELETE', VIRTUAL, { source })).status).toBe(204)
    expect(await sources(world)).toEqual([])
    expect((await world.ask('inner')).status).toBe(404)
    expect((await world.ask('vllm/beta')).served).toBe('vllm/beta')
  })

  test('R10 renames in one step and keeps nothing under the old name', async () => {
    await using world = await startWorld()
    await world.put({ source: 'old', target_model: 'vllm/alpha', description: 'mine' })
    const renamed = await world.put({ source: 'new', old_source: 'old', target_model: 'vllm/alpha' })
    expect(renamed).toMatchObject({ source: 'new', kind: 'redirect' })
    expect(await sources(world)).toEqual(['new'])
    expect((await world.ask('new')).served).toBe('vllm/alpha')
    expect((await world.ask('old')).status).toBe(404)
  })

  test('R10 refuses to rename onto an existing source, and to rename or delete a missing one', async () => {
    await using world = await startWorld()
    await world.put({ source: 'one', target_model: 'vllm/alpha' })
    await world.put({ source: 'two', target_model: 'vllm/beta' })
    await world.put({ source: 'vllm/', user_paths: ['/'] })
    const rename = (source: string, old: string) =>
      world.call('PUT', VIRTUAL, { source, old_source: old, target_model: 'vllm/alpha' })
    expect((await rename('two', 'one')).status).toBe(409)
    expect((await rename('vllm/', 'one')).status).toBe(409)
    expect((await rename('three', 'missing')).status).toBe(404)
    expect((await rename('two', 'missing')).status).toBe(404)
    expect((await world.call('DELETE', VIRTUAL, { source: 'missing' })).status).toBe(404)
    expect(await sources(world)).toEqual(['one', 'two', 'vllm/'])
    expect((await world.ask('two')).served).toBe('vllm/beta')
  })
})

describe('R12', () => {
  test('R12 makes a write visible to the very next request', async () => {
    await using world = await startWorld()
    for (let turn = 0; turn < 20; turn++) {
      const target = turn % 2 ? 'vllm/alpha' : 'openai/gamma'
      await world.put({ source: 'smart', target_model: target })
      expect((await world.ask('smart')).served).toBe(target)
      await world.put({ source: target, enabled: false })
      expect((await world.ask('smart')).status).toBe(403)
      await world.call('DELETE', VIRTUAL, { source: target })
      expect(await world.list()).toContain('smart')
    }
  })

  test('R12 lets requests under way finish as they began', async () => {
    await using world = await startWorld()
    const targets = [{ model: 'vllm/alpha' }, { model: 'vllm/beta' }]
    await world.put({ source: 'smart', targets, strategy: 'failover' })
    world.mocks.vllm!.setPlan(({ json }) =>
      json?.model === 'alpha' ? { status: 500, delayMs: 50 } : undefined,
    )
    const before = world.mocks.vllm!.requests.length
    const underWay = world.ask('smart')
    await until(() => world.mocks.vllm!.requests.length > before, 'the request to arrive')
    await world.put({ source: 'smart', target_model: 'openai/gamma' })
    await world.put({ source: 'vllm/', enabled: false })
    expect((await world.ask('smart')).served).toBe('openai/gamma')
    expect((await underWay).served).toBe('vllm/beta')
  })

  test('R12 gives no answer that no state gives, also when a list is fetched in the middle of a decision', async () => {
    await using world = await startWorld()
    await world.put({ source: 'smart', target_model: 'vllm/new' })
    world.mocks.vllm!.setModels({ ids: ['new'], plan: { delayMs: 50 } })
    const before = world.mocks.vllm!.requests.length
    const underWay = world.ask('smart')
    await until(() => world.mocks.vllm!.requests.length > before, 'the list to be fetched')
    await world.put({ source: 'smart', target_model: 'openai/gamma' })
    await world.put({ source: 'vllm/new', enabled: false })
    const { status, served } = await underWay
    expect(status).toBe(200)
    expect(['vllm/new', 'openai/gamma']).toContain(served!)
  })

  test('R12 takes 200 writes at once: none is lost, none is torn, and a restart finds the same', async () => {
    using folder = createFolder()
    const before: unknown[] = []
    {
      await using world = await startWorld({ folder: folder.path })
      const replies = await Promise.all(
        Array.from({ length: 200 }, async (_, index) => {
          const target = index % 3 ? 'vllm/alpha' : 'openai/gamma'
          const body = { source: `r${index % 20}`, target_model: target, description: target }
          const seen = views(world)
          return [await world.call('PUT', VIRTUAL, body), await seen] as const
        }),
      )
      const torn = replies
        .flatMap(([, seen]) => seen)
        .filter(v => at(v, 'target_model') !== at(v, 'description'))
      expect(torn).toEqual([])
      before.push(...(await views(world)))
      for (const view of before) {
        const written = replies
          .map(([{ body }]) => body)
          .filter(body => at(body, 'source') === at(view, 'source'))
        const versions = written.map(body => Number(at(body, 'version')))
        expect(new Set(versions).size).toBe(10)
        expect(view).toEqual(written[versions.indexOf(Math.max(...versions))])
      }
    }
    await using world = await startWorld({ folder: folder.path })
    expect(await views(world)).toEqual(before)
  })

  test('R12 keeps memory and database equal through writes, renames and deletes that race', async () => {
    using folder = createFolder()
    const before: unknown[] = []
    {
      await using world = await startWorld({ folder: folder.path })
      const random = Array.from({ length: 200 }, (_, index) => (index * 7919) % 13)
      const replies = await Promise.all(
        random.map((n, index) => {
          const source = `r${n % 5}`
          if (index % 4 === 3) return world.call('DELETE', VIRTUAL, { source })
          const rename = index % 4 === 2 && { old_source: `r${(n + 1) % 5}` }
          return world.call('PUT', VIRTUAL, {
            source,
            ...rename,
            target_model: 'vllm/alpha',
            description: `${index}`,
          })
        }),
      )
      expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200, 204, 404, 409]))
      before.push(...(await views(world)))
      expect(await world.list()).toEqual(expect.arrayContaining(before.map(view => at(view, 'source'))))
    }
    await using world = await startWorld({ folder: folder.path })
    expect(await views(world)).toEqual(before)
  })

  test('R12 shows a rename at once: a list has never both names, and never none', async () => {
    await using world = await startWorld()
    await world.put({ source: 'name-0', target_model: 'vllm/alpha' })
    let isDone = false
    const renameAll = async () => {
      for (let turn = 1; turn <= 300; turn++)
        await world.put({
          source: `name-${turn}`,
          old_source: `name-${turn - 1}`,
          target_model: 'vllm/alpha',
        })
    }
    const renames = renameAll().finally(() => {
      isDone = true
    })
    const seen: number[] = []
    while (!isDone) {
      const [listed, stored] = await Promise.all([world.list(), sources(world)])
      seen.push(listed.filter(id => id.startsWith('name-')).length, stored.length)
    }
    await renames
    expect(seen.length).toBeGreaterThan(100)
    expect(seen.filter(count => count !== 1)).toHaveLength(0)
  })

  test('R12 changes nothing when the database refuses the write', async () => {
    using folder = createFolder()
    await using world = await startWorld({ folder: folder.path })
    await world.put({ source: 'smart', target_model: 'vllm/alpha' })
    const before = await views(world)
    const database = createClient({ url: `file:${folder.path}/test.db` })
    for (const verb of ['INSERT', 'UPDATE', 'DELETE'])
      await database.execute(
        `CREATE TRIGGER no_${verb} BEFORE ${verb} ON virtual_models BEGIN SELECT RAISE(ABORT, 'disk full'); END`,
      )
    const writes = [
      ['PUT', { source: 'smart', target_model: 'openai/gamma' }],
      ['PUT', { source: 'other', old_source: 'smart', target_model: 'openai/gamma' }],
      ['PUT', { source: 'fresh', target_model: 'openai/gamma' }],
      ['DELETE', { source: 'smart' }],
    ] as const
    for (const [method, body] of writes) {
      const reply = await world.call(method, VIRTUAL, body)
      expect([body, reply.status]).toEqual([body, 500])
      expect(JSON.stringify(reply.body)).not.toContain('disk full')
    }
    await database.execute('DROP TRIGGER no_DELETE')
    expect((await world.call('PUT', VIRTUAL, writes[1][1])).status).toBe(500)
    const stored = await database.execute('SELECT source FROM virtual_models')
    expect(stored.rows.map(({ source }) => source)).toEqual(['smart'])
    expect(await views(world)).toEqual(before)
    expect((await world.ask('smart')).served).toBe('vllm/alpha')
    database.close()
  })
})
