import type { Child } from 'hono/jsx'

/** Travels with any answer to an htmx request and ends up in the shell's message line. */
export const Notice = ({ tone = 'good', children }: { tone?: 'good' | 'bad'; children?: Child }) => (
  <hx-partial hx-target="#notice" hx-swap="innerHTML">
    <p data-tone={tone}>{children}</p>
  </hx-partial>
)
