import { describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { plugins as ours } from '../../plugins/index.ts'
import { load } from '../../src/config/load.ts'
import { createGateway } from '../../src/gateway.ts'
import { contract } from '../../src/loading/contract.ts'
import { createStrangers } from '../../src/loading/strangers.ts'
import { createFolder, type Folder, root, serve, until } from './kit.ts'

/** `GET /admin/settings`: what is in effect, and who says so. */

const MASTER = 'master-key-of-the-survey'

interface Setting {
  readonly name: string
  readonly plugin: string | null
  readonly about: string | null
  readonly value: unknown
  readonly default: unknown
  readonly pending: unknown
  readonly set: boolean
  readonly changed: boolean
  readonly hidden: boolean
  readonly origin: Readonly<Record<string, unknown>>
  readonly variables: readonly string[]
}

interface Told {
  readonly of: (name: string) => Setting
  readonly all: readonly Setting[]
  readonly text: string
}

/** What a gateway tells that was started so. */
async function ask(
  folder: Folder,
  yaml: string,
  env: Readonly<Record<string, string>> = {},
  flags: Readonly<Record<string, string>> = {},
): Promise<Told> {
  const loaded = await load({
    ours,
    loadStrangers: createStrangers(folder.path, contract),
    flags,
    environment: {
      CONFIG_FILE: folder.write('modelway.yaml', yaml),
      MODELWAY_MASTER_KEY: MASTER,
      DATABASE_URL: `file:${folder.path}/x.db`,
      ...env,
    },
  })
  const gateway = await createGateway({
    ...loaded,
    shell: ({ main }) => main,
    assets: {},
    migrations: join(root, 'drizzle'),
    version: '0.0.0-test',
  })
  const request = new Request('http://localhost:8080/admin/settings', {
    headers: { authorization: `Bearer ${MASTER}` },
  })
  const text = await (await gateway.fetch(request)).text()
  await gateway.stop(0)
  const { settings } = JSON.parse(text) as { settings: readonly Setting[] }
  return { text, all: settings, of: name => settings.find(setting => setting.name === name)! }
}

const seen = (text: string, secrets: readonly string[]) => secrets.filter(secret => text.includes(secret))

describe('GET /admin/settings', () => {
  test('says of each value whether it is the default, or which line, variable or option says it', async () => {
    using folder = createFolder()
    const yaml = `# ours
upstream_timeout: 5m
retries: 1
log_level: info
access:
  enabled_by_default: \${OPEN:-false}
cors_origins:
  - https://app.example.com
breaker:
  pause:
`
    const { of } = await ask(folder, yaml, { RETRIES: '0', BREAKER_FAILURES: '7' }, { pingInterval: '5s' })
    const file = `${folder.path}/modelway.yaml`
    const from = (line: number, variables: readonly string[] = []) => ({
      from: 'file',
      file,
      line,
      variables,
    })
    expect(of('upstream_timeout')).toMatchObject({
      value: '5m',
      default: '10m',
      changed: true,
      origin: from(2),
    })
    expect(of('retries')).toMatchObject({ value: 0, origin: { from: 'variable', name: 'RETRIES' } })
    expect(of('log_level')).toMatchObject({ value: 'info', changed: false, origin: from(4) })
    expect(of('access.enabled_by_default')).toMatchObject({ value: false, origin: from(6, ['OPEN']) })
    expect(of('cors_origins')).toMatchObject({ value: ['https://app.example.com'], origin: from(7) })
    expect(of('ping_interval').origin).toEqual({ from: 'flag', name: '--ping-interval' })
    expect(of('breaker.failures').origin).toEqual({ from: 'variable', name: 'BREAKER_FAILURES' })
    expect(of('breaker.pause')).toMatchObject({ value: '10s', changed: false, origin: { from: 'default' } })
    expect(of('body_limit')).toMatchObject({ value: '10M', default: '10M', set: true, changed: false })
    expect(of('base_path')).toMatchObject({ value: null, set: false, changed: false })
    expect(of('CONFIG_FILE').origin).toEqual({ from: 'variable', name: 'CONFIG_FILE' })
  })

  test('tells each field of each provider, with the variable that made it', async () => {
    using folder = createFolder()
    const yaml = `providers:
  gpu:
    type: vllm
    base_url: http://gpu:8000/v1
  openai-east:
    models: [gpt-5]
`
    const { of, all } = await ask(folder, yaml, { OPENAI_EAST_API_KEY: 'sk-east-0123456789' })
    expect(of('providers.gpu.base_url')).toMatchObject({ plugin: 'vllm', value: 'http://gpu:8000/v1' })
    expect(of('providers.gpu.base_url').origin).toMatchObject({ from: 'file', line: 4 })
    expect(of('providers.gpu.base_url').variables).toEqual([])
    expect(of('providers.openai-east.models')).toMatchObject({ value: ['gpt-5'], origin: { line: 6 } })
    expect(of('providers.openai-east.base_url').variables).toEqual(['OPENAI_EAST_BASE_URL'])
    expect(of('providers.openai-east.api_key')).toMatchObject({
      value: null,
      set: true,
      hidden: true,
      origin: { from: 'variable', name: 'OPENAI_EAST_API_KEY' },
    })
    expect(all.filter(({ name }) => name.startsWith('providers.')).length).toBe(6)
  })

  test('tells declared virtual models as they were declared, and what two plugins read only once', async () => {
    using folder = createFolder()
    const declared = [{ source: 'smart', target_model: 'demo/parrot', user_paths: ['/team'] }]
    const { of, all } = await ask(folder, `virtual_models: ${JSON.stringify(declared)}`, {
      VIRTUAL_MODELS: JSON.stringify(declared),
      MODELS_ENABLED_BY_DEFAULT: 'false',
    })
    expect(of('virtual_models').value).toEqual(declared)
    expect(of('VIRTUAL_MODELS').value).toEqual(declared)
    expect(all.filter(({ variables }) => variables.includes('MODELS_ENABLED_BY_DEFAULT')).length).toBe(1)
  })

  test('says what every setting of ours means', async () => {
    using folder = createFolder()
    const { all } = await ask(folder, '', {
      OPENAI_API_KEY: 'sk-openai-012345',
      VERTEX_API_KEY: 'vertex-012345',
      BEDROCK_API_KEY: 'bedrock-012345',
      BEDROCK_REGION: 'eu-west-1',
    })
    expect(all.length).toBeGreaterThan(80)
    expect(all.filter(({ about }) => about === null).map(({ name }) => name)).toEqual([])
  })

  test('says what waits for a restart', async () => {
    using folder = createFolder()
    const file = folder.write('modelway.yaml', 'host: 127.0.0.1')
    const env = { MODELWAY_MASTER_KEY: MASTER, DATABASE_URL: `file:${folder.path}/x.db`, CONFIG_FILE: file }
    await using served = await serve(folder.path, env)
    const host = async (): Promise<Setting> => {
      const headers = { authorization: `Bearer ${MASTER}` }
      const answer = await (await fetch(`${served.url}/admin/settings`, { headers })).json()
      return (answer as { settings: Setting[] }).settings.find(({ name }) => name === 'host')!
    }
    expect(await host()).toMatchObject({ value: '127.0.0.1', pending: null, changed: false })
    folder.write('modelway.yaml', '\nhost: 127.0.0.2')
    await until(async () => (await host()).pending === '127.0.0.2', 'the reload')
    expect(await host()).toMatchObject({ value: '127.0.0.1', origin: { from: 'file', line: 2 } })
  })

  test('names the file that NAME_FILE names', async () => {
    using folder = createFolder()
    const path = folder.write('token', 'secret-of-metrics\n')
    const { of, text } = await ask(folder, '', { METRICS_TOKEN_FILE: path })
    expect(of('metrics.token')).toMatchObject({
      set: true,
      origin: { from: 'variable', name: 'METRICS_TOKEN', file: path },
    })
    expect(seen(text, ['secret-of-metrics'])).toEqual([])
  })
})

describe('a secret', () => {
  test('is not told, wherever else its value stands', async () => {
    using folder = createFolder()
    const yaml = `
database_url: libsql://somebody:pa%40ss@127.0.0.1:9/x?authToken=\${TURSO_TOKEN}
plugins: []
egress_allow: ["https://\${HOOK_SECRET}.example.com"]
usage:
  spool_dir: ${folder.path}/\${HOOK_SECRET}
telemetry:
  endpoint: https://collector.example.com/receiver/v1/ZaVnC4dhaV2Zqqqqqqqqqqqqqqqqqqqqqqq99
  headers: authorization=Bearer%20hidden-in-headers,x-a=b
  resource_attributes: owner=hidden-in-headers
`
    const { of, text } = await ask(folder, yaml, {
      DATABASE_URL: `file:${folder.path}/x.db?authToken=hidden-in-query`,
      TURSO_TOKEN: 'hidden-token-of-turso',
      HOOK_SECRET: 'hidden-secret-of-hook',
    })
    expect(seen(text, ['hidden-', 'pa%40ss', 'pa@ss', 'ZaVnC4dh', MASTER])).toEqual([])
    expect(of('telemetry.headers')).toMatchObject({ value: null, set: true, hidden: true })
    expect(of('telemetry.endpoint').value).toBe('https://collector.example.com/receiver/v1/•••')
    expect(of('database_url').value).toBe(`file:${folder.path}/x.db?authToken=•••`)
    expect(of('usage.spool_dir').value).toBe('•••')
  })

  test('of a plugin from outside is every text that the plugin does not say may be shown', async () => {
    using folder = createFolder()
    folder.write(
      'hook.ts',
      `import * as v from 'valibot'
import { definePlugin } from 'modelway'
export default definePlugin({
  name: 'hook',
  about: 'Calls somebody.',
  config: v.object({
    url: v.optional(v.string()),
    more: v.optional(v.record(v.string(), v.string())),
    room: v.optional(v.pipe(v.string(), v.metadata({ secret: false }), v.description('Where it calls'))),
    times: v.optional(v.number(), 3),
    when: v.optional(v.picklist(['day', 'night']), 'day'),
  }),
  env: { url: ['HOOK_URL'] },
  setup: () => ({}),
})`,
    )
    const yaml = `plugins: [./hook.ts]
hook:
  more: { a: hidden-in-a-map }
  room: lobby
  when: night
`
    const { of, text } = await ask(folder, yaml, { HOOK_URL: 'https://hooks.example.com/hidden' })
    expect(seen(text, ['hidden-in', 'hooks.example.com/hidden'])).toEqual([])
    expect(of('hook.url')).toMatchObject({
      set: true,
      hidden: true,
      value: null,
      origin: { name: 'HOOK_URL' },
    })
    expect(of('hook.more')).toMatchObject({ set: true, hidden: true, value: null, origin: { line: 3 } })
    expect(of('hook.room')).toMatchObject({ value: 'lobby', about: 'Where it calls' })
    expect(of('hook.times')).toMatchObject({ value: 3, changed: false })
    expect(of('hook.when')).toMatchObject({ value: 'night', default: 'day', changed: true })
  })

  test('is covered in a text that may be shown, however an address or a header is written', async () => {
    using folder = createFolder()
    folder.write(
      'hook.ts',
      `import * as v from 'valibot'
import { definePlugin } from 'modelway'
const shown = schema => v.optional(v.pipe(schema, v.metadata({ secret: false })))
export default definePlugin({
  name: 'hook',
  about: 'Calls somebody.',
  config: v.object({ rooms: shown(v.array(v.string())), more: shown(v.record(v.string(), v.string())) }),
  setup: () => ({}),
})`,
    )
    const covered = {
      'redis://user:hidden/1@host:6379/0': 'redis://•••@host:6379/0',
      'amqp://user:hidden#2@host/': 'amqp://•••@host/',
      'postgres://:hidden?3@host/db': 'postgres://•••@host/db',
      'https://host/#access_token=hidden4': 'https://host/#access_token=•••',
      'https://hooks.example.com/services/T00/B00/hiddenXXXX1234567890abcd':
        'https://hooks.example.com/services/T00/B00/•••',
      'host=db user=me password=hidden5 port=1': 'host=db user=me password=••• port=1',
      'http://[::1]:8080/@scope/package': 'http://[::1]:8080/@scope/package',
      'http://host:8080/@scope/gpt-4o-mini-2024-07-18': 'http://host:8080/@scope/gpt-4o-mini-2024-07-18',
    }
    const yaml = `plugins: [./hook.ts]
hook:
  rooms: ${JSON.stringify(Object.keys(covered))}
  more: { Authorization: Basic hidden6, x-api-key: hidden7, cookie: hidden8, room: lobby }
`
    const { of, text } = await ask(folder, yaml)
    expect(of('hook.rooms').value).toEqual(Object.values(covered))
    expect(of('hook.more').value).toEqual({
      Authorization: '•••',
      'x-api-key': '•••',
      cookie: '•••',
      room: 'lobby',
    })
    const secrets = [1, 2, 3, 4, 5, 6, 7, 8].map(number => `hidden${number}`)
    expect(seen(text, [...secrets, 'hiddenXXXX'])).toEqual([])
  })
})
