import type { ModelFacts } from '../../../src/contract/model.ts'
import type { FactsSource } from '../../model-facts/model.ts'
import type { VirtualModels } from '../model.ts'
import type { Row } from './rows.ts'

/** What the models of rows can; of a redirect what holds whichever target is asked. A policy is no model. */
export async function factsOf(
  rows: readonly Row[],
  { facts, virtual }: { readonly facts: FactsSource; readonly virtual: VirtualModels },
): Promise<ReadonlyMap<Row, ModelFacts>> {
  await facts.loading()
  const known = new Map<Row, ModelFacts>()
  for (const row of rows) {
    if (row.kind === 'provider') known.set(row, facts.of({ provider: row.provider, model: row.id }).facts)
    else if (row.view.kind === 'redirect')
      // For a caller who may use it.
      known.set(row, await facts.ofName(row.name, virtual.exampleCaller(row.name)))
  }
  return known
}
