import { createSearch, type Listing, pageOf, type StateQuery } from '../../../views/listing.ts'
import type { Ledger } from '../counting/ledger.ts'
import { type Measure, type Pot, runningOf, takenOf } from '../counting/pot.ts'
import { fullestOf, NEAR } from '../counting/share.ts'
import { allowanceOf } from '../holding/words.ts'
import type { Limit } from '../model.ts'
import { queueOf } from '../queue/words.ts'

export const states = {
  '': 'All limits',
  reached: 'Reached',
  near: 'Near or reached',
  off: 'Off',
} as const
export type State = keyof typeof states

/** What the address of the page asks for. */
export type Query = StateQuery<State>

/** `busy`: as many calls are under way as may be, and others wait for their turn; nobody is refused. */
export type Fullness = 'free' | 'busy' | 'near' | 'reached'

/** How full a pot is of one thing that is limited. */
export function fullnessOf(limit: Limit, measure: Measure, pot: Pot): Fullness {
  const share = takenIn(pot, measure) / limit[measure]!
  if (measure === 'concurrent' && limit.wait !== undefined && pot.waiting < queueOf(limit))
    return share >= 1 ? 'busy' : 'free'
  return share >= 1 ? 'reached' : share >= NEAR ? 'near' : 'free'
}

const takenIn = (pot: Pot, measure: Measure): number =>
  measure === 'concurrent' ? runningOf(pot) : takenOf(pot)[measure]

/** What an operator should see first. */
const worse: readonly Fullness[] = ['free', 'busy', 'near', 'reached']

const worstOf = (limit: Limit, pot: Pot): Fullness =>
  worse[Math.max(...measuresOf(limit).map(measure => worse.indexOf(fullnessOf(limit, measure, pot))))]!

/** A limit, and how full it is. */
export interface Listed {
  readonly limit: Limit
  /** The fullest pot; undefined where nobody has used any of those that members have for themselves. */
  readonly pot: Pot | undefined
  /** Members with a pot of their own that is in use. */
  readonly members: number
  readonly fullness: Fullness
}

/** A limit that is shown. */
export interface Shown extends Listed {
  /** Models or tools of it that are not there now, in words. */
  readonly unknown: string | undefined
  /** When it was looked at. */
  readonly now: number
}

function listedOf(limit: Limit, ledger: Ledger): Listed {
  const pots = ledger.potsOf(limit)
  const pot = fullestOf(limit, pots) ?? (limit.each === 'all' ? ledger.pot(limit, '') : undefined)
  return {
    limit,
    pot,
    members: pots.length,
    fullness: pot === undefined ? 'free' : worstOf(limit, pot),
  }
}

/** One page of what matches, by name: rows stay where they are while they fill. */
export function listLimits(
  limits: readonly Limit[],
  query: Query,
  ledger: Ledger,
): { readonly listing: Listing<Listed>; readonly reached: number } {
  const isFound = createSearch(query.q)
  const all = limits.map(limit => listedOf(limit, ledger))
  const matching = all.filter(listed => isIn(listed, query.state) && isFound(textsOf(listed.limit)))
  return {
    listing: pageOf(matching, query.page),
    reached: all.filter(({ limit, fullness }) => limit.enabled && fullness === 'reached').length,
  }
}

function isIn({ limit: { enabled }, fullness }: Listed, state: State): boolean {
  if (state === '') return true
  if (state === 'off') return !enabled
  return enabled && (fullness === 'reached' || (state === 'near' && fullness === 'near'))
}

/** What a limit limits, in the order in which it is shown. */
export const measuresOf = (limit: Limit): Measure[] =>
  (['cost', 'tokens', 'requests', 'concurrent'] as const).filter(measure => limit[measure] !== undefined)

const textsOf = (limit: Limit): readonly string[] => [
  limit.name,
  limit.description,
  limit.userPath,
  ...(limit.models ?? []),
  ...(limit.tools ?? []),
  ...measuresOf(limit).map(measure => allowanceOf(limit, measure)),
  limit.declaredIn ?? '',
]
