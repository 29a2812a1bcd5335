import { type Api, type ApiCall, answerJson, toJson } from '../contract/api.ts'
import { refuse } from '../errors.ts'
import { type Connection, Exchange, type Scoped } from '../exchange.ts'
import { inName } from '../hooks.ts'
import { readBody } from '../request/body.ts'
import { check } from '../request/check.ts'
import type { Admin, Answer, Awaitable, ByteSource, Caller } from '../types.ts'
import { checkParams } from './address.ts'
import type { Audit } from './audit.ts'
import { isRead, onlyAsks, refuseReaders } from './readers.ts'
import { refuseUnasked } from './unasked.ts'

export interface ApiCallerOptions {
  readonly audit: Audit
  /** Bytes. */
  readonly bodyLimit: number
  readonly administrate: (request: Request) => Promise<Admin | undefined>
  readonly connectionOf: (request: Request) => Connection
  readonly fail: (error: unknown, id?: string) => Response
  readonly ownerOf: (contributed: object) => string
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
type Asked = Omit<ApiCall<unknown, unknown>, 'query' | 'body'>

/** Calls JSON endpoints: authorizes by what the endpoint declares, validates, answers, and tells of admin writes. */
export function createApiCaller(options: ApiCallerOptions) {
  const { audit, bodyLimit, administrate, connectionOf, fail, ownerOf, serve, enter, leave } = options

  /** Whatever fails from here on and is no refusal is a bug of the plugin, down to a value that is no JSON. */
  async function run<T>(route: Api, asked: Asked, make: (value: unknown) => T): Promise<T> {
    const { request, params } = asked
    checkParams(params)
    const json = route.body && (await readBody(request, bodyLimit)).json
    return inName(ownerOf(route), `${route.method} ${route.path}`, async () => {
      const query = route.query && check(route.query, Object.fromEntries(new URL(request.url).searchParams))
      const body = route.body && check(route.body, json)
      return make(await route.run({ ...asked, query, body }))
    })
  }

  /** A caller's request takes the pipeline's way in and out. */
  async function callAsCaller(route: Api, request: Request, params: Params): Promise<Response> {
    const endpoint = {
      name: route.name ?? route.path,
      ...(route.refusal && { refusal: route.refusal }),
      ...(route.challenge && { challenge: route.challenge }),
    }
    let caller: Caller | undefined
    const response = await serve(request, endpoint, connectionOf(request), x => {
      caller = x.caller
      return run(route, { request, params, admin: undefined, x }, value =>
        value instanceof Response ? asItIs(value) : wholeAnswer(value, route.answer.status),
      )
    })
    if (route.audited === true) audit({ caller }, request, route.path, response.status)
    return response
  }

  async function callAsAdmin(route: Api, request: Request, params: Params): Promise<Response> {
    const x = new Exchange(request, { name: route.path }, connectionOf(request))
    let admin: Admin | undefined
    const act = async () => {
      enter(x)
      admin =
        (await administrate(request)) ??
        refuse('invalid_api_key', 'Send the master key, or one that operates: "Authorization: Bearer KEY"')
      if (!onlyAsks(route)) refuseReaders(admin)
      if (!isRead(route)) checkForgery(request, admin)
      await refuseUnasked(route, request, bodyLimit)
      return respond(route, { request, params, admin, x: undefined })
    }
    const response = await act().catch(error => fail(error, x.id))
    if (!isRead(route)) audit({ admin }, request, route.path, response.status)
    leave(x)
    return response
  }

  const respond = (route: Api, asked: Asked): Promise<Response> =>
    run(route, asked, value =>
      value instanceof Response
        ? value
        : answerJson(value, { ...(route.answer.status !== undefined && { status: route.answer.status }) }),
    )

  return (route: Api, request: Request, params: Params): Promise<Response> => {
    if (route.access === 'caller') return callAsCaller(route, request, params)
    if (route.access === 'anyone')
      return respond(route, { request, params, admin: undefined, x: undefined }).catch(error => fail(error))
    // Whatever else it says: operators only.
    return callAsAdmin(route, request, params)
  }
}

/** A write with a session carries the session's token, which another site cannot know. */
function checkForgery(request: Request, { csrf }: Admin): void {
  if (csrf !== undefined && request.headers.get('x-csrf-token') !== csrf)
    refuse('forbidden', 'The form is out of date: reload the page and try again')
}

const wholeAnswer = (value: unknown, status = 200): Answer =>
  value === undefined
    ? { kind: 'whole', contentType: '', body: new Uint8Array(), status: 204 }
    : { kind: 'whole', contentType: 'application/json', body: toJson(value), status }

/** An answer that an endpoint has put together itself, bytes that nobody looks into. */
function asItIs({ body, status, headers }: Response): Answer {
  const { 'set-cookie': _, ...single } = Object.fromEntries(headers)
  const shared = {
    contentType: headers.get('content-type') ?? '',
    status,
    headers: single,
    cookies: headers.getSetCookie(),
  }
  return body === null
    ? { kind: 'whole', body: new Uint8Array(), ...shared }
    : { kind: 'raw', reader: body.getReader() as ByteSource, ...shared }
}
