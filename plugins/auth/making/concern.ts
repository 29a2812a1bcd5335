import { count } from '../../../views/format.ts'
import type { Concern, Watch } from '../../concerns/model.ts'
import type { Keys } from '../keys.ts'

/** Keys go on when their maker does not, because services run on them; but nobody but operators can end them then. */
export const createMadeWatch = (keys: Pick<Keys, 'makers' | 'madeBy' | 'callerOf' | 'nameOf'>): Watch => ({
  kind: 'made-keys',
  many: 'keys that were revoked or have expired, while others that they have made work',
  act: 'API keys',
  place: '/keys?state=active',
  look: () =>
    [...keys.makers()].flatMap((id): readonly Concern[] => {
      if (keys.callerOf(id) !== undefined) return []
      const working = keys.madeBy(id).filter(made => keys.callerOf(made.id) !== undefined).length
      return working === 0 ? [] : [toConcern(id, keys.nameOf(id) ?? id, working)]
    }),
})

const toConcern = (id: string, name: string, working: number): Concern => ({
  about: id,
  tone: 'amber',
  words: [
    `${count(working, 'key')} that `,
    { name },
    ` has made still ${working === 1 ? 'works' : 'work'}, though that key was revoked or has expired.`,
  ],
  act: 'See the keys',
  place: `/keys?${new URLSearchParams({ q: id, state: 'active' })}`,
})
