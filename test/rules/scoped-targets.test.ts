import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { startWorld, type World } from './world.ts'

/** R14: a target with user paths is there for callers inside one of them, and comes first for them. */

let world: World
beforeAll(async () => {
  world = await startWorld()
})
beforeEach(() => {
  for (const mock of Object.values(world.mocks)) mock.reset()
})
afterAll(() => world[Symbol.asyncDispose]())

const ALPHA = 'vllm/alpha'
const BETA = 'vllm/beta'
const GAMMA = 'openai/gamma'

const servedAt = async (name: string, ...paths: readonly string[]) =>
  Promise.all(paths.map(async path => (await world.ask(name, { path })).served))
const explain = async (model: string, path: string) =>
  (await world.test.admin('POST', '/admin/explain', { model, user_path: path })).body
const put = (body: object) => world.test.admin('PUT', '/admin/virtual-models', body)

describe('R14: who gets which target', () => {
  test('R14 a target that names the caller comes first, and is not there for others', async () => {
    await world.put({
      source: 'smart',
      targets: [{ model: ALPHA }, { model: BETA, user_paths: ['/team/beta'] }],
    })
    const beta = await servedAt('smart', '/team/beta', '/team/beta/service', '/team/beta', '/team/beta')
    expect(beta).toEqual([BETA, BETA, BETA, BETA])
    const others = await servedAt('smart', '/', '/team', '/team/beta-2', '/team/Beta', '/other/team/beta')
    expect(others).toEqual([ALPHA, ALPHA, ALPHA, ALPHA, ALPHA])
  })

  test('R14 the most specific naming wins, and those that name the caller less closely follow as failover', async () => {
    await world.put({
      source: 'nested',
      targets: [
        { model: GAMMA },
        { model: ALPHA, user_paths: ['/team', '/ops'] },
        { model: BETA, user_paths: ['/team/beta'] },
      ],
    })
    const orderAt = async (path: string) =>
      (await explain('nested', path)).targets.map(
        ({ provider, model }: Record<string, string>) => `${provider}/${model}`,
      )
    expect(await orderAt('/team/beta')).toEqual([BETA, ALPHA, GAMMA])
    expect(await orderAt('/team/x')).toEqual([ALPHA, GAMMA])
    expect(await orderAt('/x')).toEqual([GAMMA])
    world.mocks.vllm!.setPlan({ status: 500 })
    const { headers } = await world.ask('nested', { path: '/team/beta' })
    expect(headers.get('x-modelway-provider')).toBe('openai')
    expect(world.mocks.vllm!.requests.map(({ json }) => json?.model)).toEqual(['beta', 'alpha'])
  })

  test('R14 the strategy spreads calls over those that name the caller equally closely', async () => {
    await world.put({
      source: 'spread',
      affinity: 'off',
      targets: [
        { model: GAMMA, weight: 9 },
        { model: ALPHA, user_paths: ['/t'] },
        { model: BETA, user_paths: ['/t', '/u'], weight: 2 },
      ],
    })
    const served: unknown[] = []
    for (let i = 0; i < 6; i++) served.push((await world.ask('spread', { path: '/t/x' })).served)
    expect(served).toEqual([BETA, ALPHA, BETA, BETA, ALPHA, BETA])
    expect(await servedAt('spread', '/u')).toEqual([BETA])
  })

  test('R14 a redirect below is led to in the same way, and has scopes of its own', async () => {
    await world.put({ source: 'inner', targets: [{ model: ALPHA }, { model: BETA, user_paths: ['/a/b'] }] })
    await world.put({ source: 'outer', targets: [{ model: GAMMA }, { model: 'inner', user_paths: ['/a'] }] })
    expect(await servedAt('outer', '/a/b', '/a', '/x')).toEqual([BETA, ALPHA, GAMMA])
  })
})

describe('R14: for others it is as if there were no such target', () => {
  const lead = (...targets: readonly object[]) => world.put({ source: 'led', targets })
  const answerAt = async (path: string) => {
    const { status, code, message } = await world.ask('led', { path })
    return { status, code, message }
  }

  test('R14 what they are told does not depend on it', async () => {
    const scoped = { model: ALPHA, user_paths: ['/team'] }
    const lost = { model: 'vllm/none' }
    await world.put({ source: BETA, enabled: false })
    for (const target of [lost, { model: BETA }]) {
      await lead(target, scoped)
      const withIt = await answerAt('/x')
      expect((await world.ask('led', { path: '/team' })).served).toBe(ALPHA)
      await lead(target)
      expect(withIt).toEqual(await answerAt('/x'))
    }
    await world.call('DELETE', '/admin/virtual-models', { source: BETA })
  })

  test('R14 where no target is for a caller, neither is the redirect: not listed, and its name is read as it stands', async () => {
    const scoped = [{ model: ALPHA, user_paths: ['/team'] }]
    await world.put({ source: 'secret', targets: scoped })
    await world.put({ source: 'openai/beta', targets: scoped })
    expect(await servedAt('openai/beta', '/team', '/x')).toEqual([ALPHA, 'openai/beta'])
    expect(await world.list({ path: '/team' })).toContain('secret')
    expect(await world.list({ path: '/x' })).not.toContain('secret')
    const refused = await world.ask('secret', { path: '/x' })
    const unknown = await world.ask('nobody', { path: '/x' })
    expect([refused.status, refused.code]).toEqual([404, 'model_not_found'])
    expect(refused.message).toBe(unknown.message.replace('nobody', 'secret'))
    await world.call('DELETE', '/admin/virtual-models', { source: 'openai/beta' })
  })

  test('R14 and as a target of another one it is closed, in words that name nothing hidden', async () => {
    await world.put({ source: 'within', targets: [{ model: ALPHA, user_paths: ['/team'] }] })
    await world.put({ source: 'around', target_model: 'within' })
    const { status, code, message } = await world.ask('around', { path: '/x' })
    expect([status, code]).toEqual([403, 'model_access_denied'])
    expect(message).not.toMatch(/alpha|within|team/)
  })
})

describe('R14: what operators write and read', () => {
  const scoped = { model: BETA, weight: 3, user_paths: ['/team/beta'] }

  test('R14 paths are read like those of callers, and read back', async () => {
    const targets = [{ model: ALPHA }, { ...scoped, user_paths: ['team/beta/', '/team//beta'] }]
    const { body } = await put({
      source: 'kept',
      targets: [...targets, { model: GAMMA, user_paths: [] }],
    })
    expect(body.targets).toEqual([
      { model: ALPHA, weight: 1 },
      { model: BETA, weight: 3, user_paths: ['/team/beta'] },
      { model: GAMMA, weight: 1 },
    ])
    expect(body.resolved_model).toBe(ALPHA)
    const { version: _, updated_at: _at, kind, managed, valid, resolved_model, shadows, ...again } = body
    expect((await put(again)).body.targets).toEqual(body.targets)
  })

  test.each([
    ['a blank path', { model: ALPHA, user_paths: [' '] }, {}, 'targets.0.user_paths.0'],
    ['a path with dots', { model: ALPHA, user_paths: ['/a/../b'] }, {}, 'targets.0.user_paths.0'],
    ['no list', { model: ALPHA, user_paths: '/a' }, {}, 'targets.0.user_paths'],
    ['a path where the redirect is not', { ...scoped }, { user_paths: ['/ops'] }, 'targets.0.user_paths'],
  ])('R14 %s is refused at its place', async (_, target, rest, param) => {
    const { status, body } = await put({ source: 'wrong', targets: [target, { model: GAMMA }], ...rest })
    expect([Math.floor(status / 100), body.error.param]).toEqual([4, param])
  })

  test('R14 history tells the difference, and brings it back', async () => {
    await put({ source: 'told', targets: [{ model: ALPHA }, scoped] })
    await put({ source: 'told', targets: [{ model: ALPHA }, { model: BETA, weight: 3 }] })
    const query = new URLSearchParams({ kind: 'virtual-model', subject: 'told' })
    const { data } = (await world.test.admin('GET', `/admin/history?${query}`)).body
    expect(data[0].fields).toEqual(['targets'])
    const { body: first } = await world.test.admin('GET', `/admin/history/${data[1].id}`)
    expect(first.after.targets[1]).toEqual(scoped)
    await world.call('POST', `/admin/history/${data[1].id}/restore`)
    expect(await servedAt('told', '/team/beta', '/x')).toEqual([BETA, ALPHA])
  })

  test('R14 explain says for whom it is, and which it puts first', async () => {
    await put({ source: 'asked', targets: [{ model: ALPHA }, scoped] })
    const there = await explain('asked', '/team/beta/x')
    expect([there.targets[0].model, there.pick, there.strategy]).toEqual(['beta', 'user_path', 'round_robin'])
    expect(there.steps.map(({ text }: { text: string }) => text)).toContain(
      `asked: user path "/team/beta/x" puts "${BETA}" first`,
    )
    const elsewhere = await explain('asked', '/x')
    const reason = `Target "${BETA}" of "asked" is for callers inside "/team/beta" only, not for user path "/x"`
    expect(elsewhere.dropped).toEqual([
      { name: BETA, via: [{ source: 'asked', index: 1 }], code: 'model_access_denied', reason },
    ])
    expect([elsewhere.outcome.status, elsewhere.pick]).toEqual([200, null])
  })
})

test('R14 holds for redirects that are declared', async () => {
  const declared = [{ source: 'said', targets: [{ model: ALPHA }, { model: BETA, user_paths: ['/b'] }] }]
  await using other = await startWorld({ env: { VIRTUAL_MODELS: JSON.stringify(declared) } })
  const served = await Promise.all(['/b', '/x'].map(async path => (await other.ask('said', { path })).served))
  expect(served).toEqual([BETA, ALPHA])
})
