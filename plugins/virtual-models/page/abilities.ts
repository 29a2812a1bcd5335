import type { ModelFacts } from '../../../src/contract/model.ts'

/** A window that takes the code of a project. */
const LONG = 200_000

export const abilities = {
  '': 'Any ability',
  images: 'Read images',
  audio: 'Hear audio',
  pdfs: 'Read PDFs',
  tools: 'Use tools',
  reasoning: 'Reason',
  long: 'Take 200K tokens',
  retiring: 'Will be retired',
} as const

export type Ability = keyof typeof abilities

/** A model of which it is not known is not among those that can. */
export function canDo({ contextWindow, retiresOn, ...facts }: ModelFacts, ability: Ability): boolean {
  if (ability === '') return true
  if (ability === 'long') return (contextWindow ?? 0) >= LONG
  if (ability === 'retiring') return retiresOn !== undefined
  return facts[ability] === true
}
