import { count } from '../../../views/format.ts'
import type { Part } from '../report/usage.ts'
import type { Span } from './span.ts'
import { spanText } from './time.tsx'

interface PeriodProps {
  readonly now: Part
  /** Undefined where it could not be read. */
  readonly before: Part | undefined
  readonly span: Span
}

/** How many calls the figures are of, when those were, and what the figures are compared with. */
export const Period = ({ now, before, span }: PeriodProps) => (
  <p class="period" role="status">
    {count(now.sums.calls, 'call')}, {spanText(span)}.{' '}
    {hasCalls(before)
      ? `Arrows compare with ${span.against}.`
      : before !== undefined && `There were no calls in ${span.against}.`}
  </p>
)

/** Without any there is nothing to compare with. */
export const hasCalls = (part: Part | undefined): part is Part => part !== undefined && part.sums.calls > 0
