import { type AnyElysia, Elysia } from 'elysia'
import type { Api } from '../api.ts'
import { describe } from '../describe.ts'
import type { Dialect } from '../dialect.ts'
import { Refusal, toRefusal } from '../errors.ts'
import { type Connection, Exchange, type Scoped } from '../exchange.ts'
import { first, type HookTable } from '../hooks.ts'
import type { Log } from '../log.ts'
import type { Page, Shell } from '../page.ts'
import type { Aim, Passage } from '../passage.ts'
import { plainRefusal, refusalHeaders } from '../respond/respond.ts'
import type { Answer, Awaitable } from '../types.ts'
import { createAddressCheck } from './address.ts'
import { createApiCaller } from './api-caller.ts'
import { createAudit } from './audit.ts'
import { createPages } from './pages.ts'
import { createReference } from './reference.ts'

export interface DoorOptions {
  readonly dialects: readonly Dialect[]
  readonly passages: readonly Passage[]
  readonly api: readonly Api[]
  readonly pages: readonly Page[]
  readonly shell: Shell
  readonly assets: Readonly<Record<string, string>>
  readonly hooks: HookTable
  readonly log: Log
  readonly base: string
  readonly version: string
  readonly now: () => number
  readonly bodyLimit: number
  readonly uploadLimit: number
  /** What operators do is finished before the gateway stops. */
  readonly enter: (x: Exchange) => void
  readonly leave: (x: Exchange) => void
  readonly answer: (request: Request, dialect: Dialect, connection: Connection) => Promise<Response>
  readonly serve: (
    request: Request,
    endpoint: { name: string },
    connection: Connection,
    run: (x: Scoped, forward: (aim: Aim) => Promise<Answer>) => Awaitable<Answer>,
  ) => Promise<Response>
}

export type Door = (request: Request, connection: Connection) => Awaitable<Response>

/**
 * The door. Elysia routes; policy is bound to the matched route, never to a path prefix. It neither parses the hot
 * path nor knows what a model is.
 */
export function createDoor(options: DoorOptions): Door {
  const { base, dialects, api, hooks, log } = options
  const connections = new WeakMap<Request, Connection>()
  const connectionOf = (request: Request) => connections.get(request)!
  const app: AnyElysia = new Elysia({ prefix: base, precompile: false })
  app.onError(({ error, code, request, path }) => {
    if (code === 'NOT_FOUND') return noSuchRoute(request.method, path)
    if (code === 'PARSE' || code === 'VALIDATION')
      return refusalResponse(new Refusal('invalid_request', 'The request is malformed'))
    return fail(error)
  })
  const reference = createReference({ ...options, tags: tagsOf(api, options.passages) })
  for (const path of ['/swagger', '/swagger/json']) app.get(path, ({ request }) => reference(request))
  for (const dialect of dialects) {
    app.post(dialect.path, ({ request }) => options.answer(request, dialect, connectionOf(request)), {
      parse: 'none',
    })
  }
  for (const passage of options.passages) {
    for (const method of passage.methods) {
      app.route(method, passage.path, ({ request, params }) => callPassage(passage, request, params ?? {}), {
        parse: 'none',
      })
    }
  }
  for (const route of api) {
    app.route(
      route.method,
      route.path,
      ({ request, params }) => callApi(route, request, (params ?? {}) as Record<string, string>),
      {
        parse: 'none',
      },
    )
  }
  const audit = createAudit(hooks, log, options.now)
  const callApi = createApiCaller({
    audit,
    ...options,
    administrate: request => administrate(request),
    connectionOf,
    fail: error => fail(error),
  })
  const administrate = async (request: Request) =>
    first(hooks.administrate, new Exchange(request, { name: 'admin' }, connectionOf(request)))
  for (const { method, path, run } of createPages({ ...options, administrate, audit, connectionOf, fail })) {
    app.route(method, path, ({ request }) => run(request), { parse: 'none' })
  }

  const { bodyLimit, uploadLimit } = options
  const callPassage = (passage: Passage, request: Request, params: Readonly<Record<string, string>>) =>
    options.serve(request, passage, connectionOf(request), (x, forward) =>
      passage.run({ request, params, x, bodyLimit, uploadLimit, forward }),
    )

  function fail(error: unknown): Response {
    const refusal = toRefusal(error)
    if (refusal.code === 'internal_error')
      log.error('A request failed because of a bug', { error: describe(refusal.cause) })
    return refusalResponse(refusal)
  }

  const table = [
    ...dialects.map(({ path }) => ({ method: 'POST', path })),
    ...api.map(({ method, path }) => ({ method, path })),
    ...options.passages.flatMap(({ methods, path }) => methods.map(method => ({ method, path }))),
  ].map(({ method, path }) => ({ method, path, pattern: toPattern(base + path) }))

  function noSuchRoute(method: string, path: string): Response {
    const allowed = [...new Set(table.filter(({ pattern }) => pattern.test(path)).map(route => route.method))]
    if (allowed.length > 0) {
      const message = `${path} does not take ${method}: use ${allowed.join(' or ')}`
      return refusalResponse(new Refusal('method_not_allowed', message), { allow: allowed.join(', ') })
    }
    const message = `There is nothing at ${path.slice(0, 200)}: ${base}/swagger lists every address`
    return refusalResponse(new Refusal('not_found', message))
  }

  // Nearly all calls ask a model at one of a few fixed addresses: those need no search.
  const known = new Map(dialects.map(dialect => [base + dialect.path, dialect]))
  const settleAddress = createAddressCheck()
  return (request, connection) => {
    try {
      const settled = settleAddress(request)
      const dialect = settled.method === 'POST' ? known.get(pathOf(settled.url)) : undefined
      if (dialect !== undefined) return options.answer(settled, dialect, connection).catch(fail)
      connections.set(settled, connection)
      return app.fetch(settled)
    } catch (error) {
      return fail(error)
    }
  }
}

const refusalResponse = (refusal: Refusal, headers: Record<string, string> = {}): Response =>
  Response.json(plainRefusal(refusal), {
    status: refusal.status,
    headers: { 'x-request-id': crypto.randomUUID(), ...refusalHeaders(refusal), ...headers },
  })

/** What stands between the host and the query of an address that was checked. */
function pathOf(url: string): string {
  const start = url.indexOf('/', url.indexOf('://') + 3)
  const end = url.indexOf('?', start)
  return end < 0 ? url.slice(start) : url.slice(start, end)
}

const toPattern = (path: string): RegExp =>
  new RegExp(
    `^${path
      .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
      .replace(/:\w+/g, '[^/]+')
      .replace(/\*$/, '.*')}/?$`,
  )

const tagsOf = (api: readonly Api[], passages: readonly Passage[]) => {
  const shown = api.filter(({ hidden }) => !hidden)
  const names = ['Models', ...passages.map(({ tag = 'Models' }) => tag), ...shown.map(({ tag }) => tag)]
  return [...new Set(names)].map(name => ({ name, description: tagTexts[name] ?? name }))
}

const tagTexts: Readonly<Record<string, string>> = {
  Models: 'What applications call.',
  Passthrough: 'Everything else that a provider offers, in its own language.',
  Files: 'Files that providers keep.',
  Batches: 'Many calls at once, for less.',
  'Virtual models': 'Redirects and access policies.',
  Keys: 'Who may call.',
  Usage: 'What was used, and what it cost.',
  Providers: 'Configured upstreams and what they offer.',
  History: 'What was changed, by whom, and what it was before.',
  Health: 'For load balancers.',
}
