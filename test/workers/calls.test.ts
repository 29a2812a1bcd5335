import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { readUntilBroken } from '../mock/client.ts'
import { createMockProvider } from '../mock/provider.ts'
import { startWorkers, until, WORKERS, type Workers } from './kit.ts'

/** WORKERS=3: what calls and those who watch them see of it. */

const mock = createMockProvider({ models: ['one'], tokens: 3 })
afterAll(mock.stop)

const ids = (gateway: Workers) =>
  gateway.rows<{ id: string }>('select id from usage_records where part = 0').map(({ id }) => id)

describe('several workers', () => {
  let gateway: Workers
  beforeAll(async () => {
    gateway = await startWorkers(mock)
  }, 60_000)
  afterAll(() => gateway[Symbol.asyncDispose]())

  test('are greeted once, and each call is served by one of them and recorded once', async () => {
    const answers = await Promise.all(Array.from({ length: 200 }, () => gateway.chat()))
    const sent = answers.map(answer => answer.headers.get('x-request-id')!)
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    await until(() => ids(gateway).length >= 200, 'all records')
    expect(ids(gateway).sort()).toEqual(sent.sort())
    expect(gateway.saidBy('Request')).toEqual(new Set([1, 2, 3]))
    expect(gateway.logs().filter(({ message }) => message === 'Listening')).toMatchObject([
      { workers: WORKERS },
    ])
    expect(gateway.stderr()).toBe('')
  }, 60_000)

  test('are one at /metrics, whichever of them is asked', async () => {
    await until(async () => (await figure(gateway, 'modelway_usage_written_total')) === 200, 'all records')
    for (let i = 0; i < 10; i++) {
      expect(await figure(gateway, 'modelway_requests_total')).toBe(200)
      expect(await figure(gateway, 'modelway_info')).toBe(1)
      expect(await figure(gateway, 'modelway_request_duration_seconds_count')).toBe(200)
    }
    const text = await (await gateway.ask('/metrics')).text()
    expect(text.match(/^# TYPE modelway_requests_total/gm)).toHaveLength(1)
    expect(await figure(gateway, 'process_start_time_seconds')).toBeCloseTo(Date.now() / 1000, -2)
  }, 60_000)

  test('know at once what an operator has changed at one of them', async () => {
    const name = (i: number) => `name-${i}`
    for (let i = 0; i < 10; i++) {
      const put = { source: name(i), target_model: 'openai/one' }
      expect((await gateway.admin('PUT', '/admin/virtual-models', put)).status).toBe(200)
      const seen = await Promise.all(Array.from({ length: 12 }, () => gateway.chat({ model: name(i) })))
      expect(seen.map(({ status }) => status)).toEqual(Array(12).fill(200))
    }
    const gone = await gateway.admin('DELETE', '/admin/virtual-models', { source: name(0) })
    expect(gone.status).toBe(204)
    const late = await Promise.all(Array.from({ length: 12 }, () => gateway.chat({ model: name(0) })))
    expect(late.map(({ status }) => status)).toEqual(Array(12).fill(404))
  }, 60_000)

  test('may be written to at the same time', async () => {
    const began = performance.now()
    const puts = Array.from({ length: 30 }, (_, i) =>
      gateway.admin('PUT', '/admin/virtual-models', { source: `at-once-${i}`, target_model: 'openai/one' }),
    )
    const statuses = (await Promise.all(puts)).map(({ status }) => status)
    expect(statuses).toEqual(Array(30).fill(200))
    // None of them waited for one that waited for it.
    expect(performance.now() - began).toBeLessThan(5000)
  }, 60_000)

  test('what one that is killed had counted stays at /metrics', async () => {
    const before = await figure(gateway, 'modelway_requests_total')
    await Promise.all(Array.from({ length: 60 }, () => gateway.chat()))
    expect(await figure(gateway, 'modelway_requests_total')).toBe(before + 60)
    process.kill(gateway.pidOf(1)!, 'SIGKILL')
    const seen: number[] = []
    await until(async () => {
      seen.push(await figure(gateway, 'modelway_requests_total').catch(() => before + 60))
      return gateway.logs().some(({ message }) => message === 'The worker serves')
    }, 'another worker')
    await Promise.all(Array.from({ length: 30 }, () => gateway.chat()))
    seen.push(await figure(gateway, 'modelway_requests_total'))
    expect([new Set(seen.slice(0, -1)), seen.at(-1)]).toEqual([new Set([before + 60]), before + 90])
  }, 60_000)

  test('one that is killed takes its own calls with it and no others, and all that ended is recorded', async () => {
    const finished: string[] = []
    let failed = 0
    let isOver = false
    async function load() {
      while (!isOver) {
        try {
          const answer = await gateway.chat({ mock_plan: { delayMs: 30 } })
          await answer.text()
          finished.push(answer.headers.get('x-request-id')!)
        } catch {
          failed++
        }
      }
    }
    const clients = Array.from({ length: 12 }, load)
    await until(() => finished.length > 50, 'calls')
    // What ended before is on disk.
    const safe = [...finished]
    await Bun.sleep(300)
    const victim = gateway.pidOf(2)!
    process.kill(victim, 'SIGKILL')
    await until(() => gateway.saidBy('The worker serves').has(2), 'another worker')
    const after = finished.length
    await until(() => finished.length > after + 50, 'further calls')
    isOver = true
    await Promise.all(clients)

    expect(gateway.pidOf(2)).not.toBe(victim)
    // Each may meet the dead one a second time, on another connection that it has kept.
    expect(failed).toBeLessThanOrEqual(24)
    // The first one was killed by the test before.
    expect(gateway.logs().filter(({ level }) => level === 'error')).toMatchObject(
      [1, 2].map(worker => ({
        message: 'A worker ended: another one takes its place',
        worker,
        signal: 'SIGKILL',
      })),
    )
    await until(() => safe.every(id => ids(gateway).includes(id)), 'records of the worker that died')
    expect(new Set(ids(gateway)).size).toBe(ids(gateway).length)
  }, 60_000)

  test('SIGTERM lets running answers of all of them finish, and ends with 0', async () => {
    const stream = { stream: true, mock_plan: { tokens: 20, gapMs: 50 } }
    const sent: (string | null)[] = []
    const streams = Array.from({ length: 8 }, async () => {
      const answer = await gateway.chat(stream)
      sent.push(answer.headers.get('x-request-id'))
      return readUntilBroken(answer)
    })
    await until(() => mock.ledger.active() === 8, 'streams')
    gateway.signal('SIGTERM')
    for (const { text, error } of await Promise.all(streams)) {
      expect(error).toBeUndefined()
      expect(text).toEndWith('data: [DONE]\n\n')
    }
    expect(await gateway.exited).toBe(0)
    expect(gateway.logs().filter(({ message }) => String(message).startsWith('Stopping'))).toHaveLength(1)
    expect(sent).toHaveLength(8)
    expect(ids(gateway)).toEqual(expect.arrayContaining(sent))
  }, 60_000)
})

describe('several workers that store answers', () => {
  let gateway: Workers
  beforeAll(async () => {
    gateway = await startWorkers(mock, { env: { CACHE_MODELS: 'openai/one' } })
  }, 60_000)
  afterAll(() => gateway[Symbol.asyncDispose]())

  test('one that is away and has told nothing before is left out of what is added up', async () => {
    process.kill(gateway.pidOf(2)!, 'SIGKILL')
    const isBack = () => gateway.saidBy('The worker serves').has(2)
    const statuses: number[] = []
    await until(async () => {
      for (const path of ['/admin/cache', '/metrics'])
        statuses.push(
          await gateway.ask(path).then(
            ({ status }) => status,
            () => 0,
          ),
        )
      return isBack()
    }, 'another worker')
    // A connection may have been given to the one that died.
    expect(statuses.filter(status => status !== 200 && status !== 0)).toEqual([])
    expect(statuses.filter(status => status === 200).length).toBeGreaterThan(2)
  }, 60_000)

  test('stored answers are thrown away in all of them', async () => {
    const called = async () => (await gateway.chat()).headers.get('x-modelway-cache')
    // Each worker has its own.
    await until(async () => {
      await Promise.all(Array.from({ length: 12 }, called))
      return (
        ((await (await gateway.admin('GET', '/admin/cache')).json()) as { entries: number }).entries === 3
      )
    }, 'an answer in each cache')
    expect(await (await gateway.admin('DELETE', '/admin/cache')).json()).toEqual({ removed: 3 })
    expect(await (await gateway.admin('GET', '/admin/cache')).json()).toMatchObject({
      entries: 0,
      size: 3 * 64 * 1024 * 1024,
    })
  }, 60_000)
})

/** A metric, all its lines added up. */
async function figure(gateway: Workers, name: string): Promise<number> {
  const text = await (await gateway.ask('/metrics')).text()
  const lines = [...text.matchAll(/^(\w+)(?:\{.*\})? (\S+)$/gm)].filter(line => line[1] === name)
  return lines.reduce((sum, line) => sum + Number(line[2]), 0)
}
