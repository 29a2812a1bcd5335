import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { MASTER, startGateway, type TestGateway, until } from './kit.ts'
import { exampleOf, name, type Route, routesOf } from './openapi-document.ts'

/** Every example of the API document works for whom it is meant, and admin endpoints refuse all others. */

let gateway: TestGateway
let routes: readonly Route[]
beforeAll(async () => {
  gateway = await startGateway()
  routes = await routesOf(gateway)
})
afterAll(() => gateway.close())

describe('examples', () => {
  test('every admin endpoint that takes a body shows one', () => {
    const silent = routes.filter(
      route => route.path.startsWith('/admin/') && route.requestBody && exampleOf(route) === undefined,
    )
    expect(silent.map(name)).toEqual([])
  })

  test('every one can be pasted into a fresh gateway, in the order of the document, deletions last', async () => {
    const fresh = await startGateway({ env: { REQUEST_LOG_BODIES: '/', DEMO: 'true' } })
    const lead = { name: 'Lead', user_path: '/team/alpha', makes_keys: true }
    const { body: maker } = await fresh.admin('POST', '/admin/keys', lead)
    const asMaker = (method: string, path: string, sent?: unknown) =>
      fresh.json(path, {
        method,
        headers: {
          authorization: `Bearer ${maker.key}`,
          ...(sent ? { 'content-type': 'application/json' } : {}),
        },
        ...(sent ? { body: JSON.stringify(sent) } : {}),
      })
    const ids: Readonly<Record<string, () => Promise<string>>> = {
      '/admin/keys': async () => (await fresh.admin('GET', '/admin/keys')).body.at(-1).id,
      '/v1/keys': async () => (await asMaker('GET', '/v1/keys')).body[0].id,
      '/admin/history': async () => String((await fresh.admin('GET', '/admin/history')).body.data[0].id),
      '/admin/limits': async () => 'alpha',
      '/admin/guardrails': async () => 'no-cards',
      '/admin/providers': async () => 'gpu',
      '/admin/rollouts': async () => 'smarter',
      '/admin/virtual-models': async () => 'smarter',
      '/v1/models': async () => 'demo%2Fparrot',
      '/v1beta/models': async () => 'demo%2Fparrot',
      '/admin/requests': async () => {
        const chat = { model: 'demo/parrot', messages: [{ role: 'user', content: 'Hello' }] }
        return (await fresh.chat(chat)).headers.get('x-request-id')!
      },
      '/admin/usage/log': async () => {
        await fresh.chat({ model: 'demo/parrot', messages: [] })
        const log = async () => (await fresh.admin('GET', '/admin/usage/log')).body.data
        await until(async () => (await log()).length > 0, 'a call in the log')
        return (await log())[0].id
      },
    }
    const queries: Readonly<Record<string, string>> = {
      '/admin/virtual-models/compare': '?source=smarter',
      '/admin/forecast': '?source=smarter&target=demo/parrot',
    }
    const fill = async (path: string): Promise<string> => {
      const at = path.indexOf('/{')
      return at < 0 ? path + (queries[path] ?? '') : path.replace(/\{\w+\}/, await ids[path.slice(0, at)]!())
    }
    await fresh.admin('POST', '/admin/providers/refresh')
    const order = [
      'PUT /admin/virtual-models',
      'PUT /admin/limits/{name}',
      'PUT /admin/guardrails/{name}',
      'PUT /admin/providers/{name}',
      'PUT /admin/rollouts/{source}',
      'POST /admin/keys',
    ]
    const rank = (route: Route) =>
      route.method === 'DELETE' ? 99 : order.indexOf(name(route)) < 0 ? 9 : order.indexOf(name(route))
    for (const route of [...routes].sort((a, b) => rank(a) - rank(b))) {
      const example = exampleOf(route)
      if (route.requestBody && example === undefined) continue
      // Its answer is text.
      if (route.path === '/metrics' || route.path === '/admin/usage/export') continue
      // It needs an MCP server that has changed.
      if (route.path === '/admin/mcp/accept') continue
      // It needs a gateway that another one can follow: test/settings has that.
      if (route.path === '/admin/settings/{name}') continue
      // These ask models: test/openapi-models.test.ts posts them.
      if (route.method === 'POST' && route.tags.includes('Models')) continue
      // A conversation needs a WebSocket.
      if (route.path.startsWith('/v1/realtime')) continue
      // What these name is only there once a model has answered.
      if (route.tags.includes('Responses')) continue
      // These need a provider that has such things.
      if (route.tags.some(tag => ['Passthrough', 'Files', 'Batches'].includes(tag))) continue
      // It has to be a call that is there.
      const call = route.path === '/v1/feedback' && { request_id: await ids['/admin/requests']!() }
      const sent = call === false ? example : { ...(example as object), ...call }
      const ask = route.path.startsWith('/v1/keys') ? asMaker : fresh.admin
      const { status, body } = await ask(route.method, await fill(route.path), sent)
      expect([name(route), status, body?.error]).toEqual([
        name(route),
        Number(Object.keys(route.responses)[0]),
        undefined,
      ])
    }
    await fresh.close()
  })
})

describe('every admin endpoint', () => {
  const forms = ['', 'Bearer wrong-key', 'Basic bWFzdGVyOm1hc3Rlcg==', `bearer${MASTER}`]

  test.each(forms)('A-11 refuses whoever sends "%s" as authorization', async authorization => {
    const admin = routes.filter(({ path }) => path.startsWith('/admin/'))
    expect(admin.length).toBeGreaterThan(15)
    for (const route of admin) {
      const example = exampleOf(route)
      const reply = await gateway.json(route.path.replace(/\{\w+\}/, 'x'), {
        method: route.method,
        headers: {
          ...(authorization !== '' && { authorization }),
          ...(example !== undefined && { 'content-type': 'application/json' }),
        },
        ...(example !== undefined && { body: JSON.stringify(example) }),
      })
      expect([name(route), reply.status]).toEqual([name(route), 401])
      expect(reply.body).toMatchObject({ error: { code: 'invalid_api_key' } })
    }
  })

  test('A-11 refuses a managed key', async () => {
    const { key } = (await gateway.admin('POST', '/admin/keys', { name: 'Alpha' })).body
    for (const route of routes.filter(({ path }) => path.startsWith('/admin/'))) {
      const { status } = await gateway.fetch(route.path.replace(/\{\w+\}/, 'x'), {
        method: route.method,
        headers: { authorization: `Bearer ${key}` },
      })
      expect([name(route), status]).toEqual([name(route), 401])
    }
  })

  test('documents the refusal of callers without a key', () => {
    const silent = routes.filter(({ path, responses }) => path.startsWith('/admin/') && !('401' in responses))
    expect(silent.map(name)).toEqual([])
  })
})
