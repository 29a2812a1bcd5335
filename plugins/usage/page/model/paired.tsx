import { count, duration, money, number } from '../../../../views/format.ts'
import { Name, spell } from '../../../../views/name.tsx'
import { Table } from '../../../../views/table.tsx'
import type { Paired } from '../../report/compare.ts'
import { scoreText } from './scores.tsx'

/** What mirrors' answers have more, or less, than those that callers got to the very same calls. */
export function PairedTable({ paired }: { paired: readonly Paired[] }) {
  const shown = paired.filter(({ pairs }) => pairs > 0)
  if (shown.length === 0) return null
  const names = [...new Set(shown.flatMap(({ scores }) => scores.map(({ name }) => name)))]
  return (
    <section id="pairs" aria-labelledby="pairs-title">
      <h2 id="pairs-title">The same calls, asked of both</h2>
      <Table
        caption="What the mirror’s answers have more"
        headings={['Mirror', 'Calls', 'Output', 'Duration', 'First token', 'Cost', ...names.map(scored)]}
      >
        {shown.map(({ of, pairs, output_tokens, total_ms, first_byte_ms, cost_nano, scores }) => (
          <tr>
            <th scope="row" data-label="Mirror">
              <Name class="mono" text={of} />
            </th>
            <td class="num" data-label="Calls">
              {number(pairs)}
            </td>
            <More label="Output" difference={output_tokens} say={tokens} />
            <More label="Duration" difference={total_ms} say={duration} />
            <More label="First token" difference={first_byte_ms} say={duration} />
            <More label="Cost" difference={cost_nano} say={money} />
            {names.map(name => {
              const score = scores.find(score => score.name === name)
              return (
                <More
                  label={scored(name)}
                  difference={score ?? UNSCORED}
                  say={scoreText}
                  of={score && count(score.pairs, 'call')}
                />
              )
            })}
          </tr>
        ))}
      </Table>
      <p class="remark">
        What its answer has more (+) or less (−) than the one that the caller got to the same call, on the
        average; below it where the true difference lies in 95 of 100 cases. Only calls that both have
        answered are counted.
      </p>
    </section>
  )
}

const scored = (name: string): string => `Score: ${spell(name)}`
const UNSCORED = { value: null, low: null, high: null, verdict: 'no difference can be told yet' } as const

interface MoreProps {
  readonly label: string
  readonly difference: Paired['total_ms']
  /** An amount, without its sign. */
  readonly say: (amount: number) => string
  /** Of how many, where those are not all. */
  readonly of?: string | undefined
}

function More({ label, difference: { value, low, high }, say, of }: MoreProps) {
  const signed = (amount: number) => `${amount < 0 ? MINUS : '+'}${say(Math.abs(amount))}`
  return (
    <td class="num" data-label={label}>
      <div>
        {value === null ? <span class="muted">–</span> : signed(value)}
        {low !== null && high !== null && (
          <p class="about">
            {signed(low)} to {signed(high)}
          </p>
        )}
        {of !== undefined && <p class="about">{of}</p>}
      </div>
    </td>
  )
}

/** With a joiner behind it: no line ends between the sign and its number. */
const MINUS = '−\u2060'

const tokens = (amount: number): string =>
  `${amount.toLocaleString('en', { maximumFractionDigits: 1 })} tokens`
