import type { Billing, Pick } from '../../model.ts'
import { isAnswer } from '../../record/part.ts'
import type { Row } from '../../report/log.ts'

/** What the marks of a record mean, in words. */

export const billingShort: Readonly<Record<Billing, string>> = {
  exact: 'exact',
  partial: 'in part estimated',
  estimated: 'estimated',
}

export const billingLong = (billing: Billing | null): string =>
  billing === null
    ? 'The provider gave a whole answer and did not say what it used.'
    : {
        exact: 'Exact: the provider said what was used, or nobody was asked.',
        partial: 'In part: the provider said some of it, the rest is estimated or not known.',
        estimated: 'Estimated from the bytes that were sent, because the end was never seen.',
      }[billing]

export const pickWords: Readonly<Record<Pick, string>> = {
  session: 'its session stays there',
  caller: 'its caller stays there',
  user_path: 'it names the user path of the caller',
  strategy: 'the strategy chose it',
  needs: 'it has what the call needs, and the one that should have come first has not',
  failover: 'those before it failed',
}

/** The parts of the tokens of a call, as they are called on the pages. */
export const tokenParts = [
  ['input', 'Input'],
  ['cacheRead', 'Read from cache'],
  ['cacheWrite', 'Written to cache'],
  ['cacheWriteHour', 'Written to cache for an hour'],
  ['audioInput', 'Audio in'],
  ['imageInput', 'Images in'],
  ['output', 'Output'],
  ['reasoning', 'Reasoning'],
  ['audioOutput', 'Audio out'],
  ['imageOutput', 'Images out'],
] as const satisfies readonly (readonly [keyof Row, string])[]

/** What a line is that is no call. */
export const partWords = (row: Row): string =>
  isAnswer(row)
    ? `Part ${row.part} of a conversation`
    : row.code === null
      ? 'What a batch used'
      : `Failed try ${row.part} of a call`

const sum = (...parts: readonly (number | null)[]): number | null =>
  parts.every(part => part === null) ? null : parts.reduce<number>((sum, part) => sum + (part ?? 0), 0)

/** Tokens in and out; null where no part is known. */
export const tokensOf = (row: Row) => ({
  input: sum(row.input, row.cacheRead, row.cacheWrite, row.cacheWriteHour, row.audioInput, row.imageInput),
  output: sum(row.output, row.reasoning, row.audioOutput, row.imageOutput),
})
