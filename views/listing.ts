/** What lists of rows that all are in memory have in common: a search, pages, and addresses for both. */

const PAGE_SIZE = 100
/** Characters of a search that are looked at. */
export const MAX_SEARCH = 200

export interface Listing<T> {
  readonly rows: readonly T[]
  /** Rows that match, on all pages. */
  readonly total: number
  readonly page: number
  readonly pages: number
}

/** The page that an address asks for; the first where it asks for none. */
export function readPage(text: string): number {
  const page = Number(text)
  return Number.isSafeInteger(page) && page > 0 ? page : 1
}

/** One page of what matches; the last where there are fewer. */
export function pageOf<T>(matching: readonly T[], wanted: number): Listing<T> {
  const pages = Math.max(1, Math.ceil(matching.length / PAGE_SIZE))
  const page = Math.min(wanted, pages)
  const rows = matching.slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE)
  return { rows, total: matching.length, page, pages }
}

export const wordsIn = (search: string): readonly string[] => search.split(/\s+/).filter(word => word !== '')

/** Tells whether texts hold all the words of a search, in any order and case. */
export function createSearch(search: string): (texts: readonly string[]) => boolean {
  const words = wordsIn(search.toLowerCase())
  return texts => {
    if (words.length === 0) return true
    const text = texts.join(' ').toLowerCase()
    return words.every(word => text.includes(word))
  }
}

/** A query as it stands in addresses: what is empty, and the first page, is left out; `more` is not. */
export function toQuery<Q extends object>(
  { page = 1, ...fields }: Q & { readonly page?: number },
  more: Readonly<Record<string, string>> = {},
): string {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(fields)) if (value !== '') params.set(name, String(value))
  if (page > 1) params.set('page', String(page))
  for (const [name, value] of Object.entries(more)) params.set(name, value)
  return params.size === 0 ? '' : `?${params}`
}

/** What the address of a list asks for that is searched, and chosen from by state. */
export interface StateQuery<S extends string> {
  readonly q: string
  readonly state: S
  readonly page: number
}

/** The same, from an address or a form; `states` has a key for each state, and '' for all of them. */
export function readStateQuery<S extends string>(
  read: (name: string) => string,
  states: Readonly<Record<S | '', string>>,
): StateQuery<S | ''> {
  const state = read('state')
  return {
    q: read('q').slice(0, MAX_SEARCH),
    state: Object.hasOwn(states, state) ? (state as S) : '',
    page: readPage(read('page')),
  }
}
