import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { createClient } from '@libsql/client'
import { createFolder } from '../config/kit.ts'
import { freePort } from '../free-port.ts'
import { runInTurn } from '../process/in-turn.ts'
import { KEY, type Running, spawnGateway } from '../process/spawn.ts'

interface Finding {
  readonly name: string
  readonly state: string
  readonly text: string
  readonly mend?: string
  readonly ms?: number
}

/** A provider that lists a model, by a clock that is wrong where the path says so. */
const provider = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  fetch(request) {
    const { pathname } = new URL(request.url)
    if (pathname.startsWith('/refusing')) return new Response(null, { status: 401 })
    const skew = pathname.startsWith('/late') ? -600_000 : 0
    const date = new Date(Date.now() + skew).toUTCString()
    return Response.json({ object: 'list', data: [{ id: 'one', object: 'model' }] }, { headers: { date } })
  },
})
afterAll(() => provider.stop(true))
const at = (path: string) => `http://127.0.0.1:${provider.port}${path}`
const SECRET = 'sk-never-to-be-shown'

async function examine(env: Record<string, string>, ...args: string[]) {
  const folder = createFolder()
  const { code, out, err } = await runInTurn(['doctor', '--json', ...args], { cwd: folder.path, env })
  folder[Symbol.dispose]()
  expect(out + err).not.toContain(SECRET)
  const { ok, findings = [] } = JSON.parse(out) as { ok?: boolean; findings?: Finding[] }
  const of = (name: string) => findings.find(one => one.name === name)
  return { code, ok, findings, of, out, err }
}

describe('where no gateway runs', () => {
  test('all is well: the configuration, the port, the database to come, the lists, the clock', async () => {
    const { code, ok, findings, of } = await examine({
      PORT: String(freePort()),
      VLLM_BASE_URL: at('/v1'),
      VLLM_API_KEY: SECRET,
    })
    expect([code, ok]).toEqual([0, true])
    expect(findings.map(({ name, state }) => `${name} ${state}`)).toEqual([
      'gateway note',
      'configuration ok',
      'port ok',
      'database ok',
      'provider vllm ok',
      'clock ok',
    ])
    expect(of('provider vllm')).toMatchObject({ text: 'It lists 1 model', ms: expect.any(Number) })
    expect(of('database')?.text).toContain('the first start makes it')
  })

  test('it says what is wrong with a provider, and with the clock, and how to mend it', async () => {
    const { code, of } = await examine({
      PORT: String(freePort()),
      VLLM_BASE_URL: at('/late/v1'),
      OPENAI_API_KEY: SECRET,
      OPENAI_BASE_URL: at('/refusing/v1'),
      GROQ_API_KEY: SECRET,
      GROQ_BASE_URL: `http://127.0.0.1:${freePort()}/v1`,
    })
    expect(code).toBe(1)
    expect(of('provider openai')).toMatchObject({
      state: 'bad',
      text: 'the provider refuses the key (status 401)',
      mend: 'Check OPENAI_API_KEY, OPENAI_BASE_URL',
    })
    expect(of('provider groq')).toMatchObject({
      state: 'bad',
      text: 'nobody listens at this address (ECONNREFUSED)',
      mend: expect.stringMatching(
        /^Start what should listen at http:.*, or check GROQ_API_KEY, GROQ_BASE_URL$/,
      ),
    })
    expect(of('clock')).toMatchObject({
      state: 'bad',
      text: expect.stringMatching(/^This machine is (599|600|601) s ahead of 127\.0\.0\.1/),
      mend: expect.stringContaining('NTP'),
    })
  })

  test('mistakes of the configuration are all named, with exit code 3', async () => {
    const { code, findings } = await examine({ PORT: 'x', BREAKER_FAILURES: '0' })
    expect(code).toBe(3)
    expect(findings.filter(({ name }) => name === 'configuration').map(({ text }) => text)).toEqual([
      expect.stringContaining('PORT'),
      expect.stringContaining('BREAKER_FAILURES'),
    ])
  })

  test('a port that another process has, and a database that is none, are told', async () => {
    const other = createFolder()
    await Bun.write(`${other.path}/x.db`, 'This is no database, however long one may look at it.'.repeat(99))
    const { code, of } = await examine({
      PORT: String(provider.port),
      DATABASE_URL: `file:${other.path}/x.db`,
    })
    other[Symbol.dispose]()
    expect(code).toBe(1)
    expect(of('port')).toMatchObject({
      state: 'bad',
      text: expect.stringContaining('another process does'),
      mend: 'end it, or set PORT to another one',
    })
    expect(of('database')).toMatchObject({ state: 'bad', mend: 'Check DATABASE_URL' })
  })

  test('a database that is there opens', async () => {
    const other = createFolder()
    const client = createClient({ url: `file:${other.path}/x.db` })
    await client.execute('create table things (name text)')
    client.close()
    const { of } = await examine({ PORT: String(freePort()), DATABASE_URL: `file:${other.path}/x.db` })
    other[Symbol.dispose]()
    expect(of('database')).toMatchObject({ state: 'ok', text: 'It opens', ms: expect.any(Number) })
  })

  test('who names a gateway means that one', async () => {
    const { code, out } = await examine({}, '--url', `http://127.0.0.1:${freePort()}`)
    expect(code).toBe(1)
    expect(JSON.parse(out)).toEqual({
      ok: false,
      findings: [
        { name: 'gateway', state: 'bad', text: expect.stringContaining('Cannot reach the gateway') },
      ],
    })
  })
})

describe('where a gateway runs', () => {
  let gateway: Running
  beforeAll(async () => {
    gateway = await spawnGateway({
      env: {
        VLLM_BASE_URL: at('/v1'),
        OPENAI_API_KEY: SECRET,
        OPENAI_BASE_URL: at('/refusing/v1'),
        VIRTUAL_MODELS: JSON.stringify([{ source: 'half', target_model: 'vllm/gone' }]),
      },
    })
  })
  afterAll(() => gateway.stop())

  test('it is asked for its database, its providers, its clock, and what needs attention', async () => {
    const { code, findings, of } = await examine({ MODELWAY_MASTER_KEY: KEY }, '--url', gateway.url)
    expect(code).toBe(1)
    expect(findings.map(({ name, state }) => `${name} ${state}`)).toEqual([
      'gateway ok',
      'clock ok',
      'database ok',
      'provider openai bad',
      'provider vllm ok',
      'lost:half bad',
    ])
    expect(of('provider openai')).toMatchObject({
      text: 'the provider refuses the key (status 401)',
      ms: expect.any(Number),
    })
    expect(of('lost:half')?.text).toBe('“half” leads to “vllm/gone”, which no provider lists.')
  })

  test('a reader is told what the gateway last saw of its providers', async () => {
    const made = await gateway.fetch('/admin/keys', {
      method: 'POST',
      headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'desk', operates: 'read', allowed_models: [] }),
    })
    const { key } = (await made.json()) as { key: string }
    const { of } = await examine({ MODELWAY_MASTER_KEY: key }, '--url', gateway.url)
    expect(of('provider vllm')).toMatchObject({
      state: 'ok',
      text: 'It lists 1 model, as the gateway last saw it',
    })
    expect(of('provider openai')).toMatchObject({
      state: 'bad',
      text: 'the provider refuses the key (status 401), as the gateway last saw it',
    })
  })

  test('for people it is a line each, what to do below it, and a sum', async () => {
    const folder = createFolder()
    const { out } = await runInTurn(['doctor', '--url', gateway.url], {
      cwd: folder.path,
      env: { MODELWAY_MASTER_KEY: KEY },
    })
    folder[Symbol.dispose]()
    expect(out).toMatch(/^ok {4}gateway: Version .* answers at http/)
    expect(out).toMatch(
      /BAD {3}provider openai: the provider refuses the key \(status 401\) \(\d+ ms\)\n {6}Check/,
    )
    expect(out).toEndWith('\n2 things are wrong\n')
  })

  test('a wrong master key is said as such', async () => {
    const { code, out } = await examine({ MODELWAY_MASTER_KEY: 'another-key' }, '--url', gateway.url)
    expect(code).toBe(1)
    expect(JSON.parse(out)).toMatchObject({
      ok: false,
      findings: [{ state: 'bad', text: expect.stringContaining('did not accept the master key') }],
    })
  })

  test('what a stranger says instead is one line, and moves no cursor', async () => {
    using stranger = Bun.serve({
      hostname: '127.0.0.1',
      port: 0,
      fetch: ({ url }) =>
        url.endsWith('/health')
          ? Response.json({ status: 'ok', version: '1' })
          : Response.json({ error: { message: 'No\u001b[2K\nNothing is wrong' } }, { status: 404 }),
    })
    using folder = createFolder()
    const { code, out } = await runInTurn(['doctor', '--url', stranger.url.origin], { cwd: folder.path })
    expect([code, out]).toEqual([1, 'BAD   gateway: No [2K Nothing is wrong\n\nOne thing is wrong\n'])
  })
})
