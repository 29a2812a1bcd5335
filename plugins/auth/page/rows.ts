import type { KeyRow } from '../views-of.ts'
import { toView } from '../views-of.ts'

export const states = { '': 'All keys', active: 'Active', expired: 'Expired', revoked: 'Revoked' } as const
export type State = keyof typeof states

/** What the address of the page asks for. */
export interface Query {
  readonly q: string
  readonly state: State
  readonly page: number
}

export const PAGE_SIZE = 100
const MAX_SEARCH = 200

export function readQuery(read: (name: string) => string): Query {
  const state = read('state')
  const page = Number(read('page'))
  return {
    q: read('q').slice(0, MAX_SEARCH),
    state: Object.hasOwn(states, state) ? (state as State) : '',
    page: Number.isSafeInteger(page) && page > 0 ? page : 1,
  }
}

/** The query as it stands in addresses; defaults are left out. */
export function writeQuery({ q, state, page }: Query, more: Readonly<Record<string, string>> = {}): string {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries({ q, state, page: page > 1 ? String(page) : '' }))
    if (value !== '') params.set(name, value)
  for (const [name, value] of Object.entries(more)) params.set(name, value)
  return params.size === 0 ? '' : `?${params}`
}

export interface Listed {
  readonly row: KeyRow
  readonly status: 'active' | 'expired' | 'revoked'
}

export interface Listing {
  readonly keys: readonly Listed[]
  /** Keys that match, on all pages. */
  readonly total: number
  readonly page: number
  readonly pages: number
}

/** One page of what matches: those that work come first, and the newest of them before all. */
export function listKeys(rows: readonly KeyRow[], query: Query, now: number): Listing {
  const words = query.q
    .toLowerCase()
    .split(/\s+/)
    .filter(word => word !== '')
  const matching = rows
    .map(row => ({ row, status: toView(row, now).status }))
    .filter(({ status }) => query.state === '' || status === query.state)
    .filter(({ row }) => hasWords(row, words))
    .sort(
      (a, b) =>
        Number(a.status !== 'active') - Number(b.status !== 'active') || b.row.createdAt - a.row.createdAt,
    )
  const pages = Math.max(1, Math.ceil(matching.length / PAGE_SIZE))
  const page = Math.min(query.page, pages)
  return {
    keys: matching.slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE),
    total: matching.length,
    page,
    pages,
  }
}

function hasWords(row: KeyRow, words: readonly string[]): boolean {
  if (words.length === 0) return true
  const labels = Object.entries(row.labels).map(label => label.join('='))
  const said = [row.id, row.name, row.description, row.lastFour, row.userPath ?? '', ...labels]
  const text = [...said, ...(row.allowedModels ?? [])].join(' ').toLowerCase()
  return words.every(word => text.includes(word))
}
