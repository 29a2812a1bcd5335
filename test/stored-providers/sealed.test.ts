import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@libsql/client'
import { createVault } from '../../plugins/stored-providers/vault.ts'
import { MASTER, startGateway, type TestGateway, until } from '../kit.ts'
import { ask, KEY, startUpstream, type Upstream } from './kit.ts'

let upstream: Upstream
let folder: string
beforeAll(() => {
  upstream = startUpstream('tiny')
  folder = mkdtempSync(join(tmpdir(), 'modelway-sealed-'))
})
afterAll(() => {
  upstream.stop()
  rmSync(folder, { recursive: true })
})

const [ONE, TWO] = [1, 2].map(byte => Buffer.alloc(32, byte).toString('base64')) as [string, string]
const start = (env: Record<string, string> = {}) => startGateway({ folder, env: { RETRIES: '0', ...env } })
const good = () => ({ type: 'openai', api_key: KEY, base_url: upstream.url })
const put = (gateway: TestGateway, body: object = good()) =>
  gateway.admin('PUT', '/admin/providers/mine', body)
const view = async (gateway: TestGateway) => (await gateway.admin('GET', '/admin/providers/mine')).body

/** What a gateway with these keys finds of what was stored. */
async function found(
  env: Record<string, string>,
  look: (gateway: TestGateway) => Promise<void>,
): Promise<void> {
  const gateway = await start(env)
  try {
    await look(gateway)
  } finally {
    await gateway.close()
  }
}

/** Somebody writes to the database, past the gateway. */
async function change(sql: string): Promise<void> {
  const database = createClient({ url: `file:${folder}/test.db` })
  await database.execute(sql)
  database.close()
}

describe('on disk', () => {
  test('a secret is sealed by a key of the master key, opens after a restart, and is in no file', async () => {
    await found({}, async gateway => void (await put(gateway)))
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(entry =>
      entry.isFile(),
    )
    const bytes = files.map(({ parentPath, name }) => readFileSync(join(parentPath, name)))
    expect(bytes.some(file => file.includes('stored_providers'))).toBe(true)
    expect(bytes.some(file => file.includes(KEY))).toBe(false)
    await found({}, async gateway => {
      expect(await view(gateway)).toMatchObject({ state: 'serving' })
      expect((await ask(gateway, 'mine/tiny')).status).toBe(200)
    })
  })

  test('another master key opens nothing: the gateway starts, and says what is to be done', async () => {
    await found({ MODELWAY_MASTER_KEY: 'another-master-key' }, async gateway => {
      const asOther = { headers: { authorization: 'Bearer another-master-key' } }
      const { body } = await gateway.json('/admin/providers/mine', asOther)
      expect(body).toMatchObject({
        state: 'broken',
        trouble: expect.stringMatching(/api_key cannot be read/),
      })
      const overview = await (await gateway.fetch('/dashboard/overview', asOther)).text()
      expect(overview).toMatch(/does not serve\. Its api_key cannot be read/)
      const open = async (path: string) =>
        (await gateway.fetch(`/dashboard/providers${path}`, asOther)).text()
      // Above those that serve, and never “it stays” where there is nothing left to keep.
      expect(await open('')).toMatch(
        /Not serving[\s\S]*mine[\s\S]*api_key cannot be read[\s\S]*class="upstreams"/,
      )
      const form = await open('/edit?name=mine')
      expect(form).toMatch(/sealed with a key that is not here\. Type it anew/)
      expect(form).not.toContain('Empty: it stays')
    })
  })

  test('with several keys the first seals and all open, and what another has sealed goes over to the first', async () => {
    await found({ SECRETS_KEY: ONE }, async gateway => {
      const { body: settings } = await gateway.admin('GET', '/admin/settings')
      expect(JSON.stringify(settings)).not.toContain(ONE.slice(0, 20))
      expect(await view(gateway)).toMatchObject({ state: 'serving', sealed_by_former_key: false })
    })
    const versions = async (gateway: TestGateway) =>
      (await gateway.admin('GET', '/admin/history?kind=provider')).body.data.length
    let before = 0
    await found({ SECRETS_KEY: `${ONE},${TWO}` }, async gateway => {
      expect(await view(gateway)).toMatchObject({ state: 'serving', sealed_by_former_key: false })
      before = await versions(gateway)
    })
    await found({ SECRETS_KEY: `${TWO},${ONE}` }, async gateway => {
      expect(await view(gateway)).toMatchObject({ state: 'serving', sealed_by_former_key: false })
      // Nobody has changed anything.
      expect(await versions(gateway)).toBe(before)
    })
    await found({ SECRETS_KEY: ONE }, async gateway => {
      expect(await view(gateway)).toMatchObject({ state: 'broken' })
    })
    await found({ SECRETS_KEY: TWO }, async gateway => {
      expect(await view(gateway)).toMatchObject({ state: 'serving' })
      expect((await ask(gateway, 'mine/tiny')).status).toBe(200)
    })
  })

  test('another master key takes over what the one before has sealed, which lets nobody in', async () => {
    const other = 'another-master-key'
    const serving = async (gateway: TestGateway, key: string) => {
      const headers = { authorization: `Bearer ${key}` }
      const { status, body } = await gateway.json('/admin/providers/mine', { headers })
      return [status, body.state]
    }
    await found({}, async gateway => void (await put(gateway)))
    await found({ MODELWAY_MASTER_KEY: other, MODELWAY_MASTER_KEY_FORMER: MASTER }, async gateway => {
      expect(await serving(gateway, other)).toEqual([200, 'serving'])
      expect(await serving(gateway, MASTER)).toEqual([401, undefined])
    })
    await found({ MODELWAY_MASTER_KEY: other }, async gateway => {
      expect(await serving(gateway, other)).toEqual([200, 'serving'])
    })
    await found({}, async gateway => {
      expect(await serving(gateway, MASTER)).toEqual([200, 'broken'])
    })
  })

  test('a row that is copied to another name opens nothing', async () => {
    await change("insert into stored_providers select 'thief', definition, 1 from stored_providers")
    await found({ SECRETS_KEY: TWO }, async gateway => {
      const { body } = await gateway.admin('GET', '/admin/providers/thief')
      expect(body).toMatchObject({ state: 'broken', trouble: expect.stringMatching(/cannot be read/) })
      await gateway.admin('DELETE', '/admin/providers/thief')
    })
  })

  test('a row that leads elsewhere by now opens nothing: the key goes nowhere', async () => {
    await found({ SECRETS_KEY: TWO }, async gateway => void (await put(gateway)))
    const thief = startUpstream('tiny')
    await change(
      `update stored_providers set definition = replace(definition, '${upstream.url}', '${thief.url}')`,
    )
    await found({ SECRETS_KEY: TWO }, async gateway => {
      expect(await view(gateway)).toMatchObject({ base_url: thief.url, state: 'broken' })
      expect((await ask(gateway, 'mine/tiny')).status).toBe(404)
    })
    thief.stop()
    expect(thief.keys).toEqual([])
  })

  test('rows that cannot be read, or say what nobody may type, keep no gateway from starting', async () => {
    const odd = [
      'no JSON',
      'null',
      '{}',
      '{"type":"openai","enabled":true,"settings":{},"secrets":{"apiKey":null}}',
      '{"type":"vertex","enabled":true,"settings":{"project":"p","location":"l","credentials":"/etc/passwd"},"secrets":{}}',
      '{"type":"vllm","enabled":true,"settings":{"baseUrl":"http://169.254.169.254/v1"},"secrets":{}}',
    ]
    for (const [at, row] of odd.entries())
      await change(`insert into stored_providers values ('odd-${at}', '${row}', 1)`)
    await found({ SECRETS_KEY: TWO }, async gateway => {
      const { body } = await gateway.admin('GET', '/admin/stored-providers')
      const states = body.map(({ name, state }: { name: string; state: string }) => `${name}: ${state}`)
      expect(states).toEqual(['mine: broken', ...odd.map((_, at) => `odd-${at}: broken`)])
      const asMaster = { headers: { authorization: `Bearer ${MASTER}` } }
      expect((await gateway.fetch('/dashboard/providers', asMaster)).status).toBe(200)
      for (const at of odd.keys())
        expect((await gateway.admin('DELETE', `/admin/providers/odd-${at}`)).status).toBe(204)
    })
  })
})

test('a provider of the configuration serves in the place of a stored one of its name', async () => {
  const theirs = () => ({ ...good(), type: 'vllm' })
  await found({}, async gateway => void (await gateway.admin('PUT', '/admin/providers/vllm', theirs())))
  await found({ VLLM_BASE_URL: 'http://127.0.0.1:9/v1' }, async gateway => {
    const { body } = await gateway.admin('GET', '/admin/providers/vllm')
    expect(body).toMatchObject({ state: 'hidden', configured_by: ['VLLM_BASE_URL'] })
    expect((await ask(gateway, 'vllm/tiny')).status).toBe(502)
    expect((await gateway.admin('PUT', '/admin/providers/vllm', theirs())).status).toBe(409)
    expect((await gateway.admin('DELETE', '/admin/providers/vllm')).status).toBe(204)
  })
})

test('without any key no secret is taken, and what needs none is', async () => {
  const gateway = await startGateway({ env: { MODELWAY_MASTER_KEY: '' } })
  const body = (fields: object) => ({
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(fields),
  })
  const { status, body: said } = await gateway.json('/admin/providers/mine', body(good()))
  expect([status, said.error.param]).toEqual([409, 'api_key'])
  expect(said.error.message).toMatch(
    /set SECRETS_KEY \(openssl rand -base64 32 makes one\) or MODELWAY_MASTER_KEY/,
  )
  const open = { type: 'ollama', base_url: upstream.url }
  expect((await gateway.json('/admin/providers/mine', body(open))).body.state).toBe('serving')
  await gateway.close()
})

test.each(['short', ONE.slice(4), `${ONE},x`])('SECRETS_KEY=%s stops the start', async key => {
  expect(startGateway({ env: { SECRETS_KEY: key } })).rejects.toThrow(/SECRETS_KEY.*32 bytes in base64/s)
})

test('a vault uses another nonce each time, and opens nothing that was touched', async () => {
  const vault = await createVault([new Uint8Array(32)])
  const [box, other] = [await vault.seal('secret', 'a'), await vault.seal('secret', 'a')]
  expect(box).not.toBe(other)
  expect(await vault.open(box, 'a')).toEqual({ secret: 'secret', isByFormer: false })
  const touched = Buffer.from(box, 'base64')
  touched[20]! ^= 1
  for (const [bytes, about] of [
    [box, 'b'],
    [touched.toString('base64'), 'a'],
  ] as const)
    expect(await vault.open(bytes, about)).toBeUndefined()
})

test('another gateway on the database serves it within two seconds', async () => {
  const env = { SECRETS_KEY: TWO }
  const [one, other] = [await start(env), await start(env)]
  await one.admin('PUT', '/admin/providers/theirs', good())
  await until(async () => (await ask(other, 'theirs/tiny')).status === 200, 'the other gateway', 4000)
  await Promise.all([one.close(), other.close()])
})
