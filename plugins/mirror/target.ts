import { isDialect } from '../../src/contract/dialect.ts'
import type { Settled } from '../../src/exchange.ts'
import type { Target } from '../../src/types.ts'

/** What ends with one of these was not let through, or says nothing about a model. */
const unfit: ReadonlySet<string | undefined> = new Set([
  'guardrail_blocked',
  'guardrail_unavailable',
  'client_closed',
  'shutting_down',
  'internal_error',
  // The caller's own mistakes. Such a call is in no limit, so that a mirror that does not mind them could be asked
  // without end, at the operator's cost.
  'invalid_request',
  'invalid_value',
  'unsupported_parameter',
  'unsupported_operation',
  'conflict',
  'request_too_large',
])

/** Where a copy of this call would go; undefined where none may. */
export function targetFor(x: Settled, model: string): Target | undefined {
  const { target, refusal } = x
  if (target === undefined || unfit.has(refusal?.code) || x.hungUp) return undefined
  if (!wasAsked(x) || !isRepeatable(x)) return undefined
  const slash = model.indexOf('/')
  const mirror = { provider: model.slice(0, slash), model: model.slice(slash + 1) }
  // It has answered already: failover led there, or a redirect behind the redirect.
  if (target.provider === mirror.provider && target.model === mirror.model) return undefined
  return { ...mirror, via: target.via.slice(0, 1) }
}

/** A model was asked: nobody is for a stored answer, where a limit of the target has no room, or for the copy of a call. */
const wasAsked = ({ upstreamMs = 0, recalled, copyOf }: Settled): boolean =>
  upstreamMs > 0 && recalled === undefined && copyOf === undefined

/** To ask twice changes nothing: neither state at a provider, nor a file, nor what a tool does there. */
const isRepeatable = ({ endpoint, body }: Settled): boolean =>
  isDialect(endpoint) &&
  body !== undefined &&
  body.form === undefined &&
  endpoint.isRepeatable?.(body.json) === true
