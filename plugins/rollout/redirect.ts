import type { JsonObject } from '../../src/types.ts'
import type { Rollout } from './schema.ts'

/** A target, as `PUT /admin/virtual-models` takes it; what else it says stays as it is. */
interface Target extends JsonObject {
  readonly model: string
  readonly weight: number
  readonly user_paths?: readonly string[]
}

const MOST = 1_000_000

const targetsOf = ({ targets }: JsonObject): readonly Target[] => targets as readonly Target[]

type Led = Pick<Rollout, 'plan' | 'state' | 'step' | 'before'>

/**
 * The redirect as a rollout wants it. Below 100 per cent the other targets share what is left as they did before. At 100 the
 * target stands first, and the others behind it are asked only where it fails. A target that is for some callers only is
 * first for them, and in nobody's way: it stays as it is.
 */
export function redirectOf({ plan: { to, steps }, state, step, before }: Led): JsonObject {
  if (state === 'rolled_back' || state === 'stopped') return before
  const percent = steps[step]!
  const own = targetsOf(before).find(({ model }) => model === to) ?? { model: to, weight: 1 }
  const others = targetsOf(before).filter(({ model }) => model !== to)
  const led = withoutMirror(before, to)
  if (percent === 100) return { ...withoutShares(led), strategy: 'failover', targets: [own, ...others] }
  const sharing = others.filter(target => !isForSome(target))
  const all = sharing.reduce((sum, { weight }) => sum + weight, 0)
  const weights = toWeights([...sharing.map(({ weight }) => weight * (100 - percent)), all * percent])
  const weightOf = new Map([...sharing, own].map(({ model }, index) => [model, weights[index]!]))
  const targets = [...others, own].map(target =>
    isForSome(target) ? target : { ...target, weight: weightOf.get(target.model)! },
  )
  return { ...led, strategy: 'round_robin', targets }
}

/** A target that names "/" is there for everybody. */
export const isForSome = ({ user_paths: paths = [] }: Pick<Target, 'user_paths'>): boolean =>
  paths.length > 0 && !paths.includes('/')

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
