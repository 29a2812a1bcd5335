import { type Api, answerJson } from '../api.ts'
import { refuse } from '../errors.ts'
import { type Connection, Exchange, type Scoped } from '../exchange.ts'
import { readBody } from '../request/body.ts'
import { check } from '../request/check.ts'
import type { Admin, Answer, Awaitable, ByteSource } from '../types.ts'
import type { Audit } from './audit.ts'

export interface ApiCallerOptions {
  readonly audit: Audit
  /** Bytes. */
  readonly bodyLimit: number
  readonly administrate: (request: Request) => Promise<Admin | undefined>
  readonly connectionOf: (request: Request) => Connection
  readonly fail: (error: unknown) => Response
  /** The gateway does not stop in the middle of what lies between. */
  readonly enter: (x: Exchange) => void
  readonly leave: (x: Exchange) => void
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
  const { audit, bodyLimit, administrate, connectionOf, fail, serve, enter, leave } = options

  const read = async (route: Api, request: Request): Promise<{ query: unknown; body: unknown }> => ({
    query: route.query
      ? check(route.query, Object.fromEntries(new URL(request.url).searchParams))
      : undefined,
    body: route.body ? check(route.body, (await readBody(request, bodyLimit)).json) : undefined,
  })

  /** A caller's request takes the pipeline's way in and out. */
  function callAsCaller(route: Api, request: Request, params: Params): Promise<Response> {
    const endpoint = { name: route.name ?? route.path, ...(route.refusal && { refusal: route.refusal }) }
    return serve(request, endpoint, connectionOf(request), async x => {
      const value = await route.run({ request, params, ...(await read(route, request)), admin: undefined, x })
      return value instanceof Response ? asItIs(value) : wholeAnswer(value, route.answer.status)
    })
  }

  async function callAsAdmin(route: Api, request: Request, params: Params): Promise<Response> {
    const x = new Exchange(request, { name: route.path }, connectionOf(request))
    let admin: Admin | undefined
    const response = await answer(async () => {
      enter(x)
      admin =
        (await administrate(request)) ??
        refuse('invalid_api_key', 'Send the master key: "Authorization: Bearer KEY"')
      checkForgery(request, admin)
      return run(route, request, params, admin)
    })
    if (request.method !== 'GET') audit(admin, request, route.path, response.status)
    leave(x)
    return response
  }

  async function run(
    route: Api,
    request: Request,
    params: Params,
    admin: Admin | undefined,
  ): Promise<Response> {
    const value = await route.run({ request, params, ...(await read(route, request)), admin, x: undefined })
    if (value instanceof Response) return value
    return answerJson(value, { ...(route.answer.status !== undefined && { status: route.answer.status }) })
  }

  /** Whatever is thrown becomes an answer. */
  const answer = (make: () => Promise<Response>): Promise<Response> => make().catch(fail)

  return (route: Api, request: Request, params: Params): Promise<Response> => {
    if (route.access === 'caller') return callAsCaller(route, request, params)
    if (route.access === 'anyone') return answer(() => run(route, request, params, undefined))
    // Whatever else it says: operators only.
    return callAsAdmin(route, request, params)
  }
}

/** A write with a session carries the session's token, which another site cannot know. */
function checkForgery(request: Request, { csrf }: Admin): void {
  const isForged = csrf !== undefined && request.headers.get('x-csrf-token') !== csrf
  if (request.method !== 'GET' && isForged)
    refuse('forbidden', 'The form is out of date: reload the page and try again')
}

const encoder = new TextEncoder()

const wholeAnswer = (value: unknown, status = 200): Answer =>
  value === undefined
    ? { kind: 'whole', contentType: '', body: new Uint8Array(), status: 204 }
    : { kind: 'whole', contentType: 'application/json', body: encoder.encode(JSON.stringify(value)), status }

/** An answer that an endpoint has put together itself, bytes that nobody looks into. */
function asItIs({ body, status, headers }: Response): Answer {
  const shared = {
    contentType: headers.get('content-type') ?? '',
    status,
    headers: Object.fromEntries(headers),
  }
  return body === null
    ? { kind: 'whole', body: new Uint8Array(), ...shared }
    : { kind: 'raw', reader: body.getReader() as ByteSource, ...shared }
}
