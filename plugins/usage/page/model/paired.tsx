import { count, duration, money } from '../../../../views/format.ts'
import { Name } from '../../../../views/name.tsx'
import type { Paired } from '../../report/compare.ts'

type Difference = Paired['total_ms']

/** What a mirror's answers have more, or less, than those that callers got to the very same calls. */
export function PairedView({ paired }: { paired: Paired }) {
  if (paired.pairs === 0) return null
  return (
    <section class="card" aria-label="The same calls, asked of both">
      <h3>The same calls, asked of both</h3>
      <p class="hint">
        {count(paired.pairs, 'call')} that callers had answered, and <Name class="mono" text={paired.of} />{' '}
        too: what its answers have more on the average, and where the true difference lies in 95 of 100 cases.
      </p>
      <dl class="facts">
        <Line name="Output" difference={paired.output_tokens} say={tokens} />
        <Line name="Cost" difference={paired.cost_nano} say={money} />
        <Line name="Duration" difference={paired.total_ms} say={duration} />
        <Line name="First token" difference={paired.first_byte_ms} say={duration} />
      </dl>
    </section>
  )
}

interface LineProps {
  readonly name: string
  readonly difference: Difference
  /** An amount, without its sign. */
  readonly say: (amount: number) => string
}

function Line({ name, difference: { value, low, high }, say }: LineProps) {
  const signed = (amount: number) => `${amount < 0 ? '−' : '+'}${say(Math.abs(amount))}`
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {value === null ? <span class="muted">not known</span> : signed(value)}
        {low !== null && high !== null && (
          <p class="about">
            {signed(low)} to {signed(high)}
          </p>
        )}
      </dd>
    </div>
  )
}

const tokens = (amount: number): string =>
  `${amount.toLocaleString('en', { maximumFractionDigits: 1 })} tokens`
