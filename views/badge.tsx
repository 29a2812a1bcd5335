import type { Child } from 'hono/jsx'

export type Tone = 'plain' | 'accent' | 'violet' | 'amber' | 'outline' | 'bad' | 'good'

/** What kind of thing a row is, in one word. */
export const Badge = ({
  tone = 'plain',
  title,
  children,
}: {
  tone?: Tone
  title?: string
  children?: Child
}) => (
  <span class="badge" data-tone={tone} title={title}>
    {children}
  </span>
)
