import { describe, expect, test } from 'bun:test'
import { MASTER } from '../kit.ts'
import { type As, at, startWorld, type World } from './world.ts'

/** Every admin endpoint there is, out of the API document. */
async function adminDoors(world: World): Promise<readonly (readonly [method: string, path: string])[]> {
  const { body } = await world.call('GET', '/swagger/json', undefined, { key: '' })
  const paths = Object.entries(at(body, 'paths') as Record<string, object>)
  return paths
    .filter(([path]) => path.startsWith('/admin'))
    .flatMap(([path, methods]) =>
      Object.keys(methods).map(method => [method.toUpperCase(), path.replace(/\{[^}]+\}/g, 'some')] as const),
    )
}

const bodyOf = (method: string) => (method === 'GET' ? undefined : {})

describe('the admin API', () => {
  test('K1 needs the master key at every admin endpoint; no managed key opens one', async () => {
    await using world = await startWorld()
    const doors = await adminDoors(world)
    expect(doors.length).toBeGreaterThan(8)
    const key = await world.key({ user_path: '/', allowed_models: ['/'] })
    const strangers: readonly As[] = [
      { key: '' },
      { key: 'wrong' },
      { key: MASTER.slice(0, -1) },
      { key: `${MASTER}x` },
      { key: MASTER.toUpperCase() },
      { key },
      { key, headers: { 'x-api-key': MASTER } },
      { key: '', headers: { authorization: MASTER } },
      { key: '', headers: { cookie: `session=${MASTER}` } },
    ]
    for (const [method, path] of doors)
      for (const as of strangers) {
        const { status, headers } = await world.call(method, path, bodyOf(method), as)
        expect([method, path, as, status]).toEqual([method, path, as, 401])
        expect(headers.get('x-request-id')).toBeTruthy()
      }
  })

  test('K1 lets the master key through at every admin endpoint, in either header', async () => {
    await using world = await startWorld()
    for (const [method, path] of await adminDoors(world))
      for (const as of [{}, { loopback: false }, { key: '', headers: { 'x-api-key': MASTER } }])
        expect([401, 403, 405, 500]).not.toContain(
          (await world.call(method, path, bodyOf(method), as)).status,
        )
  })

  test('K1 has no way around: other spellings of an admin address do not open it', async () => {
    await using world = await startWorld()
    const spellings = [
      ...[
        '/admin/keys/',
        '//admin/keys',
        '/./admin/keys',
        '/v1/../admin/keys',
        '/v1/models/../../admin/keys',
      ],
      ...[
        '/%61dmin/keys',
        '/admin%2fkeys',
        '/v1/%2e%2e/admin/keys',
        '/v1/..%2fadmin/keys',
        '/ADMIN/keys',
        '/Admin/Keys',
      ],
      ...[
        '/admin/keys;x=1',
        '/admin/keys?x=/v1/models',
        '/admin\\keys',
        '/\\admin\\keys',
        '/admin/keys#x',
        '/health/../admin/keys',
      ],
      ...['/admin/keys%00', '/admin//keys', '/swagger/../admin/keys', '/dashboard/../admin/keys'],
    ]
    const key = await world.key()
    for (const path of spellings)
      for (const as of [{ key: '' }, { key }])
        expect([
          path,
          [401, 404, 405].includes((await world.call('GET', path, undefined, as)).status),
        ]).toEqual([path, true])
  })

  test('K1 writes nothing for a stranger who sends a good body', async () => {
    await using world = await startWorld()
    await world.put({ source: 'smart', target_model: 'vllm/alpha' })
    const key = await world.key()
    const state = async () =>
      Promise.all(
        ['/admin/virtual-models', '/admin/keys'].map(async path => (await world.call('GET', path)).body),
      )
    const before = await state()
    const writes = [
      ['PUT', '/admin/virtual-models', { source: 'smart', target_model: 'openai/gamma' }],
      ['DELETE', '/admin/virtual-models', { source: 'smart' }],
      ['POST', '/admin/keys', { name: 'mine' }],
      ['POST', `/admin/keys/${at(before[1], 0, 'id')}/roll`, {}],
      ['DELETE', `/admin/keys/${at(before[1], 0, 'id')}`, undefined],
    ] as const
    for (const [method, path, body] of writes)
      for (const as of [{ key: '' }, { key }])
        expect((await world.call(method, path, body, as)).status).toBe(401)
    expect(await state()).toEqual(before)
  })

  test('K1 asks who calls before it reads what they say', async () => {
    await using world = await startWorld()
    for (const body of ['{', '', '[]', 'x'.repeat(100_000)]) {
      expect((await world.call('PUT', '/admin/virtual-models', body, { key: '' })).status).toBe(401)
      expect((await world.call('POST', '/v1/chat/completions', body, { key: '' })).status).toBe(401)
    }
  })
})
