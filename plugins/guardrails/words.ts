import type { Source, Span } from './finding.ts'

/** What a mask puts in the place of words and of what patterns find. */
export const REDACTED = 'REDACTED'

/** Letters, with what stands above and below them, digits, and what joins names. */
const WORD = /[\p{L}\p{M}\p{N}_]+/gu
const BEGINS = /^[\p{L}\p{M}\p{N}_]/u
const ENDS = /[\p{L}\p{M}\p{N}_]$/u

/** Only what begins like a word can be found as one. */
export const isFindable = (phrase: string): boolean => BEGINS.test(phrase.trim())

/**
 * Whole words and phrases, in any case. A text is read once, however many there are: each word of it is looked up, and
 * the phrases that begin with it are compared.
 */
export function createWords(phrases: readonly string[]): Source {
  const byFirst = new Map<string, string[]>()
  for (const phrase of phrases.map(fold)) {
    const first = phrase.match(WORD)?.[0] ?? ''
    byFirst.set(first, [...(byFirst.get(first) ?? []), phrase])
  }
  // The longest first, so that all of it is masked.
  for (const all of byFirst.values()) all.sort((a, b) => b.length - a.length)

  return {
    waits: true,
    *spansIn(text): Generator<Span> {
      let from = 0
      for (const { 0: word, index } of text.matchAll(WORD)) {
        if (index < from) continue
        const end = byFirst
          .get(word.toLowerCase())
          ?.reduce((found, phrase) => found || endOf(text, index, phrase), 0)
        if (!end) continue
        from = end
        yield { start: index, end, label: REDACTED, kind: 'words' }
      }
    },
  }
}

const fold = (text: string): string => text.trim().toLowerCase().replaceAll(/\s+/g, ' ')

/** Where a phrase ends that begins here; 0 where it does not. Any white space is a space. */
function endOf(text: string, start: number, phrase: string): number {
  let at = start
  for (const [index, part] of phrase.split(' ').entries()) {
    if (index > 0) {
      const gap = at
      while (at - gap < MOST_SPACE && /\s/.test(text.charAt(at))) at++
      if (at === gap) return 0
    }
    if (text.slice(at, at + part.length).toLowerCase() !== part) return 0
    at += part.length
  }
  const isWhole = !ENDS.test(phrase) || !BEGINS.test(text.slice(at, at + 2))
  return isWhole ? at : 0
}

/** So much white space between two words is still one gap. */
const MOST_SPACE = 16
