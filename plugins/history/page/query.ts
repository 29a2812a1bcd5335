import { MAX_SEARCH, toQuery } from '../../../views/listing.ts'

/** What the address of the page asks for. */
export interface Query {
  readonly q: string
  readonly kind: string
  readonly author: string
  /** The name of one thing: nothing else is shown. */
  readonly subject: string
  /** Only what is older; '' begins with the newest. */
  readonly before: string
}

export function readQuery(read: (name: string) => string): Query {
  const field = (name: keyof Query) => read(name).trim().slice(0, MAX_SEARCH)
  const before = field('before')
  return {
    q: field('q'),
    kind: field('kind'),
    author: field('author'),
    subject: field('subject'),
    before: /^[1-9]\d{0,14}$/.test(before) ? before : '',
  }
}

/** The page with another choice; whatever is chosen, it begins with the newest unless it says otherwise. */
export const addressOf = (
  page: string,
  query: Query,
  change: Partial<Query> & { readonly back?: string } = {},
): string => page + toQuery({ ...query, before: '', ...change })

export const isFiltered = ({ q, kind, author, subject }: Query): boolean => q + kind + author + subject !== ''
