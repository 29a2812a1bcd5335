import { count } from '../../../../views/format.ts'
import { Name } from '../../../../views/name.tsx'
import type { Line } from './sides.ts'
import { Verdict } from './verdict.tsx'

/** A score, or how far two are apart. */
export const scoreText = (score: number): string =>
  Math.abs(score).toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 })

/** Something was said of an answer of one of them. */
export const hasScores = (lines: readonly Line[]): boolean =>
  lines.some(({ figures }) => figures.scores.length > 0)

/** What was said of the answers of a line, by name, the mean of each with its interval. */
export const Scores = ({ line: { figures, difference } }: { line: Line }) => (
  <td class="num" data-label="Scores">
    <div>
      {figures.scores.length === 0 && <span class="muted">–</span>}
      {figures.scores.map(({ name, by, count: times, mean: { value, low, high } }) => (
        <div class="by-name">
          {scoreText(value!)} <Name class="muted" text={name} />
          {by === 'operator' && <span class="muted"> of operators</span>}
          {low !== null && high !== null && (
            <p class="about" title="Holds the true mean in 95 of 100 cases">
              {scoreText(low)} to {scoreText(high)}
            </p>
          )}
          <Verdict
            difference={difference?.scores.find(score => score.name === name && score.by === by)}
            say={scoreText}
            isMoreBetter
          />
          <p class="about">{count(times, 'score')}</p>
        </div>
      ))}
    </div>
  </td>
)
