import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { startWorld, type World } from './world.ts'

/** `link-1` leads to `link-2`, and so on; the last one leads to a model. */
async function putChain(world: World, length: number): Promise<void> {
  for (let link = length; link >= 1; link--)
    await world.put({
      source: `link-${link}`,
      target_model: link === length ? 'vllm/alpha' : `link-${link + 1}`,
    })
}

describe('R1', () => {
  test('R1 puts the target in place of the name, whichever way the target is named', async () => {
    await using world = await startWorld()
    await world.put({ source: 'qualified', target_model: 'vllm/alpha' })
    await world.put({ source: 'bare', target_model: 'gamma' })
    await world.put({ source: 'listed', targets: [{ model: 'beta', provider: 'vllm' }] })
    await world.put({ source: 'chained', target_model: 'bare' })
    const names = ['qualified', 'bare', 'listed', 'chained']
    const served = await Promise.all(names.map(async name => (await world.ask(name)).served))
    expect(served).toEqual(['vllm/alpha', 'openai/gamma', 'vllm/beta', 'openai/gamma'])
  })

  test('R1 changes nothing but the name in what the provider receives', async () => {
    await using world = await startWorld()
    await world.put({ source: 'smart', target_model: 'vllm/alpha' })
    const body =
      '{ "messages": [{"role":"user","content":"caf\\u00e9 1.0"}], "model" : " smart", "seed":1e2, "x":null}'
    await world.call('POST', '/v1/chat/completions', body)
    expect(world.mocks.vllm!.requests.at(-1)!.body).toBe(body.replace('" smart"', '"alpha"'))
  })
})

describe('R2', () => {
  test('R2 lets a redirect shadow a model, and its own name as a target means that model', async () => {
    await using world = await startWorld()
    for (const [source, real] of [
      ['vllm/alpha', 'vllm/alpha'] as const,
      ['gamma', 'openai/gamma'] as const,
    ]) {
      await world.put({ source, targets: [{ model: source }, { model: 'vllm/beta' }], strategy: 'failover' })
      expect((await world.ask(source)).served).toBe(real)
      const mock = world.mocks[real.split('/')[0]!]!
      mock.setPlan(({ json }) => (json?.model === 'beta' ? undefined : { status: 500 }))
      expect((await world.ask(source)).served).toBe('vllm/beta')
      mock.setPlan(undefined)
    }
  })

  test('R2 reads that target once, and does not go round in the redirect', async () => {
    await using world = await startWorld()
    const vllm = world.mocks.vllm!
    const targets = [{ model: 'vllm/alpha' }, { model: 'vllm/beta' }]
    await world.put({ source: 'vllm/alpha', targets, strategy: 'failover' })
    vllm.setPlan({ status: 500 })
    const before = vllm.requests.length
    expect((await world.ask('vllm/alpha')).status).toBe(502)
    expect(vllm.requests.slice(before).map(({ json }) => json?.model)).toEqual(['alpha', 'beta'])
  })

  test('R2 keeps that meaning for redirects that lead through the shadowing one', async () => {
    await using world = await startWorld()
    const targets = [{ model: 'vllm/alpha' }, { model: 'vllm/beta' }]
    await world.put({ source: 'vllm/alpha', targets, strategy: 'failover' })
    await world.put({ source: 'outer', target_model: 'vllm/alpha' })
    expect((await world.ask('outer')).served).toBe('vllm/alpha')
  })
})

describe('R3', () => {
  test('R3 neither resolves nor lists a disabled redirect, nor what only leads through it', async () => {
    await using world = await startWorld()
    await world.put({ source: 'off', target_model: 'vllm/alpha' })
    await world.put({ source: 'outer', target_model: 'off' })
    expect(await world.list()).toContain('off')
    await world.put({ source: 'off', target_model: 'vllm/alpha', enabled: false })
    for (const name of ['off', 'outer']) {
      expect((await world.ask(name)).code).toBe('model_not_found')
      expect(await world.list()).not.toContain(name)
    }
  })

  test('R3 tells whoever may use a redirect that what it leads to is switched off or gone, and nobody else', async () => {
    const build = async (env: Record<string, string> = {}) => {
      const world = await startWorld({ env })
      await world.put({ source: 'off', target_model: 'vllm/alpha', enabled: false })
      await world.put({ source: 'outer', target_model: 'off' })
      await world.put({ source: 'gone', target_model: 'vllm/retired' })
      await world.put({ source: 'ours', target_model: 'off', user_paths: ['/team'] })
      return world
    }
    const nowhere = (name: string) =>
      `Model "${name}" leads nowhere at the moment: what stands behind it is switched off or gone`
    const unknown = (name: string) =>
      `Model "${name}" does not exist: GET /v1/models lists the models you may use`
    {
      await using world = await build()
      const narrow = await world.key({ allowed_models: ['openai/'] })
      const named = await world.key({ allowed_models: ['outer', 'vllm/'] })
      for (const [name, as, says] of [
        ['outer', {}, nowhere],
        ['gone', {}, nowhere],
        ['ours', { path: '/team/a' }, nowhere],
        ['outer', { key: named }, nowhere],
        ['gone', { key: named }, nowhere],
        ['ours', { path: '/guest' }, unknown],
        ['outer', { key: narrow }, unknown],
        ['gone', { key: narrow }, unknown],
        // By itself its name means a model, and there is none.
        ['off', {}, unknown],
      ] as const) {
        const { status, code, message } = await world.ask(name, as)
        expect([name, as, status, code, message]).toEqual([name, as, 404, 'model_not_found', says(name)])
      }
      await world.put({ source: 'vllm/', enabled: false })
      expect((await world.ask('gone')).message).toBe(unknown('gone'))
      expect((await world.ask('outer')).message).toBe(nowhere('outer'))
      await world.put({ source: '/', enabled: false })
      expect((await world.ask('outer')).message).toBe(unknown('outer'))
    }
    for (const env of [{ HIDE_DENIED_MODELS: 'true' }, { MODELS_ENABLED_BY_DEFAULT: 'false' }]) {
      await using world = await build(env)
      for (const name of ['outer', 'gone']) expect((await world.ask(name)).message).toBe(unknown(name))
    }
  })

  test('R3 reads the name of a disabled redirect as a literal name', async () => {
    await using world = await startWorld()
    await world.put({ source: 'vllm/alpha', target_model: 'openai/gamma', enabled: false })
    await world.put({ source: 'outer', target_model: 'vllm/alpha' })
    expect((await world.ask('vllm/alpha')).served).toBe('vllm/alpha')
    expect((await world.ask('outer')).served).toBe('vllm/alpha')
    expect(await world.list()).toContain('vllm/alpha')
  })
})

describe('R4', () => {
  test('R4 lets a scoped redirect exist only for callers inside one of its paths', async () => {
    await using world = await startWorld()
    await world.put({ source: 'ours', target_model: 'vllm/alpha', user_paths: ['/team', 'lab/x'] })
    for (const path of ['/team', '/team/a', '/team/a/b', '/lab/x', '/lab/x/y'])
      expect([path, (await world.ask('ours', { path })).served]).toEqual([path, 'vllm/alpha'])
    for (const path of ['/', '/team-a', '/tea', '/lab', '/TEAM', '/x/team']) {
      expect([path, (await world.ask('ours', { path })).code]).toEqual([path, 'model_not_found'])
      expect(await world.list({ path })).not.toContain('ours')
    }
    expect((await world.ask('ours')).status).toBe(404)
  })

  test('R4 leaves the name literal for everybody else', async () => {
    await using world = await startWorld()
    await world.put({ source: 'vllm/alpha', target_model: 'openai/gamma', user_paths: ['/team'] })
    expect((await world.ask('vllm/alpha', { path: '/team' })).served).toBe('openai/gamma')
    expect((await world.ask('vllm/alpha', { path: '/other' })).served).toBe('vllm/alpha')
  })
})

describe('R5', () => {
  test('R5 follows a chain of eight redirects, and refuses a ninth at either end', async () => {
    await using world = await startWorld()
    await putChain(world, 8)
    expect((await world.ask('link-1')).served).toBe('vllm/alpha')
    const above = await world.call('PUT', '/admin/virtual-models', {
      source: 'link-0',
      target_model: 'link-1',
    })
    expect(above.status).toBe(422)
    await world.put({ source: 'below', target_model: 'vllm/beta' })
    const below = await world.call('PUT', '/admin/virtual-models', {
      source: 'link-8',
      target_model: 'below',
    })
    expect(below.status).toBe(422)
    expect(JSON.stringify(below.body)).toContain('longer than 8')
    expect((await world.ask('link-1')).served).toBe('vllm/alpha')
  })

  test('R5 accepts redirects exactly as long as they form no circle and no chain beyond eight', async () => {
    await using world = await startWorld()
    const names = Array.from({ length: 11 }, (_, index) => `r${index}`)
    const name = fc.constantFrom(...names)
    const write = fc.record({ source: name, targets: fc.uniqueArray(name, { minLength: 1, maxLength: 2 }) })
    let run = 0
    await fc.assert(
      fc.asyncProperty(fc.array(write, { minLength: 5, maxLength: 40 }), async writes => {
        const [prefix, graph] = [`run-${run++}/`, new Map<string, readonly string[]>()]
        for (const { source, targets } of writes) {
          const models = [...targets.map(target => ({ model: prefix + target })), { model: 'vllm/alpha' }]
          const body = { source: prefix + source, targets: models, force: true }
          const { status } = await world.call('PUT', '/admin/virtual-models', body)
          const next = new Map(graph).set(source, targets)
          const isSound = names.every(start => depthOf(next, start) <= 8)
          expect(status).toBe(isSound ? 200 : 422)
          if (isSound) graph.set(source, targets)
        }
      }),
      { numRuns: 25 },
    )
  })

  test('R5 honours the user paths of an inner redirect', async () => {
    await using world = await startWorld()
    await world.put({ source: 'inner', target_model: 'vllm/alpha', user_paths: ['/team'] })
    await world.put({ source: 'only', target_model: 'inner' })
    await world.put({
      source: 'outer',
      targets: [{ model: 'inner' }, { model: 'openai/gamma' }],
      strategy: 'failover',
    })
    expect((await world.ask('outer', { path: '/team/a' })).served).toBe('vllm/alpha')
    expect((await world.ask('outer', { path: '/guest' })).served).toBe('openai/gamma')
    expect((await world.ask('only', { path: '/team/a' })).served).toBe('vllm/alpha')
    const denied = await world.ask('only', { path: '/guest' })
    expect([denied.status, denied.code]).toEqual([403, 'model_access_denied'])
    expect(JSON.stringify(denied.body)).not.toContain('inner')
    expect(await world.list({ path: '/guest' })).not.toContain('only')
  })
})

describe('R8', () => {
  test('R8 tries each target once, also when several redirects lead to it', async () => {
    await using world = await startWorld()
    await world.put({ source: 'left', target_model: 'vllm/alpha' })
    await world.put({ source: 'right', targets: [{ model: 'alpha' }, { model: 'vllm/beta' }] })
    await world.put({ source: 'top', targets: [{ model: 'left' }, { model: 'right' }], strategy: 'failover' })
    const vllm = world.mocks.vllm!
    vllm.setPlan({ status: 500 })
    const before = vllm.requests.length
    expect((await world.ask('top')).status).toBe(502)
    expect(vllm.requests.slice(before).map(({ json }) => json?.model)).toEqual(['alpha', 'beta'])
  })
})

/** How many redirects a chain from here passes at most; more than eight also where it goes round. */
function depthOf(graph: ReadonlyMap<string, readonly string[]>, name: string, passed = 0): number {
  const targets = graph.get(name)
  if (targets === undefined || passed > 8) return passed
  return Math.max(passed + 1, ...targets.filter(t => t !== name).map(t => depthOf(graph, t, passed + 1)))
}
