import type { Effort, Find, Source, Span } from './model.ts'
import { createPatterns, Unreadable } from './patterns.ts'
import { createPreset } from './presets.ts'
import { createWords } from './words.ts'

/** Looks for all that a guardrail names. */
export interface Finder {
  /** The text holds something; of a part of a longer one, as far as can be told by now. */
  has(text: string, effort: Effort, part?: Part): boolean
  /** All of it, from left to right; what overlaps is one. */
  all(text: string, effort: Effort): readonly Span[]
  /** The text with placeholders in the place of all of it; the same where there is nothing. */
  mask(text: string, effort: Effort): string
}

/** Where a text is cut off. */
export interface Part {
  /** What stands at the beginning was seen before, when more of it was there. */
  readonly isCut: boolean
  /** What stands at the end may still become something else. */
  readonly goesOn: boolean
}
const WHOLE: Part = { isCut: false, goesOn: false }

export const noEffort = (): Effort => ({ seen: 0, spent: 0 })

/** Stands for one that cannot be made: whatever it is to look at, it has not seen it. */
export function createBlind(fault: string): Finder {
  const look = (): never => {
    throw new Unreadable(fault)
  }
  return { has: look, all: look, mask: look }
}

export function createFinder({ words, patterns, presets }: Omit<Find, 'checker'>): Finder {
  const sources: readonly Source[] = [
    ...(words.length > 0 ? [createWords(words)] : []),
    ...presets.map(createPreset),
    ...(patterns.length > 0 ? [createPatterns(patterns)] : []),
  ]

  function has(text: string, effort: Effort, { isCut, goesOn }: Part = WHOLE): boolean {
    for (const { waits, spansIn } of sources)
      for (const { start, end } of spansIn(text, effort))
        if (!(isCut && start === 0) && !(goesOn && waits && end === text.length)) return true
    return false
  }

  function all(text: string, effort: Effort): readonly Span[] {
    const spans = sources
      .flatMap(({ spansIn }) => [...spansIn(text, effort)])
      .sort((a, b) => a.start - b.start || b.end - a.end)
    const apart: Span[] = []
    for (const span of spans) {
      const last = apart.at(-1)
      if (last === undefined || span.start >= last.end) apart.push(span)
      else if (span.end > last.end) apart[apart.length - 1] = { ...last, end: span.end }
    }
    return apart
  }

  return {
    has,
    all,
    mask(text, effort) {
      let out = ''
      let at = 0
      for (const { start, end, label } of all(text, effort)) {
        out += `${text.slice(at, start)}[${label}]`
        at = end
      }
      return at === 0 ? text : out + text.slice(at)
    },
  }
}
