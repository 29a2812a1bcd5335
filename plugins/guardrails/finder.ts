import type { Effort, Finder, Part, Source, Span } from './finding.ts'
import type { Find } from './model.ts'
import { createPatterns, Unreadable } from './patterns.ts'
import { createPreset } from './presets.ts'
import { createWords } from './words.ts'

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
