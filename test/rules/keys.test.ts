import { describe, expect, test } from 'bun:test'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { MASTER, until } from '../kit.ts'
import { at, createFolder, each, startWorld, type World } from './world.ts'

const KEYS = '/admin/keys'
const START = Date.UTC(2026, 0, 1)
const HOUR = 3_600_000
const statusOf = async (world: World, key: string) => (await world.ask('alpha', { key })).status
const viewOf = async (world: World, id: unknown) =>
  each((await world.call('GET', KEYS)).body).find(view => at(view, 'id') === id)

/** A key and its id. */
async function create(world: World, body: object = {}): Promise<{ key: string; id: string }> {
  const reply = await world.call('POST', KEYS, { name: 'test', ...body })
  return { key: String(at(reply.body, 'key')), id: String(at(reply.body, 'id')) }
}
const roll = async (world: World, id: string, body: object = {}) => {
  const reply = await world.call('POST', `${KEYS}/${id}/roll`, body)
  return { ...reply, key: String(at(reply.body, 'key')) }
}

describe('K1', () => {
  test('K1 makes a key of a prefix and 32 random bytes, and shows it this once', async () => {
    await using world = await startWorld()
    const [one, two] = [await create(world), await create(world)]
    expect(one.key).toMatch(/^mw_[\w-]{43}$/)
    expect(Buffer.from(one.key.slice(3), 'base64url')).toHaveLength(32)
    expect(one.key).not.toBe(two.key)
    expect([await statusOf(world, one.key), await statusOf(world, two.key)]).toEqual([200, 200])
    const list = JSON.stringify((await world.call('GET', KEYS)).body)
    expect(list).not.toContain(one.key.slice(3, 39))
    expect(await viewOf(world, one.id)).toMatchObject({ last_four: one.key.slice(-4), status: 'active' })
  })

  test('K1 keeps what was said about a key', async () => {
    await using world = await startWorld({ now: () => START })
    const said = {
      ...{ name: 'Team', description: 'of Alpha', user_path: '/team/a', sub_paths: true },
      ...{ labels: { cost: '7' }, allowed_models: ['vllm/'], expires_at: '2027-01-01T00:00:00.000Z' },
    }
    const reply = await world.call('POST', KEYS, said)
    expect(reply.body).toMatchObject({ ...said, status: 'active', created_at: '2026-01-01T00:00:00.000Z' })
    const { key: _, ...view } = reply.body as Record<string, unknown>
    expect((await world.call('GET', KEYS)).body).toEqual([{ ...view, last_used: null }])
  })

  test('K1 takes so many labels and selectors, and no more', async () => {
    await using world = await startWorld()
    const labels = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`l${index}`, 'x']))
    const models = (count: number) => Array.from({ length: count }, (_, index) => `m${index}`)
    const status = async (body: object) => (await world.call('POST', KEYS, { name: 'k', ...body })).status
    expect(await status({ labels: labels(64), allowed_models: models(1000) })).toBe(201)
    for (const body of [
      { labels: labels(65) },
      { allowed_models: models(1001) },
      { allowed_models: ['m'.repeat(257)] },
    ])
      expect(await status(body)).toBe(400)
  })

  test('K1 stores no key: not in the database, not in its log of writes, not in the spool, not in the log', async () => {
    using folder = createFolder()
    await using world = await startWorld({ folder: folder.path })
    const { key, id } = await create(world, { name: 'mark-of-this-row' })
    const rolled = (await roll(world, id)).key
    for (const one of [key, rolled, MASTER]) {
      expect(await statusOf(world, one)).toBe(200)
      await world.ask('alpha', { key: `${one}x` })
    }
    const files = readdirSync(folder.path, { recursive: true, withFileTypes: true })
      .filter(file => file.isFile())
      .map(file => readFileSync(join(file.parentPath, file.name)))
    await until(() => world.test.logs.some(({ message }) => message === 'Request'), 'the log')
    const places = [...files, Buffer.from(JSON.stringify(world.test.logs))]
    expect(files.some(bytes => bytes.includes('mark-of-this-row'))).toBe(true)
    const plainHash = new Bun.CryptoHasher('sha256').update(key).digest('hex')
    const bytes = Buffer.from(key.slice(3), 'base64url')
    const secrets = [key, rolled, MASTER, key.slice(3, 20), bytes, bytes.toString('hex'), plainHash]
    for (const secret of secrets) for (const place of places) expect(place.includes(secret)).toBe(false)
  })

  test('K1 refuses a revoked key at once and for ever', async () => {
    using folder = createFolder()
    let revoked = ''
    {
      await using world = await startWorld({ folder: folder.path })
      const [{ key, id }, other] = [await create(world), await create(world)]
      revoked = key
      const reply = await world.call('DELETE', `${KEYS}/${id}`)
      expect(at(reply.body, 'status')).toBe('revoked')
      expect([await statusOf(world, key), await statusOf(world, other.key)]).toEqual([401, 200])
      expect((await world.call('DELETE', `${KEYS}/${id}`)).body).toEqual(reply.body)
      expect((await world.call('DELETE', `${KEYS}/key_none`)).status).toBe(404)
    }
    await using world = await startWorld({ folder: folder.path })
    expect(await statusOf(world, revoked)).toBe(401)
  })

  test('K1 rolls a key: the old one works until its grace ends, the new one from now on', async () => {
    using folder = createFolder()
    let time = START
    const options = { folder: folder.path, now: () => time }
    let keys: readonly string[] = []
    {
      await using world = await startWorld(options)
      const { key, id } = await create(world, { user_path: '/team' })
      const rolled = await roll(world, id, { grace_seconds: 60 })
      expect([at(rolled.body, 'id'), at(rolled.body, 'user_path')]).toEqual([id, '/team'])
      keys = [key, rolled.key]
      time = START + 59_999
      expect(await Promise.all(keys.map(one => statusOf(world, one)))).toEqual([200, 200])
    }
    await using world = await startWorld(options)
    expect(await Promise.all(keys.map(one => statusOf(world, one)))).toEqual([200, 200])
    time = START + 60_000
    expect(await Promise.all(keys.map(one => statusOf(world, one)))).toEqual([401, 200])
  })

  test('K1 rolls without grace, gives an hour unless told otherwise, and revokes both together', async () => {
    let time = START
    await using world = await startWorld({ now: () => time })
    const one = await create(world)
    const instead = await roll(world, one.id, { grace_seconds: 0 })
    expect([await statusOf(world, one.key), await statusOf(world, instead.key)]).toEqual([401, 200])
    const two = await create(world)
    const second = await roll(world, two.id)
    time = START + HOUR - 1
    expect(await statusOf(world, two.key)).toBe(200)
    await world.call('DELETE', `${KEYS}/${two.id}`)
    expect([await statusOf(world, two.key), await statusOf(world, second.key)]).toEqual([401, 401])
    expect((await roll(world, two.id)).status).toBe(409)
    expect((await roll(world, 'key_none')).status).toBe(404)
  })

  test('K1 leaves no key alive when it is revoked and rolled at the same moment', async () => {
    await using world = await startWorld()
    for (let turn = 0; turn < 20; turn++) {
      const { key, id } = await create(world)
      const both = [() => world.call('DELETE', `${KEYS}/${id}`), () => roll(world, id)]
      const replies = await Promise.all((turn % 2 ? both : both.reverse()).map(run => run()))
      const issued = replies.map(({ body }) => at(body, 'key')).filter(one => one !== undefined)
      expect(at(await viewOf(world, id), 'status')).toBe('revoked')
      for (const one of [key, ...issued]) expect(await statusOf(world, String(one))).toBe(401)
    }
  })

  test('K1 gives every answer of rolls at the same moment a key that works', async () => {
    await using world = await startWorld()
    const { id } = await create(world)
    const rolled = await Promise.all([roll(world, id), roll(world, id)])
    expect(await Promise.all(rolled.map(({ key }) => statusOf(world, key)))).toEqual([200, 200])
  })

  test('K1 refuses a key from the moment at which it expires, rolled or not', async () => {
    let time = START
    await using world = await startWorld({ now: () => time })
    const { key, id } = await create(world, { expires_at: new Date(START + HOUR).toISOString() })
    const rolled = await roll(world, id, { grace_seconds: 7200 })
    time = START + HOUR - 1
    expect([await statusOf(world, key), await statusOf(world, rolled.key)]).toEqual([200, 200])
    time = START + HOUR
    expect([await statusOf(world, key), await statusOf(world, rolled.key)]).toEqual([401, 401])
    expect(await viewOf(world, id)).toMatchObject({
      status: 'expired',
      expires_at: new Date(time).toISOString(),
    })
    const late = await world.call('POST', KEYS, { name: 'late', expires_at: new Date(time).toISOString() })
    expect([late.status, at(late.body, 'error', 'param')]).toEqual([422, 'expires_at'])
  })
})

describe('K4', () => {
  test('K4 stores a list with names that are not there now, and warns of them', async () => {
    await using world = await startWorld()
    await world.put({ source: 'smart', target_model: 'vllm/alpha' })
    await world.put({ source: 'theirs', target_model: 'vllm/alpha', user_paths: ['/team'] })
    await world.put({ source: 'openai/gamma', enabled: false })
    const known = ['/', 'openai/', 'vllm/alpha', 'beta', 'smart', 'openai/gamma']
    const all = [...known, 'theirs', 'opnai/', 'vllm/alhpa', 'smrt']
    const warned = 'Field "allowed_models" names what is not there now, for user path'
    const made = await world.call('POST', KEYS, { name: 'a', user_path: '/team', allowed_models: all })
    expect([made.status, at(made.body, 'allowed_models')]).toEqual([201, all])
    const slips = '"opnai/" (did you mean "openai/"?), "vllm/alhpa", "smrt"'
    expect(at(made.body, 'warning')).toBe(`${warned} "/team": ${slips}`)
    const address = `${KEYS}/${at(made.body, 'id')}`
    const changed = await world.call('PUT', address, { name: 'a', allowed_models: ['theirs'] })
    expect([changed.status, at(changed.body, 'warning')]).toEqual([200, `${warned} "/": "theirs"`])
    const mended = await world.call('PUT', address, { name: 'a', allowed_models: known })
    expect([mended.status, at(mended.body, 'warning')]).toEqual([200, undefined])
  })
})
