import { isDialect } from '../../src/contract/dialect.ts'
import { operationOf } from '../../src/contract/operation.ts'
import type { Settled } from '../../src/exchange.ts'
import type { JsonObject, Outcome, Target, Usage } from '../../src/types.ts'
import { readTraceparent, type TraceContext } from './traceparent.ts'

/** One try, from when it began (on the clock of `performance.now`). */
export interface Try {
  readonly target: Target
  readonly began: number
  outcome: Outcome | undefined
}

export type Parameters = Readonly<Record<string, string | number | boolean>>

/** What is kept of a call until it becomes spans and measurements: no body, no key, nothing that somebody wrote but names. */
export interface Fact {
  /** Milliseconds since 1970. */
  readonly at: number
  /** `at`, on the clock of `performance.now`. */
  readonly startedAt: number
  readonly ms: number
  readonly method: string
  /** As the gateway was asked: `http` also behind a proxy that ends TLS. */
  readonly scheme: string
  readonly route: string
  readonly operation: string
  readonly status: number
  readonly code: string | undefined
  readonly stream: boolean
  readonly firstByteMs: number | undefined
  readonly virtualModel: string | undefined
  /** A copy of a call, which went to a mirror. */
  readonly isCopy: boolean
  readonly tries: readonly Try[]
  readonly usage: Usage | undefined
  readonly finish: string | undefined
  readonly parameters: Parameters
  readonly caller: TraceContext | undefined
}

export interface FactOptions {
  readonly now: number
  readonly tries: readonly Try[]
  readonly isHeard: boolean
}

/** Runs behind the last byte of a call: copies, and leaves the rest for later. */
export function toFact(x: Settled, { now, tries, isHeard }: FactOptions): Fact {
  const { endpoint, request, body } = x
  const ms = performance.now() - x.startedAt
  const traceparent = isHeard ? request.headers.get('traceparent') : null
  return {
    at: now - ms,
    startedAt: x.startedAt,
    ms,
    method: request.method,
    scheme: request.url.slice(0, request.url.indexOf(':')),
    route: isDialect(endpoint) ? endpoint.path : ((endpoint as { path?: string }).path ?? endpoint.name),
    operation: operationOf(endpoint),
    status: x.status ?? 0,
    code: x.refusal?.code,
    stream: x.stream ?? false,
    firstByteMs: x.firstByteMs,
    virtualModel: x.target?.via[0]?.source,
    isCopy: x.copyOf !== undefined,
    tries,
    usage: x.usage,
    finish: x.finish?.slice(0, 100),
    parameters: body === undefined ? NONE : parametersOf(body.json),
    caller: traceparent === null ? undefined : readTraceparent(traceparent),
  }
}

const NONE: Parameters = {}

/** Attributes, and the fields of the languages that mean the same. Numbers only: text could be anybody's. */
const numbers = [
  ['gen_ai.request.max_tokens', ['max_tokens', 'max_completion_tokens', 'max_output_tokens']],
  ['gen_ai.request.temperature', ['temperature']],
  ['gen_ai.request.top_p', ['top_p']],
  ['gen_ai.request.top_k', ['top_k']],
  ['gen_ai.request.seed', ['seed']],
  ['gen_ai.request.frequency_penalty', ['frequency_penalty']],
  ['gen_ai.request.presence_penalty', ['presence_penalty']],
  ['gen_ai.request.choice.count', ['n']],
] as const

function parametersOf(json: JsonObject): Parameters {
  const found: Record<string, number> = {}
  for (const [attribute, fields] of numbers) {
    for (const field of fields) {
      const value = json[field]
      // One choice is what everybody gets, and says nothing.
      if (typeof value === 'number' && !(field === 'n' && value === 1)) found[attribute] = value
    }
  }
  return found
}
