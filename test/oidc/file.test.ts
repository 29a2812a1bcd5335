import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from '../kit.ts'
import { runInTurn } from '../process/in-turn.ts'
import { bearer, chatInit, KEY } from '../process/spawn.ts'
import { bearing, type Identity, spawnGateway, startIdentity } from './kit.ts'

const folder = mkdtempSync(join(tmpdir(), 'modelway-oidc-'))
let people: Identity
let machines: Identity

beforeAll(async () => {
  ;[people, machines] = await Promise.all([startIdentity(), startIdentity()])
})
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  await Promise.all([people, machines].map(identity => identity?.[Symbol.asyncDispose]()))
})

function write(yaml: string): Record<string, string> {
  const path = join(folder, `${crypto.randomUUID()}.yaml`)
  writeFileSync(path, yaml)
  return { CONFIG_FILE: path }
}

test('several issuers, each with rules of its own', async () => {
  const env = write(`
oidc:
  issuer: ${people.url}
  audience: modelway
  user_path: /people/{sub}
  issuers:
    - issuer: ${machines.url}
      audience: gateway
      user_path: /machines/{job.team}
      jwks_url: ${machines.url}/keys
      allowed_models_claim: models
      labels: { cost_center: department, none: missing }
`)
  await using gateway = await spawnGateway({ env })
  const list = async (token: string) => {
    const response = await gateway.fetch('/v1/models', { headers: bearing(token) })
    const { data } = (await response.json()) as { data?: { id: string }[] }
    return [response.status, data?.map(({ id }) => id)]
  }
  const all = { aud: 'gateway', job: { team: 'nightly' }, department: 'R&D' }
  expect(await list(await people.token())).toEqual([200, expect.arrayContaining(['demo/parrot'])])
  expect(await list(await machines.token({ ...all, models: ['demo/parrot'] }))).toEqual([
    200,
    ['demo/parrot'],
  ])
  expect(await list(await machines.token({ ...all, models: 'demo/parrot other' }))).toEqual([
    200,
    ['demo/parrot'],
  ])
  expect(await list(await machines.token({ ...all, models: [] }))).toEqual([200, []])
  expect(await list(await machines.token(all))).toEqual([403, undefined])
  expect(await list(await machines.token({ ...all, models: [7] }))).toEqual([403, undefined])
  expect(await list(await people.token({ aud: 'gateway' }))).toEqual([401, undefined])
  expect(await machines.count('/.well-known/openid-configuration')).toBe(0)

  const token = await machines.token({ ...all, models: ['demo/parrot'] })
  const chat = { model: 'demo/parrot', messages: [{ role: 'user', content: 'Hi' }] }
  const call = chatInit(chat, { headers: { ...bearing(token), 'content-type': 'application/json' } })
  expect((await gateway.fetch('/v1/chat/completions', call)).status).toBe(200)
  const log = async () => (await gateway.fetch('/admin/usage/log', { headers: bearer })).text()
  await until(async () => (await log()).includes('/machines/nightly'), 'the call in the log')
  expect(await log()).toContain('"cost_center":"R&D"')
}, 30_000)

describe('modelway check names what is wrong, and where', () => {
  const check = async (env: Record<string, string>) => {
    const own = { MODELWAY_MASTER_KEY: KEY, DATABASE_URL: `file:${join(folder, 'test.db')}` }
    const { code, out, err } = await runInTurn(['check'], { cwd: folder, env: { ...own, ...env } })
    return [code, `${out}${err}`] as const
  }
  const issuer = 'https://idp.example'
  test.each([
    [{ OIDC_ISSUER: issuer }, 'OIDC_AUDIENCE: expected what tokens for the gateway say in "aud"'],
    [{ OIDC_AUDIENCE: 'modelway' }, 'OIDC_ISSUER: it is missing'],
    [{ OIDC_ISSUER: issuer, OIDC_AUDIENCE: 'modelway' }, 'OIDC_USER_PATH: expected where callers'],
    [{ OIDC_ISSUER: issuer, OIDC_USER_PATH: '/x' }, 'OIDC_AUDIENCE: '],
    [{ OIDC_ISSUER: 'idp.example' }, 'OIDC_ISSUER: expected an address'],
    [{ OIDC_ISSUER: `${issuer}?x=1` }, 'OIDC_ISSUER: expected an address'],
    [{ OIDC_ISSUER: issuer, OIDC_AUDIENCE: 'm', OIDC_USER_PATH: 'team' }, 'begins with "/"'],
    [
      { OIDC_ISSUER: issuer, OIDC_AUDIENCE: 'm', OIDC_USER_PATH: '/{team' },
      'names of claims between { and }',
    ],
    [{ OIDC_ISSUER: issuer, OIDC_AUDIENCE: 'm', OIDC_USER_PATH: '/a/../{b}' }, 'name the path in full'],
    [{ OIDC_ISSUER: issuer, OIDC_CLIENT_ID: 'x' }, 'OIDC_ADMIN: expected who is an operator'],
    [
      { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: 'x', OIDC_ADMIN: 'admins' },
      'OIDC_ADMIN: expected claims with values',
    ],
  ])('%j', async (env, said) => {
    expect(await check(env as unknown as Record<string, string>)).toEqual([3, expect.stringContaining(said)])
  })

  test.each([
    ['issuers: [{ issuer: https://a.example, user_path: /x }]', 'issuers[0].audience: it is missing'],
    [
      'issuers: [{ issuer: https://a.example, audience: x, user_path: /x, algorithms: [HS256] }]',
      'algorithms[0]: expected one of RS256',
    ],
    [
      'issuers: [{ issuer: https://a.example, audience: x, user_path: /x, algorithms: [none] }]',
      'algorithms[0]: expected one of RS256',
    ],
    [
      'issuers: [{ issuer: https://a.example, audience: x, user_path: /x, audiance: y }]',
      'Did you mean "audience"?',
    ],
    [
      '{ issuer: https://a.example, audience: x, user_path: /x, issuers: [{ issuer: https://a.example, audience: x, user_path: /x }] }',
      'two of them are the same',
    ],
    [
      'issuers: [{ issuer: http://a.example, audience: x, user_path: /x }, { issuer: https://a.example, audience: x, user_path: /x }]',
      'differ in http and https only',
    ],
  ])('%s', async (yaml, said) => {
    expect(await check(write(`oidc:\n  ${yaml}\n`))).toEqual([3, expect.stringContaining(said)])
  })
})
