import { describe, expect, test } from 'bun:test'
import { until } from '../kit.ts'
import { askTimes, EAST, startFleet, VLLM, WEST } from './fleet.ts'

interface Step {
  readonly plugin: string
  readonly text: string
}

const told = (steps: readonly Step[]) => steps.map(({ plugin, text }) => `${plugin}: ${text}`)

describe('X1', () => {
  test('X1 tells every step: how the name is read, which redirect, which policy, what stays and what goes', async () => {
    await using fleet = await startFleet()
    await fleet.redirect('inner', [EAST, 'openai-east/none'])
    await fleet.redirect('outer', ['inner', WEST, VLLM], { strategy: 'failover', user_paths: ['/team'] })
    await fleet.put({ source: 'openai-west/', user_paths: ['/vip'] })
    const { status, body } = await fleet.explain({ model: ' outer ', user_path: 'team/alpha' })
    expect([status, body.model, body.caller, body.user_path]).toEqual([200, 'outer', 'master', '/team/alpha'])
    const steps = told(body.steps)
    for (const text of [
      'virtual-models: "outer" is a redirect to "inner", "openai-west/m", "vllm/m"',
      'virtual-models: "inner" is a redirect to "openai-east/m", "openai-east/none"',
      'catalog: "openai-east/none": Provider "openai-east" does not list this model',
      'access: openai-west/m: Policy "openai-west/" does not open the model to "/team/alpha"',
      'access: vllm/m: No policy speaks of it, MODELS_ENABLED_BY_DEFAULT is true',
    ])
      expect(steps).toContain(text)
    expect(steps.at(-1)).toMatch(/^virtual-models: outer: failover puts "inner" first$/)
    const inner = [
      { source: 'outer', index: 0 },
      { source: 'inner', index: 0 },
    ]
    expect(body.targets).toEqual([
      { provider: 'openai-east', model: 'm', via: inner, base_url: fleet.mocks['openai-east']!.url },
      { provider: 'vllm', model: 'm', via: [{ source: 'outer', index: 2 }], base_url: fleet.mocks.vllm!.url },
    ])
    expect(body.dropped).toMatchObject([
      { name: 'openai-east/none', code: 'model_not_found', via: [inner[0]!, { source: 'inner', index: 1 }] },
      { name: 'openai-west/m', code: 'model_access_denied', via: [{ source: 'outer', index: 1 }] },
    ])
    expect([body.listed, body.outcome]).toEqual([true, { status: 200 }])
  })

  test('X1 tells what a caller would be told, and why in words for operators', async () => {
    await using fleet = await startFleet()
    await fleet.put({ source: 'hidden', targets: [{ model: EAST }], user_paths: ['/team'] })
    await fleet.put({ source: VLLM, enabled: false })
    const outcomes = async (model: string, user_path = '/') => {
      const { body } = await fleet.explain({ model, user_path })
      return [body.listed, body.outcome.status, body.outcome.code]
    }
    expect(await outcomes('hidden')).toEqual([false, 404, 'model_not_found'])
    expect(await outcomes('hidden', '/team')).toEqual([true, 200, undefined])
    expect(await outcomes(VLLM)).toEqual([false, 403, 'model_access_denied'])
    expect(await outcomes('m')).toEqual([false, 200, undefined])
    const { body } = await fleet.explain({ model: VLLM })
    expect(told(body.steps).join()).toContain('Policy "vllm/m" is off for everybody')
    expect(told((await fleet.explain({ model: 'hidden' })).body.steps).join()).toContain(
      'Redirect "hidden" does not exist for user path "/"',
    )
  })

  test('X1 tells of a target that rests', async () => {
    await using fleet = await startFleet({ env: { BREAKER_FAILURES: '2' } })
    await fleet.redirect('pair', [EAST, WEST], { strategy: 'failover' })
    fleet.plan('openai-east', { status: 500 })
    await askTimes(fleet, 2, 'pair')
    const { body } = await fleet.explain({ model: 'pair' })
    expect(body.targets[0].skipped).toMatch(/openai-east.* 2 failures in a row/)
    expect(body.targets[1].skipped).toBeUndefined()
  })

  test('X1 never calls a provider, neither for an answer nor for a list', async () => {
    await using fleet = await startFleet()
    await fleet.redirect('mixed', [EAST, 'openai-west/none', 'vllm/none', 'nobody'])
    const count = () => Object.values(fleet.mocks).reduce((sum, { requests }) => sum + requests.length, 0)
    const before = count()
    expect(before).toBeGreaterThan(0)
    for (const model of ['mixed', EAST, 'openai-east/none', 'vllm/none', 'nobody', 'nobody/none'])
      expect((await fleet.explain({ model })).status).toBe(200)
    expect(count()).toBe(before)
    await fleet.ask('vllm/none')
    expect(count()).toBeGreaterThan(before)
  })

  test('X1 asks for the holder of a key: its path, its models, and the path that it may choose below', async () => {
    await using fleet = await startFleet()
    await fleet.put({ source: EAST, user_paths: ['/team/alpha'] })
    const create = async (key: object) =>
      (await fleet.test.admin('POST', '/admin/keys', { name: 'test', ...key })).body
    const bound = await create({ user_path: '/team/alpha' })
    const free = await create({ user_path: '/team', sub_paths: true })
    const limited = await create({ allowed_models: [VLLM] })
    const explain = async (key_id: string, user_path?: string, model = EAST) => {
      const { status, body } = await fleet.explain({ model, key_id, ...(user_path && { user_path }) })
      return status === 200 ? [body.caller, body.user_path, body.outcome.status] : [status, body.error.code]
    }
    expect(await explain(bound.id, '/other')).toEqual([bound.id, '/team/alpha', 200])
    expect(await explain(free.id)).toEqual([free.id, '/team', 403])
    expect(await explain(free.id, '/team/alpha/x')).toEqual([free.id, '/team/alpha/x', 200])
    expect(await explain(free.id, '/other')).toEqual([403, 'forbidden'])
    expect(await explain(limited.id, '/team/alpha')).toEqual([limited.id, '/team/alpha', 403])
    expect(await explain(limited.id, '/x', VLLM)).toEqual([limited.id, '/x', 200])
    await fleet.test.admin('DELETE', `/admin/keys/${bound.id}`)
    for (const id of [bound.id, 'key_unknown', '', 'master', '__proto__'])
      expect([id, ...(await explain(id))]).toEqual([id, 404, 'not_found'])
  })

  test('X1 refuses what it cannot read, and names the field', async () => {
    await using fleet = await startFleet()
    const bad: readonly (readonly [body: unknown, status: number, param: string | null])[] = [
      [{}, 400, 'model'],
      [{ model: 7 }, 400, 'model'],
      [{ model: '  ' }, 400, 'model'],
      [{ model: EAST, user_path: '/a/../b' }, 400, 'x-modelway-user-path'],
      [{ model: EAST, user_path: 7 }, 400, 'user_path'],
      [{ model: EAST, key_id: 7 }, 400, 'key_id'],
      [{ model: EAST, dialect: 'klingon' }, 422, 'dialect'],
      [{ model: EAST, user: 7 }, 400, 'user'],
      [{ model: EAST, users: 'x' }, 400, 'users'],
      ['{', 400, null],
      [[], 400, null],
    ]
    for (const [body, status, param] of bad) {
      const reply = await fleet.test.admin('POST', '/admin/explain', body)
      expect([body, reply.status, reply.body.error.param]).toEqual([body, status, param])
    }
    const nulls = { model: EAST, user_path: null, key_id: null, dialect: null }
    for (const body of [nulls, { model: EAST, dialect: 'openai-chat' }])
      expect((await fleet.explain(body)).body.outcome.status).toBe(200)
    const { status } = await fleet.test.json('/admin/explain', {
      method: 'POST',
      body: JSON.stringify({ model: EAST }),
    })
    expect(status).toBe(401)
  })
})

describe('X2', () => {
  const names = ['x-modelway-model', 'x-modelway-provider', 'x-modelway-attempts']
  const of = (headers: Headers) => names.map(name => headers.get(name))

  test('X2 tells which model and provider served, after how many tries, in whole answers, streams and refusals', async () => {
    await using fleet = await startFleet({ lists: { 'openai-east': ['x/y', 'm'], vllm: ['m'] } })
    await fleet.redirect('alias', ['openai-east/x/y', VLLM], { strategy: 'failover' })
    expect(of((await fleet.ask('alias')).headers)).toEqual(['x/y', 'openai-east', '1'])
    fleet.plan('openai-east', { status: 500 })
    expect(of((await fleet.ask('alias')).headers)).toEqual(['m', 'vllm', '2'])
    const stream = await fleet.open('alias', { stream: true })
    expect(await stream.text()).toContain('[DONE]')
    expect(of(stream.headers)).toEqual(['m', 'vllm', '2'])
    expect(of((await fleet.ask(EAST)).headers)).toEqual(['m', 'openai-east', '1'])
    expect(of((await fleet.ask('nobody')).headers)).toEqual([null, null, null])
  })

  test('X2 writes names that no header can hold in a form that one can', async () => {
    await using fleet = await startFleet({ lists: { vllm: ['モデル 1'] } })
    const { headers } = await fleet.ask('vllm/モデル 1')
    expect(decodeURIComponent(headers.get('x-modelway-model')!)).toBe('モデル 1')
  })

  test('X2 keeps it to itself with SERVED_MODEL_HEADERS=false', async () => {
    await using fleet = await startFleet({ env: { SERVED_MODEL_HEADERS: 'false' } })
    await fleet.redirect('alias', [EAST])
    const stream = await fleet.open('alias', { stream: true })
    expect(await stream.text()).toContain('[DONE]')
    const answers = [stream, await fleet.ask('alias')]
    fleet.plan('openai-east', { status: 500 })
    answers.push(await fleet.ask('alias'))
    for (const { headers } of answers) {
      expect([...headers.keys()].filter(name => name.startsWith('x-modelway-'))).toEqual([])
      expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
    }
  })

  test('X2 gives every answer a request id of its own, also refusals, and the log names the same', async () => {
    await using fleet = await startFleet()
    const answers = [
      await fleet.ask(EAST),
      await fleet.ask('nobody'),
      await fleet.ask(7),
      await fleet.ask(EAST, {}, { authorization: 'Bearer wrong' }),
      await fleet.test.json('/v1/models', { headers: { authorization: 'Bearer wrong' } }),
      await fleet.test.json('/nowhere'),
      await fleet.explain({ model: EAST }),
      await fleet.explain({}),
    ]
    const ids = answers.map(({ headers }) => headers.get('x-request-id'))
    expect(ids.filter(id => /^[0-9a-f-]{36}$/.test(id ?? ''))).toHaveLength(answers.length)
    expect(new Set(ids).size).toBe(answers.length)
    const logged = () => fleet.test.logs.filter(({ message }) => message === 'Request').map(({ id }) => id)
    await until(() => logged().length === 5, 'five log lines')
    expect(logged()).toEqual(ids.slice(0, 5))
  })
})
