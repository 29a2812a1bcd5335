import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { ConfigError } from '../../src/errors.ts'
import { at, createFolder, failureOf, startWorld, type World } from './world.ts'

const KEYLESS = { MODELWAY_MASTER_KEY: '' }
const HERE = { key: '' }
const ELSEWHERE = { key: '', loopback: false }

/** What a stranger might try, and what an open gateway gives to this machine. */
const doors = [
  ['GET', '/v1/models', undefined],
  ['POST', '/v1/chat/completions', { model: 'vllm/alpha', messages: [{ role: 'user', content: 'Hello' }] }],
  ['GET', '/admin/virtual-models', undefined],
  ['PUT', '/admin/virtual-models', { source: 'smart', target_model: 'vllm/alpha' }],
  ['GET', '/admin/keys', undefined],
  ['GET', '/admin/providers', undefined],
] as const

const statuses = (world: World, as: typeof HERE) =>
  Promise.all(doors.map(async ([method, path, body]) => (await world.call(method, path, body, as)).status))

describe('K3', () => {
  test('K3 is open to this machine while there is no key, and to nobody else', async () => {
    await using world = await startWorld({ env: KEYLESS })
    expect(new Set(await statuses(world, HERE))).toEqual(new Set([200]))
    expect(new Set(await statuses(world, ELSEWHERE))).toEqual(new Set([401]))
    expect((await world.call('GET', '/health', undefined, ELSEWHERE)).status).toBe(200)
    const said = await world.ask('alpha', ELSEWHERE)
    expect(said.message).toContain('MODELWAY_MASTER_KEY')
    expect((await world.ask('alpha', { key: 'guess', loopback: false })).status).toBe(401)
  })

  test('K3 is closed to all without a key once there is a master key', async () => {
    await using world = await startWorld()
    expect(new Set(await statuses(world, HERE))).toEqual(new Set([401]))
    expect((await world.ask('alpha', { loopback: false })).served).toBe('vllm/alpha')
  })

  test('K3 closes with the first managed key, says so, and opens for no revoked or expired one', async () => {
    let time = Date.UTC(2026, 0, 1)
    await using world = await startWorld({ env: KEYLESS, now: () => time })
    const expires_at = new Date(time + 1000).toISOString()
    const first = await world.call('POST', '/admin/keys', { name: 'first', expires_at }, HERE)
    expect(String(at(first.body, 'warning'))).toContain('MODELWAY_MASTER_KEY')
    expect(new Set(await statuses(world, HERE))).toEqual(new Set([401]))
    const key = String(at(first.body, 'key'))
    expect((await world.ask('alpha', { key, loopback: false })).served).toBe('vllm/alpha')
    expect((await world.call('GET', '/admin/keys', undefined, { key })).status).toBe(401)
    time += 1000
    expect(new Set(await statuses(world, HERE))).toEqual(new Set([401]))
  })

  test('K3 stays closed after a restart without a master key, also when every key is revoked', async () => {
    using folder = createFolder()
    {
      await using world = await startWorld({ folder: folder.path })
      const { body } = await world.call('POST', '/admin/keys', { name: 'only' })
      await world.call('DELETE', `/admin/keys/${at(body, 'id')}`)
    }
    await using world = await startWorld({ folder: folder.path, env: KEYLESS })
    expect(new Set(await statuses(world, HERE))).toEqual(new Set([401]))
  })

  test.each([['0.0.0.0'], ['::'], ['192.168.1.7'], ['gateway.example'], ['127.0.0.1.example.com']])(
    'K3 refuses to start on %s without a key',
    async HOST => {
      using folder = createFolder()
      const error = await failureOf(() => startWorld({ folder: folder.path, env: { ...KEYLESS, HOST } }))
      expect(error).toBeInstanceOf(ConfigError)
      expect(error.message).toContain('MODELWAY_MASTER_KEY')
      expect(error.message).not.toContain('\n')
    },
  )

  test('K3 starts on this machine without a key, and everywhere with one', async () => {
    for (const HOST of ['127.0.0.1', '127.9.9.9', 'localhost', '::1']) {
      await using world = await startWorld({ env: { ...KEYLESS, HOST } })
      expect((await world.ask('alpha', HERE)).served).toBe('vllm/alpha')
    }
    await using world = await startWorld({ env: { HOST: '0.0.0.0' } })
    expect((await world.ask('alpha', { loopback: false })).served).toBe('vllm/alpha')
  })

  test.each([['short'], ['has a space'], ['schl\u00fcssel']])(
    'K3 does not take %p for a master key',
    async key => {
      using folder = createFolder()
      const env = { MODELWAY_MASTER_KEY: key }
      const error = await failureOf(() => startWorld({ folder: folder.path, env }))
      expect(error).toBeInstanceOf(ConfigError)
      expect(error.message).toContain('MODELWAY_MASTER_KEY')
      expect(error.message).not.toContain(key)
    },
  )
})

/** The program itself, as an operator starts it: nothing but these variables. */
function run(env: Record<string, string>, folder: string) {
  const root = new URL('../..', import.meta.url).pathname
  return Bun.spawn([process.execPath, `--tsconfig-override=${root}tsconfig.json`, `${root}src/main.ts`], {
    cwd: folder,
    env: { DATABASE_URL: `file:${folder}/gateway.db`, PORT: '0', LOG_FORMAT: 'json', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

describe('K3, through a socket', () => {
  const folder = createFolder()
  let url = ''
  let gateway: ReturnType<typeof run>

  beforeAll(async () => {
    gateway = run({}, folder.path)
    let output = ''
    for await (const bytes of gateway.stdout) {
      output += new TextDecoder().decode(bytes)
      url = /"url":"([^"]+)"/.exec(output)?.[1] ?? ''
      if (url !== '') return
    }
    throw new Error(`The gateway did not start: ${output}`)
  })
  afterAll(async () => {
    gateway.kill('SIGKILL')
    await gateway.exited
    folder[Symbol.dispose]()
  })

  const status = async (headers: Record<string, string>, path = '/v1/models') =>
    (await fetch(url + path, { headers })).status

  test('K3 serves programs and pages of this machine', async () => {
    expect(new URL(url).hostname).toBe('127.0.0.1')
    const port = new URL(url).port
    for (const host of [
      '127.0.0.1',
      `localhost:${port}`,
      'LOCALHOST',
      'app.localhost:3000',
      '[::1]:8080',
      '127.1.2.3',
    ])
      expect([host, await status({ host })]).toEqual([host, 200])
    for (const origin of [url, 'http://localhost:3000', 'https://app.localhost', 'http://[::1]:5173'])
      expect([origin, await status({ origin })]).toEqual([origin, 200])
    expect(await status({ authorization: 'Bearer whatever' })).toBe(200)
  })

  test.each([
    ...[
      'example.com',
      '127.0.0.1.example.com',
      'localhost.example.com',
      'notlocalhost',
      '127.0.0.1.',
      '10.0.0.1',
    ].map(host => ['host', host]),
    ...[
      'https://example.com',
      'null',
      'http://localhost.example.com',
      'https://127.0.0.1@example.com',
      'file://',
    ].map(origin => ['origin', origin]),
    ...['1.2.3.4', '127.0.0.1', ''].map(address => ['x-forwarded-for', address]),
    ['forwarded', 'for=127.0.0.1'],
    ['x-real-ip', '127.0.0.1'],
  ])('K3 refuses a request with %s: %s, for it may come from elsewhere', async (name, value) => {
    for (const path of ['/v1/models', '/admin/virtual-models', '/admin/keys'])
      expect([path, await status({ [name!]: value! }, path)]).toEqual([path, 401])
    expect(await status({ [name!]: value! }, '/health')).toBe(200)
  })

  test('K3 stops with one clear line when it is told to listen elsewhere without a key', async () => {
    using other = createFolder()
    const process = run({ HOST: '0.0.0.0' }, other.path)
    const lines = (await new Response(process.stderr).text()).trim().split('\n')
    expect(await process.exited).toBe(3)
    expect(lines).toEqual([expect.stringMatching(/^modelway: Set MODELWAY_MASTER_KEY/)])
  })
})
