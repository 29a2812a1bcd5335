import type { Guardrail, Side, Verdict } from './model.ts'
import { presets } from './presets.ts'

/** `a`, `a and b`, `a, b and c`. */
const together = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`

const counted = (count: number, one: string): string =>
  `${count === 1 ? 'a' : count} ${one}${count === 1 ? '' : 's'}`

/** What it looks for: `e-mail addresses and 3 words`. */
export function aimsOf({
  find: { words, patterns, presets: named, checker },
}: Pick<Guardrail, 'find'>): string {
  return together([
    ...named.map(name => presets[name].about),
    ...(words.length > 0 ? [counted(words.length, 'word')] : []),
    ...(patterns.length > 0 ? [counted(patterns.length, 'pattern')] : []),
    ...(checker === undefined ? [] : [`what “${checker}” objects to`]),
  ])
}

const places: Readonly<Record<Side, string>> = {
  input: 'what models are told',
  output: 'what models say',
  both: 'what models are told and what they say',
}
const doings: Readonly<Record<Verdict, string>> = {
  block: 'refuses calls with any of it',
  mask: 'puts placeholders in its place',
  report: 'counts it, and lets it through',
}

/** What a guardrail does, for people who have never seen one. */
export const sentenceOf = (guardrail: Pick<Guardrail, 'find' | 'on' | 'action' | 'fault'>): string =>
  `Looks for ${aimsOf(guardrail)} in ${places[guardrail.on]}, and ${doings[guardrail.action]}.${faultOf(guardrail)}`

const faultOf = ({ fault, action }: Pick<Guardrail, 'fault' | 'action'>): string =>
  fault === undefined ? '' : ` That cannot be read any more: ${instead[action]}.`

/** What one does that cannot be read. */
export const instead: Readonly<Record<Verdict, string>> = {
  block: 'it refuses all that it would look at',
  mask: 'it refuses all that it would look at',
  report: 'it counts nothing',
}
