import type { Concern, Watch } from '../concerns/model.ts'
import type { LostTargets } from './model.ts'

/** So many targets of a redirect are named. */
const MOST = 3

/** Redirects with targets that nobody lists. */
export const createLostWatch = (lost: () => readonly LostTargets[]): Watch => ({
  kind: 'lost',
  many: 'redirects with targets that nobody lists',
  act: 'Models',
  place: '/models?kind=redirect',
  look: () => lost().map(toConcern),
})

const toConcern = ({ source, targets }: LostTargets): Concern => ({
  about: source,
  tone: 'bad',
  words: [
    { name: source },
    ' leads to ',
    ...targets.slice(0, MOST).flatMap((name, index) => [...(index > 0 ? [', '] : []), { name }]),
    ...(targets.length > MOST ? [` and ${targets.length - MOST} more`] : []),
    `, which no provider lists.`,
  ],
  act: 'See the redirect',
  place: `/models/detail?${new URLSearchParams({ name: source })}`,
})
