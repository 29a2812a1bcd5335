import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { normalise, pathOf, startDenying, text } from './paths.ts'
import { startWorld } from './world.ts'

/** Paths of a caller that would like to be somebody else. */
const hostile = fc.oneof(
  fc.constantFrom(
    '/team/b',
    '/',
    '//team/b',
    '/team/a/../b',
    '/team/a/..',
    '/team/ab',
    '/TEAM/b',
    '/team/b/c',
  ),
  fc.constantFrom(
    '/team/a, /team/b',
    '/team/b, /team/a',
    '/team/a%2f..%2fb',
    'team/b',
    '..',
    ' /team/b ',
    '/team/a\\..',
  ),
  text,
  fc.tuple(fc.constantFrom('/team/a', '/team/a/', '/team/b', 'team'), text).map(parts => parts.join('')),
)
const headers = fc.record(
  { 'x-modelway-user-path': hostile, 'x-gomodel-user-path': hostile },
  { requiredKeys: [] },
)

describe('U3', () => {
  const elsewhere = async () => {
    const world = await startWorld({ lists: { vllm: ['alpha'] } })
    await world.put({ source: '/', user_paths: ['/team/b', '/team/ab', '/TEAM', '/team/a/only'] })
    return world
  }

  test('U3 lets the path of a key win over any header that claims another', async () => {
    await using world = await elsewhere()
    const key = await world.key({ user_path: '/team/a' })
    await fc.assert(
      fc.asyncProperty(headers, async claimed => {
        expect(await pathOf(world, { key, headers: claimed })).toBe('/team/a')
      }),
      { numRuns: 2000 },
    )
  }, 60_000)

  test('U3 lets a key with sub paths choose a descendant and nothing else, whatever it sends', async () => {
    await using world = await elsewhere()
    const key = await world.key({ user_path: '/team/a', sub_paths: true })
    await fc.assert(
      fc.asyncProperty(headers, async claimed => {
        const said = claimed['x-modelway-user-path'] ?? claimed['x-gomodel-user-path'] ?? ''
        // It looks like two headers.
        const wanted = said.includes(', ') ? 400 : normalise(said)
        const isOwn = wanted === '/team/a' || String(wanted).startsWith('/team/a/')
        const isUnset = said.trim() === ''
        const expected = wanted === 400 ? 400 : isUnset ? '/team/a' : isOwn ? wanted : 403
        expect(await pathOf(world, { key, headers: claimed })).toBe(expected)
      }),
      { numRuns: 2000 },
    )
  }, 60_000)

  test('U3 opens to a key with sub paths what is open to the descendant it names', async () => {
    await using world = await elsewhere()
    const key = await world.key({ user_path: '/team/a', sub_paths: true })
    expect((await world.ask('alpha', { key, path: '/team/a/only/x' })).served).toBe('vllm/alpha')
    expect((await world.ask('alpha', { key, path: '/team/a/other' })).code).toBe('model_access_denied')
    const outside = await world.ask('alpha', { key, path: '/team/b' })
    expect([outside.status, outside.code]).toEqual([403, 'forbidden'])
    expect(await world.list({ key, path: '/team/a/only' })).toEqual(['vllm/alpha'])
    expect(await world.list({ key, path: '/team/b' })).toEqual([])
  })

  test('U3 binds a key to "/" as well', async () => {
    await using world = await elsewhere()
    const key = await world.key({ user_path: '/' })
    expect((await world.ask('alpha', { key, path: '/team/b' })).code).toBe('model_access_denied')
  })

  test('U3 does not even read the header of a bound key', async () => {
    await using world = await startDenying()
    const key = await world.key({ user_path: '/team/a' })
    expect(await pathOf(world, { key, path: '/../:' })).toBe('/team/a')
  })
})

describe('U4', () => {
  test('U4 trusts the header of the master key, of an unbound key and of callers without any', async () => {
    await using world = await startDenying()
    const key = await world.key()
    expect(await pathOf(world, { path: '/a' })).toBe('/a')
    expect(await pathOf(world, { key, path: '/a' })).toBe('/a')
    await using open = await startDenying({ env: { MODELWAY_MASTER_KEY: '' } })
    expect(await pathOf(open, { key: '', path: '/a' })).toBe('/a')
  })

  test('U4 ignores the header with USER_PATH_TRUST=keys, except below the path of a key', async () => {
    await using world = await startDenying({ env: { USER_PATH_TRUST: 'keys' } })
    const [free, bound] = [await world.key(), await world.key({ user_path: '/team' })]
    const below = await world.key({ user_path: '/team', sub_paths: true })
    expect(await pathOf(world, { path: '/a' })).toBe('/')
    expect(await pathOf(world, { key: free, path: '/a' })).toBe('/')
    expect(await pathOf(world, { key: bound, path: '/team/a' })).toBe('/team')
    expect(await pathOf(world, { key: below, path: '/team/a' })).toBe('/team/a')
    expect(await pathOf(world, { key: below, path: '/a' })).toBe(403)
  })
})
