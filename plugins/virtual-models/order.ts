import type { Ordering } from '../../src/exchange.ts'
import type { Awaitable, Target } from '../../src/types.ts'
import type { Prices } from '../prices/model.ts'
import type { Latencies } from './latency.ts'
import type { Choice, SessionFacts, Snapshot, Strategy, VirtualModel } from './model.ts'
import type { Pins } from './pins.ts'
import { redirectOf } from './snapshot.ts'

/** One target of a redirect with all the concrete targets it leads to, best first. */
interface Branch {
  readonly index: number
  readonly weight: number
  readonly targets: readonly Target[]
}

export interface OrderDeps {
  readonly current: () => Snapshot
  readonly prices: Prices
  readonly latencies: Latencies
  readonly pins: Pins
}

type Pick = (redirect: VirtualModel, branches: readonly Branch[], x: Ordering) => Branch

/**
 * Puts the allowed targets in the order in which they are tried: at each redirect on the way a strategy, or the
 * session's pin, names the first branch; the others follow in declared order.
 */
export function createOrder({ current, prices, latencies, pins }: OrderDeps) {
  const pickers: Readonly<Record<Strategy, Pick>> = {
    failover: (_, branches) => branches[0]!,
    round_robin: createRoundRobin(),
    cost: (_, branches) =>
      best(branches, ({ targets }) => prices.perMillion(targets[0]!) ?? Number.POSITIVE_INFINITY),
    latency: (_, branches, x) => latencies.pick(branches, x),
  }

  /** What the redirects that clients named chose. */
  const choices = new WeakMap<object, Choice>()

  function arrange(
    targets: readonly Target[],
    level: number,
    x: Ordering,
    snapshot: Snapshot,
  ): readonly Target[] {
    const source = targets[0]?.via[level]?.source
    const redirect = source === undefined ? undefined : redirectOf(snapshot, source)
    if (redirect === undefined) return targets
    // Looked at without taking a turn: a branch is judged by the target that it would put first.
    const idle = idleView(x)
    const branches = branchesOf(targets, level, redirect).map(branch => ({
      ...branch,
      targets: arrange(branch.targets, level + 1, idle, snapshot),
    }))
    const { first, how } =
      branches.length === 1 ? { first: branches[0]!, how: '' } : choose(redirect, branches, x)
    if (how !== '') {
      const text = `${redirect.source}: ${how} puts "${redirect.targets[first.index]?.name}" first`
      x.trace?.push({ plugin: 'virtual-models', text })
      if (level === 0 && !x.dry && x.request)
        choices.set(x.request, {
          strategy: redirect.strategy,
          pick: how === SESSION ? 'session' : 'strategy',
        })
    }
    // Where nothing is to be remembered or told, it is in order already; looking twice at each level would double the cost.
    const head =
      x.dry && x.trace === undefined ? first.targets : arrange(first.targets, level + 1, x, snapshot)
    if (!redirect.failover) return head
    return [...head, ...branches.filter(branch => branch !== first).flatMap(branch => branch.targets)]
  }

  function choose(
    redirect: VirtualModel,
    branches: readonly Branch[],
    x: Ordering,
  ): { first: Branch; how: string } {
    const session = redirect.sessionAffinity ? pins.sessionOf(x) : undefined
    const pinned = session === undefined ? undefined : pins.find(redirect.source, session, x)
    const kept = branches.find(({ index }) => redirect.targets[index]?.name === pinned)
    if (kept) return { first: kept, how: SESSION }
    const first = pickers[redirect.strategy](redirect, branches, x)
    if (session !== undefined && !x.dry)
      pins.set(redirect.source, session, x, redirect.targets[first.index]!.name)
    return { first, how: redirect.strategy }
  }

  function order(targets: readonly Target[], x: Ordering): Awaitable<readonly Target[]> {
    const snapshot = current()
    const needsPrices = targets.some(({ via }) =>
      via.some(({ source }) => snapshot.all.get(source)?.strategy === 'cost'),
    )
    const loading = needsPrices ? prices.loading() : undefined
    return loading ? loading.then(() => arrange(targets, 0, x, snapshot)) : arrange(targets, 0, x, snapshot)
  }

  return Object.assign(order, {
    choiceOf: ({ request }: SessionFacts) => request && choices.get(request),
  })
}

const SESSION = 'the session'

/** The same request for a look that leaves no trace. */
const idleView = ({ caller, userPath, request, body }: Ordering): Ordering => ({
  caller,
  userPath,
  dry: true,
  trace: undefined,
  ...(request && { request }),
  ...(body && { body }),
})

function branchesOf(targets: readonly Target[], level: number, redirect: VirtualModel): Branch[] {
  const byIndex = Map.groupBy(targets, ({ via }) => via[level]!.index)
  return [...byIndex]
    .map(([index, targets]) => ({ index, targets, weight: redirect.targets[index]?.weight ?? 1 }))
    .sort((a, b) => a.index - b.index)
}

/** The one with the smallest figure; among equals the first declared. */
function best(branches: readonly Branch[], figure: (branch: Branch) => number): Branch {
  return branches.reduce((least, branch) => (figure(branch) < figure(least) ? branch : least))
}

/**
 * Smooth weighted round robin: each branch gains its weight, the richest is picked and pays the sum of all. Picks are
 * spread evenly, and over a sum of weights each branch gets exactly its weight (the scheme of nginx, 2012).
 */
function createRoundRobin(): Pick {
  const wealth = new Map<string, Map<string, number>>()
  return ({ source, targets }, branches, { dry }) => {
    const state = new Map(wealth.get(source))
    const total = branches.reduce((sum, { weight }) => sum + weight, 0)
    const nameOf = ({ index }: Branch) => targets[index]?.name ?? ''
    for (const branch of branches) state.set(nameOf(branch), (state.get(nameOf(branch)) ?? 0) + branch.weight)
    const picked = best(branches, branch => -state.get(nameOf(branch))!)
    state.set(nameOf(picked), state.get(nameOf(picked))! - total)
    if (!dry) wealth.set(source, state)
    return picked
  }
}
