import type { Api } from './api.ts'
import type { Audit } from './audit.ts'
import { readBody } from './body.ts'
import { check } from './check.ts'
import { refuse } from './errors.ts'
import type { Connection, Scoped } from './exchange.ts'
import type { Admin, Answer, Awaitable } from './types.ts'

export interface ApiCallerOptions {
  readonly audit: Audit
  /** Bytes. */
  readonly bodyLimit: number
  readonly administrate: (request: Request) => Promise<Admin | undefined>
  readonly connectionOf: (request: Request) => Connection
  readonly fail: (error: unknown) => Response
  readonly serve: (
    request: Request,
    endpoint: { name: string },
    connection: Connection,
    run: (x: Scoped) => Awaitable<Answer>,
  ) => Promise<Response>
}

type Params = Readonly<Record<string, string>>

/** Calls JSON endpoints: authorizes by what the endpoint declares, validates, answers, and tells of admin writes. */
export function createApiCaller(options: ApiCallerOptions) {
  const { audit, bodyLimit, administrate, connectionOf, fail, serve } = options

  const read = async (route: Api, request: Request): Promise<{ query: unknown; body: unknown }> => ({
    query: route.query
      ? check(route.query, Object.fromEntries(new URL(request.url).searchParams))
      : undefined,
    body: route.body ? check(route.body, (await readBody(request, bodyLimit)).json) : undefined,
  })

  /** A caller's request takes the pipeline's way in and out. */
  function callAsCaller(route: Api, request: Request, params: Params): Promise<Response> {
    const endpoint = { name: route.name ?? route.path, ...(route.refusal && { refusal: route.refusal }) }
    return serve(request, endpoint, connectionOf(request), async x =>
      wholeAnswer(await route.run({ request, params, ...(await read(route, request)), admin: undefined, x })),
    )
  }

  async function callAsAdmin(route: Api, request: Request, params: Params): Promise<Response> {
    let admin: Admin
    try {
      admin = await requireAdmin(request)
    } catch (error) {
      return fail(error)
    }
    const response = await run(route, request, params, admin)
    if (request.method !== 'GET') audit(admin, request, route.path, response.status)
    return response
  }

  async function run(
    route: Api,
    request: Request,
    params: Params,
    admin: Admin | undefined,
  ): Promise<Response> {
    try {
      const value = await route.run({ request, params, ...(await read(route, request)), admin, x: undefined })
      return toResponse(value, route.answer.status)
    } catch (error) {
      return fail(error)
    }
  }

  async function requireAdmin(request: Request): Promise<Admin> {
    const admin =
      (await administrate(request)) ??
      refuse('invalid_api_key', 'Send the master key: "Authorization: Bearer KEY"')
    const isForged = admin.csrf !== undefined && request.headers.get('x-csrf-token') !== admin.csrf
    if (request.method !== 'GET' && isForged) {
      refuse('forbidden', 'The form is out of date: reload the page and try again')
    }
    return admin
  }

  return (route: Api, request: Request, params: Params): Promise<Response> => {
    if (route.access === 'caller') return callAsCaller(route, request, params)
    return route.access === 'admin'
      ? callAsAdmin(route, request, params)
      : run(route, request, params, undefined)
  }
}

function toResponse(value: unknown, status = 200): Response {
  if (value instanceof Response) return value
  const headers = { 'x-request-id': crypto.randomUUID(), 'cache-control': 'no-store' }
  if (value === undefined) return new Response(null, { status: 204, headers })
  return Response.json(value, { status, headers })
}

const encoder = new TextEncoder()
const wholeAnswer = (value: unknown): Answer => ({
  kind: 'whole',
  contentType: 'application/json',
  body: encoder.encode(JSON.stringify(value)),
})
