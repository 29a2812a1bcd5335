import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { MASTER, startGateway, type TestGateway } from './kit.ts'

/** The API document is what it says: valid, complete, and every example in it works. */

interface Operation {
  readonly operationId: string
  readonly tags: readonly string[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly example?: unknown }>> }
  readonly responses: Readonly<Record<string, unknown>>
  readonly security: readonly unknown[]
}
interface Route extends Operation {
  readonly method: string
  readonly path: string
}

const from = async (test: TestGateway): Promise<readonly Route[]> => {
  const { body } = await test.json('/swagger/json')
  return Object.entries(body.paths as Record<string, Record<string, Operation>>).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      ...operation,
      method: method.toUpperCase(),
      path,
    })),
  )
}
const name = ({ method, path }: Route) => `${method} ${path}`
const exampleOf = ({ requestBody }: Route) => requestBody?.content['application/json']?.example

let gateway: TestGateway
let routes: readonly Route[]
beforeAll(async () => {
  gateway = await startGateway()
  routes = await from(gateway)
})
afterAll(() => gateway.close())

describe('GET /swagger/json', () => {
  test('lists exactly these endpoints', () => {
    expect(routes.map(name).sort()).toEqual([
      'DELETE /admin/keys/{id}',
      'DELETE /admin/virtual-models',
      'GET /admin/audit',
      'GET /admin/history',
      'GET /admin/history/{id}',
      'GET /admin/keys',
      'GET /admin/keys/{id}',
      'GET /admin/models',
      'GET /admin/providers',
      'GET /admin/virtual-models',
      'GET /admin/virtual-models/{source}',
      'GET /health',
      'GET /health/ready',
      'GET /v1/models',
      'GET /v1/models/{model}',
      'POST /admin/explain',
      'POST /admin/history/{id}/restore',
      'POST /admin/keys',
      'POST /admin/keys/{id}/roll',
      'POST /admin/providers/refresh',
      'POST /v1/chat/completions',
      'POST /v1/messages',
      'POST /v1/messages/count_tokens',
      'PUT /admin/keys/{id}',
      'PUT /admin/virtual-models',
    ])
  })

  test('satisfies the linter of the OpenAPI world without an error', async () => {
    const file = join(gateway.folder, 'openapi.json')
    await Bun.write(file, await (await gateway.fetch('/swagger/json')).text())
    const lint = Bun.spawnSync([process.execPath, 'x', 'redocly', 'lint', '--format=json', file], {
      cwd: join(import.meta.dir, '..'),
      env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' },
    })
    const { totals, problems } = JSON.parse(lint.stdout.toString()) as {
      totals: { errors: number }
      problems: readonly { readonly severity: string; readonly message: string }[]
    }
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([])
    expect(totals.errors).toBe(0)
    rmSync(file)
  }, 30_000)

  test('names every operation, once', () => {
    const ids = routes.map(({ operationId }) => operationId)
    expect(new Set(ids).size).toBe(ids.length)
  })

  test('has the same endpoints below a base path, and says so', async () => {
    const based = await startGateway({ env: { BASE_PATH: '/llm' } })
    const { body } = await based.json('/llm/swagger/json')
    expect(Object.keys(body.paths)).toEqual(
      [...new Set(routes.map(({ path }) => `/llm${path}`))].sort(byOrderOf(Object.keys(body.paths))),
    )
    expect(body.servers).toEqual([{ url: '/' }])
    await based.close()
  })
})

const byOrderOf = (names: readonly string[]) => (a: string, b: string) => names.indexOf(a) - names.indexOf(b)

describe('examples', () => {
  test('every admin endpoint that takes a body shows one', () => {
    const silent = routes.filter(
      route => route.path.startsWith('/admin/') && route.requestBody && exampleOf(route) === undefined,
    )
    expect(silent.map(name)).toEqual([])
  })

  test('every one can be pasted into a fresh gateway, in the order of the document, deletions last', async () => {
    const fresh = await startGateway()
    const ids: Readonly<Record<string, () => Promise<string>>> = {
      '/admin/keys': async () => (await fresh.admin('GET', '/admin/keys')).body[0].id,
      '/admin/history': async () => String((await fresh.admin('GET', '/admin/history')).body.data[0].id),
      '/admin/virtual-models': async () => 'smarter',
      '/v1/models': async () => 'demo%2Fparrot',
    }
    const fill = async (path: string): Promise<string> => {
      const at = path.indexOf('/{')
      return at < 0 ? path : path.replace(/\{\w+\}/, await ids[path.slice(0, at)]!())
    }
    await fresh.admin('POST', '/admin/providers/refresh')
    const order = ['PUT /admin/virtual-models', 'POST /admin/keys']
    const rank = (route: Route) =>
      route.method === 'DELETE' ? 99 : order.indexOf(name(route)) < 0 ? 9 : order.indexOf(name(route))
    for (const route of [...routes].sort((a, b) => rank(a) - rank(b))) {
      const example = exampleOf(route)
      if (route.requestBody && example === undefined) continue
      const { status, body } = await fresh.admin(route.method, await fill(route.path), example)
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
