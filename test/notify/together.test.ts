import { expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@libsql/client'
import { bearer, KEY, type Running, spawnGateway } from '../process/spawn.ts'
import { eventually, SECRET, saidTo, startNotifying, startReceiver } from './kit.ts'

/** Gateways as processes of their own: on one database, killed, restarted, reloaded. */

/** Milliseconds: processes start, several at a time. */
const PATIENCE = 45_000

function openFolder() {
  const cwd = mkdtempSync(join(tmpdir(), 'modelway-notify-'))
  return { cwd, [Symbol.dispose]: () => rmSync(cwd, { recursive: true, force: true }) }
}

const start = (cwd: string, env: Record<string, string>) =>
  spawnGateway({
    cwd,
    env: {
      DATABASE_URL: `file:${join(cwd, 'shared.db')}`,
      MODELWAY_MASTER_KEY: KEY,
      NOTIFY_AFTER: '1s',
      NOTIFY_SECRET: SECRET,
      DEMO: 'true',
      ...env,
    },
  })

async function put(gateway: Running, source: string, target_model: string): Promise<void> {
  const { status } = await gateway.fetch('/admin/virtual-models', {
    method: 'PUT',
    headers: { ...bearer, 'content-type': 'application/json' },
    body: JSON.stringify({ source, target_model, force: true }),
  })
  expect(status).toBeLessThan(300)
}

test.concurrent(
  'two gateways on one database tell once, and neither a restart nor a reload tells again',
  async () => {
    using folder = openFolder()
    await using receiver = startReceiver()
    const env = { NOTIFY_URLS: receiver.url }
    await using one = await start(folder.cwd, env)
    {
      await using two = await start(folder.cwd, env)
      for (const name of ['a', 'b', 'c']) await put(one, name, 'demo/gone')
      await eventually(() => receiver.heard.length >= 3, 'the beginnings')
      await Bun.sleep(1500)
      expect(saidTo(receiver).toSorted()).toEqual(['a', 'b', 'c'].map(name => `concern.began lost:${name}`))
      // Killed: `stop` gives no time to tidy up.
      await two.stop()
    }
    await using again = await start(folder.cwd, env)
    one.signal('SIGHUP')
    await eventually(
      () => one.logs().some(({ message }) => message === 'Reloaded the configuration'),
      'the reload',
    )
    await Bun.sleep(2500)
    expect(receiver.heard.length).toBe(3)
    await put(again, 'a', 'demo/parrot')
    await eventually(() => receiver.heard.length >= 4, 'the end')
    await Bun.sleep(1500)
    expect(saidTo(receiver).slice(3)).toEqual(['concern.ended lost:a'])
  },
  PATIENCE,
)

test.concurrent(
  'a notice that a killed gateway had not brought is brought by the next one',
  async () => {
    using folder = openFolder()
    await using receiver = startReceiver()
    receiver.answer = () => new Response(null, { status: 503 })
    const env = { NOTIFY_URLS: receiver.url }
    {
      await using first = await start(folder.cwd, env)
      await put(first, 'half', 'demo/gone')
      await eventually(() => receiver.heard.length > 0, 'the first try')
      await first.stop()
    }
    receiver.answer = () => new Response(null, { status: 200 })
    // Half a minute later it is not the business of the first one any more.
    const database = `file:${join(folder.cwd, 'shared.db')}`
    await using next = await startNotifying({ ...env, DATABASE_URL: database })
    next.clock.ahead = 30_000
    await eventually(() => receiver.heard.length > 1, 'the second try')
    expect(new Set(receiver.heard.map(({ headers }) => headers.get('webhook-id'))).size).toBe(1)
  },
  PATIENCE,
)

test.concurrent(
  'hooks of the config file hear of what they want to hear, and of a reload that failed',
  async () => {
    using folder = openFolder()
    await using all = startReceiver('/all')
    await using strict = startReceiver('/strict')
    const config = (more = '') =>
      writeFileSync(
        join(folder.cwd, 'modelway.yaml'),
        `notify:\n  hooks:\n    - url: ${all.url}\n    - url: ${strict.url}\n      least: bad\n${more}`,
      )
    config()
    await using gateway = await start(folder.cwd, {})
    config('acess: {}\n')
    await eventually(() => all.heard.length > 0, 'the reload that failed')
    expect(all.heard[0]!.body).toMatchObject({
      tone: 'amber',
      key: 'configuration:reload',
      text: expect.stringContaining('“modelway check” names the mistakes'),
    })
    await put(gateway, 'half', 'demo/gone')
    await eventually(() => strict.heard.length > 0, 'what is bad')
    config('# well again\n')
    await eventually(() => all.heard.length > 2, 'the end of it')
    expect(saidTo(all)).toEqual([
      'concern.began configuration:reload',
      'concern.began lost:half',
      'concern.ended configuration:reload',
    ])
    expect(saidTo(strict)).toEqual(['concern.began lost:half'])
  },
  PATIENCE,
)

test.concurrent(
  'a database that is away is told without it, and so is its return',
  async () => {
    using folder = openFolder()
    await using receiver = startReceiver()
    await using gateway = await start(folder.cwd, { NOTIFY_URLS: receiver.url })
    await put(gateway, 'half', 'demo/gone')
    await eventually(() => receiver.heard.length > 0, 'something that stands')
    const other = createClient({ url: `file:${join(folder.cwd, 'shared.db')}` })
    const held = await other.transaction('write')
    await eventually(() => receiver.heard.length > 1, 'the outage', PATIENCE)
    await held.rollback()
    other.close()
    await eventually(() => receiver.heard.length > 2, 'its end')
    expect(saidTo(receiver).slice(1, 3)).toEqual([
      'concern.began database:away',
      'concern.ended database:away',
    ])
  },
  PATIENCE,
)
