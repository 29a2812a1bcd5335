/** A place in a text. */
export interface Span {
  readonly start: number
  readonly end: number
  /** What a mask puts there: `[EMAIL]`. */
  readonly label: string
  /** What it is: a preset, `words` or `patterns`. */
  readonly kind: string
}

/** What a call has taken of the patterns of operators: characters that they were to look at, and milliseconds. */
export interface Effort {
  seen: number
  spent: number
}

/** Finds things of one sort in a text, from left to right. */
export interface Source {
  spansIn(text: string, effort: Effort): Iterable<Span>
  /** What a match is may depend on what follows it: at the end of a text that goes on it is none yet. */
  readonly waits: boolean
}

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
