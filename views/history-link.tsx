import { Link } from './link.tsx'

interface HistoryLinkProps {
  /** What history calls it, and its name there. */
  readonly kind: string
  readonly subject: string
  readonly base: string
  readonly class?: string
}

/** To all changes of one thing. */
export const HistoryLink = ({ kind, subject, base, class: look = 'button' }: HistoryLinkProps) => (
  <Link class={look} href={`${base}/dashboard/history?${new URLSearchParams({ kind, subject })}`}>
    History
  </Link>
)
