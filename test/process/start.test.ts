import { afterAll, describe, expect, test } from 'bun:test'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@libsql/client'
import { runInTurn } from './in-turn.ts'
import { KEY, launchGateway, spawnGateway } from './spawn.ts'

const home = mkdtempSync(join(tmpdir(), 'modelway-start-'))
const listener = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } })
afterAll(() => {
  listener.stop(true)
  rmSync(home, { recursive: true, force: true })
})

/** How a start ends that must not succeed. */
async function fail(env: Record<string, string>) {
  await using gateway = launchGateway({ env })
  const late = setTimeout(() => void gateway.stop(), 10_000)
  const code = await gateway.exited
  clearTimeout(late)
  return { code, stderr: gateway.stderr(), stdout: gateway.stdout() }
}

const usual = {
  HOST: '127.0.0.1',
  PORT: '0',
  MODELWAY_MASTER_KEY: KEY,
  DATABASE_URL: `file:${join(home, 'usual.db')}`,
}

const garbage = join(home, 'garbage.db')
writeFileSync(garbage, 'This is no database. '.repeat(1000))

const mistakes: readonly (readonly [why: string, env: Record<string, string>, says: RegExp])[] = [
  ['a port that is no number', { PORT: 'x' }, /PORT="x".*whole number/],
  ['a port beyond the last', { PORT: '70000' }, /PORT="70000".*65535/],
  [
    'a port that is taken',
    { PORT: String(listener.port) },
    /Cannot listen on 127\.0\.0\.1:\d+: another process does: end it, or set PORT/,
  ],
  [
    'a host that is not here',
    { HOST: '192.0.2.1' },
    /Cannot listen on 192\.0\.2\.1:\d+: this machine has no such address: set HOST/,
  ],
  ['a size that is none', { BODY_SIZE_LIMIT: 'abc' }, /BODY_SIZE_LIMIT="abc".*10M/],
  ['a time that is none', { HTTP_TIMEOUT: 'soon' }, /HTTP_TIMEOUT="soon".*30s/],
  ['a drain time that is none', { DRAIN_TIMEOUT: '-1s' }, /DRAIN_TIMEOUT/],
  ['too many retries', { RETRIES: '11' }, /RETRIES.*at most 10/],
  [
    'a switch that is neither on nor off',
    { SERVED_MODEL_HEADERS: 'maybe' },
    /SERVED_MODEL_HEADERS.*true or false/,
  ],
  ['an unknown level', { LOG_LEVEL: 'loud' }, /LOG_LEVEL="loud".*debug/],
  ['an unknown format', { LOG_FORMAT: 'xml' }, /LOG_FORMAT="xml".*json/],
  ['a base path with a space', { BASE_PATH: '/a b' }, /BASE_PATH/],
  ['an origin that is none', { EGRESS_ALLOW: 'example.com' }, /EGRESS_ALLOW/],
  ['a database that is none', { DATABASE_URL: 'nonsense' }, /\(DATABASE_URL\): expected file:PATH/],
  ['a database of another make', { DATABASE_URL: 'postgres://user:hidden@host/x' }, /^(?!.*hidden).*libsql:/],
  ['a database file without its scheme', { DATABASE_URL: '/data/x.db' }, /expected file:PATH/],
  ['a database file without a name', { DATABASE_URL: 'file:' }, /expected file:PATH/],
  ['a database that cannot be written', { DATABASE_URL: 'file:/proc/modelway/x.db' }, /must be writable/],
  ['a database that is a folder', { DATABASE_URL: `file:${home}` }, /must be writable/],
  ['a database file with something else in it', { DATABASE_URL: `file:${garbage}` }, /from a backup/],
  ['a database server that is not there', { DATABASE_URL: 'http://127.0.0.1:1' }, /correct DATABASE_URL/],
  ['a short master key', { MODELWAY_MASTER_KEY: 'short' }, /MODELWAY_MASTER_KEY.*8 characters/],
  ['all interfaces without a key', { HOST: '0.0.0.0', MODELWAY_MASTER_KEY: '' }, /MODELWAY_MASTER_KEY/],
  ['virtual models that are no JSON', { VIRTUAL_MODELS: '[{' }, /VIRTUAL_MODELS/],
  ['virtual models that are no list', { VIRTUAL_MODELS: '{}' }, /VIRTUAL_MODELS/],
  [
    'a virtual model without a name',
    { VIRTUAL_MODELS: '[{"target_model":"a/b"}]' },
    /VIRTUAL_MODELS.*source/,
  ],
  ['an unknown mode', { CONFIGURED_PROVIDER_MODELS_MODE: 'both' }, /CONFIGURED_PROVIDER_MODELS_MODE/],
  ['a provider address of another kind', { OPENAI_BASE_URL: 'ftp://x' }, /OPENAI_BASE_URL/],
  ['a proxy that is a word', { HTTPS_PROXY: 'foo' }, /HTTPS_PROXY: expected the address of a proxy/],
  [
    'a proxy of another kind',
    { https_proxy: 'socks5://me:hidden@127.0.0.1:1080' },
    /^(?!.*hidden).*https_proxy: .*http:/,
  ],
  ['a proxy without a host', { HTTP_PROXY: 'http://' }, /HTTP_PROXY: expected/],
  ['a provider that lacks its address', { AZURE_API_KEY: 'k' }, /AZURE_BASE_URL/],
]

const AS_PROCESS = [
  'a size that is none',
  'all interfaces without a key',
  'a database file with something else in it',
  'a port that is taken',
]

describe('a mistake in the configuration ends the start with 3 and one line:', () => {
  for (const [why, env, says] of mistakes) {
    test(why, async () => {
      const { code, out, err } = await runInTurn(['serve'], { cwd: home, env: { ...usual, ...env } })
      expect([code, out]).toEqual([3, ''])
      expect(err).toMatch(/^modelway: [^\n]+[^.\n]\n$/)
      expect(err).toMatch(says)
    }, 60_000)
  }

  // What is wrong is found in steps: by the settings, where they are used, by the database, at the port.
  for (const why of AS_PROCESS) {
    test(`${why}, of a process of its own`, async () => {
      const [, env, says] = mistakes.find(([name]) => name === why)!
      const { code, stderr, stdout } = await fail(env)
      expect([code, stderr]).toEqual([3, expect.stringMatching(/^modelway: [^\n]+[^.\n]\n$/)])
      expect(stderr).toMatch(says)
      expect(stdout).not.toMatch(/\n\s+at /)
    }, 60_000)
  }

  test('a key of a provider with a space in it, which is not repeated', async () => {
    const { code, stderr } = await fail({ OPENAI_API_KEY: 'sk secret' })
    expect([code, stderr]).toEqual([3, expect.stringContaining('OPENAI_API_KEY')])
    expect(stderr).not.toContain('secret')
  }, 60_000)
})

describe('a start that succeeds', () => {
  test('warns where a newer version has changed the tables, its own or those of a plugin', async () => {
    const folder = mkdtempSync(join(home, 'newer-'))
    const DATABASE_URL = `file:${join(folder, 'newer.db')}`
    const warnings = async (env: Readonly<Record<string, string>> = {}) => {
      await using gateway = await spawnGateway({ cwd: folder, env: { DATABASE_URL, ...env } })
      return gateway
        .logs()
        .filter(({ level }) => level === 'warning')
        .map(({ message }) => message)
    }
    mkdirSync(join(folder, 'drizzle/meta'), { recursive: true })
    writeFileSync(join(folder, 'drizzle/0000_one.sql'), 'CREATE TABLE ones (id integer);')
    const entries = [{ idx: 0, version: '6', when: 1_700_000_000_000, tag: '0000_one', breakpoints: true }]
    writeFileSync(
      join(folder, 'drizzle/meta/_journal.json'),
      JSON.stringify({ version: '7', dialect: 'sqlite', entries }),
    )
    writeFileSync(
      join(folder, 'ones.js'),
      "export default { name: 'ones', about: 'Made by a test.', migrations: './drizzle', setup: () => ({}) }",
    )
    const PLUGINS = './ones.js'
    expect(await warnings({ PLUGINS })).toEqual([])
    const client = createClient({ url: DATABASE_URL })
    for (const book of ['__drizzle_migrations', '__migrations_ones'])
      await client.execute(`insert into ${book} (hash, created_at) values ('later', ${Date.now() * 2})`)
    client.close()
    expect(await warnings({ PLUGINS })).toEqual([
      expect.stringMatching(/^A newer version of the gateway has changed the tables.*restore the backup/),
      expect.stringMatching(/^A newer version of plugin "ones" has changed the tables/),
    ])
  }, 60_000)

  test('ignores variables that are left empty', async () => {
    await using gateway = await spawnGateway({
      env: { BODY_SIZE_LIMIT: '', HTTP_TIMEOUT: ' ', LOG_LEVEL: '', OPENAI_API_KEY: '', VIRTUAL_MODELS: '' },
    })
    expect((await gateway.fetch('/health')).status).toBe(200)
    expect(gateway.stderr()).toBe('')
  }, 60_000)

  test('prints the plugins in the order of the house when asked to', async () => {
    await using gateway = await spawnGateway({ env: { LOG_LEVEL: 'debug' } })
    const plugins = gateway.logs().filter(({ message }) => message === 'Plugin')
    expect(plugins.map(({ index }) => index)).toEqual(plugins.keys().toArray())
    const names = plugins.map(({ name }) => name as string)
    for (const [before, behind] of [
      ['auth', 'user-path'],
      ['user-path', 'virtual-models'],
      ['virtual-models', 'catalog'],
      ['catalog', 'access'],
      ['access', 'request-log'],
    ] as const)
      expect(names.indexOf(before)).toBeLessThan(names.indexOf(behind))
    expect(plugins.find(({ name }) => name === 'auth')!.hooks).toContain('authenticate')
  }, 60_000)

  test('serves below a base path, and nothing beside it', async () => {
    await using gateway = await spawnGateway({ env: { BASE_PATH: '/llm' } })
    const { origin } = new URL(gateway.url)
    for (const [path, status] of [
      ['/llm/health', 200],
      ['/llm/v1/models', 401],
      ['/llm/llm/health', 404],
      ['/health', 404],
      ['/v1/models', 404],
      ['/llmx/health', 404],
    ] as const)
      expect([path, (await fetch(origin + path)).status]).toEqual([path, status])
  }, 60_000)
})
