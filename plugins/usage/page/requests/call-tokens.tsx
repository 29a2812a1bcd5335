import { count, duration, money, number, percent, UNKNOWN } from '../../../../views/format.ts'
import { Name } from '../../../../views/name.tsx'
import { isAnswer } from '../../record/part.ts'
import type { Row } from '../../report/log.ts'
import { Answers, withAnswers } from './talk.tsx'
import { billingLong, tokenParts, tokensOf } from './words.ts'

/** What a call used, part by part, what it cost, and how well that is known. */
export function CallTokens({ lines }: { lines: readonly Row[] }) {
  const call = withAnswers(lines)
  const failed = lines.slice(1).filter(line => !isAnswer(line))
  const known = tokenParts.filter(([part]) => call[part] !== null)
  const { input, output } = tokensOf(call)
  const speed = lines.some(isAnswer) ? undefined : speedOf(call, output)
  return (
    <section aria-labelledby="tokens-title">
      <h3 id="tokens-title">Tokens and cost</h3>
      <dl class="sums">
        {known.map(([part, name]) => (
          <div>
            <dt>{name}</dt>
            <dd>{number(call[part]!)}</dd>
          </div>
        ))}
        <div class="total">
          <dt>Tokens in all</dt>
          <dd>{input === null && output === null ? UNKNOWN : number((input ?? 0) + (output ?? 0))}</dd>
        </div>
        <div class="total">
          <dt>Cost</dt>
          <dd>{money(call.costNano)}</dd>
        </div>
      </dl>
      <p class="hint">
        {call.cached ? <Stored call={call} /> : billingLong(call.billing)} Parts that are not listed were not
        told apart.
        {call.priceSource !== null &&
          ` Price: ${call.priceSource}${call.priceVersion === null ? '' : `, ${call.priceVersion}`}.`}
        {call.priceSource === 'list' && ' The provider asks for more than that for this call.'}
        {call.costNano === null &&
          input !== null &&
          ' No price is known for this model: MODEL_PRICES can name one.'}
        {speed !== undefined && ` About ${count(speed, 'token')} a second.`}
      </p>
      <Answers lines={lines} />
      {failed.map(line => {
        const { input, output } = tokensOf(line)
        return (
          <p class="hint">
            {line.code === null
              ? 'When it was over, the batch at '
              : `Beside it, failed try ${line.part} at `}
            <Name class="mono" text={`${line.provider}/${line.model ?? 'several models'}`} />
            {line.code === null ? ' had used ' : ': '}
            {input === null && output === null
              ? 'it may have used tokens, nobody said how many'
              : count((input ?? 0) + (output ?? 0), 'token')}
            , cost {money(line.costNano)}
            {line.code === null ? '' : `, ${duration(line.totalMs)}`}.
          </p>
        )
      })}
    </section>
  )
}

const Stored = ({ call: { similarity, savedNano } }: { call: Row }) => (
  <>
    The answer was stored: no provider was asked, and nothing is paid.
    {similarity !== null && ` It was first given to another question, ${percent(similarity)} alike.`}
    {savedNano !== null && ` A new one would have cost ${money(savedNano)}.`}
  </>
)

/** Tokens a second, from the first byte on; undefined where that would say little. */
function speedOf({ streamed, firstByteMs, totalMs, code }: Row, output: number | null): number | undefined {
  if (!streamed || firstByteMs === null || output === null || code !== null) return undefined
  const ms = totalMs - firstByteMs
  return ms < 200 || output < 10 ? undefined : Math.round((output / ms) * 1000)
}
