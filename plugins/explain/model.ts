import type { Ordering } from '../../src/exchange.ts'
import type { Awaitable, Route } from '../../src/types.ts'
import type { WorkingKey } from '../auth/model.ts'

/** What else there is to know of a decision, a sentence each. */
export type Standing = (route: Route, facts: Ordering) => Awaitable<readonly string[]>

/** What the plugin `explain` offers to plugins that stand behind it: their sentences become steps of the decision. */
export interface Trail {
  /** During `setup`. */
  addStanding(plugin: string, standing: Standing): void
}

/** And to whoever has fields of its kind: what they suggest, at most fifty each. */
export interface Suggestions {
  /** Names that a caller may ask for and that contain what was typed: redirects first. */
  names(typed: string): readonly string[]
  /** User paths that redirects and policies speak of. */
  paths(): readonly string[]
  /** Keys that work and whose id or name has what was typed. */
  keys(typed: string): readonly WorkingKey[]
}
