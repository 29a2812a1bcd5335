import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { createFolder, modelway, type Served, serve } from '../config/kit.ts'
import { runInTurn } from '../process/in-turn.ts'

const MASTER = 'master-key-for-tests'
const folder = createFolder()
let gateway: Served
let env: Record<string, string>

beforeAll(async () => {
  folder.write('modelway.yaml', 'virtual_models: [{ source: smart, target_model: demo/parrot }]')
  gateway = await serve(folder.path, { MODELWAY_MASTER_KEY: MASTER, MODELS_ENABLED_BY_DEFAULT: 'true' })
  env = { MODELWAY_MASTER_KEY: MASTER, PORT: new URL(gateway.url).port }
})
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  folder[Symbol.dispose]()
})

const run = (args: readonly string[], own = env) => runInTurn(args, { cwd: folder.path, env: own })

describe('modelway explain', () => {
  test('tells readably what would become of a request', async () => {
    const { code, out, err } = await run(['explain', 'smart', '--user-path', '/team/alpha'])
    expect([code, err]).toEqual([0, ''])
    expect(out).toContain('smart')
    expect(out).toContain('at /team/alpha')
    expect(out).toMatch(/Tried, in this order\n {2}1\. +demo\/parrot via smart/)
    expect(out).toContain('Listed at /v1/models: yes')
    expect(out).toMatch(/Outcome: 200\n$/)
  })

  test('tells why nothing is left', async () => {
    const { code, out } = await run(['explain', 'nobody/nothing'])
    expect(code).toBe(0)
    expect(out).toContain('Left out')
    expect(out).toContain('Outcome: 404 model_not_found')
  })

  test("prints the gateway's own answer as JSON", async () => {
    const answer = JSON.parse((await run(['explain', 'smart', '--json'])).out) as Record<string, unknown>
    expect(answer).toMatchObject({ model: 'smart', listed: true, outcome: { status: 200 } })
  })

  test('asks as a user whom an app names', async () => {
    const { code, out } = await run(['explain', 'smart', '--user', 'ada', '--json'])
    expect([code, JSON.parse(out)]).toMatchObject([0, { outcome: { status: 200 } }])
  })

  test('says what the gateway refuses', async () => {
    expect(await run(['explain', 'smart', '--key-id', 'key_nobody'])).toMatchObject({ code: 1, out: '' })
    expect((await run(['explain', 'smart', '--key-id', 'key_nobody'])).err).toContain('key_nobody')
    expect(JSON.parse((await run(['explain', 'smart', '--key-id', 'x', '--json'])).out)).toMatchObject({
      error: {},
    })
  })
})

describe('modelway keys', () => {
  test('creates a key that works, alone on standard output', async () => {
    const args = [
      'Team Alpha',
      '--user-path',
      '/team/alpha',
      '--sub-paths',
      '--labels',
      'team=alpha,env=prod',
    ]
    const more = ['--allowed-models', 'smart, demo/', '--expires', '30d', '--description', 'For the tests']
    const made = await modelway(['keys', 'create', ...args, ...more], { cwd: folder.path, env })
    expect(made.code).toBe(0)
    expect(made.out).toMatch(/^mw_\S+\n$/)
    expect(made.err).toMatch(/^key_\S+ was made; the key is not shown again\n$/)
    const models = await fetch(`${gateway.url}/v1/models`, {
      headers: { authorization: `Bearer ${made.out.trim()}` },
    })
    expect(models.status).toBe(200)
    const listed = JSON.parse((await run(['keys', 'list', '--json'])).out) as Record<string, unknown>[]
    expect(listed[0]).toMatchObject({
      name: 'Team Alpha',
      user_path: '/team/alpha',
      sub_paths: true,
      labels: { team: 'alpha', env: 'prod' },
      allowed_models: ['smart', 'demo/'],
      description: 'For the tests',
      status: 'active',
    })
    expect((await run(['keys', 'list'])).out).toMatch(/^ID +NAME +STATUS[^\n]*\nkey_\S+ +Team Alpha +active/)
  })

  test('creates a key that operates as it is told, and takes it where the master key would stand', async () => {
    const made = JSON.parse((await run(['keys', 'create', 'desk', '--operates', 'read', '--json'])).out)
    const reading = { ...env, MODELWAY_MASTER_KEY: String(made.key) }
    expect((await run(['keys', 'list'], reading)).out).toMatch(/ desk .* read\n/)
    const refused = await run(['keys', 'revoke', String(made.id)], reading)
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('You operate as a reader')])
    const wrong = await run(['keys', 'create', 'desk', '--operates', 'all'])
    expect([wrong.code, wrong.err]).toEqual([1, expect.stringContaining('expected read or write')])
  })

  test('creates a key that calls nothing, and one that makes others', async () => {
    const create = async (...args: string[]) =>
      JSON.parse((await run(['keys', 'create', ...args, '--json'])).out)
    expect((await create('desk', '--operates', 'read', '--no-models')).allowed_models).toEqual([])
    const both = await run(['keys', 'create', 'x', '--no-models', '--allowed-models', 'demo/'])
    expect([both.code, both.err]).toEqual([2, expect.stringContaining('name models, or none')])
    const lead = await create('Lead', '--user-path', '/team', '--makes-keys')
    expect([lead.makes_keys, lead.allowed_models]).toEqual([true, null])
    const { id } = await (
      await fetch(`${gateway.url}/v1/keys`, {
        method: 'POST',
        headers: { authorization: `Bearer ${lead.key}`, 'content-type': 'application/json' },
        body: '{"name": "Made"}',
      })
    ).json()
    expect((await run(['keys', 'list'])).out).toMatch(
      new RegExp(`^${id} .* Made .* its maker's .* ${lead.id}`, 'm'),
    )
    const revoked = await run(['keys', 'revoke', lead.id, '--with-made'])
    expect(revoked.out).toBe(`Revoked ${lead.id}, and 1 that it had made\n`)
  })

  test('rolls and revokes', async () => {
    const { id, key } = JSON.parse((await run(['keys', 'create', 'ci', '--json'])).out) as Record<
      string,
      string
    >
    const status = async (key: string) =>
      (await fetch(`${gateway.url}/v1/models`, { headers: { authorization: `Bearer ${key}` } })).status
    const rolled = await run(['keys', 'roll', id!, '--grace', '0s'])
    expect(rolled).toMatchObject({ code: 0 })
    expect([await status(key!), await status(rolled.out.trim())]).toEqual([401, 200])
    expect(await run(['keys', 'revoke', id!])).toEqual({ code: 0, out: `Revoked ${id}\n`, err: '' })
    expect(await status(rolled.out.trim())).toBe(401)
    expect((await run(['keys', 'revoke', 'key_nobody'])).code).toBe(1)
  })

  test('takes the master key from the environment only, also from a file', async () => {
    const { MODELWAY_MASTER_KEY: _, ...none } = env
    const without = await run(['keys', 'list'], none)
    expect(without).toMatchObject({ code: 1, out: '' })
    expect(without.err).toContain('wants the master key: set MODELWAY_MASTER_KEY')
    const wrong = await run(['keys', 'list'], { ...none, MODELWAY_MASTER_KEY: 'wrong-master-key' })
    expect(wrong.err).toContain('did not accept the master key')
    const file = folder.write('key', `${MASTER}\n`)
    expect((await run(['keys', 'list'], { ...none, MODELWAY_MASTER_KEY_FILE: file })).code).toBe(0)
    const both = await run(['keys', 'list'], { ...env, MODELWAY_MASTER_KEY_FILE: file })
    expect([both.code, both.err]).toEqual([
      3,
      'modelway: Cannot use both MODELWAY_MASTER_KEY and MODELWAY_MASTER_KEY_FILE: unset one of them\n',
    ])
  })

  test('says so where no gateway answers, and takes another one by --url', async () => {
    const gone = await run(['keys', 'list', '--url', 'http://127.0.0.1:1'])
    expect(gone.code).toBe(1)
    expect(gone.err).toContain('Cannot reach the gateway at http://127.0.0.1:1')
    expect(
      (await run(['keys', 'list', '--url', `${gateway.url}/`], { MODELWAY_MASTER_KEY: MASTER })).code,
    ).toBe(0)
  })
})

describe('modelway keys, where it cannot do what it is asked to', () => {
  test('takes a page that answers at the address for no gateway, not for an empty answer', async () => {
    const page = Bun.serve({
      port: 0,
      fetch: () => new Response('<h1>Sign in</h1>', { headers: { 'content-type': 'text/html' } }),
    })
    for (const args of [['list'], ['create', 'ci'], ['roll', 'key_x'], ['revoke', 'key_x']]) {
      const { code, out, err } = await run(['keys', ...args, '--url', page.url.origin])
      expect([args, code, out]).toEqual([args, 1, ''])
      expect(err).toContain(`What answers at ${page.url.origin} is no gateway`)
    }
    await page.stop(true)
  })

  test('prints no line for a key where an answer has none', async () => {
    const other = Bun.serve({ port: 0, fetch: () => Response.json({ ok: true }) })
    const { code, out, err } = await run(['keys', 'create', 'ci', '--url', other.url.origin])
    expect([code, out, err]).toEqual([1, '', 'modelway: The gateway answered without a key\n'])
    await other.stop(true)
  })

  test('refuses an address with more behind it than a path, and a time beyond all dates', async () => {
    for (const url of [`${gateway.url}?x=1`, `${gateway.url}#x`, gateway.url.replace('//', '//me:secret@')]) {
      const { code, err } = await run(['keys', 'list', '--url', url])
      expect([url, code]).toEqual([url, 2])
      expect(err).toContain('expected an address such as http://localhost:8080')
    }
    const late = await run(['keys', 'create', 'ci', '--expires', '99999999999d'])
    expect([late.code, late.out, late.err]).toEqual([
      2,
      '',
      'modelway: Cannot use --expires "99999999999d": leave it out for a key that never ends\n',
    ])
  })

  test('says "none" of a key that may use no model', async () => {
    expect((await run(['keys', 'create', 'Closed', '--allowed-models', ','])).code).toBe(0)
    expect((await run(['keys', 'list'])).out).toMatch(/Closed +active +\S+ +none\n/)
  })
})

describe('modelway import --apply', () => {
  test('writes virtual models and keys to a running gateway, and says what it could not', async () => {
    const file = folder.write(
      'export.json',
      JSON.stringify({
        virtual_models: [
          { source: 'imported', target: 'demo/parrot' },
          { source: 'smart', target: 'demo/parrot' },
        ],
        auth_keys: [
          { name: 'Team Beta', user_path: '/team/beta', enabled: true, active: true, labels: ['beta'] },
        ],
      }),
    )
    const { code, out, err } = await run(['import', 'gomodel', file, '--apply'])
    expect(code).toBe(1)
    expect(out).toContain('wrote virtual model "imported"\n')
    expect(out).toMatch(/FAILED virtual model "smart": .* is declared in modelway\.yaml: edit it there/)
    expect(out).toMatch(/wrote key "Team Beta" mw_\S+\n/)
    expect(err).toContain('- key "Team Beta": gets a new secret: callers need it')
    expect((await run(['explain', 'imported'])).out).toContain('demo/parrot via imported')
  })
})
