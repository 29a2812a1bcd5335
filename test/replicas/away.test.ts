import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Running } from '../process/spawn.ts'
import { chat, eventually, openGateway, recorded, say } from './kit.ts'
import { hasServer, type LibsqlServer, startLibsql } from './server.ts'

/** The server goes and comes while gateways work (D-06). Each of these takes a server and a gateway of its own. */

describe.skipIf(!hasServer)('while the libSQL server', () => {
  let servers: LibsqlServer[] = []
  let gateways: Running[] = []
  beforeAll(async () => {
    servers = await Promise.all([startLibsql(), startLibsql()])
    gateways = await Promise.all(servers.map(({ url }) => openGateway(url)))
  }, 30_000)
  afterAll(async () => {
    await Promise.all(gateways.map(gateway => gateway.stop()))
    await Promise.all(servers.map(server => server[Symbol.asyncDispose]()))
  })

  const put = (gateway: Running, source: string) =>
    say(gateway, 'PUT /admin/virtual-models', { source, target_model: 'demo/parrot' })

  /** Calls one after the other, for so long (milliseconds); what became of them, and how long the longest took. */
  async function callFor(gateway: Running, duration: number) {
    const statuses: number[] = []
    let longest = 0
    for (const end = performance.now() + duration; performance.now() < end; ) {
      const began = performance.now()
      statuses.push(await chat(gateway))
      longest = Math.max(longest, performance.now() - began)
      await Bun.sleep(20)
    }
    return { count: statuses.length, failed: statuses.filter(status => status !== 200), longest }
  }

  test.concurrent('is gone, calls go on, changes are refused, and every call is recorded afterwards', async () => {
    const [server, gateway] = [servers[0]!, gateways[0]!]
    await chat(gateway)
    await server.stop()
    const [calls, refused, read] = await Promise.all([
      callFor(gateway, 3000),
      put(gateway, 'late'),
      say(gateway, 'GET /admin/usage'),
    ])
    expect(calls.failed).toEqual([])
    for (const { status, body } of [refused, read]) {
      expect([status, body.error.code]).toEqual([503, 'database_unavailable'])
      expect(body.error.message).toBe('The database does not answer: try again in a moment')
    }
    await server.start()
    await eventually(async () => (await recorded(gateway)) === calls.count + 1, 'all records')
    expect((await put(gateway, 'late')).status).toBe(200)
    const told = gateway.logs().filter(({ level }) => level === 'error' || level === 'warning')
    expect(told.filter(({ message }) => String(message).includes('bug'))).toEqual([])
    // Once when it goes and once when it is back, however many plugins wait for it.
    expect(told.map(({ log, message }) => [log, message]).sort()).toEqual([
      ['gateway', expect.stringMatching(/^The database does not answer: calls of models go on/)],
      ['usage', 'Usage records cannot be written, they wait in the spool'],
    ])
    expect(gateway.logs().filter(({ message }) => message === 'The database is back')).toMatchObject([
      { level: 'info', ms: expect.any(Number) },
    ])
  })

  test.concurrent('is frozen, nobody waits for long, and what is asked for later does not wait at all', async () => {
    const [server, gateway] = [servers[1]!, gateways[1]!]
    await chat(gateway)
    server.freeze()
    const [calls, refused] = await Promise.all([callFor(gateway, 3000), put(gateway, 'frozen')])
    expect(calls.failed).toEqual([])
    expect(calls.longest).toBeLessThan(1000)
    expect(refused.status).toBe(503)
    const began = performance.now()
    expect((await put(gateway, 'frozen')).status).toBe(503)
    expect((await say(gateway, 'GET /admin/history')).status).toBe(503)
    expect(performance.now() - began).toBeLessThan(1000)
    server.thaw()
    let late = 0
    await eventually(async () => {
      const { status } = await put(gateway, 'thawed')
      if (status === 503) late += 1
      return status === 200
    }, 'a change')
    await eventually(async () => (await recorded(gateway)) === calls.count + 1, 'all records')
    const { data } = (await say(gateway, 'GET /admin/audit')).body
    const paths = data.filter(
      ({ method, status }: Record<string, unknown>) => method === 'PUT' && status === 503,
    )
    expect(paths.length).toBe(2 + late)
  })
})
