import type { Routed } from '../../src/exchange.ts'
import type { Scope } from '../../src/scope/scope.ts'
import type { Finder } from './finding.ts'
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

/** Facts about what is looked at: `asked` is what a checker is told of it. */
export type Inspected = Pick<Routed, 'id' | 'userPath' | 'asked'>
