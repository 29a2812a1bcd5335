import { operationOf } from '../../../src/contract/operation.ts'
import type { Spent } from '../../../src/exchange.ts'
import { type EventFacts, NAME, toTokens } from './event.ts'
import type { CallEvent } from './tuples.ts'

/**
 * What one answer of a conversation took, as a part of that: who looks sees a conversation of hours while it lasts, and
 * whoever kills the gateway loses no more of it than of any other call.
 *
 * @param at when the answer was over (milliseconds since 1970)
 */
export function toAnswerEvent(
  { x, number, target, usage, ms }: Spent,
  at: number,
  facts: EventFacts,
): CallEvent {
  const { via } = target
  return [
    x.id,
    at,
    x.caller.id,
    x.userPath,
    facts.labelsOf(x),
    facts.sessionOf(x) ?? null,
    x.endpoint.name,
    operationOf(x.endpoint),
    x.asked.slice(0, NAME),
    via.length === 0 ? null : via.map(({ source }) => source),
    null,
    null,
    target.provider,
    facts.providers().get(target.provider)?.type ?? null,
    target.model.slice(0, NAME),
    null,
    101,
    null,
    1,
    null,
    Math.round(ms),
    null,
    0,
    usage === undefined ? 'silent' : 'told',
    usage === undefined ? null : toTokens(usage),
    usage?.terms ?? null,
    `answer:${number}`,
  ]
}
