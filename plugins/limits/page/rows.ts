import {
  createSearch,
  type Listing,
  pageOf,
  readStateQuery,
  type StateQuery,
} from '../../../views/listing.ts'
import type { Ledger } from '../counting/ledger.ts'
import type { Measure, Pot } from '../counting/pot.ts'
import { fullestOf, NEAR, shareOf } from '../counting/share.ts'
import { allowanceOf } from '../holding/words.ts'
import type { Limit } from '../model.ts'

export const states = {
  '': 'All limits',
  reached: 'Reached',
  near: 'Near or reached',
  off: 'Off',
} as const
export type State = keyof typeof states

/** What the address of the page asks for. */
export type Query = StateQuery<State>

export const readQuery = (read: (name: string) => string): Query => readStateQuery(read, states)

export type Fullness = 'free' | 'near' | 'reached'

export const fullnessOf = (share: number): Fullness =>
  share >= 1 ? 'reached' : share >= NEAR ? 'near' : 'free'

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
}

function listedOf(limit: Limit, ledger: Ledger): Listed {
  const pots = ledger.potsOf(limit)
  const pot = fullestOf(limit, pots) ?? (limit.each === 'all' ? ledger.pot(limit, '') : undefined)
  return {
    limit,
    pot,
    members: pots.length,
    fullness: pot === undefined ? 'free' : fullnessOf(shareOf(limit, pot)),
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
