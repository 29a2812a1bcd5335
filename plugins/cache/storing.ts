import type { Bytes } from '../../src/base/bytes.ts'
import type { Settled } from '../../src/exchange.ts'
import type { WholeAnswer } from '../../src/types.ts'
import type { Entry, Meaning } from './model.ts'

interface Facts {
  /** What was taken down of a stream. */
  readonly stream: Bytes | undefined
  /** What was asked, where that is known. */
  readonly meaning: Meaning | undefined
  /** Longer ones are not kept (bytes). */
  readonly longest: number
  /** Milliseconds since 1970. */
  readonly at: number
}

/** The answer of a call as it is kept; undefined where nobody else should get it. */
export function toEntry(x: Settled, { stream, meaning, longest, at }: Facts): Entry | undefined {
  const { answer, target, userPath, usage, finish, warnings = [] } = x
  if (!isGood(x) || target === undefined) return undefined
  const body = answer?.kind === 'whole' ? wholeOf(answer, longest) : stream
  if (body === undefined) return undefined
  return {
    kind: answer!.kind === 'stream' ? 'stream' : 'whole',
    body,
    contentType: answer!.kind === 'whole' ? answer!.contentType : '',
    finish,
    provider: target.provider,
    model: target.model,
    redirects: new Set(target.via.map(({ source }) => source)),
    userPath: userPath!,
    usage,
    warnings: [...warnings],
    at,
    ...(meaning && { meaning }),
  }
}

/** A copy: what arrived may be a part of a larger piece. */
const wholeOf = ({ body, headers, cookies }: WholeAnswer, longest: number): Bytes | undefined =>
  body.length <= longest && headers === undefined && cookies === undefined ? body.slice() : undefined

/**
 * It came to its end, and says so where its language has a word for that; and nobody said no. Whether its client was
 * still there does not matter.
 */
const isGood = ({ status, refusal, unfinished, lens, finish }: Settled): boolean =>
  status === 200 &&
  refusal === undefined &&
  unfinished === undefined &&
  (lens?.finish === undefined || finish !== undefined)
