import { noEffort } from './finder.ts'
import type { Effort } from './finding.ts'
import type { Guardrail } from './model.ts'
import { mapTexts } from './texts.ts'

export interface Inspecting {
  readonly guardrails: readonly Guardrail[]
  /** Told once of each guardrail that finds something; a throw stops all. */
  readonly found: (guardrail: Guardrail) => void
  /** Runs a look; undefined where it takes too long and does not matter. */
  readonly inTime: <T>(guardrail: Guardrail, look: () => T) => T | undefined
}

/**
 * Looks at every text of a value. Who blocks or counts sees what was written; then masks work, each on what the one before
 * has left. The same value where nothing changes.
 */
export function inspect<T>(value: T, { guardrails, found, inTime }: Inspecting): T {
  const efforts = new Map<Guardrail, Effort>(guardrails.map(each => [each, noEffort()]))
  const looking = new Set(guardrails.filter(({ action }) => action !== 'mask'))
  const masking = guardrails.filter(({ action }) => action === 'mask')
  const seen = new Set<Guardrail>()
  return mapTexts(value, text => {
    for (const each of looking) {
      const is = inTime(each, () => each.finder.has(text, efforts.get(each)!))
      if (is === false) continue
      looking.delete(each)
      if (is) found(each)
    }
    let left = text
    for (const each of masking) {
      const masked = inTime(each, () => each.finder.mask(left, efforts.get(each)!)) ?? left
      if (masked === left) continue
      left = masked
      if (!seen.has(each)) found(each)
      seen.add(each)
    }
    return left
  })
}
