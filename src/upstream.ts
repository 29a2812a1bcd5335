import { type Change, splice } from './body.ts'
import type { Dialect } from './dialect.ts'
import type { GuardedFetch } from './egress.ts'
import { Refusal, refuse, toRefusal } from './errors.ts'
import type { Exchange } from './exchange.ts'
import { isNextWorthwhile, toFailure } from './failures.ts'
import { every, type HookTable } from './hooks.ts'
import type { Provider, UpstreamCall } from './provider.ts'
import type { Answer, JsonObject, Outcome, Target } from './types.ts'

export interface AskOptions {
  readonly providers: () => ReadonlyMap<string, Provider>
  readonly hooks: HookTable
  readonly egress: GuardedFetch
  /** Milliseconds that a provider may take until its answer begins. */
  readonly timeout: number
}

/** Tries the targets of the route in order, each once, until one begins to answer. */
export function createAsk({
  providers,
  hooks,
  egress,
  timeout,
}: AskOptions): (x: Exchange) => Promise<Answer> {
  async function tryTarget(x: Exchange, target: Target): Promise<Answer> {
    const provider = providers().get(target.provider)
    if (!provider) return refuse('model_unavailable', `Provider "${target.provider}" is not configured`)
    const dialect = x.endpoint as Dialect
    const { text, hideUsage } = write(x, dialect, provider, target)
    const headers = forwarded(x.request, dialect)
    x.attemptDeadline = performance.now() + timeout
    try {
      const sent = provider.call(
        { dialect: dialect.name, model: target.model, body: text, headers },
        x.abort.signal,
      )
      const call = sent instanceof Promise ? await sent : sent
      const response = call instanceof Response ? call : await send(call, provider, x.abort.signal)
      return await read(response, { provider, dialect, hideUsage })
    } finally {
      x.attemptDeadline = undefined
    }
  }

  const send = (
    { url, headers, body }: UpstreamCall,
    provider: Provider,
    signal: AbortSignal,
  ): Promise<Response> =>
    egress(url, { method: 'POST', headers, body, signal }).catch(cause => {
      const code: unknown = cause?.code
      const why = typeof code === 'string' ? ` (${code})` : ''
      return refuse('upstream_unreachable', `Provider "${provider.name}" could not be reached${why}`, {
        cause,
      })
    })

  return async function ask(x) {
    const hangUp = () => x.abort.abort(new Refusal('client_closed', 'The client hung up'))
    if (x.request.signal.aborted) hangUp()
    x.request.signal.addEventListener('abort', hangUp)
    x.releases.push(() => x.request.signal.removeEventListener('abort', hangUp))
    let failure: Refusal | undefined
    for (const target of x.route.targets) {
      x.target = target
      const watchers: Watcher[] = []
      const began = performance.now()
      try {
        await every(hooks.attempt, x, watch => watchers.push(watch))
        const answer = await tryTarget(x, target)
        report(x, watchers, { ok: true, status: 200, ms: performance.now() - began })
        return answer
      } catch (error) {
        failure = toRefusal(x.abort.signal.aborted ? x.abort.signal.reason : error)
        report(x, watchers, {
          ok: false,
          status: failure.status,
          code: failure.code,
          ms: performance.now() - began,
        })
        if (x.abort.signal.aborted || !isNextWorthwhile(failure)) break
      }
    }
    throw failure
  }
}

type Watcher = (outcome: Outcome) => void

function report(x: Exchange, watchers: readonly Watcher[], outcome: Outcome): void {
  x.attempts.push({ target: x.target!, ...outcome })
  for (const watch of watchers) watch(outcome)
}

/** The client's own bytes, with the model's name at this provider and, for a stream, the wish for usage. */
function write(
  x: Exchange,
  dialect: Dialect,
  provider: Provider,
  target: Target,
): { text: string; hideUsage: boolean } {
  const body = x.body!
  const changes: Change[] = [{ field: 'model', value: target.model }]
  const ask = x.stream && provider.asksUsage ? dialect.askUsage?.(body.json) : undefined
  if (ask) changes.push(ask)
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
  if (!response.ok) throw toFailure(provider.name, response, toJson(await readCapped(response, ERROR_LIMIT)))
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

function readCapped(response: Response, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  const length = response.headers.get('content-length')
  const isPlain = length !== null && Number(length) <= limit && !response.headers.has('content-encoding')
  return isPlain ? response.bytes() : readChunks(response, limit)
}

/** The announced length may lie, or be that of compressed bytes: what counts is what arrives. */
async function readChunks(response: Response, limit: number): Promise<Uint8Array<ArrayBuffer>> {
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
