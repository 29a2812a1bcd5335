import type { Concern, Watch } from '../concerns/model.ts'
import type { Book } from './book.ts'
import type { Rollout } from './schema.ts'

interface WatchDeps {
  readonly book: Pick<Book, 'glance' | 'read'>
  readonly isThere: (source: string) => boolean
}

/** Rollouts that were rolled back, until somebody starts another one or says that he has seen it. */
export const createRolledBackWatch = ({ book, isThere }: WatchDeps): Watch => ({
  kind: 'rollout',
  many: 'rollouts that were rolled back',
  act: 'Rollouts',
  place: '/models/rollouts',
  async look() {
    const isSuch = ({ state, source }: Rollout) => state === 'rolled_back' && isThere(source)
    // Another gateway may have been told by now: who finds one makes sure.
    return (await book.glance()).some(isSuch) ? (await book.read()).filter(isSuch).map(toConcern) : []
  },
})

const toConcern = ({ source, plan: { to }, why }: Rollout): Concern => ({
  about: source,
  tone: 'amber',
  words: ['The rollout of ', { name: source }, ' to ', { name: to }, ` was rolled back: ${why}.`],
  act: 'See the model',
  place: `/models/detail?${new URLSearchParams({ name: source })}`,
})
