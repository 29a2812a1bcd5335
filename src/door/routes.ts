import { type AnyElysia, Elysia } from 'elysia'
import { type Dialect, pathsOf } from '../contract/dialect.ts'
import type { Passage } from '../contract/passage.ts'
import { Refusal } from '../errors.ts'
import { type Connection, Exchange } from '../exchange.ts'
import { first, inName } from '../hooks.ts'
import { partsOf } from '../request/addressed.ts'
import { checkParams } from './address.ts'
import { createApiCaller } from './api-caller.ts'
import { createAudit } from './audit.ts'
import type { Door, DoorOptions } from './door.ts'
import { createPages } from './pages.ts'
import { createReference } from './reference.ts'
import { createFail, refusalResponse } from './refusals.ts'

/** Every address of the house. Elysia finds the route; policy is bound to what was found, never to a path prefix. */
export function createRoutes(options: DoorOptions): Door {
  const { base, dialects, api, hooks, log } = options
  const fail = createFail(log)
  const connections = new WeakMap<Request, Connection>()
  const connectionOf = (request: Request) => connections.get(request)!
  const app: AnyElysia = new Elysia({ prefix: base, precompile: false })
  app.onError(({ error, code, request, path }) => {
    if (code === 'NOT_FOUND') return noSuchRoute(request.method, path)
    if (code === 'PARSE' || code === 'VALIDATION')
      return refusalResponse(new Refusal('invalid_request', 'The request is malformed'))
    return fail(error)
  })
  const reference = createReference(options)
  for (const path of ['/swagger', '/swagger/json']) app.get(path, ({ request }) => reference(request))
  const placed = dialects.flatMap(dialect => pathsOf(dialect).map(path => ({ path, dialect })))
  for (const [path, group] of Map.groupBy(placed, ({ path }) => path)) {
    const [dialect, ...others] = group.map(({ dialect }) => dialect) as [Dialect, ...Dialect[]]
    // Which of them it is, stands behind the path. Where it is none, any of them says so in its language.
    const chosen = (request: Request) => others.find(each => partsOf(request, each)) ?? dialect
    app.route(
      methodOf(dialect),
      path,
      ({ request }) => options.answer(request, chosen(request), connectionOf(request)),
      { parse: 'none' },
    )
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
    fail,
  })
  const administrate = async (request: Request) =>
    first(hooks.administrate, new Exchange(request, { name: 'admin' }, connectionOf(request)))
  for (const { method, path, run } of createPages({ ...options, audit, connectionOf, fail })) {
    app.route(method, path, ({ request }) => run(request), { parse: 'none' })
  }

  const { bodyLimit, uploadLimit } = options
  /** The lengths that answers to HEAD say; null where they say none. */
  const lengths = new WeakMap<Request, string | null>()
  async function callPassage(passage: Passage, request: Request, params: Readonly<Record<string, string>>) {
    const response = await options.serve(request, passage, connectionOf(request), (x, forward) => {
      checkParams(params)
      return inName(options.ownerOf(passage), `${request.method} ${passage.path}`, () =>
        passage.run({ request, params, x, bodyLimit, uploadLimit, forward }),
      )
    })
    if (request.method === 'HEAD' && response.ok && response.body === null)
      lengths.set(request, response.headers.get('content-length'))
    return response
  }

  const table = [
    ...placed.map(({ dialect, path }) => ({ method: methodOf(dialect), path })),
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

  return (request, connection) => {
    connections.set(request, connection)
    const answer = app.fetch(request)
    if (request.method !== 'HEAD') return answer
    return Promise.resolve(answer).then(response => withLength(response, lengths.get(request)))
  }
}

/** A WebSocket is opened by a GET. */
const methodOf = ({ talk }: Dialect): 'GET' | 'POST' => (talk === undefined ? 'POST' : 'GET')

/**
 * Elysia answers HEAD as it answers GET, and tells the length of the body: of one that was never fetched, none. Where
 * nobody knows the length the server must not say 0 either, and says none of an answer in chunks.
 */
function withLength(response: Response, length: string | null | undefined): Response {
  if (length === undefined || response.status === 204) return response
  const { headers } = response
  if (length !== null) headers.set('content-length', length)
  else {
    headers.delete('content-length')
    headers.set('transfer-encoding', 'chunked')
  }
  return response
}

const toPattern = (path: string): RegExp =>
  new RegExp(
    `^${path
      .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
      .replace(/:\w+/g, '[^/]+')
      .replace(/\*$/, '.*')}/?$`,
  )
