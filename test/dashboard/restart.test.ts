import { expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { KEY, spawnGateway } from '../process/spawn.ts'
import { cookieOf } from './kit.ts'

test('a session outlives a restart and a crash, and ends with the master key', async () => {
  const home = mkdtempSync(join(tmpdir(), 'modelway-restart-'))
  const start = (key = KEY) =>
    spawnGateway({ env: { DATABASE_URL: `file:${home}/kept.db`, MODELWAY_MASTER_KEY: key } })
  try {
    let gateway = await start()
    const signedIn = await gateway.fetch('/sign-in', {
      method: 'POST',
      body: new URLSearchParams({ key: KEY }),
      redirect: 'manual',
    })
    const cookie = cookieOf(signedIn)
    const statusOf = async () =>
      (await gateway.fetch('/dashboard/keys', { headers: { cookie }, redirect: 'manual' })).status
    expect(await statusOf()).toBe(200)
    gateway.signal('SIGTERM')
    await gateway.exited
    await gateway.stop()

    gateway = await start()
    expect(await statusOf()).toBe(200)
    await gateway.stop()

    gateway = await start()
    expect(await statusOf()).toBe(200)
    await gateway.stop()

    gateway = await start('another-master-key')
    expect(await statusOf()).toBe(303)
    await gateway.stop()
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}, 60_000)
