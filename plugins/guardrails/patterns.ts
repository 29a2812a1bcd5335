import type { RE2JS } from 're2js'
import type { Effort, Source, Span } from './finding.ts'
import { REDACTED } from './words.ts'

/**
 * Patterns of operators. They run in an engine whose time grows with the length of the text and never faster (RE2): with
 * the runtime's own one, `(a+)+$` and a few dozen characters would stop the gateway for hours.
 */

/** Steps of a compiled pattern, all of a guardrail together. Each may be looked at for each character of a text. */
const MOST_STEPS = 1500
/** Longer texts are looked at piece by piece (characters), so that somebody can look at the clock in between. */
const PIECE = 16_384
/** So much of a piece is looked at again with the next one: what is found is at most as long. */
export const REACH = 1024

/** How it may end is not known before the next character. */
const LOOKS_AHEAD = /\\[bBz]|\$/

/** @throws Error that says in words what is wrong. */
export function createPatterns(patterns: readonly string[]): Source {
  // Most gateways have no patterns, and start without the engine. Who has some needs it at once, so it is no `import()`.
  const { RE2JS } = require('re2js') as typeof import('re2js')
  // Read in one go: a text is not looked at once more for each of them.
  const all = RE2JS.compile(patterns.map(pattern => `(?:${pattern})`).join('|'))
  if (all.programSize() > MOST_STEPS)
    throw new Error('they are too large together: write them shorter, or with smaller repetitions')
  if (all.test('')) throw new Error('one of them finds nothing at all, and so is found in every text')
  return {
    waits: patterns.some(pattern => LOOKS_AHEAD.test(pattern)),
    *spansIn(text, effort): Generator<Span> {
      effort.seen += text.length
      for (let from = 0; ; from += PIECE - REACH) {
        const isLast = from + PIECE >= text.length
        const piece = from === 0 && isLast ? text : text.slice(from, from + PIECE)
        yield* inPiece(all, { piece, from, isLast, effort })
        if (isLast) return
      }
    },
  }
}

interface Piece {
  readonly piece: string
  /** Where it begins in the text. */
  readonly from: number
  readonly isLast: boolean
  readonly effort: Effort
}

function* inPiece(all: RE2JS, { piece, from, isLast, effort }: Piece): Generator<Span> {
  if (!timed(effort, () => all.test(piece))) return
  const matcher = all.matcher(piece)
  while (timed(effort, () => matcher.find())) {
    const [start, end] = [matcher.start(), matcher.end()]
    // What touches a cut may go on beyond it: the piece on the other side has all of it.
    const isCut = (start === 0 && from > 0) || (end === piece.length && !isLast)
    if (end > start && !isCut)
      yield { start: from + start, end: from + end, label: REDACTED, kind: 'patterns' }
  }
}

/** Milliseconds that the patterns of a guardrail may take for a call, and more for each character of it. */
const ALLOWED = 500
const PER_CHARACTER = 0.0005

/** No pattern may stop the gateway, however long a text is. */
function timed(effort: Effort, look: () => boolean): boolean {
  const began = performance.now()
  const is = look()
  effort.spent += performance.now() - began
  if (effort.spent > ALLOWED + effort.seen * PER_CHARACTER) throw new TooSlow()
  return is
}

/** Not all of a text could be looked at. */
export class TooSlow extends Error {
  override readonly name = 'TooSlow'
}

/** Nothing could be looked at: the engine does not take patterns that it once took. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable'
}
