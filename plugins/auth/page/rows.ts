import {
  createSearch,
  type Listing,
  pageOf,
  readStateQuery,
  type StateQuery,
} from '../../../views/listing.ts'
import { type KeyRow, toView } from '../views-of.ts'

export const states = { '': 'All keys', active: 'Active', expired: 'Expired', revoked: 'Revoked' } as const
export type State = keyof typeof states

/** What the address of the page asks for. */
export type Query = StateQuery<State>

export const readQuery = (read: (name: string) => string): Query => readStateQuery(read, states)

export interface Listed {
  readonly row: KeyRow
  readonly status: 'active' | 'expired' | 'revoked'
}

/** One page of what matches: those that work come first, and the newest of them before all. */
export function listKeys(rows: readonly KeyRow[], query: Query, now: number): Listing<Listed> {
  const isFound = createSearch(query.q)
  const matching = rows
    .map(row => ({ row, status: toView(row, now).status }))
    .filter(({ status }) => query.state === '' || status === query.state)
    .filter(({ row }) => isFound(textsOf(row)))
    .sort(
      (a, b) =>
        Number(a.status !== 'active') - Number(b.status !== 'active') || b.row.createdAt - a.row.createdAt,
    )
  return pageOf(matching, query.page)
}

const textsOf = (row: KeyRow): readonly string[] => [
  row.id,
  row.name,
  row.description,
  row.lastFour,
  row.userPath ?? '',
  ...Object.entries(row.labels).map(label => label.join('=')),
  ...(row.allowedModels ?? []),
]
