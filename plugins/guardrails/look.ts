import type { Route, UserPath } from '../../src/types.ts'
import type { Guard } from './guard.ts'
import { sentenceOf } from './sentence.ts'
import type { Counted, Tally } from './tally.ts'

/** What other plugins may know of guardrails. */
export interface Guardrails {
  /** Those that would look at a call, a sentence each. */
  standing(route: Route, asking: { readonly userPath: UserPath }): readonly string[]
  /** How often each has done something since the start. */
  counted(): readonly Counted[]
}

/** Looks without counting: for `explain`. */
export const createLook = ({ holding }: Pick<Guard, 'holding'>, tally: Tally): Guardrails => ({
  standing(route, { userPath }) {
    const asking = { userPath, route }
    const all = new Set([...holding(asking, 'input'), ...holding(asking, 'output')])
    return [...all].map(guardrail => `Guardrail "${guardrail.name}": ${sentenceOf(guardrail)}`)
  },
  counted: tally.all,
})
