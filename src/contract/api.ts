import type { GenericSchema, InferOutput } from 'valibot'
import type { Bytes } from '../base/bytes.ts'
import { refuse } from '../errors.ts'
import type { Scoped } from '../exchange.ts'
import type { Admin, Awaitable, Caller } from '../types.ts'
import type { Endpoint } from './dialect.ts'

/** What an operator did through the admin API or the dashboard, or a caller at an endpoint that is `audited`. */
export interface AdminEvent {
  /** Undefined: a caller did it, or it was refused, because nobody knows who called. */
  readonly admin: Admin | undefined
  /** The caller who did it, where it was one. */
  readonly caller?: Pick<Caller, 'id' | 'name'>
  /** Of HTTP. */
  readonly method: string
  /** The route, with the names of its parameters: `/admin/keys/:id`. */
  readonly route: string
  /** The address as it was called, without its query. */
  readonly path: string
  /** Of the answer. */
  readonly status: number
  /** Milliseconds since 1970. */
  readonly at: number
}

/** What the handler of an endpoint gets: parsed input and who asks. */
export interface ApiCall<Body, Query> {
  readonly request: Request
  /** The segments that the path names, percent-decoded. */
  readonly params: Readonly<Record<string, string>>
  readonly query: Query
  readonly body: Body
  /** Set on `admin` endpoints. */
  readonly admin: Admin | undefined
  /** Set on `caller` endpoints. */
  readonly x: Scoped | undefined
}

/**
 * One JSON endpoint. The door authorizes it by `access`, validates body and query by their schemas, writes the
 * OpenAPI document from the same schemas, and turns what `run` returns into JSON (a `Response` goes out as it is,
 * `undefined` becomes 204).
 */
export interface Api<B extends GenericSchema = GenericSchema, Q extends GenericSchema = GenericSchema>
  extends Partial<Endpoint> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** From the root; `:name` is a segment, `*` the rest. */
  readonly path: `/${string}`
  /** What `*` stands for, for the document; without it the endpoint is left out there. */
  readonly rest?: string
  /** Who may: operators, callers with a key, or anyone. */
  readonly access: 'admin' | 'caller' | 'anyone'
  /**
   * It only asks, though it is no GET: nothing is changed, here or elsewhere, and nothing is paid for. Of `admin` endpoints
   * these and GETs are for operators who only read, too; the door refuses them all others.
   */
  readonly asks?: boolean
  /** Of a `caller` endpoint that is no GET: the `audit` hooks hear of its calls, refused ones too, as of those of operators. */
  readonly audited?: boolean
  /** A few words for the document, without a period; `description` has sentences, in Markdown. */
  readonly summary: string
  readonly description?: string
  /** Where the document lists it. */
  readonly tag: string
  /** What does not fit these is refused before `run`, with the name of the field. */
  readonly body?: B
  readonly query?: Q
  /** Request headers that it heeds, and what they do; for the document. */
  readonly heeds?: Readonly<Record<string, string>>
  /** The body that a good call sends, for the document. */
  readonly example?: unknown
  /** The good answer: status, what it is, its schema. */
  readonly answer: {
    readonly status?: number
    readonly about: string
    readonly schema?: GenericSchema
    /** Its media type, or those that it may have. Default: JSON; with a type and without a schema it is text. */
    readonly type?: string | readonly string[]
    /** Headers of its own, and what they tell. */
    readonly headers?: Readonly<Record<string, string>>
  }
  /** Codes of the refusals that callers should expect beside 400 and 401. */
  readonly refusals?: readonly number[]
  /** Left out of the API document. */
  readonly hidden?: boolean
  /** @throws Refusal for the caller; anything else is a bug: a bare 500, and the log names the plugin. */
  run(call: ApiCall<InferOutput<B>, InferOutput<Q>>): Awaitable<unknown>
}

/** Declares an endpoint; the types of its schemas reach `run`. */
export const defineApi = <B extends GenericSchema, Q extends GenericSchema>(api: Api<B, Q>): Api =>
  api as unknown as Api

/** A JSON answer as the door makes it, with headers of its own; `undefined` becomes 204. */
export function answerJson(
  value: unknown,
  {
    status = 200,
    headers = {},
  }: { readonly status?: number; readonly headers?: Readonly<Record<string, string>> } = {},
): Response {
  const all = { 'x-request-id': crypto.randomUUID(), 'cache-control': 'no-store', ...headers }
  return value === undefined
    ? new Response(null, { status: 204, headers: all })
    : new Response(toJson(value), { status, headers: { 'content-type': JSON_TYPE, ...all } })
}

/** What an endpoint may return in the place of a value: its JSON, which was written before. */
export class Written {
  readonly json: Bytes
  constructor(json: Bytes) {
    this.json = json
  }
}

const JSON_TYPE = 'application/json;charset=utf-8'
const encoder = new TextEncoder()

/** A value as an endpoint returns it, as JSON. */
export const toJson = (value: unknown): Bytes =>
  value instanceof Written ? value.json : encoder.encode(JSON.stringify(value))

/** What follows a prefix in the address, percent-decoded; it may hold slashes, encoded or not. @throws Refusal (400) */
export function restOf(request: Request, prefix: string): string {
  const path = new URL(request.url).pathname
  try {
    return decodeURIComponent(path.slice(path.indexOf(prefix) + prefix.length))
  } catch {
    return refuse('invalid_request', 'The address is not correctly percent-encoded')
  }
}
