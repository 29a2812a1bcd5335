import { createSearch, type Listing, pageOf, type StateQuery } from '../../../views/listing.ts'
import type { Guardrail } from '../model.ts'
import { aimsOf } from '../sentence.ts'

export const states = {
  '': 'All guardrails',
  block: 'That refuse',
  mask: 'That mask',
  report: 'That only count',
  off: 'Off',
} as const
export type State = keyof typeof states

/** What the address of the page asks for. */
export type Query = StateQuery<State>

/** One page of what matches, by name. */
export function listGuardrails(all: readonly Guardrail[], { q, state, page }: Query): Listing<Guardrail> {
  const isFound = createSearch(q)
  return pageOf(
    all.filter(guardrail => isIn(guardrail, state) && isFound(textsOf(guardrail))),
    page,
  )
}

const isIn = ({ enabled, action }: Guardrail, state: State): boolean =>
  state === '' || (state === 'off' ? !enabled : enabled && action === state)

const textsOf = (guardrail: Guardrail): readonly string[] => [
  guardrail.name,
  guardrail.description,
  guardrail.userPath,
  ...(guardrail.models ?? []),
  ...guardrail.find.presets,
  aimsOf(guardrail),
  guardrail.declaredIn ?? '',
]
