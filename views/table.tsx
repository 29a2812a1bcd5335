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

/** To the pages before and after, to the first and the last, and to those around; absent where everything fits on one. */
export const Pager = ({ page, pages, href }: PagerProps) =>
  pages <= 1 ? null : (
    <nav class="pager" aria-label="Pages">
      <Step href={page > 1 ? href(page - 1) : undefined} rel="prev">
        Previous
      </Step>
      <ol>
        {around(page, pages).map(number => (
          <li>
            {number === undefined ? (
              '…'
            ) : (
              <Link
                href={href(number)}
                aria-label={`Page ${number}`}
                {...(number === page && { 'aria-current': 'page' })}
              >
                {number}
              </Link>
            )}
          </li>
        ))}
      </ol>
      <Step href={page < pages ? href(page + 1) : undefined} rel="next">
        Next
      </Step>
    </nav>
  )

/** To the page before or behind, where there is one. */
export const Step = ({ href, rel, children }: { href: string | undefined; rel: string; children?: Child }) =>
  href === undefined ? (
    <span class="button" aria-disabled="true">
      {children}
    </span>
  ) : (
    <Link class="button" href={href} rel={rel}>
      {children}
    </Link>
  )

/** The numbers to show; `undefined` is a gap of more than one page. */
function around(page: number, pages: number): (number | undefined)[] {
  const shown = new Set([1, page - 1, page, page + 1, pages])
  // A gap of a single page is no shorter than its number.
  if (page === 4) shown.add(2)
  if (page === pages - 3) shown.add(pages - 1)
  const numbers = [...shown].filter(number => number >= 1 && number <= pages).sort((a, b) => a - b)
  return numbers.flatMap((number, index) =>
    index > 0 && number > numbers[index - 1]! + 1 ? [undefined, number] : [number],
  )
}
