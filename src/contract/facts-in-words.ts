import type { ModelFacts } from './model.ts'

/** `131K`, `1.05M`. */
const inShort = (tokens: number): string =>
  tokens.toLocaleString('en', { notation: 'compact', maximumSignificantDigits: 3 })

/** What is known of a model, for people; empty where nothing is. */
export const factsInWords = (facts: ModelFacts): readonly string[] => [
  ...(facts.contextWindow === undefined ? [] : [`reads ${inShort(facts.contextWindow)} tokens`]),
  ...(facts.maxOutput === undefined ? [] : [`writes ${inShort(facts.maxOutput)}`]),
  ...abilitiesOf(facts, true),
  ...(facts.retiresOn === undefined ? [] : [`retires on ${facts.retiresOn}`]),
]

const names = {
  images: 'images',
  audio: 'audio',
  pdfs: 'PDFs',
  tools: 'tools',
  reasoning: 'reasoning',
  structuredOutput: 'structured output',
} as const satisfies Partial<Record<keyof ModelFacts, string>>

/** What it can, or what it cannot. */
export const abilitiesOf = (facts: ModelFacts, can: boolean): readonly string[] =>
  Object.entries(names).flatMap(([fact, name]) => (facts[fact as keyof typeof names] === can ? [name] : []))
