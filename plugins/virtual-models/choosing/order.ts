import type { Ordering } from '../../../src/exchange.ts'
import type { Awaitable, Route, Target, UserPath } from '../../../src/types.ts'
import type { Prices } from '../../prices/model.ts'
import type { Choice, ChoiceFacts, Snapshot, Strategy, VirtualModel } from '../model.ts'
import { closenessOf } from '../reading/scopes.ts'
import { redirectOf } from '../reading/snapshot.ts'
import { keeperOf } from './keeping.ts'
import type { Latencies } from './latency.ts'
import type { Pins } from './pins.ts'
import { best, createRoundRobin, type Turns } from './round-robin.ts'
import { shareOut } from './share-out.ts'

/** One target of a redirect with all the concrete targets it leads to, best first. */
export interface Branch {
  readonly index: number
  readonly name: string
  readonly weight: number
  /** How closely it names the caller's user path. */
  readonly closeness: number
  readonly targets: readonly Target[]
}

export interface OrderDeps {
  readonly current: () => Snapshot
  readonly prices: Prices
  readonly latencies: Latencies
  readonly pins: Pins
  readonly turns: Turns
}

export type Picker = (redirect: VirtualModel, branches: readonly Branch[], x: Ordering) => Branch

/** A branch, and why it comes first. */
interface Chosen {
  readonly first: Branch
  readonly pick: Exclude<Choice['pick'], 'needs'>
}

/**
 * Puts the allowed targets in the order in which they are tried: at each redirect on the way the first branch is that of
 * the session or the caller who keeps it, or the one whose turn it is by the strategy. The others follow in declared
 * order, those that name the caller's path before those for everybody.
 */
export function createOrder({ current, prices, latencies, pins, turns }: OrderDeps) {
  const pickers: Readonly<Record<Strategy, Picker>> = {
    failover: (_, branches) => branches[0]!,
    round_robin: createRoundRobin(turns),
    cost: (_, branches) =>
      best(branches, ({ targets }) => prices.perMillion(targets[0]!) ?? Number.POSITIVE_INFINITY),
    latency: (_, branches, x) => latencies.pick(branches, x),
  }

  /** What the redirects that clients named chose, and which target that put first. */
  const choices = new WeakMap<object, { readonly choice: Choice; readonly first: Target }>()

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
    const branches = branchesOf(targets, { level, redirect, userPath: x.userPath }).map(branch => ({
      ...branch,
      targets: arrange(branch.targets, level + 1, idle, snapshot),
    }))
    const chosen = branches.length === 1 ? undefined : choose(redirect, branches, x)
    const first = chosen?.first ?? branches[0]!
    // Where nothing is to be remembered or told, it is in order already; looking twice at each level would double the cost.
    const isIdle = x.dry && x.trace === undefined
    if (chosen !== undefined) tell(redirect, chosen, x)
    const head = isIdle ? first.targets : arrange(first.targets, level + 1, x, snapshot)
    if (chosen !== undefined && level === 0 && !isIdle)
      choices.set(x.request ?? x, {
        choice: { strategy: redirect.strategy, pick: chosen.pick },
        first: head[0]!,
      })
    if (!redirect.failover) return head
    return [...head, ...branches.filter(branch => branch !== first).flatMap(branch => branch.targets)]
  }

  function choose(redirect: VirtualModel, branches: readonly Branch[], x: Ordering): Chosen {
    const session = redirect.affinity === 'session' ? pins.sessionOf(x) : undefined
    const pinned = session === undefined ? undefined : pins.find(redirect.source, session, x)
    const kept = branches.find(({ name }) => name === pinned)
    if (kept) return { first: kept, pick: 'session' }
    const chosen = chooseAnew(redirect, branches, x)
    if (session !== undefined && !x.dry) pins.set(redirect.source, session, x, chosen.first.name)
    return chosen
  }

  function chooseAnew(redirect: VirtualModel, branches: readonly Branch[], x: Ordering): Chosen {
    const closest = branches.filter(({ closeness }) => closeness === branches[0]!.closeness)
    if (closest.length === 1) return { first: closest[0]!, pick: 'user_path' }
    const keeper = keeperOf(redirect, x, pins)
    if (keeper !== undefined)
      return {
        first: shareOut(keeper, closest),
        pick: redirect.affinity === 'caller' ? 'caller' : 'session',
      }
    return { first: pickers[redirect.strategy](redirect, closest, x), pick: 'strategy' }
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
    choiceOf(x: ChoiceFacts, route: Route | undefined): Choice | undefined {
      const made = choices.get(x.request ?? x)
      if (made === undefined || route?.targets[0] === made.first) return made?.choice
      // Plugins behind this one move targets for what a call holds, and for nothing else.
      return { ...made.choice, pick: 'needs' }
    },
  })
}

function tell({ source, strategy }: VirtualModel, { first, pick }: Chosen, { trace, userPath }: Ordering) {
  const who = {
    session: 'the session',
    caller: 'the caller',
    user_path: `user path "${userPath}"`,
    strategy,
  }[pick]
  trace?.push({ plugin: 'virtual-models', text: `${source}: ${who} puts "${first.name}" first` })
}

/** The same request for a look that leaves no trace. */
const idleView = ({ caller, userPath, request, body }: Ordering): Ordering => ({
  caller,
  userPath,
  dry: true,
  trace: undefined,
  ...(request && { request }),
  ...(body && { body }),
})

interface Place {
  readonly level: number
  readonly redirect: VirtualModel
  readonly userPath: UserPath
}

export function branchesOf(targets: readonly Target[], { level, redirect, userPath }: Place): Branch[] {
  const byIndex = Map.groupBy(targets, ({ via }) => via[level]!.index)
  return [...byIndex]
    .map(([index, targets]): Branch => {
      const { name = '', weight = 1, scopes } = redirect.targets[index] ?? {}
      return { index, name, weight, closeness: closenessOf({ scopes }, userPath), targets }
    })
    .sort((a, b) => b.closeness - a.closeness || a.index - b.index)
}
