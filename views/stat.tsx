import type { Child } from 'hono/jsx'
import { percent } from './format.ts'

/** How a figure stands against another one. */
export interface Change {
  readonly now: number | null
  readonly before: number | null
  /** What the other one is of: “the 7 days before”. */
  readonly against: string
  /** Whether more is better, worse, or neither. */
  readonly more: 'good' | 'bad' | 'plain'
  /** Says the other one itself, where a percentage of it would be hard to read: a rate, say. */
  readonly say?: (before: number) => string
}

/** One figure with its name, and how it has changed. */
export const Stat = ({
  label,
  value,
  change,
  children,
}: {
  label: string
  value: Child
  change?: Change | undefined
  children?: Child
}) => (
  <li class="stat">
    <h3>{label}</h3>
    <p class="figure">{value}</p>
    {change !== undefined && change.now !== null && change.before !== null && (
      <p class="aside">
        <Delta {...change} />
      </p>
    )}
    {children}
  </li>
)

/** Less than this is the way of things, and no news: it has no colour. */
const NOISE = 0.05

/** An arrow and a percentage for the eye; a sentence for who does not see them; nothing where one of the two is not known. */
export function Delta({ now, before, against, more, say }: Change) {
  if (now === null || before === null) return null
  if (before === 0 && say === undefined)
    return <span class="delta">{now === 0 ? 'none before either' : 'none before'}</span>
  const share = before === 0 ? Number.POSITIVE_INFINITY : now / before - 1
  // What reads the same is the same: no arrow points from 2 % to 2 %.
  if (now === before || Math.abs(share) < 0.0005 || (say !== undefined && say(now) === say(before)))
    return <span class="delta">as in {against}</span>
  const isMore = now > before
  const tone =
    more === 'plain' || Math.abs(share) < NOISE ? 'plain' : isMore === (more === 'good') ? 'good' : 'bad'
  // Beyond ten times as much, a percentage says less than the factor.
  const size = share >= 9 ? `${Math.round(now / before)} times` : percent(Math.abs(share))
  const words =
    say !== undefined
      ? `${isMore ? 'up' : 'down'} from ${say(before)} in ${against}`
      : `${size} ${share >= 9 ? 'as much as' : isMore ? 'more than' : 'less than'} in ${against}`
  return (
    <span class="delta" data-tone={tone} title={words}>
      <span aria-hidden="true">
        {isMore ? '▲' : '▼'} {say === undefined ? size : `from ${say(before)}`}
      </span>
      <span class="unseen">{words}</span>
    </span>
  )
}
