import { describe, expect, test } from 'bun:test'
import { createClient } from '@libsql/client'
import { MASTER } from '../kit.ts'
import { type As, at, createFolder, startWorld, type World } from './world.ts'

const KEYS = '/admin/keys'
const START = Date.UTC(2026, 0, 1)
const HOUR = 3_600_000
const statusOf = async (world: World, key: string) => (await world.ask('alpha', { key })).status

const sql = [
  ...[
    "' OR '1'='1",
    "'; DROP TABLE api_keys; --",
    '" OR ""="',
    "admin'--",
    '1; DELETE FROM secrets',
    '%',
    '_',
  ],
  ...[
    "' UNION SELECT value FROM secrets --",
    "\\'; VACUUM; --",
    '#{7*7}',
    '{"$ne":null}',
    '*',
    'null',
    'true',
  ],
]

/** Every row of every table. */
async function dump(folder: string): Promise<unknown> {
  const database = createClient({ url: `file:${folder}/test.db` })
  const tables = await database.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
  const rows: unknown[] = []
  for (const { name } of tables.rows)
    rows.push([name, JSON.stringify((await database.execute(`SELECT * FROM "${name}"`)).rows)])
  database.close()
  return rows
}

describe('K2', () => {
  test('K2 takes a key as bearer or as x-api-key, and both only when they are the same', async () => {
    await using world = await startWorld()
    const key = await world.key()
    const send = async (headers: Record<string, string>) =>
      (await world.ask('alpha', { key: '', headers })).status
    expect(await send({ authorization: `Bearer ${key}` })).toBe(200)
    expect(await send({ authorization: `bearer  ${key} ` })).toBe(200)
    expect(await send({ 'x-api-key': key })).toBe(200)
    expect(await send({ authorization: `Bearer ${key}`, 'x-api-key': key })).toBe(200)
    for (const other of [MASTER, 'wrong', `${key}x`])
      for (const [one, two] of [[key, other] as const, [other, key] as const]) {
        const said = await world.ask('alpha', { key: one, headers: { 'x-api-key': two } })
        expect([said.status, said.code]).toEqual([401, 'invalid_api_key'])
        expect(said.message).toContain('different keys')
      }
  })

  test("K2 takes a key as Google's clients send it", async () => {
    await using world = await startWorld()
    const key = await world.key()
    const ask = (headers: Record<string, string>) => world.ask('alpha', { key: '', headers })
    expect((await ask({ 'x-goog-api-key': key })).status).toBe(200)
    const wrong = await ask({ 'x-goog-api-key': `${key}x` })
    expect([wrong.status, wrong.code]).toEqual([401, 'invalid_api_key'])
    expect((await ask({ authorization: `Bearer ${key}`, 'x-goog-api-key': 'AIza' })).status).toBe(200)
  })

  test('K2 answers the same to every key that is not valid', async () => {
    let time = START
    await using world = await startWorld({ now: () => time })
    const [good, old] = [
      await world.key(),
      await world.key({ expires_at: new Date(START + HOUR).toISOString() }),
    ]
    const dead = (await world.call('POST', KEYS, { name: 'dead' })).body
    await world.call('DELETE', `${KEYS}/${at(dead, 'id')}`)
    time += HOUR
    const bad = [String(at(dead, 'key')), old, 'wrong', good.slice(0, -1), `${good}x`, good.toLowerCase()]
    const replies = await Promise.all(
      [...bad, MASTER.slice(1), 'x'.repeat(100_000)].map(key => world.ask('alpha', { key })),
    )
    expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 401))
    expect(new Set(replies.map(({ body }) => JSON.stringify(body))).size).toBe(1)
  })

  test('K2 takes nothing else for a key', async () => {
    await using world = await startWorld()
    const key = await world.key()
    const others: readonly As[] = [
      { key: '' },
      { key: '', headers: { authorization: key } },
      { key: '', headers: { authorization: `Basic ${key}` } },
      { key: '', headers: { authorization: `Bearer ${key}, Bearer ${key}` } },
      { key: '', headers: { authorization: 'Bearer ' } },
      { key: '', headers: { 'api-key': key } },
      { key: '', headers: { cookie: `key=${key}` } },
    ]
    for (const as of others) expect([as, (await world.ask('alpha', as)).status]).toEqual([as, 401])
    expect((await world.call('GET', `/v1/models?key=${key}`, undefined, { key: '' })).status).toBe(401)
  })

  test('K2 looks keys up in memory: they work while the database is gone', async () => {
    using folder = createFolder()
    await using world = await startWorld({ folder: folder.path })
    const key = await world.key()
    const database = createClient({ url: `file:${folder.path}/test.db` })
    await database.execute('DROP TABLE api_keys')
    database.close()
    expect([await statusOf(world, key), await statusOf(world, 'wrong')]).toEqual([200, 401])
  })

  test('K2 answers 401 to SQL in any header, and nothing changes', async () => {
    using folder = createFolder()
    await using world = await startWorld({ folder: folder.path })
    await world.key()
    const before = await dump(folder.path)
    const model = "'; DROP TABLE virtual_models; --"
    const names = ['authorization', 'x-api-key', 'cookie', 'x-modelway-user-path']
    for (const payload of sql)
      for (const name of names)
        for (const value of [payload, `Bearer ${payload}`, `Bearer ${payload.replaceAll(' ', '/**/')}`])
          expect((await world.ask(model, { key: '', headers: { [name]: value } })).status).toBe(401)
    expect(await dump(folder.path)).toEqual(before)
  })
})

describe('K4', () => {
  const lists = { openai: ['gpt', 'beta'], vllm: ['alpha', 'beta', 'openai/gpt', 'x/y'] }

  test.each([
    [['/'], ['openai/beta', 'openai/gpt', 'smart', 'vllm/alpha', 'vllm/beta', 'vllm/openai/gpt', 'vllm/x/y']],
    [['vllm/'], ['smart', 'vllm/alpha', 'vllm/beta', 'vllm/openai/gpt', 'vllm/x/y']],
    [['vllm/beta'], ['vllm/beta']],
    [['beta'], ['openai/beta', 'vllm/beta']],
    [['x/y'], ['vllm/x/y']],
    [['openai/gpt'], ['openai/gpt']],
    [['smart'], ['smart']],
    [['outer'], []],
    [[], []],
  ])('K4 limits a key with %j to %j', async (allowed_models, expected) => {
    await using world = await startWorld({ lists })
    await world.put({ source: 'smart', target_model: 'vllm/alpha' })
    const key = await world.key({ allowed_models })
    expect(await world.list({ key })).toEqual(expected)
    for (const name of await world.list())
      expect([name, (await world.ask(name, { key })).status]).toEqual([
        name,
        expected.includes(name) ? 200 : 403,
      ])
  })

  test('K4 asks the policies too', async () => {
    await using world = await startWorld({ lists })
    await world.put({ source: 'smart', target_model: 'vllm/alpha' })
    await world.put({ source: 'vllm/alpha', user_paths: ['/team'] })
    const allowed_models = ['smart', 'vllm/']
    const inside = await world.key({ allowed_models, user_path: '/team' })
    const outside = await world.key({ allowed_models })
    expect((await world.ask('smart', { key: inside })).served).toBe('vllm/alpha')
    expect((await world.ask('smart', { key: outside })).status).toBe(403)
    expect((await world.ask('vllm/beta', { key: outside })).served).toBe('vllm/beta')
  })
})
