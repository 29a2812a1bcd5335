import type { Child } from 'hono/jsx'
import { Link } from './link.tsx'

/** A table that becomes a list of cards where there is no room; cells say their heading with `data-label`. */
export const Table = ({
  caption,
  headings,
  children,
}: {
  caption: string
  headings: readonly string[]
  children?: Child
}) => (
  <div class="table">
    <table>
      <caption class="unseen">{caption}</caption>
      <thead>
        <tr>
          {headings.map(heading => (
            <th scope="col">{heading === '' ? <span class="unseen">Actions</span> : heading}</th>
          ))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  </div>
)

interface PagerProps {
  readonly page: number
  readonly pages: number
  readonly href: (page: number) => string
}

/** To the page before and the page after; absent where everything fits on one. */
export const Pager = ({ page, pages, href }: PagerProps) =>
  pages <= 1 ? null : (
    <nav class="pager" aria-label="Pages">
      {page > 1 ? (
        <Link class="button" href={href(page - 1)} rel="prev">
          Previous
        </Link>
      ) : (
        <span class="button" aria-disabled="true">
          Previous
        </span>
      )}
      <span>
        Page {page} of {pages}
      </span>
      {page < pages ? (
        <Link class="button" href={href(page + 1)} rel="next">
          Next
        </Link>
      ) : (
        <span class="button" aria-disabled="true">
          Next
        </span>
      )}
    </nav>
  )
