import type { ModelFacts } from '../../../src/model.ts'
import type { FactsSource } from '../../model-facts/model.ts'
import type { VirtualModelView } from '../model.ts'
import type { Row } from './rows.ts'

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

/** What the models of rows can; of a redirect what holds whichever target is asked. A policy is no model. */
export async function factsOf(
  rows: readonly Row[],
  facts: FactsSource,
): Promise<ReadonlyMap<Row, ModelFacts>> {
  await facts.loading()
  const known = new Map<Row, ModelFacts>()
  for (const row of rows) {
    if (row.kind === 'provider') known.set(row, facts.of({ provider: row.provider, model: row.id }).facts)
    else if (row.view.kind === 'redirect') known.set(row, await factsOfRedirect(row.view, facts))
  }
  return known
}

/** For a caller who may use it. */
const factsOfRedirect = ({ source, user_paths }: VirtualModelView, facts: FactsSource): Promise<ModelFacts> =>
  facts.ofName(source, (user_paths?.[0] ?? '/') as `/${string}`)
