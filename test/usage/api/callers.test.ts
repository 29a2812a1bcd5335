import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { MASTER } from '../../kit.ts'
import { openScene, type Scene } from './scene.ts'

/** A caller sees what is its own, and never what is not. */

let scene: Scene
const keys: Record<string, { readonly id: string; readonly key: string }> = {}
const PATHS = '/org/a,/org/a/x,/org/a/y,/org/a-b,/org/ab,/org/b'.split(',')
const HEADER = 'x-modelway-user-path'

beforeAll(async () => {
  scene = await openScene()
  await scene.house.test.admin('PUT', '/admin/virtual-models', {
    source: 'secret-test',
    target_model: 'openai/one',
  })
  for (const path of PATHS) keys[path] = await scene.key({ name: path, user_path: path })
  keys.wide = await scene.key({ name: 'wide', user_path: '/org/a', sub_paths: true })
  keys.loose = await scene.key({ name: 'loose' })
  keys.other = await scene.key({ name: 'other' })
  // So many calls by each that every sum of some of them is another one.
  for (const [i, { key }] of Object.values(keys).entries()) {
    const headers = { authorization: `Bearer ${key}`, 'x-session-id': `of-${i}` }
    for (let n = 0; n < 2 ** i; n++) {
      const model = n % 2 === 0 ? 'secret-test' : 'openai/two'
      await scene.call({ model }, { headers })
    }
  }
}, 60_000)
afterAll(() => scene[Symbol.asyncDispose]())

/** How often the holders of these keys have called. */
const callsOf = (...names: readonly string[]): number =>
  names.reduce((sum, name) => sum + 2 ** Object.keys(keys).indexOf(name), 0)

const usageOf = async (name: string, query: Record<string, string> = {}, headers = {}) =>
  (await scene.askAs(keys[name]!.key, '/v1/usage', query, headers)).body

describe('GET /v1/usage', () => {
  test('of a key that is bound to a path: the path and all below it, by segment', async () => {
    expect((await usageOf('/org/a')).total.calls).toBe(callsOf('/org/a', '/org/a/x', '/org/a/y', 'wide'))
    expect((await usageOf('/org/a/x')).total.calls).toBe(callsOf('/org/a/x'))
    expect((await usageOf('/org/ab')).total.calls).toBe(callsOf('/org/ab'))
    expect((await usageOf('/org/b')).path).toBe('/org/b')
  })

  test('of a key that may go below its path: where it stands', async () => {
    const { total, path } = await usageOf('wide', {}, { [HEADER]: '/org/a/y' })
    expect([total.calls, path]).toEqual([callsOf('/org/a/y'), '/org/a/y'])
    const outside = await scene.askAs(keys.wide!.key, '/v1/usage', {}, { [HEADER]: '/org/b' })
    expect(outside.status).toBe(403)
  })

  test('of a key that is bound to nothing: its own, whatever path it names', async () => {
    expect((await usageOf('loose')).total.calls).toBe(callsOf('loose'))
    expect((await usageOf('loose', {}, { [HEADER]: '/org/b' })).total.calls).toBe(0)
    expect(
      (await usageOf('loose', { group_by: 'key' })).groups.map((g: { group: object }) => g.group),
    ).toEqual([{ key: keys.loose!.id }])
  })

  test('of the master key: everything', async () => {
    const { body } = await scene.askAs(MASTER, '/v1/usage')
    expect(body.total.calls).toBe(callsOf(...Object.keys(keys)))
  })

  test('nothing that is asked for reaches beyond it', async () => {
    const foreign = PATHS.filter(path => !`${path}/`.startsWith('/org/a/'))
    const names = fc.constantFrom(...foreign, '/', '/org', '/org/a/../b', '/org/%', '/org/a%2f..', '')
    const ids = fc.constantFrom(...Object.values(keys).map(({ id }) => id), 'master', "' or 1=1 --", '%')
    await fc.assert(
      fc.asyncProperty(
        fc.record(
          { path: names, key: ids, model: fc.constantFrom('secret-test', 'openai/two') },
          { requiredKeys: [] },
        ),
        fc.constantFrom('', 'path', 'key', 'session', 'model', 'label:x'),
        async (query, group_by) => {
          const body = await usageOf('/org/a', { ...(query as Record<string, string>), group_by })
          const mine = ['/org/a', '/org/a/x', '/org/a/y', 'wide']
          expect(body.total.calls).toBeLessThanOrEqual(callsOf(...mine))
          const text = JSON.stringify(body)
          for (const path of foreign) expect(text).not.toContain(`"${path}"`)
          for (const name of Object.keys(keys).filter(name => !mine.includes(name)))
            expect(text).not.toContain(keys[name]!.id)
        },
      ),
      { numRuns: 150 },
    )
  }, 60_000)

  test('models are called as they were called: where a redirect leads is not told', async () => {
    const body = await usageOf('/org/b', { group_by: 'model', interval: 'hour' })
    const names = body.groups.map(({ group }: { group: { model: string } }) => group.model).sort()
    expect(names).toEqual(['openai/two', 'secret-test'])
    expect(JSON.stringify(body)).not.toContain('openai/one')
    const { total } = await usageOf('/org/b', { model: 'secret-test' })
    expect(total.calls).toBe(callsOf('/org/b') / 2)
  })

  test('interval by interval it is the same sum', async () => {
    const body = await usageOf('/org/a', { interval: 'hour', group_by: 'path', limit: '2' })
    const parts = body.data.map(({ total }: { total: { calls: number } }) => total.calls)
    expect(parts.reduce((a: number, b: number) => a + b, 0)).toBe(body.total.calls)
    expect(body.rest.calls + body.groups[0].calls + body.groups[1].calls).toBe(body.total.calls)
  })

  test.each([
    'group_by=target',
    'group_by=provider',
    'target=openai/one',
    'virtual_model=x',
    'latency=true',
    'holder=x',
    'within=/',
  ])('what is not for callers is refused: %s', async query => {
    const { status, body } = await scene.askAs(keys.loose!.key, `/v1/usage?${query}`)
    expect([status, body.error.param]).toEqual([400, query.split('=')[0]!])
  })

  test('without a key there is nothing', async () => {
    expect((await scene.askAs('wrong', '/v1/usage')).status).toBe(401)
    expect((await scene.askAs(keys.loose!.key, '/admin/usage')).status).toBe(401)
  })

  test('asking for usage is no use: it leaves no record', async () => {
    const before = (await usageOf('loose')).total.calls
    expect((await usageOf('loose')).total.calls).toBe(before)
  })
})
