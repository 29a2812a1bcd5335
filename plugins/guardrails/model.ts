import type { Routed } from '../../src/exchange.ts'
import type { Scope } from '../../src/scope/scope.ts'
import type { PresetName } from './presets.ts'

export const sides = ['input', 'output', 'both'] as const
/** Where is it looked: at what models are told, at what they say, or both. */
export type Side = (typeof sides)[number]
/** One of the two, for what has happened. */
export type On = Exclude<Side, 'both'>

export const verdicts = ['block', 'mask', 'report'] as const
/** What becomes of a match: the call is refused, the match is replaced, or it is counted and goes on. */
export type Verdict = (typeof verdicts)[number]

/** What is looked for. */
export interface Find {
  /** Whole words and phrases, in any case. */
  readonly words: readonly string[]
  /** In the syntax of RE2. */
  readonly patterns: readonly string[]
  readonly presets: readonly PresetName[]
  /** The name of a service of the configuration that is asked. */
  readonly checker?: string
}

/** What may not be said to models, or by them. */
export interface Guardrail extends Scope {
  readonly name: string
  readonly description: string
  readonly on: Side
  readonly find: Find
  readonly finder: Finder
  /** Why what it looks for cannot be read any more: nothing can be looked at then, and nothing passes that it would block. */
  readonly fault?: string
  readonly action: Verdict
  /** What a caller that is refused is told beside the name. */
  readonly message?: string
  /** What becomes of calls whose body, or whose answer, nobody reads. */
  readonly unreadable: 'allow' | 'refuse'
  /** Where it is declared; absent for what the admin API stores. */
  readonly declaredIn?: string
  /** 0 for what is declared. */
  readonly version: number
}

/** What history calls guardrails. */
export const KIND = 'guardrail'

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

/** Facts about what is looked at: `asked` is what a checker is told of it. */
export type Inspected = Pick<Routed, 'id' | 'userPath' | 'asked'>
