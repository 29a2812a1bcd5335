import * as v from 'valibot'
import { says } from '../../src/contract/settings.ts'
import type { Ledger } from './counting/ledger.ts'
import { heldOf, type Measure, type Pot, runningOf, usedOf } from './counting/pot.ts'
import { fullestOf, shareOf } from './counting/share.ts'
import type { Limit } from './model.ts'
import { toState } from './rules/input.ts'

const DOLLARS = 1e9

const measureView = v.object({
  limit: says('How much it allows', v.number()),
  used: says('What calls that are over have used', v.number()),
  held: v.pipe(v.number(), v.description('What calls under way may still use')),
  remaining: says('What is left, less what is held', v.number()),
})

/** How full one pot is; only what the limit limits is in it. */
const potView = v.object({
  member: v.pipe(
    v.nullable(v.string()),
    v.description('The key or the user path that has this room for itself; null where all share it'),
  ),
  requests: says('Calls', v.optional(measureView)),
  tokens: says('Input and output', v.optional(measureView)),
  cost_usd: says('US dollars', v.optional(measureView)),
  concurrent: says('Calls under way', v.optional(measureView)),
  waiting: says('Calls that stand in line; where the limit lets them wait', v.optional(v.number())),
  unpriced_requests: v.pipe(
    v.number(),
    v.description('Calls whose price nobody knew; they cost nothing here'),
  ),
  resets_at: says('When it begins anew', v.string()),
})
export type PotView = v.InferOutput<typeof potView>

const amount = v.nullable(v.number())

const entries = {
  name: says('What callers read when it is reached', v.string()),
  description: says('For people; callers never see it', v.string()),
  enabled: says('Off: nothing is counted, and nobody is held back', v.boolean()),
  user_path: says('It holds for callers that stand here or below', v.string()),
  each: says(
    'Who has this room for itself; null: all share it',
    v.nullable(v.picklist(['key', 'user_path'])),
  ),
  models: says('Whose calls count; null: those of every model', v.nullable(v.array(v.string()))),
  tools: says('Where set, it speaks of their calls only', v.nullable(v.array(v.string()))),
  per: says('A stretch of the clock', v.string()),
  time_zone: says('Windows begin by its clocks', v.string()),
  requests: says('Calls in each window; null: not limited', amount),
  tokens: says('Input and output in each window; null: not limited', amount),
  cost_usd: says('US dollars in each window; null: not limited', amount),
  concurrent: says('Calls at the same time; null: not limited', amount),
  wait: says('So long a call waits where it is reached; null: it is refused at once', v.nullable(v.string())),
  queue: says('So many calls wait; null: 100', amount),
  first: says('User paths that go before others', v.nullable(v.array(v.string()))),
  unpriced: says(
    'What becomes of calls whose price is not known, where cost is limited',
    v.picklist(['allow', 'refuse']),
  ),
  declared_in: says('Where it is declared; then it cannot be changed here', v.optional(v.string())),
  version: says('Counts its changes; for `If-Match`', v.number()),
}

/** A limit with the pot that is fullest. */
export const limitView = v.object({
  ...entries,
  members: v.pipe(v.number(), v.description('Pots in use in the present window')),
  fullest: says('The one with the least room; null: none was used yet', v.nullable(potView)),
})
export type LimitView = v.InferOutput<typeof limitView>

export const changedView = v.object({
  ...limitView.entries,
  warning: says('What may be a slip of the pen', v.optional(v.string())),
})

/** A limit with its pots. */
export const limitDetail = v.object({
  ...limitView.entries,
  pots: v.pipe(v.array(potView), v.description('The fullest first, a hundred at most')),
})

/** What a caller is told: what holds for it, and how much is left. */
export const ownView = v.object({
  name: says('What callers read when it is reached', v.string()),
  models: says('Whose calls count; null: those of every model', v.nullable(v.array(v.string()))),
  tools: says('Where set, it speaks of their calls only', v.optional(v.array(v.string()))),
  per: says('A stretch of the clock', v.string()),
  time_zone: says('Windows begin by its clocks', v.string()),
  ...v.omit(potView, ['member', 'unpriced_requests']).entries,
})

const MOST = 100

export function toPotView(limit: Limit, pot: Pot): PotView {
  const used = { ...usedOf(pot), concurrent: runningOf(pot) }
  const held = { ...heldOf(pot), concurrent: 0 }
  const of = (measure: Measure) => {
    const most = limit[measure]
    if (most === undefined) return undefined
    const unit = measure === 'cost' ? DOLLARS : 1
    const left = Math.max(0, most - used[measure] - held[measure])
    return {
      limit: most / unit,
      used: used[measure] / unit,
      held: held[measure] / unit,
      remaining: left / unit,
    }
  }
  const [requests, tokens, cost, concurrent] = [of('requests'), of('tokens'), of('cost'), of('concurrent')]
  return {
    member: limit.each === 'all' ? null : pot.member,
    ...(requests && { requests }),
    ...(tokens && { tokens }),
    ...(cost && { cost_usd: cost }),
    ...(concurrent && { concurrent }),
    ...(limit.wait !== undefined && { waiting: pot.waiting }),
    unpriced_requests: pot.unpriced,
    resets_at: new Date(pot.end).toISOString(),
  }
}

export function toView(limit: Limit, ledger: Ledger): LimitView {
  const pots = ledger.potsOf(limit)
  const fullest = fullestOf(limit, pots)
  const {
    requests = null,
    tokens = null,
    cost_usd = null,
    concurrent = null,
    models = null,
    tools = null,
    wait = null,
    queue = null,
    first = null,
    ...rest
  } = toState(limit)
  return {
    name: limit.name,
    ...rest,
    models,
    tools,
    requests,
    tokens,
    cost_usd,
    concurrent,
    ...{ wait: wait === null ? null : String(wait), queue, first },
    ...(limit.declaredIn !== undefined && { declared_in: limit.declaredIn }),
    version: limit.version,
    members: pots.length,
    fullest: fullest === undefined ? null : toPotView(limit, fullest),
  }
}

/** The pots in use, the fullest first: a hundred at most, and how many there are. */
export function fullestFirst(
  limit: Limit,
  ledger: Ledger,
): { readonly pots: readonly Pot[]; readonly members: number } {
  const pots = ledger.potsOf(limit)
  const sorted = pots.toSorted(
    (a, b) => shareOf(limit, b) - shareOf(limit, a) || (a.member < b.member ? -1 : 1),
  )
  return { pots: sorted.slice(0, MOST), members: pots.length }
}

export const toDetail = (limit: Limit, ledger: Ledger) => ({
  ...toView(limit, ledger),
  pots: fullestFirst(limit, ledger).pots.map(pot => toPotView(limit, pot)),
})
