import * as v from 'valibot'
import { toState } from './input.ts'
import type { Ledger } from './ledger.ts'
import type { Limit } from './model.ts'
import { heldOf, type Measure, type Pot, runningOf, usedOf } from './pot.ts'
import { fullestOf, shareOf } from './share.ts'

const DOLLARS = 1e9

const measureView = v.object({
  limit: v.number(),
  used: v.number(),
  held: v.pipe(v.number(), v.description('What calls under way may still use')),
  remaining: v.number(),
})

/** How full one pot is; only what the limit limits is in it. */
const potView = v.object({
  member: v.pipe(
    v.nullable(v.string()),
    v.description('The key or the user path that has this room for itself; null where all share it'),
  ),
  requests: v.optional(measureView),
  tokens: v.optional(measureView),
  cost_usd: v.optional(measureView),
  concurrent: v.optional(measureView),
  unpriced_requests: v.pipe(
    v.number(),
    v.description('Calls whose price nobody knew; they cost nothing here'),
  ),
  resets_at: v.string(),
})
export type PotView = v.InferOutput<typeof potView>

const amount = v.nullable(v.number())

const entries = {
  name: v.string(),
  description: v.string(),
  enabled: v.boolean(),
  user_path: v.string(),
  each: v.nullable(v.picklist(['key', 'user_path'])),
  models: v.nullable(v.array(v.string())),
  tools: v.pipe(v.nullable(v.array(v.string())), v.description('Where set, it speaks of their calls only')),
  per: v.string(),
  time_zone: v.string(),
  requests: amount,
  tokens: amount,
  cost_usd: amount,
  concurrent: amount,
  unpriced: v.picklist(['allow', 'refuse']),
  declared_in: v.optional(v.string()),
  version: v.number(),
}

/** A limit with the pot that is fullest. */
export const limitView = v.object({
  ...entries,
  members: v.pipe(v.number(), v.description('Pots in use in the present window')),
  fullest: v.nullable(potView),
})
export type LimitView = v.InferOutput<typeof limitView>

export const changedView = v.object({ ...limitView.entries, warning: v.optional(v.string()) })

/** A limit with its pots. */
export const limitDetail = v.object({
  ...limitView.entries,
  pots: v.pipe(v.array(potView), v.description('The fullest first, a hundred at most')),
})

/** What a caller is told: what holds for it, and how much is left. */
export const ownView = v.object({
  name: v.string(),
  models: v.nullable(v.array(v.string())),
  tools: v.optional(v.array(v.string())),
  per: v.string(),
  time_zone: v.string(),
  ...v.omit(potView, ['member', 'unpriced_requests']).entries,
})

export const MOST = 100

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
