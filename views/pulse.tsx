import type { Child } from 'hono/jsx'
import { STATE } from './dialog-form.tsx'
import { Link } from './link.tsx'

interface PulseProps {
  /** Where fresh figures are: the part `now` of the page. */
  readonly from: string
  /** The address of the page as it is. */
  readonly page: string
  /** How often it has asked. */
  readonly round: number
  /** Whether the page has filters, as `Filters` draws them. */
  readonly isFiltered?: boolean
  /** Says what it keeps fresh. */
  readonly says?: string
}

/** A page that is left open asks for ten minutes; each question keeps the session alive, so it must come to an end. */
const ROUNDS = 120

const FIGURES = 'Figures follow the calls, every five seconds.'

/**
 * Keeps a part of a page fresh: figures, mostly. It asks with the filters as they are, gives way to what somebody types into them, and what comes
 * is melted into what is there, so that the keyboard, and whatever is marked, stays where it is.
 */
export function Pulse({ from, page, round, isFiltered = false, says = FIGURES }: PulseProps) {
  const isAsking = round < ROUNDS
  const next = `${from}${from.includes('?') ? '&' : '?'}round=${round + 1}`
  return (
    <p
      id="pulse"
      class="muted"
      {...(isAsking && {
        'hx-get': next,
        'hx-trigger': 'every 5s',
        'hx-target': '#pulse',
        'hx-swap': 'outerHTML',
        ...(isFiltered && { 'hx-include': STATE, 'hx-sync': '#filters:abort' }),
      })}
    >
      {isAsking ? (
        <span class="scripted">{says}</span>
      ) : (
        <>
          This stands still by now. <Link href={page}>Look again</Link>
        </>
      )}
    </p>
  )
}

export const readRound = (params: URLSearchParams): number => Number(params.get('round')) || 0

interface BeatProps extends Omit<PulseProps, 'isFiltered'> {
  /** Where it is shown. */
  readonly into: string
  /** How many are found: of pages with filters. */
  readonly count?: Child
  readonly children?: Child
}

/** What a pulse brings: itself, and what it keeps fresh. */
export const Beat = ({ into, count, children, ...pulse }: BeatProps) => (
  <>
    <Pulse {...pulse} isFiltered={count !== undefined} />
    <hx-partial hx-target={into} hx-swap="outerMorph">
      {children}
    </hx-partial>
    {count !== undefined && (
      <hx-partial hx-target="#count" hx-swap="outerMorph">
        {count}
      </hx-partial>
    )}
  </>
)
