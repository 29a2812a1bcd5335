import { duration, money, number } from '../../../../views/format.ts'
import { Name } from '../../../../views/name.tsx'
import { Table } from '../../../../views/table.tsx'
import type { Paired } from '../../report/compare.ts'

/** What mirrors' answers have more, or less, than those that callers got to the very same calls. */
export function PairedTable({ paired }: { paired: readonly Paired[] }) {
  const shown = paired.filter(({ pairs }) => pairs > 0)
  if (shown.length === 0) return null
  return (
    <section id="pairs" aria-labelledby="pairs-title">
      <h2 id="pairs-title">The same calls, asked of both</h2>
      <Table
        caption="What the mirror’s answers have more"
        headings={['Mirror', 'Calls', 'Output', 'Duration', 'First token', 'Cost']}
      >
        {shown.map(({ of, pairs, output_tokens, total_ms, first_byte_ms, cost_nano }) => (
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

interface MoreProps {
  readonly label: string
  readonly difference: Paired['total_ms']
  /** An amount, without its sign. */
  readonly say: (amount: number) => string
}

function More({ label, difference: { value, low, high }, say }: MoreProps) {
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
      </div>
    </td>
  )
}

/** With a joiner behind it: no line ends between the sign and its number. */
const MINUS = '−\u2060'

const tokens = (amount: number): string =>
  `${amount.toLocaleString('en', { maximumFractionDigits: 1 })} tokens`
