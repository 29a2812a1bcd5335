import { CST, Lexer } from 'yaml'
import type { Place } from './place.ts'

export interface Hazard {
  readonly at: Place
  readonly what: string
}

/** About 3,500 virtual models; the parser takes a microsecond for each. */
const MAX_TOKENS = 100_000
const MAX_LINES = 50_000
/** Levels of `[` and `{`, and of `- - -` in one line. */
const MAX_NESTING = 32
/** Anchors and aliases together. */
const MAX_ANCHORS = 1000

/** What a config has no use for, and what could hide something in it. */
const refused: Readonly<Record<string, string>> = {
  tag: 'Tags such as "!!binary" are not read: write plain values',
  'directive-line': 'Directives such as "%YAML" are not read: remove the line',
  'doc-end': 'One document per file: remove "..."',
}

/**
 * What must not reach the parser, which would spend seconds on it or run out of stack. Looks at the tokens only, and
 * stops at the first hazard.
 */
export function findHazard(text: string): Hazard | undefined {
  if (text.split('\n', MAX_LINES + 1).length > MAX_LINES)
    return { at: { line: MAX_LINES, column: 1 }, what: `The file has more than ${MAX_LINES} lines` }
  let [offset, tokens, flow, inLine, anchors] = [0, 0, 0, 0, 0]
  let [isLineStart, isTabbed, hasContent] = [true, false, false]
  const found = (what: string): Hazard => ({ at: placeAt(text, offset), what })
  for (const token of new Lexer().lex(text)) {
    const type = CST.tokenType(token) ?? ''
    // Marks of the lexer itself, which stand for nothing in the text.
    if (type === 'doc-mode' || type === 'scalar' || type === 'flow-error-end') continue
    const isBlank = type === 'space' || type === 'newline' || type === 'comment' || type === 'byte-order-mark'
    if (++tokens > MAX_TOKENS) return found(`The file is too large: keep it below ${MAX_TOKENS} tokens`)
    if (type in refused) return found(refused[type]!)
    if (type === 'doc-start' && hasContent) return found('One document per file: remove "---"')
    if ((type === 'anchor' || type === 'alias') && ++anchors > MAX_ANCHORS)
      return found(`More than ${MAX_ANCHORS} anchors and aliases`)
    if (isTabbed && !isBlank) return found('Tabs are not allowed as indentation: use spaces')
    if (isLineStart && type === 'space' && flow === 0) isTabbed = token.includes('\t')
    if (type === 'newline') [inLine, isTabbed] = [0, false]
    if (type === 'flow-seq-start' || type === 'flow-map-start') flow++
    if (type === 'flow-seq-end' || type === 'flow-map-end') flow--
    if (flow === 0 && type.endsWith('-ind')) inLine++
    if (flow > MAX_NESTING || inLine > MAX_NESTING)
      return found(`Nested deeper than ${MAX_NESTING} levels in one line`)
    isLineStart = type === 'newline'
    hasContent ||= !isBlank
    offset += token.length
  }
  return undefined
}

function placeAt(text: string, offset: number): Place {
  const before = text.slice(0, offset)
  const start = before.lastIndexOf('\n') + 1
  return { line: before.split('\n').length, column: offset - start + 1 }
}
