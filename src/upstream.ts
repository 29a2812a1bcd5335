import { splice } from './body.ts'
import type { Dialect } from './dialect.ts'
import { type Code, Refusal, refuse, toRefusal } from './errors.ts'
import type { Exchange } from './exchange.ts'
import { every, type HookTable } from './hooks.ts'
import type { Provider, UpstreamCall } from './provider.ts'
import type { Answer, JsonObject, Outcome, Target } from './types.ts'

export type GuardedFetch = (url: string, init?: RequestInit) => Promise<Response>

/**
 * The only fetch of the house. It speaks http(s), to origins that the operator configured, and follows no redirect: a
 * redirect would carry the provider's key wherever the answer says. Idle timers are off, because models think for
 * minutes; deadlines are the caller's business.
 */
export function createGuardedFetch(isAllowed: (origin: string) => boolean): GuardedFetch {
  const checked = new Set<string>()
  return (url, init) => {
    if (!checked.has(url)) {
      checkUrl(url, isAllowed)
      if (checked.size < 10_000) checked.add(url)
    }
    return fetch(url, { ...init, redirect: 'manual', timeout: false } as RequestInit)
  }
}

function checkUrl(url: string, isAllowed: (origin: string) => boolean): void {
  const parsed = URL.parse(url)
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) {
    throw new Error(`Cannot fetch "${url}": only http and https addresses can be called`)
  }
  if (parsed.username !== '' || !isAllowed(parsed.origin)) {
    throw new Error(
      `Cannot fetch from "${parsed.origin}": it is no configured provider and not in EGRESS_ALLOW`,
    )
  }
}

export interface AskOptions {
  readonly providers: () => ReadonlyMap<string, Provider>
  readonly hooks: HookTable
  readonly fetch: GuardedFetch
  /** Milliseconds that a provider may take until its answer begins. */
  readonly timeout: number
}

/** Tries the targets of the route in order, each once, until one begins to answer. */
export function createAsk({
  providers,
  hooks,
  fetch,
  timeout,
}: AskOptions): (x: Exchange) => Promise<Answer> {
  return async function ask(x) {
    const hangUp = () => x.abort.abort(new Refusal('client_closed', 'The client hung up'))
    x.request.signal.addEventListener('abort', hangUp)
    x.releases.push(() => x.request.signal.removeEventListener('abort', hangUp))
    let failure: Refusal | undefined
    for (const target of x.route.targets) {
      x.target = target
      const result = await tryTarget(x, target)
      if (!(result instanceof Refusal)) return result
      failure = result
      if (x.abort.signal.aborted || !isNextWorthwhile(result)) break
    }
    throw failure
  }

  async function tryTarget(x: Exchange, target: Target): Promise<Answer | Refusal> {
    const watchers: ((outcome: Outcome) => void)[] = []
    const began = performance.now()
    const report = (outcome: Omit<Outcome, 'ms'>) => {
      const attempt = { ...outcome, ms: performance.now() - began, target }
      x.attempts.push(attempt)
      for (const watch of watchers) watch(attempt)
    }
    try {
      await every(hooks.attempt, x, watch => watchers.push(watch))
      const answer = await call(x, target)
      report({ ok: true, status: 200 })
      return answer
    } catch (error) {
      const refusal = toRefusal(error)
      report({ ok: false, status: refusal.status, code: refusal.code })
      if (refusal.code === 'internal_error') throw refusal
      return refusal
    }
  }

  async function call(x: Exchange, target: Target): Promise<Answer> {
    const provider = providers().get(target.provider)
    if (!provider) return refuse('model_unavailable', `Provider "${target.provider}" is not configured`)
    const dialect = x.endpoint as Dialect
    const { text, hideUsage } = write(x, dialect, provider, target)
    const late = setTimeout(
      () =>
        x.abort.abort(
          new Refusal('upstream_timeout', `Provider "${provider.name}" did not answer within ${timeout} ms`),
        ),
      timeout,
    )
    try {
      const facts = {
        dialect: dialect.name,
        model: target.model,
        body: text,
        headers: forwarded(x.request, dialect),
      }
      const sent = await provider.call(facts, x.abort.signal)
      const response = sent instanceof Response ? sent : await send(sent, provider, x.abort.signal)
      return await read(response, { provider, dialect, hideUsage })
    } catch (error) {
      throw x.abort.signal.aborted ? x.abort.signal.reason : error
    } finally {
      clearTimeout(late)
    }
  }

  async function send(sent: UpstreamCall, provider: Provider, signal: AbortSignal): Promise<Response> {
    try {
      return await fetch(sent.url, { method: 'POST', headers: sent.headers, body: sent.body, signal })
    } catch (cause) {
      const code = (cause as { code?: unknown }).code
      return refuse(
        'upstream_unreachable',
        `Provider "${provider.name}" could not be reached${typeof code === 'string' ? ` (${code})` : ''}`,
        { cause },
      )
    }
  }
}

/** The client's own bytes, with the model's name at this provider and, for a stream, the wish for usage. */
function write(
  x: Exchange,
  dialect: Dialect,
  provider: Provider,
  target: Target,
): { text: string; hideUsage: boolean } {
  const body = x.body!
  const changes = new Map<string, unknown>([['model', target.model]])
  const ask = x.stream && provider.asksUsage ? dialect.askUsage?.(body.json) : undefined
  if (ask) changes.set(ask.field, ask.value)
  return { text: splice(body.text, changes), hideUsage: ask !== undefined }
}

function forwarded(request: Request, dialect: Dialect): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const name of dialect.forwardedHeaders) {
    const value = request.headers.get(name)
    if (value !== null) headers[name] = value
  }
  return headers
}

/** Whole answers beyond this are not read: no model writes so much, a broken or hostile upstream may. */
const ANSWER_LIMIT = 64 * 1024 * 1024
const ERROR_LIMIT = 64 * 1024

interface Reading {
  readonly provider: Provider
  readonly dialect: Dialect
  readonly hideUsage: boolean
}

async function read(response: Response, { provider, dialect, hideUsage }: Reading): Promise<Answer> {
  if (!response.ok) throw toFailure(provider, response, await readCapped(response, ERROR_LIMIT))
  const contentType = response.headers.get('content-type') ?? ''
  if (/^text\/event-stream\b/i.test(contentType)) {
    if (response.body === null)
      return refuse('upstream_invalid', `Provider "${provider.name}" sent an empty stream`)
    return { kind: 'stream', body: response.body as ReadableStream<Uint8Array<ArrayBuffer>>, hideUsage }
  }
  const body = await readCapped(response, ANSWER_LIMIT)
  const json = toJson(body)
  if (json === undefined)
    return refuse('upstream_invalid', `Provider "${provider.name}" sent an answer that is not a JSON object`)
  const usage = dialect.usage(json)
  return { kind: 'whole', body, contentType: 'application/json', ...(usage && { usage }) }
}

async function readCapped(response: Response, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  const length = response.headers.get('content-length')
  if (length !== null && Number(length) <= limit && !response.headers.has('content-encoding')) {
    return (await response.bytes()) as Uint8Array<ArrayBuffer>
  }
  const chunks: Uint8Array<ArrayBuffer>[] = []
  let size = 0
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array<ArrayBuffer>>) {
    size += chunk.length
    if (size > limit) refuse('upstream_invalid', `The provider sent more than ${limit} bytes`)
    chunks.push(chunk)
  }
  return chunks.length === 1 ? chunks[0]! : new Uint8Array(await new Blob(chunks).arrayBuffer())
}

const decoder = new TextDecoder()
function toJson(bytes: Uint8Array): JsonObject | undefined {
  try {
    const json: unknown = JSON.parse(decoder.decode(bytes))
    return typeof json === 'object' && json !== null && !Array.isArray(json)
      ? (json as JsonObject)
      : undefined
  } catch {
    return undefined
  }
}

/**
 * What a provider's status means to our caller. `pass`: the caller's own mistake, so the provider's words go through.
 * Everything else is between the gateway and the provider: its words may hold account data and stay here.
 */
const statuses: Readonly<
  Record<number, { readonly code: Code; readonly pass?: true; readonly says: string }>
> = {
  400: { code: 'invalid_request', pass: true, says: 'rejected the request' },
  401: { code: 'upstream_rejected', says: "rejected the gateway's credentials" },
  402: { code: 'upstream_rejected', says: 'asks the operator of the gateway to pay' },
  403: { code: 'upstream_rejected', says: 'does not allow the gateway this call' },
  404: { code: 'model_not_found', pass: true, says: 'does not know this model' },
  408: { code: 'upstream_timeout', says: 'gave up on the request' },
  409: { code: 'conflict', pass: true, says: 'reports a conflict' },
  413: { code: 'request_too_large', pass: true, says: 'finds the request too large' },
  415: { code: 'invalid_request', pass: true, says: 'rejected the request' },
  422: { code: 'invalid_request', pass: true, says: 'rejected the request' },
  429: { code: 'rate_limit_exceeded', says: 'is limiting the rate of the gateway' },
  504: { code: 'upstream_timeout', says: 'timed out' },
}

function toFailure(provider: Provider, response: Response, bytes: Uint8Array): Refusal {
  const { status } = response
  const known = statuses[status]
  const redirected = status >= 300 && status < 400
  const says = redirected
    ? `answered with a redirect (${status}), which is not followed`
    : `${known?.says ?? 'failed'} (status ${status})`
  const json = toJson(bytes)
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN)
  return new Refusal(
    known?.code ?? (redirected ? 'upstream_invalid' : 'upstream_error'),
    `Provider "${provider.name}" ${says}`,
    {
      ...(known?.pass && { status }),
      ...(known?.pass && json?.error !== undefined && { body: json }),
      ...(retryAfter >= 0 && retryAfter <= 3600 && { retryAfter }),
    },
  )
}

/** A caller's mistake is a mistake everywhere; a provider's trouble is not. */
const isNextWorthwhile = (refusal: Refusal): boolean =>
  refusal.status === 429 || refusal.status >= 500 || refusal.code === 'model_not_found'
