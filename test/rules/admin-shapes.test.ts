import { describe, expect, test } from 'bun:test'
import { at, createFolder, each, startWorld } from './world.ts'

const VIRTUAL = '/admin/virtual-models'

describe('Admin JSON', () => {
  test('Admin JSON shows a redirect with what was said, what is assumed, and where it leads', async () => {
    await using world = await startWorld()
    const body = { source: 'smart', target_model: 'alpha', description: 'ours', user_paths: ['team'] }
    const put = await world.call('PUT', VIRTUAL, body)
    expect(put.status).toBe(200)
    expect(put.headers.get('x-request-id')).toBeTruthy()
    expect((await world.call('GET', VIRTUAL)).body).toEqual([put.body])
    expect(put.body).toMatchObject({
      ...{
        source: 'smart',
        kind: 'redirect',
        target_model: 'alpha',
        targets: [{ model: 'alpha', weight: 1 }],
      },
      ...{ strategy: 'round_robin', session_affinity: true, failover: true, user_paths: ['/team'] },
      ...{ description: 'ours', enabled: true, managed: false, valid: true, resolved_model: 'vllm/alpha' },
      version: expect.any(Number),
    })
  })

  test('Admin JSON takes several targets as GoModel does, with provider and weight', async () => {
    await using world = await startWorld()
    const targets = [{ model: 'beta', provider: 'vllm', weight: 3 }, { model: 'openai/gamma' }]
    const wishes = { strategy: 'failover', session_affinity: false, failover: false, enabled: false }
    const { body } = await world.call('PUT', VIRTUAL, { source: 'many', targets, ...wishes })
    expect(body).toMatchObject({
      ...wishes,
      targets: [
        { model: 'vllm/beta', weight: 3 },
        { model: 'openai/gamma', weight: 1 },
      ],
    })
    expect(at(body, 'target_model')).toBeUndefined()
  })

  test.each([
    ['/', 'all'],
    ['vllm/', 'provider'],
    ['vllm/alpha', 'model'],
    ['alpha', 'bare'],
  ])('Admin JSON shows a policy on %s with the scope "%s"', async (source, scope_kind) => {
    await using world = await startWorld()
    const { body } = await world.call('PUT', VIRTUAL, { source, user_paths: ['/team/'], reach: 'redirect' })
    const said = { source, kind: 'policy', user_paths: ['/team'], reach: 'redirect', enabled: true }
    expect(body).toMatchObject({ ...said, scope_kind, managed: false, valid: true })
    for (const field of ['target_model', 'targets', 'strategy', 'resolved_model'])
      expect([field, at(body, field)]).toEqual([field, undefined])
  })

  test('Admin JSON replaces as a whole: what is not said again is gone', async () => {
    await using world = await startWorld()
    const rich = {
      user_paths: ['/team'],
      description: 'x',
      enabled: false,
      strategy: 'failover',
      failover: false,
    }
    const first = await world.call('PUT', VIRTUAL, { source: 'smart', target_model: 'vllm/alpha', ...rich })
    const second = await world.call('PUT', VIRTUAL, { source: 'smart', target_model: 'vllm/alpha' })
    expect(second.body).toMatchObject({
      description: '',
      enabled: true,
      strategy: 'round_robin',
      failover: true,
    })
    expect(at(second.body, 'user_paths')).toBeUndefined()
    expect(Number(at(second.body, 'version'))).toBeGreaterThan(Number(at(first.body, 'version')))
    expect((await world.ask('smart')).served).toBe('vllm/alpha')
  })

  test('Admin JSON turns a policy into a redirect and back', async () => {
    await using world = await startWorld()
    await world.put({ source: 'vllm/alpha', enabled: false })
    expect(await world.put({ source: 'vllm/alpha', target_model: 'openai/gamma' })).toMatchObject({
      kind: 'redirect',
    })
    expect((await world.ask('vllm/alpha')).served).toBe('openai/gamma')
    expect(await world.put({ source: 'vllm/alpha', enabled: false })).toMatchObject({ kind: 'policy' })
    expect((await world.ask('vllm/alpha')).status).toBe(403)
  })

  test('Admin JSON sorts by source, and deletes with 204 and an empty body', async () => {
    await using world = await startWorld()
    for (const source of ['b', 'a', 'B', '1']) await world.put({ source, target_model: 'vllm/alpha' })
    const sources = async () => each((await world.call('GET', VIRTUAL)).body).map(view => at(view, 'source'))
    expect(await sources()).toEqual(['1', 'B', 'a', 'b'])
    const gone = await world.call('DELETE', VIRTUAL, { source: 'a' })
    expect([gone.status, gone.body]).toEqual([204, undefined])
    expect(await sources()).toEqual(['1', 'B', 'b'])
  })

  test('Admin JSON says when a redirect leads nowhere any more, and when it does again', async () => {
    await using world = await startWorld()
    await world.put({ source: 'smart', target_model: 'vllm/alpha' })
    world.mocks.vllm!.setModels({ ids: ['beta'] })
    await world.refresh()
    const view = async () => at((await world.call('GET', VIRTUAL)).body, 0)
    expect(await view()).toMatchObject({ valid: false })
    expect(at(await view(), 'resolved_model')).toBeUndefined()
    world.mocks.vllm!.setModels({ ids: ['alpha'] })
    await world.refresh()
    expect(await view()).toMatchObject({ valid: true, resolved_model: 'vllm/alpha' })
  })

  test('Admin JSON keeps strange but honest names as they are, also through a restart', async () => {
    using folder = createFolder()
    const strange = [
      ...[
        "'; DROP TABLE virtual_models; --",
        '%',
        '_',
        '"quoted"',
        "o'clock",
        '<b>x</b>',
        '{{7*7}}',
        'a\\b',
        '#?&=',
      ],
      ...[
        'toString',
        'hasOwnProperty',
        'constructor.prototype',
        'null',
        'undefined',
        '0',
        '\u{1f99c}',
        'x'.repeat(256),
      ],
      ...['accounts/x/models/y', '/leading', 'caf\u00e9', '\u05d0\u05d1', '../../etc/passwd', 'a  b'],
    ]
    let before: unknown
    {
      await using world = await startWorld({ folder: folder.path })
      for (const source of strange) await world.put({ source, target_model: 'vllm/alpha' })
      before = (await world.call('GET', VIRTUAL)).body
      expect(each(before).map(view => at(view, 'source'))).toEqual(strange.toSorted())
    }
    await using world = await startWorld({ folder: folder.path })
    expect((await world.call('GET', VIRTUAL)).body).toEqual(before)
    for (const source of strange) {
      expect([source, (await world.ask(source)).served]).toEqual([source, 'vllm/alpha'])
      expect((await world.call('DELETE', VIRTUAL, { source })).status).toBe(204)
    }
    expect((await world.call('GET', VIRTUAL)).body).toEqual([])
  })

  test('Admin JSON refreshes the provider that the query names, and refuses to be told in a body', async () => {
    await using world = await startWorld()
    const listed = () =>
      Object.values(world.mocks).map(
        ({ requests }) => requests.filter(({ path }) => /models$/.test(path)).length,
      )
    const before = listed() as [number, number]
    for (const body of [{ provider: 'vllm' }, { x: 1 }, [], '"vllm"', 'provider=vllm']) {
      const { status, body: said } = await world.call('POST', '/admin/providers/refresh', body)
      expect([body, status, at(said, 'error', 'message')]).toEqual([
        body,
        400,
        expect.stringContaining('?provider='),
      ])
    }
    expect(listed()).toEqual(before)
    const one = await world.call('POST', '/admin/providers/refresh?provider=vllm', ' {\n} ')
    expect([one.status, listed()]).toEqual([200, [before[0], before[1] + 1]])
    for (const body of [undefined, '', {}])
      expect((await world.call('POST', '/admin/providers/refresh', body)).status).toBe(200)
  })

  test('Admin JSON names no field where the whole body is wrong', async () => {
    await using world = await startWorld()
    const { status, body } = await world.call('PUT', '/admin/limits/none', { user_path: '/team' })
    expect([status, at(body, 'error', 'message')]).toEqual([400, expect.stringMatching(/^The body: /)])
    expect(at(body, 'error', 'param')).toBeNull()
  })

  test('Admin JSON refuses a query that it would not read, and says what was meant', async () => {
    await using world = await startWorld()
    const told: readonly (readonly [method: string, address: string, says: string])[] = [
      [
        'GET',
        '/admin/usage?form=2026-01-01',
        'There is no query parameter "form" here. Did you mean "from"?',
      ],
      ['GET', '/admin/usage?zzzzzzzzz=1', 'There is no query parameter "zzzzzzzzz" here: there is '],
      ['GET', '/admin/limits?limit=5', 'There is no query parameter "limit" here: there is none'],
      ['GET', '/admin/history?kind=key&kind=virtual-model', 'The query has "kind" twice: send it once'],
      ['DELETE', '/admin/keys/key_1?force=true', 'There is no query parameter "force" here'],
    ]
    for (const [method, address, says] of told) {
      const { status, body } = await world.call(method, address)
      expect([address, status, at(body, 'error', 'message')]).toEqual([
        address,
        400,
        expect.stringContaining(says),
      ])
    }
    expect((await world.call('GET', '/admin/usage?from=2026-01-01')).status).toBe(200)
    // Callers' clients send along what is theirs.
    expect((await world.call('GET', '/v1/models?beta=true')).status).toBe(200)
    expect((await world.call('GET', '/health?t=1')).status).toBe(200)
  })

  test('Admin JSON refuses a body where none is read, but for {}', async () => {
    await using world = await startWorld()
    const { id } = (await world.call('POST', '/admin/keys', { name: 'a' })).body as { id: string }
    const address = `/admin/keys/${id}`
    for (const body of [{ reason: 'left' }, [], 'x'])
      expect((await world.call('DELETE', address, body)).status).toBe(400)
    expect(at((await world.call('GET', '/admin/keys')).body, 0, 'status')).toBe('active')
    expect((await world.call('DELETE', address, {})).status).toBe(200)
  })
})
