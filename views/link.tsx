import type { Child } from 'hono/jsx'
import { spell } from './name.tsx'

interface LinkProps {
  readonly href: string
  readonly children?: Child
  readonly [attribute: string]: unknown
}

/** What is read out, or shown at a closer look: it has names in it, too. */
const SPELT = ['aria-label', 'title'] as const

function spelt(rest: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const all = { ...rest }
  for (const name of SPELT) {
    const text = all[name]
    if (typeof text === 'string') all[name] = spell(text)
  }
  return all
}

/** Leads to http(s) or to a place in this house; anything else, `javascript:` above all, stays plain text. */
export const Link = ({ href, children, ...rest }: LinkProps) =>
  isSafe(href) ? (
    <a href={href} {...spelt(rest)}>
      {children}
    </a>
  ) : (
    <span>{children}</span>
  )

/** Browsers drop control characters from addresses and read `\` as `/`, so the rule asks for what is known to be good. */
const isSafe = (href: string): boolean =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  !/[\u0000-\u0020\\]/.test(href) && (/^https?:\/\//i.test(href) || /^(?:\/(?!\/)|[?#])/.test(href))
