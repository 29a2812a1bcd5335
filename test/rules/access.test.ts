import { describe, expect, test } from 'bun:test'
import { at, type Said, startWorld, type World } from './world.ts'

const VIRTUAL = '/admin/virtual-models'
const put = (world: World, body: object) => world.call('PUT', VIRTUAL, body)
const messageOf = (body: unknown) => String(at(body, 'error', 'message'))

describe('P1', () => {
  test('P1 judges the model itself, by whichever name the caller comes to it', async () => {
    await using world = await startWorld()
    await world.put({ source: 'smart', target_model: 'alpha' })
    await world.put({ source: 'outer', target_model: 'smart' })
    await world.put({ source: 'openai/gamma', target_model: 'vllm/alpha' })
    const names = ['vllm/alpha', 'alpha', 'smart', 'outer', 'openai/gamma']
    for (const name of names) expect((await world.ask(name)).served).toBe('vllm/alpha')
    await world.put({ source: 'vllm/alpha', enabled: false })
    for (const name of names) expect([name, (await world.ask(name)).status]).toEqual([name, 403])
    expect(await world.list()).toEqual(['openai/beta', 'vllm/beta'])
  })

  test('P1 judges a target, not the name of the redirect that leads to it', async () => {
    await using world = await startWorld()
    await world.put({ source: 'vllm/beta', target_model: 'openai/gamma' })
    await world.put({ source: 'vllm/', enabled: false })
    expect((await world.ask('vllm/beta')).served).toBe('openai/gamma')
    await world.put({ source: 'openai/', enabled: false })
    expect((await world.ask('vllm/beta')).status).toBe(403)
  })
})

describe('models that a body names beside its own', () => {
  test.each([
    ['models', ['openai/beta', 'secret']],
    ['fallbacks', [{ model: 'secret' }]],
    ['extra_body', { models: ['secret'] }],
    ['extra_body', { fallbacks: [{ model: 'secret' }] }],
    ['extra_body', { model: 'secret' }],
  ])('have to be open, too: %s, %p', async (field, named) => {
    await using world = await startWorld({ lists: { vllm: ['alpha', 'secret'] } })
    const ask = (path: string) =>
      world.call('POST', '/v1/chat/completions', { model: 'alpha', messages: [], [field]: named }, { path })
    await world.put({ source: 'vllm/secret', user_paths: ['/team/beta'] })
    const refused = await ask('/team/alpha')
    expect([refused.status, messageOf(refused.body)]).toEqual([403, expect.stringContaining('"secret"')])
    expect((await ask('/team/beta')).status).toBe(200)
  })
})

describe('P2', () => {
  test.each([[true], [false]])(
    'P2 lets the most specific policy decide alone, above MODELS_ENABLED_BY_DEFAULT=%p',
    async byDefault => {
      await using world = await startWorld({ env: { MODELS_ENABLED_BY_DEFAULT: String(byDefault) } })
      const selectors = ['vllm/alpha', 'vllm/', 'alpha', '/']
      const states = [undefined, true, false]
      for (let code = 0; code < 3 ** selectors.length; code++) {
        const wanted = selectors.map((source, place) => ({
          source,
          says: states[Math.floor(code / 3 ** place) % 3],
        }))
        for (const { source, says } of wanted) {
          if (says === undefined) await world.call('DELETE', VIRTUAL, { source })
          else await world.put({ source, user_paths: [says ? '/team' : '/other'] })
        }
        const expected = wanted.find(({ says }) => says !== undefined)?.says ?? byDefault
        const { status } = await world.ask('alpha', { path: '/team/a' })
        expect([wanted, status]).toEqual([wanted, expected ? 200 : 403])
      }
    },
  )

  test('P2 takes a selector with the name of a provider for that provider, not for an id elsewhere', async () => {
    await using world = await startWorld({ lists: { openai: ['gpt'], vllm: ['openai/gpt', 'x/y'] } })
    await world.put({ source: 'openai/gpt', enabled: false })
    await world.put({ source: 'x/y', enabled: false })
    expect((await world.ask('openai/gpt')).status).toBe(403)
    expect((await world.ask('vllm/openai/gpt')).served).toBe('vllm/openai/gpt')
    expect((await world.ask('vllm/x/y')).status).toBe(403)
  })
})

test('P2 a policy for many models does not give way to a redirect that nobody could ask for', async () => {
  await using world = await startWorld()
  for (const source of ['vllm/', '/']) {
    await world.put({ source, enabled: false })
    const reply = await put(world, { source, target_model: 'openai/gamma' })
    expect([reply.status, at(reply.body, 'error', 'param')]).toEqual([422, 'source'])
    expect((await world.ask('vllm/alpha')).status).toBe(403)
    const renamed = await put(world, { source: 'x/', old_source: source, target_model: 'openai/gamma' })
    expect([renamed.status, (await world.ask('vllm/alpha')).status]).toEqual([422, 403])
  }
})

describe('P3', () => {
  test('P3 closes a model for everybody when its policy is off, whatever its paths', async () => {
    await using world = await startWorld()
    await world.put({ source: 'vllm/alpha', enabled: false, user_paths: ['/team'] })
    for (const path of ['/', '/team', '/team/a'])
      expect((await world.ask('alpha', { path })).status).toBe(403)
    const key = await world.key({ user_path: '/team', allowed_models: ['vllm/alpha'] })
    expect((await world.ask('alpha', { key })).status).toBe(403)
  })

  test('P3 opens a model to the paths of its policy and below them, by segment', async () => {
    await using world = await startWorld()
    await world.put({ source: 'vllm/alpha', user_paths: ['team', '/lab//x/'] })
    for (const path of ['/team', 'team/', '/team/a', '/team/a/b/c', '/lab/x', '/lab/x/y'])
      expect([path, (await world.ask('alpha', { path })).served]).toEqual([path, 'vllm/alpha'])
    for (const path of [
      '/',
      '',
      '/team-a',
      '/teams',
      '/tea',
      '/Team',
      '/lab',
      '/lab/xy',
      '/a/team',
      '/team%2Fa',
    ])
      expect([path, (await world.ask('alpha', { path })).code]).toEqual([path, 'model_access_denied'])
  })
})

describe('P4', () => {
  test('P4 takes ["/"] for everybody', async () => {
    await using world = await startWorld({ env: { MODELS_ENABLED_BY_DEFAULT: 'false' } })
    await world.put({ source: 'vllm/', user_paths: ['/'] })
    for (const path of ['/', '', '/team', '/any/where'])
      expect((await world.ask('vllm/alpha', { path })).served).toBe('vllm/alpha')
    expect((await world.ask('openai/gamma')).status).toBe(403)
  })

  test('P4 refuses an enabled policy that says nothing, and blank entries', async () => {
    await using world = await startWorld()
    for (const body of [{}, { user_paths: [] }, { reach: 'any' }, { enabled: true, description: 'open?' }]) {
      const reply = await put(world, { source: 'vllm/alpha', ...body })
      expect([reply.status, at(reply.body, 'error', 'param')]).toEqual([422, 'user_paths'])
    }
    for (const user_paths of [[''], [' '], ['/team', ''], ['\t'], [null]]) {
      const { status } = await put(world, { source: 'vllm/alpha', user_paths })
      expect([user_paths, status >= 400 && status < 500]).toEqual([user_paths, true])
    }
    expect((await world.call('GET', VIRTUAL)).body).toEqual([])
  })
})

describe('P5', () => {
  test.each([
    ['vlm/', 'vllm/'],
    ['vllm', 'vllm/'],
    ['vllm/alpa', 'vllm/alpha'],
    ['vlm/alpha', 'vllm/alpha'],
    ['Alpha', 'alpha'],
    ['gama', 'gamma'],
  ])(
    'P5 refuses the selector %s that matches nothing, and asks whether %s was meant',
    async (source, meant) => {
      await using world = await startWorld()
      const policy = { source, user_paths: ['/team'] }
      const refused = await put(world, policy)
      expect([refused.status, at(refused.body, 'error', 'param')]).toEqual([422, 'source'])
      expect(messageOf(refused.body)).toContain(`Did you mean "${meant}"?`)
      expect((await world.call('GET', VIRTUAL)).body).toEqual([])
      const forced = await put(world, { ...policy, force: true })
      expect([forced.status, at(forced.body, 'valid')]).toEqual([200, false])
    },
  )

  test('P5 takes every selector that matches, or that nobody can judge', async () => {
    await using world = await startWorld({ lists: { openai: ['beta', 'x/y'], vllm: null } })
    for (const source of [
      '/',
      'openai/',
      'vllm/',
      'openai/beta',
      'beta',
      'x/y',
      'openai/x/y',
      'vllm/any',
      'whatever',
    ]) {
      const reply = await put(world, { source, user_paths: ['/team'] })
      expect([source, reply.status, at(reply.body, 'valid')]).toEqual([source, 200, true])
    }
    expect((await put(world, { source: 'openai/any', user_paths: ['/team'] })).status).toBe(422)
    expect((await put(world, { source: 'nobody/', user_paths: ['/team'] })).status).toBe(422)
  })
})

describe('P6', () => {
  test('P6 lets a model with reach "redirect" be used through redirects, and neither called nor seen directly', async () => {
    await using world = await startWorld()
    await world.put({ source: 'vllm/alpha', reach: 'redirect' })
    await world.put({ source: 'smart', target_model: 'vllm/alpha' })
    await world.put({ source: 'outer', target_model: 'smart' })
    for (const name of ['smart', 'outer']) expect((await world.ask(name)).served).toBe('vllm/alpha')
    for (const name of ['vllm/alpha', 'alpha'])
      expect((await world.ask(name)).code).toBe('model_access_denied')
    expect(await world.list()).toEqual(['openai/beta', 'openai/gamma', 'outer', 'smart', 'vllm/beta'])
  })

  test('P6 holds beside user paths: both must be met', async () => {
    await using world = await startWorld()
    await world.put({ source: 'vllm/', reach: 'redirect', user_paths: ['/team'] })
    await world.put({ source: 'smart', target_model: 'vllm/alpha' })
    expect((await world.ask('smart', { path: '/team/a' })).served).toBe('vllm/alpha')
    expect((await world.ask('smart', { path: '/guest' })).status).toBe(403)
    expect((await world.ask('vllm/alpha', { path: '/team/a' })).status).toBe(403)
  })

  test('P6 is no way in for a caller to whom the redirect does not exist', async () => {
    await using world = await startWorld()
    await world.put({ source: 'vllm/', reach: 'redirect' })
    await world.put({
      source: 'vllm/alpha',
      targets: [{ model: 'vllm/alpha' }, { model: 'beta' }],
      user_paths: ['/team'],
    })
    expect((await world.ask('vllm/alpha', { path: '/team' })).status).toBe(200)
    expect((await world.ask('vllm/alpha', { path: '/guest' })).status).toBe(403)
    await world.put({ source: 'vllm/beta', target_model: 'vllm/alpha', enabled: false })
    expect((await world.ask('vllm/beta', { path: '/team' })).status).toBe(403)
  })
})

/** Everything of an answer that a caller can see, but for the name it asked for and what is new each time. */
const visible = ({ status, body, headers }: Said, asked: string) => {
  const own = [...headers].filter(([name]) => name !== 'x-request-id')
  return JSON.stringify([status, body, own]).replaceAll(asked, 'ASKED')
}

describe('P7', () => {
  const secret = { openai: ['gamma'], vllm: ['secret-one', 'secret-two'] }
  const build = async (env?: Record<string, string>) => {
    const world = await startWorld({ lists: secret, ...(env && { env }) })
    await world.put({ source: 'vllm/', enabled: false })
    await world.put({ source: 'smart', targets: [{ model: 'vllm/secret-one' }, { model: 'secret-two' }] })
    await world.put({ source: 'outer', target_model: 'smart' })
    await world.put({ source: 'scoped', target_model: 'openai/gamma', user_paths: ['/secret-team'] })
    await world.put({ source: 'through', target_model: 'scoped' })
    return { world, key: await world.key({ allowed_models: ['vllm/secret-two'] }) }
  }

  test('P7 answers 403 in words and headers that name nothing but what was asked for', async () => {
    const { world, key } = await build()
    await using _ = world
    for (const name of ['smart', 'outer', 'through', 'openai/gamma']) {
      const said = await world.ask(name, { path: '/guest', ...(name === 'openai/gamma' && { key }) })
      expect([name, said.status, said.code]).toEqual([name, 403, 'model_access_denied'])
      expect(at(said.body, 'error', 'param')).toBe('model')
      expect(said.message).toContain(`"${name}"`)
      expect(visible(said, name)).not.toMatch(/secret|vllm|scoped|gamma/)
      expect(said.served).toBeUndefined()
    }
  })

  test('P7 refuses a stream like any other request', async () => {
    const { world } = await build()
    await using _ = world
    const said = await world.ask('smart', {}, { stream: true })
    expect([said.status, said.headers.get('content-type')]).toEqual([403, 'application/json'])
  })

  test('P7 makes denied and unknown models look the same with HIDE_DENIED_MODELS', async () => {
    const { world, key } = await build({ HIDE_DENIED_MODELS: 'true' })
    await using _ = world
    const unknown = visible(await world.ask('unknown', { path: '/guest' }), 'unknown')
    for (const name of ['smart', 'outer', 'through', 'secret-one', 'vllm/secret-one', 'scoped'])
      expect([name, visible(await world.ask(name, { path: '/guest' }), name)]).toEqual([name, unknown])
    expect(visible(await world.ask('openai/gamma', { key }), 'openai/gamma')).toBe(unknown)
  })
})
