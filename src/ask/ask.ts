import type { Aim } from '../contract/passage.ts'
import type { Hear } from '../contract/plugin.ts'
import type { Provider } from '../contract/provider.ts'
import { Refusal, refuse, toRefusal } from '../errors.ts'
import { cutShort, type Exchange, endWait } from '../exchange.ts'
import { blame, every, type HookTable } from '../hooks.ts'
import type { Drain } from '../respond/drain.ts'
import { fromModelError } from '../translate/model-errors.ts'
import type { Answer, Attempt, Target } from '../types.ts'
import type { Egress } from '../upstream/egress.ts'
import { isNextWorthwhile, pauseBefore, summarize } from '../upstream/failures.ts'
import type { Loop } from '../upstream/loop.ts'
import { Unreachable } from '../upstream/unreachable.ts'
import { waitInLine } from './line.ts'
import { createWays } from './ways.ts'

export interface AskOptions {
  readonly providers: () => ReadonlyMap<string, Provider>
  /** The plugin that brought a provider. */
  readonly ownerOf: (provider: object) => string
  readonly hooks: HookTable
  readonly egress: Egress
  readonly loop: Pick<Loop, 'mark'>
  /** Milliseconds that may pass until an answer begins, all tries together. */
  readonly timeout: number
  /** The same for one try, while another target is left. */
  readonly attemptTimeout: number
  /** How often the only target is tried again. */
  readonly retries: number
  /** Parameters that a target lacks are refused, not left out with a warning. */
  readonly strict: boolean
  /** Lets the call of a client that went away run on to its end; absent where it is cut. */
  readonly drain: Drain | undefined
}

/**
 * Tries the targets of the route in order, each once, until one begins to answer. Where there is only one, it is tried
 * again after a pause. Nothing is tried any more once a byte has gone to the client.
 */
export function createAsk(options: AskOptions): (x: Exchange) => Promise<Answer> {
  const { providers, hooks, timeout, attemptTimeout, retries, drain } = options
  const wayTo = createWays(options)

  /** One try, watched. What went wrong comes back as a value: the next target may do better. */
  async function attempt(x: Exchange, target: Target, limit: number): Promise<Answer | Refusal> {
    const watchers: Watcher[] = []
    const began = performance.now()
    const queued = x.queuedMs
    x.target = target
    // What another target had to leave out is not missing here.
    x.warnings.length = 0
    x.limits = undefined
    if (x.abort.signal.aborted) x.abort = new AbortController()
    x.attemptDeadline = began + limit
    let isAsked = false
    let result: Answer | Refusal
    try {
      const way = wayTo(x, providerOf(target), target)
      const permitted = every(hooks.attempt, x, (hear, plugin) => {
        if (typeof hear === 'function') return watchers.push({ plugin, hear })
        return waitInLine(x, hear, plugin).then(hear => watchers.push({ plugin, hear }))
      })
      if (permitted instanceof Promise) await permitted
      isAsked = true
      result = await way()
    } catch (error) {
      result = toTrouble(x, target, error)
    } finally {
      // Of a client that is gone, it is the deadline of all that is read on.
      if (!x.hungUp) x.attemptDeadline = undefined
    }
    const ended = performance.now()
    endWait(x, ended)
    // Whom nobody asked has taken no time: by that our own limits are told from those of a provider.
    const ms = isAsked ? ended - began - (x.queuedMs - queued) : 0
    tell(x, watchers, outcomeOf(target, result, ms))
    return result
  }

  const providerOf = ({ provider }: Target): Provider =>
    providers().get(provider) ?? refuse('model_unavailable', `Provider "${provider}" is not configured`)

  return async function ask(x) {
    const hangUp = () => {
      // The listener is not taken off: it goes with the request, and to take it off costs as much as all of a hook.
      // A WebSocket tells itself that it was closed.
      if (x.hungUp || x.settled || x.answer?.kind === 'socket') return
      x.hungUp = true
      const gone = new Refusal('client_closed', 'The client hung up')
      // Who stands in a line has cost nobody anything yet.
      if (!x.isQueued && drain?.(x)) x.cut ??= gone
      else cutShort(x, gone)
    }
    const { signal } = x.request
    if (signal.aborted) hangUp()
    else signal.addEventListener('abort', hangUp)
    const { targets } = x.route
    const until = () => x.startedAt + x.queuedMs + timeout
    const failures: Refusal[] = []
    const tries = isOnce(x) ? 1 : targets.length === 1 ? 1 + retries : targets.length
    for (let i = 0; i < tries && x.cut === undefined; i++) {
      const target = targets[Math.min(i, targets.length - 1)]!
      const left = until() - performance.now()
      if (i > 0 && left <= 0) break
      const answer = await attempt(x, target, i < targets.length - 1 ? Math.min(left, attemptTimeout) : left)
      if (!(answer instanceof Refusal)) return answer
      failures.push(answer)
      if (!isNextWorthwhile(answer)) throw answer
      if (targets.length > 1 || x.cut !== undefined) continue
      const pause = pauseBefore(i, answer)
      if (pause === undefined || i === tries - 1 || performance.now() + pause > until()) break
      await pauseFor(x, pause)
    }
    throw x.cut ?? summarize(failures)
  }
}

interface Watcher {
  readonly plugin: string
  readonly hear: Hear
}

function outcomeOf(target: Target, result: Answer | Refusal, ms: number): Attempt {
  if (!(result instanceof Refusal))
    return { target, ok: true, status: 200, stream: result.kind === 'stream' || result.kind === 'socket', ms }
  const { status, code, retryAfter, usage } = result
  return {
    target,
    ok: false,
    status,
    code,
    ms,
    ...(retryAfter !== undefined && { retryAfter }),
    ...(usage && { usage }),
  }
}

/** Remembers a try and tells all who watch it. A bug of one keeps it from nobody else, and stops the request. */
function tell(x: Exchange, watchers: readonly Watcher[], outcome: Attempt): void {
  x.attempts.push(outcome)
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

/** A body that is on its way cannot be sent twice, and a call that nobody understands must not be. */
const isOnce = ({ aim, request }: Exchange): boolean =>
  aim !== undefined && (aim.body instanceof ReadableStream || !isHarmless(aim, request.method))

/** To ask a model twice costs twice; who knows what else is made twice. */
const isHarmless = ({ lens, method }: Aim, asked: string): boolean =>
  lens !== undefined || /^(?:GET|HEAD)$/.test(method ?? asked)

/** What a failed try means: it was cut, nobody was there, a refusal, or a bug. */
function toTrouble(x: Exchange, { provider }: Target, error: unknown): Refusal {
  if (x.abort.signal.aborted) return toRefusal(x.abort.signal.reason)
  if (!(error instanceof Unreachable)) return fromModelError(provider, error) ?? toRefusal(error)
  const { cause } = error
  const code = (cause as { code?: unknown } | undefined)?.code
  const why = typeof code === 'string' ? ` (${code})` : ''
  return new Refusal('upstream_unreachable', `Provider "${provider}" could not be reached${why}`, { cause })
}
