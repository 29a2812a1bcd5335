import type { Explanation } from '../decide.ts'

/** A piece of a sentence: words, or a name that stands in quotes. */
export interface Piece {
  readonly text: string
  readonly kind: 'words' | 'name'
  /** The name is that of a redirect or policy, and the sentence speaks of it. */
  readonly isVirtual?: boolean
}

/** No name of a virtual model is longer. */
const LONGEST = 300
/** What stands in quotes behind these words is something else that may be called like a virtual model. */
const NO_MODEL = /(?:user path|the model to|at provider|^Provider|^Limit|^Guardrail) $/

export interface Known {
  /** There is a redirect or policy of this name. */
  isVirtual(name: string): boolean
  /** The decision speaks of it. */
  isName(name: string): boolean
}

export function knownOf(
  { model, user_path, targets, dropped }: Explanation,
  isVirtual: Known['isVirtual'],
): Known {
  const names = new Set([
    model,
    user_path,
    ...targets.flatMap(({ provider, model }) => [provider, model, `${provider}/${model}`]),
    ...dropped.map(({ name }) => name),
  ])
  return { isVirtual, isName: name => names.has(name) }
}

/**
 * Takes a step of a decision apart, so that the names in it can be shown as names. A quote may be part of a name: the
 * longest quoted text that is a known name wins, else the shortest.
 */
export function toPieces(text: string, { isVirtual, isName }: Known): Piece[] {
  const pieces: Piece[] = []
  let from = 0
  for (let open = text.indexOf('"'); open >= 0; open = text.indexOf('"', from)) {
    const closings = closingsOf(text, open)
    if (closings.length === 0) break
    const words = text.slice(from, open)
    const inside = (close: number) => text.slice(open + 1, close)
    const close = closings.findLast(end => isName(inside(end)) || isVirtual(inside(end))) ?? closings[0]!
    const name = inside(close)
    if (words !== '') pieces.push({ text: words, kind: 'words' })
    pieces.push({ text: name, kind: 'name', isVirtual: !NO_MODEL.test(words) && isVirtual(name) })
    from = close + 1
  }
  const rest = text.slice(from)
  return rest === '' ? pieces : [...pieces, { text: rest, kind: 'words' }]
}

function closingsOf(text: string, open: number): number[] {
  const closings: number[] = []
  for (let close = text.indexOf('"', open + 1); close >= 0; close = text.indexOf('"', close + 1)) {
    if (close - open > LONGEST && closings.length > 0) break
    closings.push(close)
  }
  return closings
}

/** Splits what a step is about from what it says of it: `outer: failover puts "inner" first`. */
export function splitSubject(
  text: string,
  isName: (name: string) => boolean,
): { readonly subject?: string; readonly rest: string } {
  for (let end = text.indexOf(': '); end >= 0; end = text.indexOf(': ', end + 1)) {
    const subject = text.slice(0, end)
    if (isName(subject)) return { subject, rest: text.slice(end + 2) }
  }
  return { rest: text }
}
