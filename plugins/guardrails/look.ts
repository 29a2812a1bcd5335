import type { Awaitable, JsonObject, Route, UserPath } from '../../src/types.ts'
import type { Guard } from './guard.ts'
import type { Inspected, On } from './model.ts'
import { sentenceOf } from './sentence.ts'
import type { Counted, Tally } from './tally.ts'

/** What other plugins may know of guardrails. */
export interface Guardrails {
  /** Those that would look at a call, a sentence each. */
  standing(route: Route, asking: { readonly userPath: UserPath }): readonly string[]
  /** One of them would block or mask what is answered to such a call. */
  mayChangeAnswer(route: Route, asking: { readonly userPath: UserPath }): boolean
  /**
   * Looks at what is told to, or said by, somebody else than a model: a tool, say. What is left of it, the same value where
   * nothing changes; throws a refusal where it may not pass.
   */
  inspect(value: JsonObject, x: Inspected, on: On): Awaitable<JsonObject>
  /** How often each has done something since the start. */
  counted(): readonly Counted[]
}

/** `standing` looks without counting: for `explain`. */
export const createLook = (
  { holding, inspect }: Pick<Guard, 'holding' | 'inspect'>,
  tally: Tally,
): Guardrails => ({
  inspect,
  standing(route, { userPath }) {
    const asking = { userPath, route }
    const all = new Set([...holding(asking, 'input'), ...holding(asking, 'output')])
    return [...all].map(guardrail => `Guardrail "${guardrail.name}": ${sentenceOf(guardrail)}`)
  },
  mayChangeAnswer: (route, { userPath }) =>
    holding({ userPath, route }, 'output').some(({ action }) => action !== 'report'),
  counted: tally.all,
})
