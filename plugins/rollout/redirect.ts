import type { JsonObject } from '../../src/types.ts'
import type { Rollout } from './schema.ts'

/** A target, as `PUT /admin/virtual-models` takes it; what else it says stays as it is. */
interface Target extends JsonObject {
  readonly model: string
  readonly weight: number
}

const MOST = 1_000_000

const targetsOf = ({ targets }: JsonObject): readonly Target[] => targets as readonly Target[]

type Led = Pick<Rollout, 'plan' | 'state' | 'step' | 'before'>

/**
 * The redirect as a rollout wants it. Below 100 per cent the other targets share what is left as they did before. At 100 the
 * target stands first, and the others behind it are asked only where it fails.
 */
export function redirectOf({ plan: { to, steps }, state, step, before }: Led): JsonObject {
  if (state === 'rolled_back' || state === 'stopped') return before
  const percent = steps[step]!
  const own = targetsOf(before).find(({ model }) => model === to) ?? { model: to, weight: 1 }
  const others = targetsOf(before).filter(({ model }) => model !== to)
  const led = withoutMirror(before, to)
  if (percent === 100) return { ...withoutShares(led), strategy: 'failover', targets: [own, ...others] }
  const all = others.reduce((sum, { weight }) => sum + weight, 0)
  const shares = [...others.map(({ weight }) => weight * (100 - percent)), all * percent]
  const weights = toWeights(shares)
  const targets = [...others, own].map((target, index) => ({ ...target, weight: weights[index]! }))
  return { ...led, strategy: 'round_robin', targets }
}

/** A model that gets calls itself cannot be their mirror. */
function withoutMirror({ mirror, ...rest }: JsonObject, to: string): JsonObject {
  const isIt = (mirror as { readonly model?: unknown } | undefined)?.model === to
  return mirror === undefined || isIt ? rest : { ...rest, mirror }
}

/** Where one target is first for everybody, callers have none of their own to keep; their sessions may. */
function withoutShares({ affinity, ...rest }: JsonObject): JsonObject {
  if (affinity === undefined) return rest
  return affinity === 'caller' ? { ...rest, session_affinity: true } : { ...rest, affinity }
}

/** Small whole numbers in this proportion. */
function toWeights(shares: readonly number[]): number[] {
  const factor = Math.min(1, MOST / Math.max(...shares))
  const weights = shares.map(share => Math.max(1, Math.round(share * factor)))
  const common = weights.reduce(greatestDivisor)
  return weights.map(weight => weight / common)
}

const greatestDivisor = (a: number, b: number): number => (b === 0 ? a : greatestDivisor(b, a % b))

/** The same targets, weights and strategy. */
export const leadsAlike = (one: JsonObject, other: JsonObject): boolean => wayOf(one) === wayOf(other)

const wayOf = (redirect: JsonObject): string =>
  JSON.stringify([redirect.strategy, targetsOf(redirect).map(({ model, weight }) => [model, weight])])
