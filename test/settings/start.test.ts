import { Database } from 'bun:sqlite'
import { expect, setDefaultTimeout, test } from 'bun:test'
import * as v from 'valibot'
import { definePlugin, type Plugin } from '../../src/contract/plugin.ts'
import { text } from '../../src/contract/settings.ts'
import { ConfigError } from '../../src/errors.ts'
import { createFolder, type Folder, until } from '../config/kit.ts'
import { type Running, start } from './kit.ts'

setDefaultTimeout(30_000)

/** What is stored when a gateway starts, and what others on the same database make of it. */

function store(folder: Folder, settings: Readonly<Record<string, unknown>>): void {
  const database = new Database(`${folder.path}/test.db`)
  for (const [name, value] of Object.entries(settings))
    database.run('insert into stored_settings (name, value, version) values (?, ?, 1)', [
      name,
      JSON.stringify(value),
    ])
  database.close()
}

const put = (gateway: Running, name: string, value: unknown) =>
  gateway.admin('PUT', `/admin/settings/${name}`, { value })

test('it outlives a restart, gives way to what is declared, and comes back when that is gone', async () => {
  using folder = createFolder()
  {
    await using gateway = await start({ folder })
    await put(gateway, 'breaker.failures', 9)
    await put(gateway, 'log_level', 'warning')
  }
  {
    await using gateway = await start({ folder })
    expect(await gateway.shows('breaker.failures')).toEqual([9, 'dashboard'])
  }
  {
    await using gateway = await start({ folder, yaml: 'breaker:\n  failures: 3' })
    expect(await gateway.shows('breaker.failures')).toEqual([3, 'file'])
    expect((await put(gateway, 'breaker.failures', 4)).status).toBe(409)
    folder.write('modelway.yaml', '')
    await gateway.serving.reload('a test')
    expect(await gateway.shows('breaker.failures')).toEqual([9, 'dashboard'])
  }
})

test('what does not fit any more is left out, told, and in nobody’s way; what fits holds', async () => {
  using folder = createFolder()
  await (await start({ folder }))[Symbol.asyncDispose]()
  store(folder, {
    'breaker.failures': 0,
    'breaker.gone': 1,
    'auth.master_key': 'sneaked-in-by-hand',
    'cache.similar': ['/'],
    'breaker.pause': '20s',
  })
  await using gateway = await start({ folder })
  expect(await gateway.shows('breaker.failures')).toEqual([5, 'default'])
  expect(await gateway.shows('cache.similar')).toEqual([null, 'default'])
  expect(await gateway.shows('breaker.pause')).toEqual(['20s', 'dashboard'])
  const left = () => gateway.logs.filter(({ message }) => String(message).startsWith('Left out'))
  await until(() => left().length === 4, 'the log to tell of all four')
  expect(
    left()
      .map(({ setting }) => setting)
      .sort(),
  ).toEqual(['auth.master_key', 'breaker.failures', 'breaker.gone', 'cache.similar'])
  expect(JSON.stringify(gateway.logs)).not.toContain('sneaked-in')
  const { standing } = (await gateway.admin('GET', '/admin/notices')).body
  const concerns = standing.filter(({ key }: { key: string }) => key.startsWith('stored-setting:'))
  expect(concerns.map(({ text }: { text: string }) => text)).toContain(
    'What is stored of the setting “breaker.failures” does not fit any more, and is left out. Cannot use "breaker.failures" of the dashboard: expected at least 1.',
  )
  expect(JSON.stringify(standing)).not.toContain('sneaked-in')
  expect((await put(gateway, 'breaker.pause', '30s')).status).toBe(200)
  for (const name of ['breaker.failures', 'breaker.gone', 'cache.similar', 'auth.master_key'])
    expect((await gateway.admin('DELETE', `/admin/settings/${name}`)).status).toBe(204)
  expect(await gateway.shows('breaker.pause')).toEqual(['30s', 'dashboard'])
})

test('a mistake in the file stays one, whatever is stored', async () => {
  using folder = createFolder()
  await (await start({ folder }))[Symbol.asyncDispose]()
  store(folder, { 'breaker.failures': 0 })
  expect(start({ folder, yaml: 'breaker: { pause: soon }' })).rejects.toThrow('expected a time such as 30s')
})

test('other gateways on the database take it over, by themselves', async () => {
  using folder = createFolder()
  await using one = await start({ folder })
  await using other = await start({ folder })
  await put(one, 'breaker.failures', 9)
  await until(async () => (await other.shows('breaker.failures'))[0] === 9, 'the other to follow')
  await other.admin('DELETE', '/admin/settings/breaker.failures')
  await until(async () => (await one.shows('breaker.failures'))[0] === 5, 'the first to follow')
})

test('with a file that has a mistake by now nothing is changed, and the mistake is not told to callers', async () => {
  using folder = createFolder()
  await using gateway = await start({ folder })
  folder.write('modelway.yaml', 'breaker: { pause: secret-in-the-file }')
  const { status, body } = await put(gateway, 'breaker.failures', 9)
  expect([status, body.error.message]).toEqual([
    422,
    'The configuration has a mistake by now, so nothing can be changed: "modelway check" names it',
  ])
})

test('a database in memory would take it along, so nothing is changed there', async () => {
  using folder = createFolder()
  await using gateway = await start({ folder, env: { DATABASE_URL: ':memory:' } })
  const { status, body } = await put(gateway, 'breaker.failures', 9)
  expect([status, body.error.message]).toEqual([
    409,
    'No setting can be changed here: the database is in memory, and ends with the gateway',
  ])
})

const stranger = (config: v.GenericSchema, changeable: readonly string[]): Plugin => ({
  name: 'stranger',
  about: 'From outside.',
  config,
  changeable,
  setup: () => ({}),
})

test.each([
  [v.object({ motto: text() }), ['moto'], 'its "config" has no such field'],
  [
    v.object({ motto: v.optional(text()) }),
    ['motto'],
    'say that it is none, with v.metadata({ secret: false })',
  ],
  [v.object({ a: v.optional(v.pipe(text(), v.metadata({ secret: true }))) }), ['a'], 'a secret cannot be'],
  [v.object({ a: v.optional(v.record(v.string(), v.number())) }), ['a'], 'only a switch, a number'],
])('a plugin cannot offer what must not be changed: %#', async (config, changeable, words) => {
  using folder = createFolder()
  const failure = await start({ folder, strangers: [stranger(config, changeable)] }).catch(error => error)
  expect(failure).toBeInstanceOf(ConfigError)
  expect(failure.message).toContain(`Plugin "stranger" names "${changeable[0]}" in its "changeable": `)
  expect(failure.message).toContain(words)
})

test('a plugin from outside offers what it names, and nothing else', async () => {
  using folder = createFolder()
  const plugin = definePlugin({
    name: 'stranger',
    about: 'From outside.',
    config: v.object({
      opensAt: v.optional(v.number(), 6),
      closesAt: v.optional(v.number(), 22),
    }),
    changeable: ['opensAt'],
    setup: () => ({}),
  })
  await using gateway = await start({ folder, strangers: [plugin] })
  expect((await put(gateway, 'stranger.opens_at', 7)).status).toBe(200)
  expect(await gateway.shows('stranger.opens_at')).toEqual([7, 'dashboard'])
  expect((await put(gateway, 'stranger.closes_at', 7)).status).toBe(409)
})
