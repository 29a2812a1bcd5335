import type { Answered } from '../../../src/exchange.ts'
import { tellLimits } from '../../../src/respond/limits.ts'
import { type Held, takenOf } from '../counting/pot.ts'

/** What is left of the limits that a call counts for, by the names that its client reads; the tightest of each kind. */
export function headersOf(
  held: readonly Held[],
  { endpoint }: Pick<Answered, 'endpoint'>,
  now: number,
): Record<string, string> | undefined {
  const told: Record<string, string> = {}
  for (const kind of ['requests', 'tokens'] as const) {
    let least: { most: number; left: number; end: number } | undefined
    for (const { claim, pot } of held) {
      const most = claim.limit[kind]
      if (most === undefined) continue
      const left = Math.max(0, most - takenOf(pot)[kind])
      if (least === undefined || left < least.left) least = { most, left, end: pot.end }
    }
    if (least === undefined) continue
    told[`x-ratelimit-limit-${kind}`] = String(least.most)
    told[`x-ratelimit-remaining-${kind}`] = String(least.left)
    told[`x-ratelimit-reset-${kind}`] = `${Math.max(0, Math.ceil((least.end - now) / 1000))}s`
  }
  return Object.keys(told).length === 0 ? undefined : tellLimits(told, endpoint.limits ?? 'openai', now)
}
