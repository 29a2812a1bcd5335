import type { PlaceBy } from '../places.ts'

/** What those on top are chosen by. */
export type Shown = 'cost' | 'calls'

/** Lists of those that use most. */
export interface Ranking {
  readonly by: PlaceBy
  readonly title: string
  /** What a call without one is called. */
  readonly none: string
  /** The group on the page of the usage that shows all of them. */
  readonly usage: string
}

/** The first one is also what the chart tells apart. */
export const rankings: readonly Ranking[] = [
  { by: 'target', title: 'Models', none: 'Reached no model', usage: 'model' },
  {
    by: 'virtual_model',
    title: 'Virtual models',
    none: 'None: asked for a model itself',
    usage: 'virtual_model',
  },
  { by: 'path', title: 'User paths', none: 'No user path', usage: 'path' },
  { by: 'key', title: 'Keys', none: 'No valid key', usage: 'key' },
]
