import type { Child } from 'hono/jsx'
import { Link } from './link.tsx'

interface TurnProps {
  /** Towards what is newer: what it says, and where it leads; nowhere on the first page. */
  readonly newer: { readonly text: string; readonly href: string | undefined }
  readonly older: string | undefined
  /** Older ones were not all looked at. */
  readonly isPart: boolean
}

/** The way through what is written down as it happens: pages have no numbers, because they would be others a moment later. */
export const Turn = ({ newer, older, isPart }: TurnProps) =>
  newer.href === undefined && older === undefined ? null : (
    <nav class="pager" aria-label="Pages">
      <To rel="prev" href={newer.href}>
        {newer.text}
      </To>
      <span>
        {older === undefined ? 'These are the oldest' : isPart ? 'Searched in part: there may be more' : ''}
      </span>
      <To rel="next" href={older}>
        Older
      </To>
    </nav>
  )

const To = ({ href, rel, children }: { href: string | undefined; rel: string; children?: Child }) =>
  href === undefined ? (
    <span class="button" aria-disabled="true">
      {children}
    </span>
  ) : (
    <Link class="button" href={href} rel={rel}>
      {children}
    </Link>
  )
