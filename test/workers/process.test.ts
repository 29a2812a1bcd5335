import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { STOPPING } from '../../src/process/ending.ts'
import { whyNotListen } from '../../src/process/listen.ts'
import { createMockProvider } from '../mock/provider.ts'
import { launchGateway, spawnGateway } from '../process/spawn.ts'
import { childrenOf, startWorkers, until, WORKERS, type Workers } from './kit.ts'

/** WORKERS=3: how these processes begin, change and end. */

const mock = createMockProvider({ models: ['one'] })
const cwd = mkdtempSync(join(tmpdir(), 'modelway-workers-config-'))
const file = join(cwd, 'modelway.yaml')
afterAll(() => {
  mock.stop()
  rmSync(cwd, { recursive: true, force: true })
})

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** How a start ends that must not succeed. */
async function endOf(
  env: Record<string, string>,
  args: readonly string[] = [],
): Promise<[code: number, stderr: string, stdout: string]> {
  await using spawned = launchGateway({ env: { WORKERS: '3', ...env }, args })
  return [await spawned.exited, spawned.stderr(), spawned.stdout()]
}

describe('a start that fails ends with the code and the one line of a single gateway:', () => {
  test.concurrent('a mistake in the configuration', async () => {
    expect(await endOf({ RETRIES: 'many' })).toEqual([
      3,
      'modelway: Cannot use RETRIES="many": expected a whole number\n',
      '',
    ])
  }, 60_000)

  test.concurrent('what only the gateway itself can find out', async () => {
    const [code, stderr, stdout] = await endOf({ HOST: '0.0.0.0', MODELWAY_MASTER_KEY: '' })
    // It was looked for, and made, before.
    expect([code, stdout.split('\n').filter(line => !line.includes('"A new database is made"'))]).toEqual([
      3,
      [''],
    ])
    expect(stderr).toMatch(/^modelway: Set MODELWAY_MASTER_KEY .*\n$/)
  }, 60_000)

  test.concurrent('a database that belongs to one process', async () => {
    expect(await endOf({ DATABASE_URL: ':memory:' })).toEqual([
      3,
      'modelway: Several workers cannot share a database in memory: set DATABASE_URL to a file, or WORKERS=1\n',
      '',
    ])
  }, 60_000)

  test.concurrent('a number that is none', async () => {
    const [code, stderr] = await endOf({ WORKERS: 'all' })
    expect([code, stderr]).toEqual([
      3,
      'modelway: Cannot use WORKERS="all": expected a whole number from 1 to 256, or auto\n',
    ])
  }, 60_000)
})

describe('several workers', () => {
  let gateway: Workers
  beforeAll(async () => {
    writeFileSync(file, 'virtual_models: [{ source: first, target_model: openai/one }]\n')
    gateway = await startWorkers(mock, { cwd })
  }, 60_000)
  afterAll(() => gateway[Symbol.asyncDispose]())

  test('keep their port from others, who would share it', async () => {
    const [code, stderr] = await endOf({ PORT: String(gateway.port) })
    expect([code, stderr]).toEqual([
      3,
      `modelway: Cannot listen on 127.0.0.1:${gateway.port}: another process does: end it, or set PORT to another one\n`,
    ])
  }, 60_000)

  test('no setting stands on the command line of a worker', async () => {
    const { stdout } = Bun.spawnSync(['ps', '-ww', '-o', 'args=', '--ppid', String(gateway.pid)])
    const lines = stdout.toString().trim().split('\n').sort()
    expect(lines).toHaveLength(WORKERS)
    for (const line of lines) expect(line).toMatch(/--tsconfig-override=\S+ \S+\/src\/main\.ts worker [123]$/)
  }, 60_000)

  test('while the supervisor stands still, calls and changes go on', async () => {
    process.kill(gateway.pid, 'SIGSTOP')
    try {
      const put = { source: 'meanwhile', target_model: 'openai/one' }
      expect((await gateway.admin('PUT', '/admin/virtual-models', put)).status).toBe(200)
      expect((await gateway.chat()).status).toBe(200)
      // What only all of them know cannot be told.
      const figures = await gateway.ask('/metrics')
      expect([figures.status, await figures.json()]).toMatchObject([
        503,
        { error: { code: 'shutting_down' } },
      ])
    } finally {
      process.kill(gateway.pid, 'SIGCONT')
    }
    await until(async () => (await gateway.ask('/metrics')).status === 200, 'the figures')
  }, 60_000)

  test('a saved file and SIGHUP are read by every worker, and what comes of it is said once', async () => {
    const said = () => gateway.logs().filter(({ message }) => /reload/i.test(String(message)))
    const served = async (model: string) =>
      new Set(
        await Promise.all(Array.from({ length: 20 }, async () => (await gateway.chat({ model })).status)),
      )
    expect(await served('first')).toEqual(new Set([200]))

    writeFileSync(file, 'virtual_models: [{ source: second, target_model: openai/one }]\n')
    await until(() => said().length > 0, 'a reload')
    expect([await served('first'), await served('second')]).toEqual([new Set([404]), new Set([200])])

    writeFileSync(file, 'virtual_models: [{ source: third }]\nfoo: 1\n')
    await until(() => said().length > 1, 'a mistake')
    expect(await served('second')).toEqual(new Set([200]))

    writeFileSync(file, 'virtual_models: [{ source: fourth, target_model: openai/one }]\n')
    gateway.signal('SIGHUP')
    await until(() => said().some(({ why }) => why === 'SIGHUP'), 'the signal')
    await until(async () => (await gateway.chat({ model: 'fourth' })).status === 200, 'the fourth name')
    const lines = said().map(({ message, why, worker }) => [message, why, worker])
    expect(lines.slice(0, 2)).toEqual([
      ['Reloaded the configuration', 'modelway.yaml changed', undefined],
      ['Cannot reload the configuration, the one before stays in use', 'modelway.yaml changed', undefined],
    ])
    expect(lines.filter(([, why]) => why === 'SIGHUP')).toHaveLength(1)
  }, 60_000)

  test('one that cannot begin any more is tried again, later and later, while the others serve', async () => {
    writeFileSync(file, 'foo: 1\n')
    process.kill(gateway.pidOf(3)!, 'SIGKILL')
    const ends = () => gateway.logs().filter(({ message }) => String(message).startsWith('A worker ended'))
    await until(() => ends().length === 3, 'two tries')
    expect(ends()).toMatchObject([
      { worker: 3, signal: 'SIGKILL', pause: 250 },
      { worker: 3, code: 3, pause: 500 },
      { worker: 3, code: 3, pause: 1000 },
    ])
    // Why, for whoever reads the log: standard error has no format.
    expect(gateway.logs().filter(({ message }) => message === 'The worker cannot begin')).toMatchObject(
      Array(2).fill({ level: 'error', worker: 3, why: expect.stringContaining('"foo"') }),
    )
    expect(gateway.stderr()).toBe('')
    const statuses = await Promise.all(Array.from({ length: 10 }, async () => (await gateway.chat()).status))
    expect(new Set(statuses)).toEqual(new Set([200]))
    writeFileSync(file, '')
    await until(() => gateway.saidBy('The worker serves').has(3), 'the worker')
  }, 60_000)

  test('without a supervisor they finish what runs, and end; who starts the gateway again need not wait for it', async () => {
    const stream = gateway
      .chat({ stream: true, mock_plan: { tokens: 80, gapMs: 100 } })
      .then(answer => answer.text())
    await until(() => mock.ledger.active() > 0, 'a stream')
    const pids = [...childrenOf(gateway.pid).values()]
    process.kill(gateway.pid, 'SIGKILL')
    await until(
      async () => (await whyNotListen('127.0.0.1', gateway.port)) === undefined,
      'the port to be free',
      2000,
    )
    const old = gateway
    gateway = await startWorkers(mock, { env: { PORT: String(old.port) } })
    expect(mock.ledger.active()).toBe(1)
    expect((await gateway.chat()).status).toBe(200)
    expect(await stream).toEndWith('data: [DONE]\n\n')
    await until(() => !pids.some(isAlive), 'the end of all')
    await old[Symbol.asyncDispose]()
  }, 60_000)

  test('a second signal ends all of them at once', async () => {
    const asked = gateway.chat({ mock_plan: { hang: true } }).catch(() => 'broken')
    await until(() => mock.ledger.active() > 0, 'a call')
    const pids = [...childrenOf(gateway.pid).values()]
    expect(pids).toHaveLength(WORKERS)
    gateway.signal('SIGTERM')
    await until(() => gateway.logs().some(({ message }) => message === STOPPING), 'the first signal')
    // One right behind it would be its echo.
    await Bun.sleep(300)
    gateway.signal('SIGTERM')
    expect(await gateway.exited).toBe(1)
    expect(await asked).toBe('broken')
    await until(() => !pids.some(isAlive), 'the end of all')
  }, 60_000)
})

test('one that is watched for changes of its files stays alone', async () => {
  const flags = ['--watch', '--no-clear-screen']
  await using gateway = await spawnGateway({ flags, env: { WORKERS: '3' } })
  const listening = gateway.logs().find(({ message }) => message === 'Listening')
  expect([listening?.workers, childrenOf(gateway.pid).size]).toEqual([undefined, 0])
}, 60_000)
