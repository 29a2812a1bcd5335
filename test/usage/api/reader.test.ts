import { expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createReader, type ReaderThread } from '../../../plugins/usage/report/reader.ts'
import { openDatabase } from '../../../src/database/open.ts'
import { Refusal } from '../../../src/errors.ts'
import { startGateway } from '../../kit.ts'

/** Usage is read beside the calls, not in their way. */

const migrations = new URL('../../../drizzle', import.meta.url).pathname

async function withFile(run: (url: string, db: Awaited<ReturnType<typeof openDatabase>>) => Promise<void>) {
  const folder = mkdtempSync(join(tmpdir(), 'modelway-reader-'))
  const url = `file:${join(folder, 'test.db')}`
  const opened = await openDatabase(url)
  await opened.migrate(migrations)
  await run(url, opened)
  opened.close()
  rmSync(folder, { recursive: true, force: true })
}

/** A thread that a test answers for. */
function createPuppets() {
  const threads: { heard: string[]; ended: boolean; answer(answer: unknown): void }[] = []
  const spawn = (): ReaderThread => {
    let hear: Parameters<ReaderThread['onMessage']>[0] = () => {}
    const puppet = {
      heard: [] as string[],
      ended: false,
      answer: (answer: unknown) => hear({ kind: 'answer', answer }),
    }
    threads.push(puppet)
    return {
      postMessage(message) {
        puppet.heard.push(message.kind)
        if (message.kind === 'close') hear({ kind: 'closed' })
      },
      onMessage(given) {
        hear = given
      },
      onEnd: () => {},
      terminate() {
        puppet.ended = true
      },
    }
  }
  return { threads, spawn }
}

test('who waits too long is sent away; the thread is left to end what it began, and goes on', () =>
  withFile(async (url, { db }) => {
    const { threads, spawn } = createPuppets()
    const reader = createReader({ db, dbAddress: { url }, prices: () => undefined, spawn, deadline: 30 })
    const slow = reader.ask('call', 'slow').catch(error => error)
    const queued = reader.ask('call', 'queued').catch(error => error)
    expect(await slow).toBeInstanceOf(Refusal)
    expect(await slow).toMatchObject({ code: 'invalid_request', param: 'from' })
    expect(await queued).toMatchObject({ code: 'rate_limit_exceeded', retryAfter: 5 })
    expect(threads.map(({ ended }) => ended)).toEqual([false])
    threads[0]!.answer(['too late for anybody'])
    const next = reader.ask('call', 'next')
    threads[0]!.answer([])
    expect(await next).toEqual([])
    await reader.close()
    expect(threads.map(({ ended }) => ended)).toEqual([true])
  }))

test('a thread in the middle of a statement is never ended', () =>
  withFile(async (url, { db }) => {
    const { threads, spawn } = createPuppets()
    const reader = createReader({ db, dbAddress: { url }, prices: () => undefined, spawn })
    const asked = reader.ask('call', 'slow').catch(error => error)
    await reader.close()
    expect(await asked).toMatchObject({ code: 'shutting_down' })
    expect(threads.map(({ ended, heard }) => [ended, heard.at(-1)])).toEqual([[false, 'ask']])
  }))

test('one question at a time, in their order; too many are refused', () =>
  withFile(async (url, { db }) => {
    const { threads, spawn } = createPuppets()
    const reader = createReader({ db, dbAddress: { url }, prices: () => undefined, spawn })
    const asked = Array.from({ length: 65 }, (_, i) => reader.ask('call', String(i)))
    expect(threads[0]!.heard).toEqual(['open', 'ask'])
    expect(() => reader.ask('call', 'one more')).toThrow('is busy')
    for (let i = 0; i < 65; i++) threads[0]!.answer([i])
    expect((await Promise.all(asked)).flat() as unknown).toEqual(Array.from({ length: 65 }, (_, i) => i))
    await reader.close()
    expect(() => reader.ask('call', 'after the end')).toThrow('stops')
  }))

test('the reader cannot write, and outlives a question that fails', () =>
  withFile(async (url, opened) => {
    const reader = createReader({ db: opened.db, dbAddress: { url }, prices: () => undefined })
    expect(await reader.ask('call', 'x')).toEqual([])
    await opened.db.run('drop table usage_records')
    expect(await reader.ask('call', 'x').catch(error => String(error))).toContain('no such table')
    expect(await reader.ask('usage', QUESTION)).toMatchObject({ source: 'rollups', series: undefined })
    await reader.close()
  }))

const QUESTION = {
  period: { from: 0, to: 60_000 },
  groupings: [],
  filters: {},
  top: { by: 'calls', most: 1 },
  latency: false,
} as const

test('a database in memory is read as well', async () => {
  const gateway = await startGateway({ env: { DATABASE_URL: ':memory:' } })
  await gateway.chat({ model: 'demo/parrot', messages: [] })
  for (let i = 0; i < 100; i++) {
    const { status, body } = await gateway.admin('GET', '/admin/usage?group_by=model')
    expect(status).toBe(200)
    if (body.total.calls === 1) break
    await Bun.sleep(20)
  }
  expect((await gateway.admin('GET', '/admin/usage')).body.total.calls).toBe(1)
  await gateway.close()
})
