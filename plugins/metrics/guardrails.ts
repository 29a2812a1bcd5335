import type { Guardrails } from '../guardrails/look.ts'
import type { Family } from './model.ts'

/** So many guardrails are shown, with six lines each at most. */
const MOST = 6000

/** How often guardrails have found something. */
export const guardrailFamily = ({ counted }: Guardrails): Family => ({
  name: 'modelway_guardrail_matches_total',
  help: 'Calls in which a guardrail found something, by what became of them',
  type: 'counter',
  read: () =>
    counted()
      .slice(0, MOST)
      .map(({ guardrail, action, on, count }) => ({ labels: { guardrail, action, on }, value: count })),
})
