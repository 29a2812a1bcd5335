import type { ModelFacts } from '../../src/contract/model.ts'
import type { Scoped } from '../../src/exchange.ts'
import type { ListedModel } from '../../src/types.ts'

/** A model of the list, and what it can do. */
export interface ShownModel extends Pick<ListedModel, 'id' | 'kind' | 'ownedBy' | 'created'> {
  readonly displayName: string | undefined
  readonly facts: ModelFacts
}

/** What other plugins may ask the catalog. */
export interface Catalog {
  /** What is waited for before a name is called unknown; undefined where there is nothing to wait for. */
  newsFor(name: string): Promise<void> | undefined
  /** What `/v1/models` shows to a caller, sorted by id; the same list as long as nothing changes. */
  shownTo(x: Scoped): Promise<readonly ShownModel[]>
}
