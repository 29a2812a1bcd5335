import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { definePlugin } from '../../src/contract/plugin.ts'
import { startGateway } from '../kit.ts'
import { judge, type Rules } from './oracle.ts'
import { names, who, world as worlds } from './random.ts'
import { type As, at, createFolder, each, idsOf, startWorld, type World } from './world.ts'

const models = async (world: World, headers: Record<string, string> = {}, as: As = {}) =>
  (await world.call('GET', '/v1/models', undefined, { ...as, headers })).body
const startAs = ({ lists, rows, byDefault }: Rules) =>
  startWorld({
    lists,
    env: { VIRTUAL_MODELS: JSON.stringify(rows), MODELS_ENABLED_BY_DEFAULT: String(byDefault) },
  })

describe('every list', () => {
  test('L1–L3 list a model exactly when calling it is allowed, whatever the redirects, policies, paths and keys', async () => {
    await fc.assert(
      fc.asyncProperty(worlds, fc.array(who, { minLength: 2, maxLength: 3 }), async (rules, callers) => {
        await using world = await startAs(rules)
        for (const { path, models } of callers) {
          const key = models && (await world.key({ user_path: path, allowed_models: models }))
          const as = key === undefined ? { path } : { key }
          const expected = names.map(name => ({
            name,
            ...judge(rules, name, { path, ...(models && { models }) }),
          }))
          const listed = expected.filter(({ listed }) => listed).map(({ name }) => name)
          expect(await world.list(as)).toEqual(listed.sort())
          for (const { name, served, denied } of expected) {
            const said = await world.ask(name, as)
            expect([name, said.status]).toEqual([name, served.length > 0 ? 200 : denied ? 403 : 404])
            if (served.length > 0) expect(served).toContain(said.served!)
          }
        }
      }),
      { numRuns: 25 },
    )
  }, 60_000)

  test('L1–L3 hold at once after each change of a list, a redirect or a policy', async () => {
    await fc.assert(
      fc.asyncProperty(worlds, fc.array(who, { minLength: 2, maxLength: 2 }), async (rules, callers) => {
        await using world = await startWorld()
        expect(await world.list()).toHaveLength(4)
        for (const [provider, ids] of Object.entries(rules.lists)) world.mocks[provider]!.setModels({ ids })
        await world.refresh()
        const keys = await Promise.all(
          callers.map(({ path, models }) =>
            world.key({ user_path: path, ...(models && { allowed_models: models }) }),
          ),
        )
        const check = async (rows: Rules['rows']) => {
          for (const [index, caller] of callers.entries()) {
            const listed = names.filter(
              name => judge({ ...rules, byDefault: true, rows }, name, caller).listed,
            )
            expect(await world.list({ key: keys[index]! })).toEqual(listed.sort())
          }
        }
        const rows = rules.rows.toReversed()
        for (const [index, row] of rows.entries()) {
          await world.put(row)
          await check(rows.slice(0, index + 1))
        }
        for (const [index, { source }] of rules.rows.entries()) {
          expect((await world.call('DELETE', '/admin/virtual-models', { source })).status).toBe(204)
          await check(rules.rows.slice(index + 1))
        }
      }),
      { numRuns: 15 },
    )
  }, 60_000)
})

describe('L1', () => {
  test('L1 lists the models of all providers as provider/id', async () => {
    await using world = await startWorld({ lists: { openai: ['beta'], vllm: ['beta', 'x/y'] } })
    expect(await models(world)).toEqual({
      object: 'list',
      data: [
        ['openai/beta', 'mock'],
        ['vllm/beta', 'mock'],
        ['vllm/x/y', 'mock'],
      ].map(([id, owner]) => ({ id, object: 'model', created: 1_732_320_000, owned_by: owner })),
    })
  })

  test('L1 lists bare ids on request, each once, and the qualified ones stay callable', async () => {
    const env = { UNQUALIFIED_MODEL_IDS_AT_MODELS_ENDPOINT: 'true' }
    await using world = await startWorld({ env })
    expect(await world.list()).toEqual(['alpha', 'beta', 'gamma'])
    expect((await world.ask('vllm/beta')).served).toBe('vllm/beta')
    await world.put({ source: 'openai/beta', enabled: false })
    expect(await world.list()).toEqual(['alpha', 'gamma'])
    expect((await world.ask('beta')).status).toBe(403)
  })
})

describe('L2', () => {
  test('L2 lists a redirect under its own name, and no field reveals the target', async () => {
    await using world = await startWorld({ lists: { vllm: ['secret-model'] } })
    await world.put({ source: 'vllm/', reach: 'redirect' })
    await world.put({ source: 'smart', target_model: 'vllm/secret-model', description: 'secret note' })
    const [entry, ...others] = each(at(await models(world), 'data'))
    expect(others).toEqual([])
    expect(entry).toEqual({ id: 'smart', object: 'model', created: expect.any(Number), owned_by: 'modelway' })
    for (const headers of [{}, { 'anthropic-version': '2023-06-01' }])
      expect(JSON.stringify(await models(world, headers))).not.toMatch(/secret|vllm/)
  })

  test('L2 does not list a redirect none of whose targets is there and open to the caller', async () => {
    await using world = await startWorld()
    await world.put({ source: 'closed', target_model: 'vllm/alpha' })
    await world.put({ source: 'missing', target_model: 'vllm/none' })
    await world.put({ source: 'half', targets: [{ model: 'vllm/none' }, { model: 'gamma' }] })
    await world.put({ source: 'vllm/alpha', user_paths: ['/team'] })
    expect(await world.list({ path: '/team' })).toEqual(expect.arrayContaining(['closed', 'half']))
    expect(await world.list()).toEqual(['half', 'openai/beta', 'openai/gamma', 'vllm/beta'])
  })
})

test('L3 shows each caller its own list, also where a plugin from outside decides by who it is', async () => {
  const teams = definePlugin({
    name: 'teams',
    about: 'Opens a model to the team that its name begins with.',
    setup: () => ({
      route: (route, { caller }) => ({
        ...route,
        targets: route.targets.filter(({ model }) => model.startsWith(caller.labels.team ?? 'nobody')),
      }),
    }),
  })
  await using test = await startGateway({
    extra: [teams],
    env: {
      OPENAI_API_KEY: 'sk-nobody',
      OPENAI_BASE_URL: 'http://127.0.0.1:9',
      OPENAI_MODELS: 'red-1,blue-1',
      CONFIGURED_PROVIDER_MODELS_MODE: 'allowlist',
    },
  }).then(gateway => Object.assign(gateway, { [Symbol.asyncDispose]: gateway.close }))
  for (const team of ['red', 'blue']) {
    const { key } = (await test.admin('POST', '/admin/keys', { name: team, labels: { team } })).body
    const { body } = await test.json('/v1/models', { headers: { authorization: `Bearer ${key}` } })
    expect(idsOf(body)).toEqual([`openai/${team}-1`])
  }
})

describe('L3', () => {
  test('L3 lists a shadowed name once, as the redirect, sorted by id among the others', async () => {
    await using world = await startWorld({ lists: { vllm: ['b', 'a', 'B', '10', '9', '\u00e9'] } })
    await world.put({ source: 'vllm/a', target_model: 'vllm/b' })
    const data = each(at(await models(world), 'data'))
    const ids = data.map(entry => at(entry, 'id'))
    expect(ids).toEqual(['vllm/10', 'vllm/9', 'vllm/B', 'vllm/a', 'vllm/b', 'vllm/\u00e9'])
    expect(data.map(entry => at(entry, 'owned_by'))).toEqual([
      'mock',
      'mock',
      'mock',
      'modelway',
      'mock',
      'mock',
    ])
  })

  test('L3 shows each caller what its path and its key allow', async () => {
    await using world = await startWorld()
    await world.put({ source: 'openai/', user_paths: ['/team'] })
    await world.put({ source: 'smart', target_model: 'vllm/alpha' })
    const key = await world.key({ user_path: '/team/a', allowed_models: ['openai/', 'smart'] })
    expect(await world.list({ key })).toEqual(['openai/beta', 'openai/gamma', 'smart'])
    expect(await world.list({ path: '/guest' })).toEqual(['smart', 'vllm/alpha', 'vllm/beta'])
    const nothing = await world.key({ allowed_models: [] })
    expect(await world.list({ key: nothing })).toEqual([])
    expect((await world.call('GET', '/v1/models', undefined, { key: 'wrong' })).status).toBe(401)
  })

  test('L3 gives one model by its id, encoded or not, and hides denied ones like unknown ones', async () => {
    await using world = await startWorld({ lists: { vllm: ['x/y', 'secret'] } })
    await world.put({ source: 'vllm/secret', enabled: false })
    await world.put({ source: 'smart one', target_model: 'vllm/x/y' })
    const one = (id: string) => world.call('GET', `/v1/models/${id}`)
    for (const [id, name] of [['vllm/x/y'], ['vllm%2Fx%2Fy', 'vllm/x/y'], ['smart%20one', 'smart one']])
      expect((await one(id!)).body).toMatchObject({ id: name ?? id, object: 'model' })
    const [denied, unknown] = [await one('vllm/secret'), await one('vllm/unknown')]
    expect([denied.status, unknown.status]).toEqual([404, 404])
    expect(JSON.stringify(denied.body)).toBe(JSON.stringify(unknown.body).replace('unknown', 'secret'))
    for (const id of ['%', '%00', 'vllm%2fX']) expect((await one(id)).status).toBeWithin(400, 405)
  })
})

describe('L4', () => {
  test('L4 lists only redirects on request, and provider models stay callable', async () => {
    await using world = await startWorld({ env: { KEEP_ONLY_ALIASES_AT_MODELS_ENDPOINT: 'true' } })
    expect(await world.list()).toEqual([])
    await world.put({ source: 'smart', target_model: 'vllm/alpha' })
    await world.put({ source: 'vllm/beta', target_model: 'vllm/alpha' })
    expect(await world.list()).toEqual(['smart', 'vllm/beta'])
    expect((await world.ask('vllm/alpha')).served).toBe('vllm/alpha')
  })
})

describe('L5', () => {
  test('L5 answers in the shape of Anthropic to whoever sends its version header', async () => {
    await using world = await startWorld({ lists: { vllm: ['alpha', 'beta'] } })
    const headers = { 'anthropic-version': '2023-06-01' }
    const list = await models(world, headers)
    expect(list).toMatchObject({ has_more: false, first_id: 'vllm/alpha', last_id: 'vllm/beta' })
    expect(at(list, 'data', 0)).toEqual({
      type: 'model',
      id: 'vllm/alpha',
      display_name: 'vllm/alpha',
      created_at: '2024-11-23T00:00:00.000Z',
      max_input_tokens: null,
      max_tokens: null,
      capabilities: null,
      retires_at: null,
    })
    expect(await models(world, headers, { key: 'wrong' })).toMatchObject({
      type: 'error',
      error: { type: 'authentication_error' },
    })
  })
})

describe('L6', () => {
  test('L6 keeps the last list of a provider that fails, through a restart, and says that it is stale', async () => {
    using folder = createFolder()
    const known = ['vllm/alpha', 'vllm/beta']
    const check = async (world: World) => {
      expect(await world.list()).toEqual(known)
      const [provider] = each((await world.call('GET', '/admin/providers')).body)
      expect(provider).toMatchObject({ name: 'vllm', state: 'stale', models: 2, error: expect.any(String) })
      const stored = await world.call('GET', '/admin/models')
      expect(each(stored.body).map(model => [at(model, 'id'), at(model, 'stale')])).toEqual(
        known.map(id => [id, true]),
      )
      expect((await world.ask('alpha')).served).toBe('vllm/alpha')
    }
    {
      await using world = await startWorld({ folder: folder.path, lists: { vllm: ['alpha', 'beta'] } })
      expect(idsOf(await models(world))).toEqual(known)
      world.mocks.vllm!.setModels({ plan: { status: 500 } })
      await world.refresh()
      await check(world)
    }
    await using world = await startWorld({ folder: folder.path, lists: { vllm: null } })
    await check(world)
  })
})
