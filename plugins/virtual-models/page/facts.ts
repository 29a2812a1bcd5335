import type { ModelFacts } from '../../../src/model.ts'
import type { UserPath } from '../../../src/types.ts'
import type { FactsSource } from '../../model-facts/model.ts'
import type { VirtualModelView } from '../model.ts'
import type { Row } from './rows.ts'

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
  facts.ofName(source, (user_paths?.[0] ?? '/') as UserPath)
