import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { chmodSync, statSync } from 'node:fs'
import { createClient } from '@libsql/client'
import { freePort } from '../free-port.ts'
import { MASTER, startGateway, type TestGateway } from '../kit.ts'
import { runInTurn } from '../process/in-turn.ts'
import { KEY, startUpstream } from '../stored-providers/kit.ts'

const upstream = startUpstream('one', 'two')
let gateway: TestGateway
let file: string
afterAll(async () => {
  upstream.stop()
  await gateway.close()
})

/** What operators have stored, with a gateway that is not asked any more. */
beforeAll(async () => {
  gateway = await startGateway()
  file = `${gateway.folder}/test.db`
  for (const [name, body] of [
    ['east', { type: 'openai', api_key: KEY, base_url: upstream.url }],
    ['vllm', { type: 'vllm', base_url: 'http://192.0.2.1/v1' }],
    ['asleep', { type: 'vllm', base_url: 'http://192.0.2.1/v1', enabled: false }],
  ] as const)
    expect((await gateway.admin('PUT', `/admin/providers/${name}`, body)).status).toBeLessThan(300)
  await write("insert into stored_settings values ('breaker.failures', '7', 1), ('breaker.gone', '1', 2)")
})

async function write(sql: string, url = `file:${file}`): Promise<void> {
  const client = createClient({ url })
  await client.execute(sql)
  client.close()
}

const env = (more: Record<string, string> = {}) => ({
  DATABASE_URL: `file:${file}`,
  MODELWAY_MASTER_KEY: MASTER,
  PORT: String(freePort()),
  VLLM_BASE_URL: upstream.url,
  VLLM_API_KEY: KEY,
  ...more,
})

async function run(command: string, given: Record<string, string>) {
  const { code, out, err } = await runInTurn([command, '--json'], { cwd: gateway.folder, env: given })
  expect([err, out]).toEqual(['', expect.not.stringContaining(KEY)])
  return { code, ...JSON.parse(out) }
}

interface Finding {
  readonly name: string
  readonly state: string
  readonly text: string
}

async function examine(given: Record<string, string>) {
  const { code, findings } = (await run('doctor', given)) as { code: number; findings: readonly Finding[] }
  return { code, of: (name: string) => findings.find(one => one.name === name) }
}

describe('where no gateway runs, of what operators have stored', () => {
  test('check names the providers, and what would be left out or not serve', async () => {
    expect(await run('check', env())).toEqual({
      code: 0,
      ok: true,
      problems: [],
      warnings: [
        expect.stringMatching(/^setting breaker\.gone: What the dashboard has stored of it does not fit/),
      ],
      file: null,
      stored_settings: 1,
      // The configuration wins over the stored one of the same name.
      providers: ['east', 'vllm'],
    })
    const { out } = await runInTurn(['check'], { cwd: gateway.folder, env: env() })
    expect(out).toContain('No mistakes in the environment and 1 setting of the dashboard\n')
  })

  test('without the key that sealed them, providers would not serve', async () => {
    const without = env({ MODELWAY_MASTER_KEY: 'another-master-key' })
    const { warnings, providers } = await run('check', without)
    expect(providers).toEqual(['vllm'])
    expect(warnings).toContainEqual(
      expect.stringMatching(/^provider east: It would not serve\. Its api_key cannot be read: SECRETS_KEY/),
    )
    const { code, of } = await examine(without)
    expect(code).toBe(1)
    expect(of('provider east')).toMatchObject({ state: 'bad', text: expect.stringContaining('api_key') })
  })

  test('doctor asks stored providers for their lists, and tells of settings', async () => {
    const { code, of } = await examine(env())
    expect(of('provider east')).toMatchObject({ state: 'ok', text: 'It lists 2 models' })
    expect(of('stored settings')).toMatchObject({ state: 'ok', text: '1 of the dashboard fit' })
    expect(of('setting breaker.gone')?.state).toBe('note')
    expect(code).toBe(0)
  })

  test('a stored setting that contradicts the configuration is left out, as at a start', async () => {
    await write("insert into stored_settings values ('breaker.pause', '\"soon\"', 3)")
    const { ok, warnings } = await run('check', env())
    await write("delete from stored_settings where name = 'breaker.pause'")
    expect(ok).toBe(true)
    expect(warnings).toContainEqual(expect.stringContaining('setting breaker.pause'))
  })

  test('a database of before there was such a thing has nothing stored, and stays as it is', async () => {
    const old = `${gateway.folder}/old.db`
    await write('create table things (name text)', `file:${old}`)
    const { mtimeMs, size } = statSync(old)
    const given = env({ DATABASE_URL: `file:${old}` })
    expect(await run('check', given)).toMatchObject({ ok: true, stored_settings: 0, warnings: [] })
    expect((await examine(given)).of('database')).toMatchObject({ state: 'ok', text: 'It opens' })
    expect(statSync(old)).toMatchObject({ mtimeMs, size })
  })

  // Whoever is root may write what nobody may.
  test.skipIf(process.getuid?.() === 0)('a file that may not be written is told by doctor', async () => {
    const other = `${gateway.folder}/fixed.db`
    await write('create table things (name text)', `file:${other}`)
    chmodSync(other, 0o444)
    const { code, of } = await examine(env({ DATABASE_URL: `file:${other}` }))
    expect([code, of('database')]).toMatchObject([
      1,
      { state: 'bad', text: expect.stringContaining('must be writable') },
    ])
  })

  test('where the database is away, check goes on, and says what it could not look at', async () => {
    const { ok, warnings } = await run('check', env({ DATABASE_URL: `http://127.0.0.1:${freePort()}` }))
    expect(ok).toBe(true)
    expect(warnings).toEqual([
      expect.stringMatching(/^What operators have stored was not looked at\. Cannot open the database/),
    ])
  })
})
