import { readAnswer } from './answer.ts'
import { type Change, splice } from './body.ts'
import type { Dialect } from './dialect.ts'
import type { GuardedFetch } from './egress.ts'
import { Refusal, refuse, toRefusal } from './errors.ts'
import { cutShort, type Exchange } from './exchange.ts'
import { isNextWorthwhile, pauseBefore, summarize } from './failures.ts'
import { blame, every, type HookTable } from './hooks.ts'
import type { Provider, UpstreamCall } from './provider.ts'
import type { Answer, Outcome, Target } from './types.ts'

export interface AskOptions {
  readonly providers: () => ReadonlyMap<string, Provider>
  readonly hooks: HookTable
  readonly egress: GuardedFetch
  /** Milliseconds that may pass until an answer begins, all tries together. */
  readonly timeout: number
  /** The same for one try, while another target is left. */
  readonly attemptTimeout: number
  /** How often the only target is tried again. */
  readonly retries: number
}

/**
 * Tries the targets of the route in order, each once, until one begins to answer. Where there is only one, it is tried
 * again after a pause. Nothing is tried any more once a byte has gone to the client.
 */
export function createAsk(options: AskOptions): (x: Exchange) => Promise<Answer> {
  const { providers, hooks, egress, timeout, attemptTimeout, retries } = options

  /** One try, watched. What went wrong comes back as a value: the next target may do better. */
  async function attempt(x: Exchange, target: Target, limit: number): Promise<Answer | Refusal> {
    const watchers: Watcher[] = []
    const began = performance.now()
    x.target = target
    if (x.abort.signal.aborted) x.abort = new AbortController()
    x.attemptDeadline = began + limit
    let result: Answer | Refusal
    try {
      const permitted = every(hooks.attempt, x, (hear, plugin) => watchers.push({ plugin, hear }))
      if (permitted instanceof Promise) await permitted
      const provider = providerOf(x, target)
      const { call, hideUsage } = write(x, provider, target)
      const sent = call instanceof Promise ? await call : call
      const response = sent instanceof Response ? sent : await send(egress, sent, x.abort.signal)
      result = await readAnswer(response, { provider, dialect: x.endpoint as Dialect, hideUsage })
    } catch (error) {
      result = toTrouble(x, target, error)
    } finally {
      x.attemptDeadline = undefined
    }
    tell(x, watchers, outcomeOf(result, performance.now() - began))
    return result
  }

  function providerOf(x: Exchange, target: Target): Provider {
    const provider = providers().get(target.provider)
    if (!provider) return refuse('model_unavailable', `Provider "${target.provider}" is not configured`)
    if (provider.wires.has(x.endpoint.name)) return provider
    return refuse('model_unavailable', `Provider "${provider.name}" does not speak ${x.endpoint.name}`)
  }

  return async function ask(x) {
    const hangUp = () => cutShort(x, new Refusal('client_closed', 'The client hung up'))
    if (x.request.signal.aborted) hangUp()
    x.request.signal.addEventListener('abort', hangUp)
    x.releases.push({
      plugin: 'gateway',
      run: () => x.request.signal.removeEventListener('abort', hangUp),
    })
    const { targets } = x.route
    const until = x.startedAt + timeout
    const failures: Refusal[] = []
    const tries = targets.length === 1 ? 1 + retries : targets.length
    for (let i = 0; i < tries && x.cut === undefined; i++) {
      const target = targets[Math.min(i, targets.length - 1)]!
      const left = until - performance.now()
      if (i > 0 && left <= 0) break
      const answer = await attempt(x, target, i < targets.length - 1 ? Math.min(left, attemptTimeout) : left)
      if (!(answer instanceof Refusal)) return answer
      failures.push(answer)
      if (!isNextWorthwhile(answer)) throw answer
      if (targets.length > 1) continue
      const pause = pauseBefore(i, answer)
      if (pause === undefined || i === tries - 1 || performance.now() + pause > until) break
      await pauseFor(x, pause)
    }
    throw x.cut ?? summarize(failures)
  }
}

interface Watcher {
  readonly plugin: string
  readonly hear: (outcome: Outcome) => void
}

function outcomeOf(result: Answer | Refusal, ms: number): Outcome {
  if (!(result instanceof Refusal)) return { ok: true, status: 200, stream: result.kind === 'stream', ms }
  const { status, code, retryAfter } = result
  return { ok: false, status, code, ms, ...(retryAfter !== undefined && { retryAfter }) }
}

/** Remembers a try and tells all who watch it. A bug of one keeps it from nobody else, and stops the request. */
function tell(x: Exchange, watchers: readonly Watcher[], outcome: Outcome): void {
  x.attempts.push({ target: x.target!, ...outcome })
  let bug: { error: unknown; plugin: string } | undefined
  for (const { plugin, hear } of watchers) {
    try {
      hear(outcome)
    } catch (error) {
      bug ??= { error, plugin }
    }
  }
  if (bug === undefined) return
  x.abort.abort(bug.error)
  blame(bug.error, { plugin: bug.plugin, hook: 'attempt' })
}

/** Ends early when the exchange is cut. */
function pauseFor(x: Exchange, ms: number): Promise<void> {
  if (x.abort.signal.aborted) x.abort = new AbortController()
  const { signal } = x.abort
  return new Promise(resolve => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}

/** The client's own bytes, with the model's name at this provider and, for a stream, the wish for usage. */
function write(x: Exchange, provider: Provider, target: Target) {
  const body = x.body!
  const dialect = x.endpoint as Dialect
  const changes: Change[] = [{ field: 'model', value: target.model }]
  const ask = x.stream && provider.asksUsage ? dialect.askUsage?.(body.json) : undefined
  if (ask) changes.push(ask)
  const facts = {
    dialect: dialect.name,
    model: target.model,
    body: splice(body.text, changes),
    headers: forwarded(x.request, dialect),
  }
  return { call: provider.call(facts, x.abort.signal), hideUsage: ask !== undefined }
}

/** A connection that could not be made, or broke before an answer began. */
class Unreachable extends Error {}

const send = (
  egress: GuardedFetch,
  { url, headers, body }: UpstreamCall,
  signal: AbortSignal,
): Promise<Response> =>
  egress(url, { method: 'POST', headers, body, signal }).catch(cause => {
    throw new Unreachable(undefined, { cause })
  })

/** What a failed try means: it was cut, nobody was there, a refusal, or a bug. */
function toTrouble(x: Exchange, { provider }: Target, error: unknown): Refusal {
  if (x.abort.signal.aborted) return toRefusal(x.abort.signal.reason)
  if (!(error instanceof Unreachable)) return toRefusal(error)
  const { cause } = error
  const code = (cause as { code?: unknown } | undefined)?.code
  const why = typeof code === 'string' ? ` (${code})` : ''
  return new Refusal('upstream_unreachable', `Provider "${provider}" could not be reached${why}`, { cause })
}

function forwarded(request: Request, dialect: Dialect): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const name of dialect.forwardedHeaders) {
    const value = request.headers.get(name)
    if (value !== null) headers[name] = value
  }
  return headers
}
