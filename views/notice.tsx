import type { Child } from 'hono/jsx'

interface NoticeProps {
  readonly tone?: 'good' | 'bad'
  /** A form with one button: what can be done about it. The message then stays until something is done. */
  readonly offer?: Child
  readonly children?: Child
}

/** Travels with any answer to an htmx request and ends up in the shell's message line. */
export const Notice = ({ tone = 'good', offer, children }: NoticeProps) => (
  <hx-partial hx-target="#notice" hx-swap="innerHTML">
    <p data-tone={tone}>{children}</p>
    {offer}
  </hx-partial>
)
