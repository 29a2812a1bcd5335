import { Link } from './link.tsx'

export interface Segment {
  readonly id: string
  readonly text: string
  readonly href: string
  readonly isCurrent: boolean
}

/** A few views of one thing, side by side: links, so that each has an address. With `into` just that part of the page is swapped. */
export const Segments = ({
  label,
  segments,
  into,
}: {
  label: string
  segments: readonly Segment[]
  into?: string
}) => (
  <nav class="segments" aria-label={label}>
    <ul>
      {segments.map(({ id, text, href, isCurrent }) => (
        <li>
          <Link
            id={id}
            href={href}
            {...(isCurrent && { 'aria-current': 'true' })}
            {...(into !== undefined && {
              'hx-get': href,
              'hx-target': into,
              'hx-select': into,
              'hx-swap': 'outerHTML',
              'hx-push-url': 'true',
            })}
          >
            {text}
          </Link>
        </li>
      ))}
    </ul>
  </nav>
)
