import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Running } from '../process/spawn.ts'
import { chat, eventually, openGateway, recorded, say } from './kit.ts'
import { hasServer, type LibsqlServer, startLibsql } from './server.ts'

/** What is changed at one gateway must hold at the others within so long (milliseconds). */
const SOON = 5000

describe.skipIf(!hasServer)('three gateways that start at once on an empty libSQL server', () => {
  let server: LibsqlServer
  let gateways: Running[] = []
  beforeAll(async () => {
    server = await startLibsql()
    gateways = await Promise.all([1, 2, 3].map(() => openGateway(server.url)))
  }, 30_000)
  afterAll(async () => {
    await Promise.all(gateways.map(gateway => gateway.stop()))
    await server[Symbol.asyncDispose]()
  })

  /** Milliseconds until something holds at all of them. */
  const everywhere = (holds: (gateway: Running) => Promise<boolean>, what: string) =>
    eventually(async () => (await Promise.all(gateways.map(holds))).every(Boolean), what)

  const has = (path: string, name: string) => async (gateway: Running) =>
    JSON.stringify((await say(gateway, `GET ${path}`)).body).includes(`"${name}"`)

  test('keys that one of them makes work at all, and one that is revoked works nowhere', async () => {
    const { id, key } = (await say(gateways[0]!, 'POST /admin/keys', { name: 'One' })).body
    const isKnown = async (gateway: Running) =>
      (await say(gateway, 'GET /v1/models', undefined, key)).status === 200
    expect(await everywhere(isKnown, 'the key')).toBeLessThan(SOON)
    await say(gateways[1]!, `DELETE /admin/keys/${id}`)
    expect(await everywhere(async gateway => !(await isKnown(gateway)), 'its end')).toBeLessThan(SOON)
  })

  test('virtual models, limits and guardrails that one of them stores hold at all', async () => {
    const [one, two, three] = gateways as [Running, Running, Running]
    const rule = { find: { words: ['forbidden'] }, action: 'block' }
    const stored = await Promise.all([
      say(one, 'PUT /admin/virtual-models', { source: 'smart', target_model: 'demo/parrot' }),
      say(two, 'PUT /admin/limits/few', { user_path: '/few', per: 'day', requests: 100 }),
      say(three, 'PUT /admin/guardrails/none', rule),
    ])
    expect(stored.map(({ status }) => status)).toEqual([200, 200, 200])
    for (const [path, name] of [
      ['/admin/virtual-models', 'smart'],
      ['/admin/limits', 'few'],
      ['/admin/guardrails', 'none'],
    ] as const)
      expect(await everywhere(has(path, name), name)).toBeLessThan(SOON)
  })

  test('what they count is added up: a limit that they share ends at each of them', async () => {
    await say(gateways[0]!, 'PUT /admin/limits/nine', { user_path: '/nine', per: 'day', requests: 9 })
    await everywhere(has('/admin/limits', 'nine'), 'the limit')
    const call = (gateway: Running) => chat(gateway, { 'x-modelway-user-path': '/nine' })
    for (const gateway of gateways) for (let i = 0; i < 3; i++) expect(await call(gateway)).toBe(200)
    await everywhere(async gateway => (await call(gateway)) === 429, 'the end of the limit')
  })

  test('each of them tells what all have recorded, and what operators did anywhere', async () => {
    const before = await recorded(gateways[0]!)
    await Promise.all(gateways.flatMap(gateway => [1, 2, 3, 4].map(() => chat(gateway))))
    await everywhere(async gateway => (await recorded(gateway)) >= before + 12, 'twelve calls more')
    const { data } = (await say(gateways[2]!, 'GET /admin/audit')).body
    expect(data.map(({ path }: { path: string }) => path)).toContain('/admin/guardrails/none')
  })

  test('two that change the same in one moment do not overwrite each other', async () => {
    const put = (gateway: Running, words: string) =>
      say(gateway, 'PUT /admin/virtual-models', {
        source: 'race',
        target_model: 'demo/parrot',
        description: words,
      })
    const answers = await Promise.all(gateways.map((gateway, index) => put(gateway, `by ${index}`)))
    const statuses = answers.map(({ status }) => status).toSorted()
    expect(statuses[0]).toBe(200)
    expect(statuses.slice(1).every(status => status === 412)).toBe(true)
    const winner = answers.find(({ status }) => status === 200)!.body.description
    const descriptionAt = async (gateway: Running) =>
      (await say(gateway, 'GET /admin/virtual-models/race')).body.description
    await everywhere(async gateway => (await descriptionAt(gateway)) === winner, 'one description')
  })
})
