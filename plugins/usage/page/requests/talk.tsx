import { count, money, number } from '../../../../views/format.ts'
import { Name } from '../../../../views/name.tsx'
import { isAnswer } from '../../record/part.ts'
import type { Row } from '../../report/log.ts'
import { tokenParts, tokensOf } from './words.ts'

/** The line of a conversation with the tokens and the cost of its answers, which have lines of their own. */
export function withAnswers(lines: readonly Row[]): Row {
  const call = lines[0]!
  const own = lines.filter(line => line === call || isAnswer(line))
  if (own.length === 1) return call
  const tokens = tokenParts.map(([part]) => [part, sumOf(own.map(line => line[part]))])
  const isPriced = own.every(({ costNano }) => costNano !== null)
  return {
    ...call,
    ...Object.fromEntries(tokens),
    billing: own.every(({ billing }) => billing === 'exact') ? 'exact' : 'partial',
    costNano: isPriced ? sumOf(own.map(({ costNano }) => costNano)) : null,
  }
}

/** Null where none of them is known. */
const sumOf = (counts: readonly (number | null)[]): number | null =>
  counts.every(count => count === null) ? null : counts.reduce<number>((sum, count) => sum + (count ?? 0), 0)

/** What its answers took, by the model that gave them: one that transcribes has a price of its own. */
export function Answers({ lines }: { lines: readonly Row[] }) {
  const models = Map.groupBy(lines.filter(isAnswer), ({ provider, model }) => `${provider}/${model}`)
  const isOver = lines[0]!.part === 0
  return (
    <>
      {!isOver && (
        <p class="hint">The conversation is under way, or was cut off together with its gateway.</p>
      )}
      {[...models].map(([model, answers]) => (
        <p class="hint">
          {count(answers.length, 'answer')} of <Name class="mono" text={model} />: {tokensIn(answers)}, cost{' '}
          {costOf(answers)}.
        </p>
      ))}
    </>
  )
}

function tokensIn(answers: readonly Row[]): string {
  const sums = answers.map(tokensOf)
  const sum = sumOf(sums.flatMap(({ input, output }) => [input, output]))
  const isAll = sums.every(({ input, output }) => input !== null || output !== null)
  if (sum === null) return 'nobody said how many tokens'
  return isAll ? count(sum, 'token') : `${number(sum)} tokens and more, for some did not say`
}

function costOf(answers: readonly Row[]): string {
  const costs = answers.map(({ costNano }) => costNano)
  const sum = money(sumOf(costs))
  return costs.includes(null) && sumOf(costs) !== null ? `${sum} and more` : sum
}
