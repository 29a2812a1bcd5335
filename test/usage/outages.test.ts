import { expect, test } from 'bun:test'
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SPANS } from '../../plugins/usage/model.ts'
import { createThreads } from '../../plugins/usage/writer/threads.ts'
import { until } from '../kit.ts'
import { totalsOf } from './book.ts'
import { type Desk, eventOf, openDesk } from './desk.ts'
import { lockFile } from './lock.ts'

/** Everything that is settled gets into the database once: whatever happens to database, disk and worker (D-*, R7). */

function add(desk: Desk, from: number, to: number): void {
  for (let n = from; n < to; n++) desk.recorder.add(eventOf(n))
}

/** All of so many calls are there, once, and the roll-ups of every span say the same as the records. */
async function expectAll(desk: Desk, count: number): Promise<void> {
  expect(await desk.recorder.flush(15_000)).toBe(true)
  const rows = await desk.rows()
  expect(new Set(rows.map(({ id }) => id)).size).toBe(count)
  expect(rows.length).toBe(count)
  const rollups = await desk.rollups()
  for (const span of Object.values(SPANS)) {
    const sums = rollups.filter(rollup => rollup.span === span)
    expect(sums.reduce((sum, { calls }) => sum + calls, 0)).toBe(count)
    expect(totalsOf(sums)).toEqual(totalsOf(rows))
  }
  expect(desk.recorder.stats()).toMatchObject({ waiting: 0, spooled: 0, lost: 0, trouble: null })
}

test('a locked database (D-03): recording goes on without a pause, and nothing is lost or doubled', async () => {
  await using desk = await openDesk()
  add(desk, 0, 10)
  await desk.recorder.flush()
  await using lock = await lockFile(desk.file)
  let longest = 0
  let last = performance.now()
  const beat = setInterval(() => {
    longest = Math.max(longest, performance.now() - last - 10)
    last = performance.now()
  }, 10)
  for (let n = 10; n < 2000; n += 10) {
    add(desk, n, n + 10)
    await Bun.sleep(10)
  }
  clearInterval(beat)
  expect((await desk.rows()).length).toBe(10)
  expect(desk.recorder.stats().spooled).toBeGreaterThan(0)
  // A lock that was waited for on this thread would have stopped it for seconds.
  expect(longest).toBeLessThan(500)
  await lock.release()
  await expectAll(desk, 2000)
}, 60_000)

test('a database that takes nothing, and takes again: said once each, replayed without loss', async () => {
  await using desk = await openDesk()
  await desk.run('ALTER TABLE usage_rollups RENAME TO gone')
  add(desk, 0, 3000)
  await until(() => desk.recorder.stats().trouble !== null, 'the trouble')
  expect((await desk.rows()).length).toBe(0)
  await Bun.sleep(600)
  await desk.run('ALTER TABLE gone RENAME TO usage_rollups')
  await expectAll(desk, 3000)
  expect(desk.complaints).toEqual([
    'Usage records cannot be written, they wait in the spool',
    '+ Usage records are written again',
  ])
}, 60_000)

test('a worker that dies, again and again: another takes over what it had, and what it never got', async () => {
  await using desk = await openDesk()
  for (let round = 0; round < 4; round++) {
    const { written } = desk.recorder.stats()
    add(desk, round * 1000, round * 1000 + 500)
    // A thread that is ended while it loads native code may take the process with it: a fault of the runtime.
    await until(() => desk.recorder.stats().written > written, 'the worker to be at work')
    add(desk, round * 1000 + 500, (round + 1) * 1000)
    await Bun.sleep(20 * round)
    desk.crash()
    await until(() => desk.threads() === round + 2, 'the next worker')
  }
  await expectAll(desk, 4000)
}, 60_000)

test('a worker that never took anything: all is sent again to the next', async () => {
  await using desk = await openDesk({ deaf: 2 })
  add(desk, 0, 300)
  await until(() => desk.threads() === 3, 'the third worker')
  await expectAll(desk, 300)
}, 60_000)

test('a gateway that ends while the database is away leaves its spool to the next', async () => {
  await using first = await openDesk()
  await first.run('ALTER TABLE usage_records RENAME TO gone')
  add(first, 0, 500)
  await first.recorder.close(300)
  expect(readdirSync(first.spool).length).toBe(1)
  await first.run('ALTER TABLE gone RENAME TO usage_records')
  // As if by another process: the pid in the name is that of nobody.
  const [name] = readdirSync(first.spool)
  const left = name!.replace(/^\d+/, '999999999')
  copyFileSync(join(first.spool, name!), join(first.spool, left))
  rmSync(join(first.spool, name!))
  await using next = await openDesk({ folder: first.folder })
  next.recorder.start()
  await until(async () => (await next.rows()).length === 500, 'the records to be written')
  await expectAll(next, 500)
  expect(readdirSync(first.spool)).toEqual([])
}, 60_000)

test('D-07: the same spool twice counts once', async () => {
  await using first = await openDesk()
  await first.run('ALTER TABLE usage_records RENAME TO gone')
  add(first, 0, 500)
  await first.recorder.close(300)
  await first.run('ALTER TABLE gone RENAME TO usage_records')
  const name = readdirSync(first.spool)[0]!
  for (const pid of ['999999997', '999999998', '999999999'])
    copyFileSync(join(first.spool, name), join(first.spool, name.replace(/^\d+/, pid)))
  for (let i = 0; i < 2; i++) {
    await using next = await openDesk({ folder: first.folder })
    next.recorder.start()
    await until(async () => (await next.rows()).length === 500, 'the records to be written')
    add(next, 0, 100)
    await expectAll(next, 500)
  }
}, 60_000)

test('a spool that has reached its bound: told loudly, kept in memory, written all the same', async () => {
  await using desk = await openDesk({ limit: 20_000 })
  await desk.run('ALTER TABLE usage_records RENAME TO gone')
  add(desk, 0, 2000)
  await until(() => desk.complaints.some(text => text.includes('takes nothing')), 'the complaint')
  await desk.run('ALTER TABLE gone RENAME TO usage_records')
  await expectAll(desk, 2000)
}, 60_000)

/** A file system of its own that is soon full. Only root may make one. */
function mountSmall(): (Disposable & { readonly folder: string }) | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'modelway-full-'))
  const { success } = Bun.spawnSync(['mount', '-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', folder])
  const remove = () => rmSync(folder, { recursive: true, force: true })
  if (!success) return void remove()
  return {
    folder,
    [Symbol.dispose]() {
      Bun.spawnSync(['umount', '--lazy', folder])
      remove()
    },
  }
}

const canMount = (() => {
  using small = mountSmall()
  return small !== undefined
})()

// Only root may mount a file system, and not in every container.
test.skipIf(!canMount)(
  'a disk that is full, for database and spool (D-01): told, kept in memory, written when there is room',
  async () => {
    using small = mountSmall()!
    await using desk = await openDesk({ folder: small.folder })
    add(desk, 0, 100)
    await desk.recorder.flush()
    const ballast = join(small.folder, 'ballast')
    const { exitCode } = Bun.spawnSync(['dd', 'if=/dev/zero', `of=${ballast}`, 'bs=4k', 'count=4096'])
    expect(exitCode).not.toBe(0)
    for (let n = 100; n < 2000; n += 100) {
      add(desk, n, n + 100)
      await Bun.sleep(20)
    }
    await until(() => desk.recorder.stats().trouble !== null, 'the trouble')
    expect((await desk.rows()).length).toBeLessThan(2000)
    expect(desk.complaints).toContain('Usage records cannot be written, they wait in the spool')
    rmSync(ballast)
    await expectAll(desk, 2000)
  },
  60_000,
)

test('a folder that cannot be used as spool: told loudly, written all the same', async () => {
  await using desk = await openDesk()
  mkdirSync(desk.folder, { recursive: true })
  writeFileSync(desk.spool, 'a file stands in the way')
  add(desk, 0, 300)
  await expectAll(desk, 300)
  expect(desk.complaints[0]).toMatch(/^Cannot use ".*" as usage spool/)
}, 60_000)

for (const isShared of [true, false])
  test(`two gateways of one process with ${isShared ? 'one worker' : 'two workers'}: all is written, once`, async () => {
    const threads = createThreads()
    await using one = await openDesk({ threads })
    await using other = await openDesk({ folder: one.folder, ...(isShared && { threads }) })
    for (let n = 0; n < 2000; n++) (n % 2 === 0 ? one : other).recorder.add(eventOf(n))
    await other.recorder.flush(15_000)
    await expectAll(one, 2000)
    // The end of one is not the end of the other.
    await other.recorder.close()
    add(one, 2000, 2500)
    await expectAll(one, 2500)
  })
