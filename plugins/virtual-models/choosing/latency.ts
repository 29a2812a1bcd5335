import { LRUCache } from 'lru-cache'
import { upstreamFaults } from '../../../src/errors.ts'
import type { Ordering } from '../../../src/exchange.ts'
import type { Outcome, Target } from '../../../src/types.ts'

/** Recent times until targets began to answer. */
export interface Latencies {
  learn(target: Target, outcome: Outcome): void
  /** The fastest of several; one that was not measured lately comes first, and now and then any of them. */
  pick<B extends { readonly targets: readonly Target[] }>(branches: readonly B[], x: Ordering): B
  /** Milliseconds; undefined when not measured lately. */
  of(target: Target): number | undefined
}

export interface LatencyOptions {
  readonly now: () => number
  readonly random: () => number
}

/** How much a new measurement counts against those before it. */
const SHARE = 0.2
/** A measurement older than this says nothing any more (milliseconds). */
const STALE = 120_000
/** How often a branch is tried just to see. */
const EXPLORATION = 0.05
/** A failure counts like an answer as slow as this (milliseconds). */
const FAILURE = 30_000

/** Failures that speak against the target; the rest are mistakes of callers, or tries that were not made. */
const slows: ReadonlySet<string> = new Set(['rate_limit_exceeded', ...upstreamFaults])

interface Measured {
  readonly ms: number
  readonly at: number
}

export function createLatencies({ now, random }: LatencyOptions): Latencies {
  const measured = new LRUCache<string, Measured>({ max: 10_000 })
  const nameOf = ({ provider, model }: Target) => `${provider}/${model}`
  const of = (target: Target): number | undefined => {
    const known = measured.get(nameOf(target))
    return known !== undefined && now() - known.at < STALE ? known.ms : undefined
  }
  return {
    of,
    learn(target, { ok, ms, code = '' }) {
      // Whoever was not asked, for a limit of ours has no room, took no time at all.
      if (!ok && (ms === 0 || !slows.has(code))) return
      const before = of(target)
      const took = ok ? ms : Math.max(ms, FAILURE)
      measured.set(nameOf(target), {
        ms: before === undefined ? took : before + SHARE * (took - before),
        at: now(),
      })
    },
    pick(branches, { dry }) {
      const figure = (branch: (typeof branches)[number]) => of(branch.targets[0]!) ?? 0
      const fastest = branches.reduce((least, branch) => (figure(branch) < figure(least) ? branch : least))
      if (dry || random() >= EXPLORATION) return fastest
      return branches[Math.floor(random() * branches.length)] ?? fastest
    },
  }
}
