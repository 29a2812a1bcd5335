import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { createClient } from '@libsql/client'
import { createFolder, startWorld } from '../rules/world.ts'
import { EAST, type Fleet, startFleet, VLLM, WEST } from './fleet.ts'

/** R15: a caller keeps its target, and every process says the same. */

const turns = {
  source: 'declared',
  affinity: 'caller',
  targets: [EAST, WEST, VLLM].map(model => ({ model })),
}
const env = { VIRTUAL_MODELS: JSON.stringify([turns]) }
let fleet: Fleet
let other: Fleet
beforeAll(async () => {
  fleet = await startFleet({ env })
  other = await startFleet({ env })
})
beforeEach(() => {
  for (const name of ['openai-east', 'openai-west', 'vllm']) fleet.plan(name, undefined)
})
afterAll(async () => {
  await fleet[Symbol.asyncDispose]()
  await other[Symbol.asyncDispose]()
})

const people = [...'abcdefghij']
type Served = string | undefined
const askAs = async (on: Fleet, extra: object, headers?: Record<string, string>, model = 'declared') =>
  (await on.ask(model, { ...extra }, headers)).served
const each = async (on: Fleet, extraOf: (id: string) => object): Promise<Served[]> => {
  const served: Served[] = []
  for (const id of people) served.push(await askAs(on, extraOf(id)))
  return served
}

describe('R15: affinity "caller"', () => {
  test.each([
    ['safety_identifier', (id: string) => ({ safety_identifier: id })],
    ['user', (user: string) => ({ user })],
    ['metadata.user_id', (id: string) => ({ metadata: { user_id: id } })],
  ])(
    'R15 a user whom the client names in %s keeps a target, at each gateway the same',
    async (_, extraOf) => {
      const served = await each(fleet, extraOf)
      expect(new Set(served)).toEqual(new Set([EAST, WEST, VLLM]))
      expect(await each(fleet, extraOf)).toEqual(served)
      expect(await each(other, extraOf)).toEqual(served)
    },
  )

  test('R15 all names of a user mean the same, to explain too, and the most specific one is read', async () => {
    const served = await each(fleet, id => ({ user: id }))
    for (const [i, user] of people.entries()) {
      const { body } = await fleet.explain({ model: 'declared', user })
      expect([body.pick, `${body.targets[0].provider}/m`]).toEqual(['caller', served[i]!])
    }
    const named = (id: string) => ({ safety_identifier: id, user: 'somebody', metadata: { user_id: 'else' } })
    expect(await each(fleet, named)).toEqual(served)
  })

  test('R15 a coding agent that writes its session into the user is one caller, session after session', async () => {
    const spellings = [
      (id: string, session: string) => `user_${id}_account__session_${session}`,
      (id: string, session: string) =>
        JSON.stringify({ device_id: id, account_uuid: '', session_id: session }),
    ]
    for (const spelled of spellings) {
      const inSession = (session: string) =>
        each(fleet, id => ({ metadata: { user_id: spelled(id, session) } }))
      const served = await inSession(crypto.randomUUID())
      expect(new Set(served).size).toBeGreaterThan(1)
      expect(await inSession(crypto.randomUUID())).toEqual(served)
    }
  })

  test('R15 without a user it is the key, and elsewhere it is somebody else', async () => {
    const served = new Map<string, Served[]>()
    for (const name of people) {
      const { body } = await fleet.test.admin('POST', '/admin/keys', { name })
      const headers = { authorization: `Bearer ${body.key}` }
      served.set(name, [await askAs(fleet, {}, headers), await askAs(fleet, {}, headers)])
      const { body: told } = await fleet.explain({ model: 'declared', key_id: body.id })
      expect([told.pick, `${told.targets[0].provider}/m`]).toEqual(['caller', served.get(name)![0]!])
    }
    for (const [first, second] of served.values()) expect(second).toBe(first)
    expect(new Set([...served.values()].flat()).size).toBeGreaterThan(1)
    const paths = people.map(name => ({ 'x-modelway-user-path': `/${name}` }))
    const elsewhere = await Promise.all(paths.map(headers => askAs(fleet, { user: 'same' }, headers)))
    expect(new Set(elsewhere).size).toBeGreaterThan(1)
  })

  test('R15 whoever is served by another one for a while comes back', async () => {
    const before = await askAs(fleet, { user: 'a' })
    fleet.plan(before!, { status: 500 })
    const meanwhile = await askAs(fleet, { user: 'a' })
    expect(meanwhile).not.toBe(before)
    fleet.plan(before!, undefined)
    expect(await askAs(fleet, { user: 'a' })).toBe(before)
  })

  test('R15 each redirect shares out anew, and a target that goes moves only those who had it', async () => {
    const targets = [EAST, WEST, VLLM]
    const askAll = async (source: string) => {
      const served: Served[] = []
      for (const user of people) served.push(await askAs(fleet, { user }, {}, source))
      return served
    }
    for (const source of ['one', 'two']) await fleet.redirect(source, targets, { affinity: 'caller' })
    const before = await askAll('one')
    expect(await askAll('two')).not.toEqual(before)
    await fleet.redirect('one', [EAST, WEST], { affinity: 'caller' })
    const after = await askAll('one')
    for (const [i, served] of before.entries()) if (served !== VLLM) expect(after[i]).toBe(served)
    expect(after).not.toContain(VLLM)
  })
})

describe('R15: sessions', () => {
  test('R15 a session that its client names has the same target at every gateway, and after a restart', async () => {
    for (const on of [fleet, other]) await on.redirect('talks', [EAST, WEST, VLLM])
    const askAll = async (on: Fleet) => {
      const served: Served[] = []
      for (const id of people) served.push(await askAs(on, {}, { 'x-session-id': id }, 'talks'))
      return served
    }
    const served = await askAll(fleet)
    expect(new Set(served).size).toBe(3)
    expect(await askAll(other)).toEqual(served)
  })

  test('R15 a session under way stays where it is when weights change', async () => {
    await fleet.redirect('moved', [EAST, WEST])
    const askAll = async () => {
      const served: Served[] = []
      for (const id of people) served.push(await askAs(fleet, {}, { 'x-session-id': id }, 'moved'))
      return served
    }
    const before = await askAll()
    await fleet.redirect('moved', [
      { model: EAST, weight: 1 },
      { model: WEST, weight: 1000 },
    ])
    expect(await askAll()).toEqual(before)
  })
})

describe('R15: what is written and read', () => {
  const put = (rest: object) =>
    fleet.test.admin('PUT', '/admin/virtual-models', { source: 'kept', target_model: EAST, ...rest })

  test.each([
    [{}, 'session', true],
    [{ session_affinity: true }, 'session', true],
    [{ session_affinity: false }, 'off', false],
    [{ affinity: 'off' }, 'off', false],
    [{ affinity: 'session', session_affinity: true }, 'session', true],
    [{ affinity: 'caller' }, 'caller', false],
    [{ affinity: 'caller', session_affinity: false, strategy: 'round_robin' }, 'caller', false],
  ] as const)('R15 %j reads back as %s', async (sent, affinity, session_affinity) => {
    const { body } = await put(sent)
    expect(body).toMatchObject({ affinity, session_affinity })
    const { body: history } = await fleet.test.admin('GET', '/admin/history?kind=virtual-model&subject=kept')
    const { body: change } = await fleet.test.admin('GET', `/admin/history/${history.data[0].id}`)
    const restored = await fleet.test.admin('POST', `/admin/history/${history.data[0].id}/restore`)
    expect([change.after.session_affinity, restored.status]).toEqual([session_affinity, 200])
    const { body: again } = await fleet.test.admin('GET', '/admin/virtual-models/kept')
    expect(again.affinity).toBe(affinity)
  })

  test.each([
    [{ affinity: 'user' }, 'affinity'],
    [{ affinity: 'caller', session_affinity: true }, 'session_affinity'],
    [{ affinity: 'off', session_affinity: true }, 'session_affinity'],
    [{ affinity: 'caller', strategy: 'cost' }, 'affinity'],
    [{ target_model: '', user_paths: ['/'], affinity: 'off' }, 'affinity'],
  ])('R15 %j is refused', async (sent, param) => {
    const { status, body } = await put(sent)
    expect([Math.floor(status / 100), body.error.param]).toEqual([4, param])
  })

  test('R15 rows from before there was the word mean what they meant', async () => {
    using folder = createFolder()
    {
      await using before = await startWorld({ folder: folder.path })
      for (const source of ['old', 'older']) await before.put({ source, target_model: 'vllm/alpha' })
    }
    const database = createClient({ url: `file:${folder.path}/test.db` })
    const older = (isKept: boolean) =>
      `json_set(json_remove(definition, '$.affinity'), '$.sessionAffinity', json('${isKept}'))`
    await database.execute(`update virtual_models set definition = ${older(true)} where source = 'old'`)
    await database.execute(`update virtual_models set definition = ${older(false)} where source = 'older'`)
    database.close()
    await using after = await startWorld({ folder: folder.path })
    const { body } = await after.test.admin('GET', '/admin/virtual-models')
    expect(body.map(({ affinity }: { affinity: string }) => affinity)).toEqual(['session', 'off'])
  })
})
