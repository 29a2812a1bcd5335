import {
  createSearch,
  type Listing,
  pageOf,
  readStateQuery,
  type StateQuery,
} from '../../../views/listing.ts'
import type { Uses } from '../uses.ts'
import { type KeyRow, toView } from '../views-of.ts'

export const states = {
  '': 'All keys',
  active: 'Active',
  unused: 'Not used for 30 days',
  expired: 'Expired',
  revoked: 'Revoked',
} as const
export type State = keyof typeof states

/** What the address of the page asks for. */
export type Query = StateQuery<State>

export const readQuery = (read: (name: string) => string): Query => readStateQuery(read, states)

export interface Listed {
  readonly row: KeyRow
  readonly status: 'active' | 'expired' | 'revoked'
  /** The key whose holder has made it. */
  readonly maker?: KeyRow | undefined
}

/** A key that nobody has used for so long (milliseconds) is worth a look. */
const LONG = 30 * 86_400_000

/** Active, and neither made nor used lately; where that cannot be told, it may be any. */
const isUnused = ({ row, status }: Listed, uses: Uses, now: number): boolean =>
  status === 'active' && Math.max(row.createdAt, uses?.get(row.id)?.at ?? 0) < now - LONG

interface Facts {
  readonly now: number
  /** Of all rows, where the query asks for those that nobody uses. */
  readonly uses: Uses
}

/** One page of what matches: those that work come first, and the newest of them before all. */
export function listKeys(rows: readonly KeyRow[], query: Query, { now, uses }: Facts): Listing<Listed> {
  const isFound = createSearch(query.q)
  const isOfState = (listed: Listed): boolean =>
    query.state === 'unused'
      ? isUnused(listed, uses, now)
      : query.state === '' || listed.status === query.state
  const byId = new Map(rows.map(row => [row.id, row]))
  const matching = rows
    .map(row => ({ row, status: toView(row, now).status, maker: byId.get(row.madeBy ?? '') }))
    .filter(isOfState)
    .filter(listed => isFound(textsOf(listed)))
    .sort(
      (a, b) =>
        Number(a.status !== 'active') - Number(b.status !== 'active') || b.row.createdAt - a.row.createdAt,
    )
  return pageOf(matching, query.page)
}

const textsOf = ({ row, maker }: Listed): readonly string[] => [
  row.id,
  row.name,
  row.description,
  row.lastFour,
  row.userPath ?? '',
  ...Object.entries(row.labels).map(label => label.join('=')),
  ...(row.allowedModels ?? []),
  ...(maker === undefined ? [] : [maker.id, maker.name]),
]
