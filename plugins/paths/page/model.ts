import type { ListedModel } from '../../../src/types.ts'
import type { Listing } from '../../../views/listing.ts'
import type { Branch } from '../tree.ts'

/** What the address of the page asks for. */
export interface Query {
  readonly q: string
  /** The path whose models are shown. */
  readonly path: string
  readonly page: number
}

/** What may be called from a path. */
export interface Effective {
  readonly path: string
  readonly models: readonly ListedModel[]
}

export interface PathsData {
  readonly query: Query
  readonly listing: Listing<Branch>
  readonly all: number
  readonly effective: Effective | undefined
  /** What cannot be a path, and why. */
  readonly mistake: string | undefined
  /** So many paths have figures, those with the most calls, and more have called; undefined where all have them. */
  readonly most: number | undefined
  /** Why there are no figures. */
  readonly trouble: string | undefined
}
