import type { Child } from 'hono/jsx'
import type { Admin } from '../src/types.ts'
import { count, number } from './format.ts'
import { type Listing, toQuery } from './listing.ts'
import { Nothing } from './nothing.tsx'
import { Pager, Table } from './table.tsx'

/** A list of what operators define: its table, how many there are, and what changes of it when somebody writes. */

interface ListProps<T, Q> {
  /** Of the part of the page that is swapped: `limits`. */
  readonly id: string
  /** One of what is listed: `limit`. */
  readonly noun: string
  readonly label: string
  readonly caption: string
  readonly headings: readonly string[]
  /** The address of the page. */
  readonly page: string
  readonly query: Q
  readonly listing: Listing<T>
  /** How many there are, whatever is searched. */
  readonly all: number
  /** Who is offered to make the first one. */
  readonly maker?: Admin | undefined
  /** What they are for: said where there are none. */
  readonly about: Child
  readonly row: (row: T) => Child
}

export function List<T, Q extends { readonly page: number }>(props: ListProps<T, Q>) {
  const { id, noun, label, caption, headings, page, query, listing, all, maker, about, row } = props
  return (
    <section id={id} tabindex={-1} aria-label={label}>
      <input type="hidden" id="page-now" name="page" value={String(listing.page)} />
      {listing.rows.length === 0 ? (
        <Nothing noun={noun} isFiltered={all > 0} page={page} maker={maker}>
          {about}
        </Nothing>
      ) : (
        <Table caption={caption} headings={headings}>
          {listing.rows.map(row)}
        </Table>
      )}
      <Pager
        page={listing.page}
        pages={listing.pages}
        href={number => page + toQuery({ ...query, page: number })}
      />
    </section>
  )
}

interface ListCountProps extends Pick<ListProps<unknown, unknown>, 'noun' | 'all'> {
  /** Those that match. */
  readonly total: number
  readonly children?: Child
}

/** How many are found: `7 limits`, or `3 of 7`. */
export const ListCount = ({ noun, all, total, children }: ListCountProps) => (
  <p id="count" class="count" role="status">
    {total === all ? count(all, noun) : `${number(total)} of ${number(all)}`}
    {children}
  </p>
)

interface ListChangedProps {
  readonly id: string
  readonly list: Child
  readonly count: Child
  readonly notice: Child
}

/** What changes after a write, each part where it belongs. */
export const ListChanged = ({ id, list, count, notice }: ListChangedProps) => (
  <>
    <hx-partial hx-target={`#${id}`} hx-swap="outerHTML">
      {list}
    </hx-partial>
    <hx-partial hx-target="#count" hx-swap="outerHTML">
      {count}
    </hx-partial>
    {notice}
  </>
)
