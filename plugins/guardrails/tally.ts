import * as v from 'valibot'
import { type On, type Verdict, verdicts } from './model.ts'

/** How often a guardrail has done something since the start. */
export interface Counted {
  readonly guardrail: string
  readonly action: Verdict
  readonly on: On
  readonly count: number
}

/** As it comes from another worker. */
export const counted = v.object({
  guardrail: v.string(),
  action: v.picklist(verdicts),
  on: v.picklist(['input', 'output']),
  count: v.number(),
})

/** Counts calls, not places in them. */
export interface Tally {
  add(guardrail: string, action: Verdict, on: On): void
  of(guardrail: string): readonly Counted[]
  all(): readonly Counted[]
  /** Forgets those that are gone. */
  keepOnly(names: ReadonlySet<string>): void
}

export function createTally(): Tally {
  const byName = new Map<string, Map<string, { action: Verdict; on: On; count: number }>>()
  const listed = (guardrail: string): readonly Counted[] =>
    [...(byName.get(guardrail)?.values() ?? [])].map(row => ({ guardrail, ...row }))
  return {
    add(guardrail, action, on) {
      const rows = byName.get(guardrail) ?? new Map()
      byName.set(guardrail, rows)
      const row = rows.get(action + on) ?? { action, on, count: 0 }
      rows.set(action + on, { ...row, count: row.count + 1 })
    },
    of: listed,
    all: () => [...byName.keys()].sort().flatMap(listed),
    keepOnly(names) {
      for (const name of byName.keys()) if (!names.has(name)) byName.delete(name)
    },
  }
}
