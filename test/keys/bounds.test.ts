import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { startGateway, until } from '../kit.ts'
import { type Key, openTeam, type Team } from './team.ts'

/** What a made key may do is at every call at most what its maker may. */

const HOUR = 3_600_000
let clock = Date.now()
let team: Team
beforeAll(async () => {
  team = await openTeam({ now: () => clock })
  for (const row of [
    { source: 'demo/storyteller', user_paths: ['/team/alpha/web', '/team/beta'] },
    { source: 'web-only', target_model: 'demo/parrot', user_paths: ['/team/alpha/web'] },
    {
      source: 'mixed',
      targets: [{ model: 'demo/parrot' }, { model: 'demo/storyteller', user_paths: ['/team/alpha/web'] }],
    },
  ])
    expect((await team.admin('PUT', '/admin/virtual-models', row)).status).toBe(200)
})
afterAll(() => team?.[Symbol.asyncDispose]())

const WEB = { user_path: '/team/alpha/web' }
const models = async (by: Key): Promise<readonly string[]> =>
  (await team.ask(by, 'GET', '/v1/models')).body.data.map(({ id }: Key) => id)

/** Says a key anew, as it was made, with changes. */
const change = (lead: Key, said: object) =>
  team.admin('PUT', `/admin/keys/${lead.id}`, {
    ...{ name: 'Lead', user_path: '/team/alpha', makes_keys: true },
    ...said,
  })

describe('models', () => {
  test('that its maker may not call any more are closed to it from the next call on, and open again', async () => {
    const lead = await team.lead({ allowed_models: ['demo/'] })
    const [made, named] = [
      await team.makeBy(lead),
      await team.makeBy(lead, { allowed_models: ['demo/', 'demo/parrot'] }),
    ]
    const calls = () => Promise.all([made, named].map(key => team.call(key)))
    expect(await calls()).toEqual([200, 200])
    expect(await models(made)).toContain('demo/parrot')
    await change(lead, { allowed_models: ['other/'] })
    expect(await calls()).toEqual([403, 403])
    expect(await models(made)).toEqual([])
    await change(lead, {})
    expect(await calls()).toEqual([200, 200])
    expect(await models(made)).toContain('demo/parrot')
  })

  test('are those that both may call, whatever an operator has said of the made one', async () => {
    const lead = await team.lead({ user_path: '/team/beta', allowed_models: ['demo/parrot'] })
    const made = await team.makeBy(lead)
    const said = { name: 'Made', user_path: '/team/beta', allowed_models: ['/'] }
    expect((await team.admin('PUT', `/admin/keys/${made.id}`, said)).status).toBe(200)
    expect([await team.call(made), await team.call(made, 'demo/storyteller')]).toEqual([200, 403])
  })

  test('stay within what a revoked maker could call', async () => {
    const lead = await team.lead({ user_path: '/team/beta', allowed_models: ['demo/parrot'] })
    const made = await team.makeBy(lead)
    await team.admin('DELETE', `/admin/keys/${lead.id}`)
    expect([await team.call(made), await team.call(made, 'demo/storyteller')]).toEqual([200, 403])
    expect(await models(made)).toEqual(expect.not.arrayContaining(['demo/storyteller']))
  })
})

describe('a key for a path below', () => {
  test('opens no model that is open to that path, and closed to its maker', async () => {
    const lead = await team.lead()
    const made = await team.makeBy(lead, WEB)
    const byOperator = await team.make({ name: 'Web', ...WEB })
    expect(await team.call(byOperator, 'demo/storyteller')).toBe(200)
    expect([await team.call(lead, 'demo/storyteller'), await team.call(made, 'demo/storyteller')]).toEqual([
      403, 403,
    ])
    expect(await models(made)).toEqual(await models(lead))
  })

  test('finds no redirect, and no target, that is there for that path only', async () => {
    const made = await team.makeBy(await team.lead(), WEB)
    expect([await team.call(made, 'web-only'), await team.call(made, 'mixed')]).toEqual([404, 200])
    const { body } = await team.admin('POST', '/admin/explain', { model: 'mixed', key_id: made.id })
    expect(body.targets.map(({ model }: Key) => model)).toEqual(['parrot'])
  })

  test('opens them where its maker may itself name that path', async () => {
    const lead = await team.lead({ sub_paths: true })
    const made = await team.makeBy(lead, WEB)
    expect(await team.call(lead, 'demo/storyteller', '/team/alpha/web')).toBe(200)
    expect([await team.call(made, 'demo/storyteller'), await team.call(made, 'web-only')]).toEqual([200, 200])
  })

  test('opens no more where its maker is bound to another path later', async () => {
    const lead = await team.lead({ sub_paths: true })
    const made = await team.makeBy(lead, WEB)
    await change(lead, { user_path: '/team/beta', sub_paths: true })
    expect(await team.call(lead, 'demo/storyteller')).toBe(200)
    expect(await team.call(made, 'demo/storyteller')).toBe(403)
    expect(await team.seen(lead)).toEqual([])
  })

  test('is held by the limits of the paths above it', async () => {
    const limit = { user_path: '/team/limited', per: 'day', requests: 2 }
    expect((await team.admin('PUT', '/admin/limits/team', limit)).status).toBe(200)
    const lead = await team.lead({ user_path: '/team/limited' })
    const made = [await team.makeBy(lead, { user_path: '/team/limited/a' }), await team.makeBy(lead)]
    expect(await team.call(made[0]!)).toBe(200)
    expect(await team.call(made[1]!)).toBe(200)
    expect([await team.call(made[0]!), await team.call(lead)]).toEqual([429, 429])
  })
})

describe('keys of a maker that works no more', () => {
  const concerns = async () =>
    (
      await team.house.fetch('/dashboard/overview', {
        headers: { authorization: 'Bearer master-key-for-tests' },
      })
    ).text()

  test('are told to operators, until they are revoked, too', async () => {
    const lead = await team.lead({ name: 'Gone Lead' })
    const made = [await team.makeBy(lead), await team.makeBy(lead)]
    await team.admin('DELETE', `/admin/keys/${lead.id}`)
    expect(await concerns()).toMatch(/2 keys that .*Gone Lead.* has made still work/)
    await team.admin('DELETE', `/admin/keys/${made[0]!.id}`)
    expect(await concerns()).toMatch(/1 key that .*Gone Lead.* has made still works/)
    await team.admin('DELETE', `/admin/keys/${lead.id}?with_made=true`)
    expect(await concerns()).not.toContain('Gone Lead')
  })

  test('go on when its end was brought forward', async () => {
    const lead = await team.lead({ name: 'Ended Lead' })
    const made = await team.makeBy(lead)
    await change(lead, { name: 'Ended Lead', expires_at: new Date(clock + HOUR).toISOString() })
    clock += HOUR
    expect([await team.call(lead), await team.call(made)]).toEqual([401, 200])
    expect(await concerns()).toContain('Ended Lead')
  })
})

test('what is rolled, revoked or narrowed at one gateway holds at the others', async () => {
  const [lead, another] = [await team.lead(), await team.lead()]
  const [made, other] = [await team.makeBy(lead), await team.makeBy(lead)]
  const narrowed = await team.makeBy(another)
  const second = await startGateway({ folder: team.house.folder, now: () => clock })
  const call = async ({ key }: Pick<Key, 'key'>) => {
    const hello = { model: 'demo/parrot', messages: [{ role: 'user', content: 'Hello' }] }
    return (await second.chat(hello, { authorization: `Bearer ${key}` })).status
  }
  expect(await Promise.all([made, other, narrowed].map(call))).toEqual([200, 200, 200])
  await team.ask(lead, 'DELETE', `/v1/keys/${made.id}`)
  const { body } = await team.ask(lead, 'POST', `/v1/keys/${other.id}/roll`, { grace_seconds: 0 })
  await change(another, { allowed_models: [] })
  const states = async () => (await Promise.all([made, other, body, narrowed].map(call))).join()
  await until(async () => (await states()) === '401,401,200,403', 'the other gateway to know of all three')
  await second.close()
})
