import type { WorkingKey } from '../auth/model.ts'

/** What the plugin `explain` offers to others: what fields of its kind suggest, at most fifty each. */
export interface Suggestions {
  /** Names that a caller may ask for and that contain what was typed: redirects first. */
  names(typed: string): readonly string[]
  /** User paths that redirects and policies speak of. */
  paths(): readonly string[]
  /** Keys that work and whose id or name has what was typed. */
  keys(typed: string): readonly WorkingKey[]
}
