import { isDialect } from '../../../src/contract/dialect.ts'
import { operationOf } from '../../../src/contract/operation.ts'
import type { Provider } from '../../../src/contract/provider.ts'
import type { Settled } from '../../../src/exchange.ts'
import type { Attempt, Usage } from '../../../src/types.ts'
import type { Choice } from '../../virtual-models/model.ts'
import type { Labels } from './labels.ts'
import type { AttemptTuple, CallEvent, Evidence, Fate, Tokens } from './tuples.ts'

export interface EventFacts {
  readonly providers: () => ReadonlyMap<string, Provider>
  readonly sessionOf: (x: Settled) => string | undefined
  readonly choiceOf: (x: Settled, route: Settled['route']) => Choice | undefined
  readonly labelsOf: (x: Settled) => Labels | null
}

/** So much of a name is kept; what is longer is an attempt at something (characters). */
export const NAME = 256
/** So much of a prompt goes into an estimate (characters). */
const PROMPT = 1024 * 1024

/** Calls that ask a model, in a dialect or by a passage; refused ones too. */
export const isRecorded = ({ endpoint, aim }: Settled): boolean => isDialect(endpoint) || aim !== undefined

/**
 * What is kept of a call. Runs a moment after it has ended, on the thread that serves them all: it copies what is there,
 * and leaves to the worker whatever has to be computed.
 */
export function toEvent(x: Settled, endedAt: number, facts: EventFacts): CallEvent {
  const { caller, endpoint, target, attempts = [], firstByteMs, totalMs = 0 } = x
  const usage = ownUsage(x)
  const typeOf = (provider: string) => facts.providers().get(provider)?.type ?? null
  const choice = attempts.length > 0 ? facts.choiceOf(x, x.route) : undefined
  return [
    x.copyOf ?? x.id,
    Math.round(endedAt - totalMs),
    caller?.id ?? null,
    x.userPath ?? null,
    facts.labelsOf(x),
    x.body === undefined ? null : (facts.sessionOf(x) ?? null),
    endpoint.name,
    operationOf(endpoint),
    x.asked ? x.asked.slice(0, NAME) : null,
    target === undefined || target.via.length === 0 ? null : target.via.map(({ source }) => source),
    choice?.strategy ?? null,
    choice === undefined ? null : attempts.length > 1 ? 'failover' : choice.pick,
    target?.provider ?? null,
    target === undefined ? null : typeOf(target.provider),
    target?.model.slice(0, NAME) ?? null,
    attempts.length === 0 ? null : attempts.map(attempt => toAttempt(attempt, typeOf)),
    x.status ?? 0,
    x.refusal?.code ?? null,
    x.stream ? 1 : 0,
    firstByteMs === undefined ? null : Math.round(firstByteMs),
    Math.round(totalMs),
    x.finish?.slice(0, NAME) ?? null,
    x.hungUp ? 1 : 0,
    fateOf(x),
    usage === undefined ? null : toTokens(usage),
    usage?.terms ?? null,
    ...endOf(x),
  ]
}

/** What the answers of a conversation took has lines of its own. */
const ownUsage = ({ answer, usage }: Settled): Usage | undefined =>
  answer?.kind === 'socket' && usage !== undefined ? NO_TOKENS : usage
const NO_TOKENS: Usage = { input: 0, cacheRead: 0, cacheWrite: 0, output: 0, reasoning: 0 }

/** Most calls have nothing of this, and their lines end before it. */
function endOf(x: Settled): Kind | [...Required<Kind>, queuedMs: number] {
  const queued = Math.round(x.queuedMs ?? 0)
  const kind = kindOf(x)
  if (queued === 0) return kind
  const [name = null, saved = null, savedTerms = null, similarity = null] = kind
  return [name, saved, savedTerms, similarity, queued]
}

type Kind = [
  kind?: 'mirror' | 'cached' | null,
  saved?: Tokens | null,
  savedTerms?: string | null,
  similarity?: number | null,
]

/** A copy; or, of an answer that was stored, what it took when it was new. */
function kindOf({ recalled, copyOf }: Settled): Kind {
  if (copyOf !== undefined) return ['mirror']
  if (recalled === undefined) return []
  const { usage, similarity } = recalled
  const saved = usage === undefined ? null : toTokens(usage)
  return ['cached', saved, usage?.terms ?? null, similarity ?? null]
}

/** What the estimate for a call whose tokens are `open` is made from. */
export function toEvidence(x: Settled, index: number): Evidence {
  const { body, unfinished } = x
  const usage = ownUsage(x)
  return {
    index,
    told: usage === undefined ? null : toTokens(usage),
    prompt: body?.text.slice(0, PROMPT) ?? '',
    promptSize: body?.text.length ?? 0,
    bytes: unfinished?.bytes ?? NOTHING,
    size: unfinished?.size ?? 0,
  }
}

const NOTHING = new Uint8Array()

const toAttempt = (
  { target, status, code, ms, ok, usage }: Attempt,
  typeOf: (provider: string) => string | null,
): AttemptTuple => [
  target.provider,
  target.model.slice(0, NAME),
  status ?? null,
  code ?? null,
  Math.round(ms),
  ok || usage === undefined ? null : toTokens(usage),
  typeOf(target.provider),
  (ok ? undefined : usage?.terms) ?? null,
]

export const toTokens = (usage: Usage): Tokens => [
  usage.input,
  usage.cacheRead,
  usage.cacheWrite,
  usage.cacheWriteHour ?? null,
  usage.audioInput ?? null,
  usage.imageInput ?? null,
  usage.output,
  usage.reasoning,
  usage.audioOutput ?? null,
  usage.imageOutput ?? null,
  usage.reportedCost ?? null,
]

/** Failures after which the provider may have worked all the same. */
const unsure: ReadonlySet<string | undefined> = new Set([
  'client_closed',
  'shutting_down',
  'upstream_cut',
  'upstream_timeout',
])

/** To look at something, or to delete it, asks no model, whatever the answer. */
const IDLE = /^(?:GET|HEAD|DELETE)$/

function fateOf({
  attempts = [],
  target,
  usage,
  unfinished,
  refusal,
  hungUp,
  request,
  recalled,
}: Settled): Fate {
  const last = attempts.at(-1)
  // Nobody was asked, however much of the stored answer went out.
  if (recalled !== undefined) return 'none'
  if (usage === undefined && IDLE.test(request.method)) return 'none'
  // Where somebody is being asked right now, that try is not in the list yet.
  if (last === undefined) return target === undefined ? 'none' : 'open'
  if (usage !== undefined) return unfinished === undefined ? 'told' : 'open'
  if (unfinished === undefined && refusal === undefined && !hungUp) return 'silent'
  return last.ok || unsure.has(last.code) ? 'open' : 'none'
}
