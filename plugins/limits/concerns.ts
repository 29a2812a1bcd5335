import { ahead } from '../../views/format.ts'
import type { Concern, Watch } from '../concerns/model.ts'
import type { Filled } from './look.ts'

interface LimitWatchOptions {
  /** Limits that are nearly used up, or wholly. */
  readonly alarming: () => readonly Filled[]
  /** What people call a key or a user path. */
  readonly nameOf: (member: string) => string
  readonly now: () => number
}

export const createLimitWatch = ({ alarming, nameOf, now }: LimitWatchOptions): Watch => ({
  kind: 'limit',
  many: 'limits that are nearly reached',
  act: 'Limits',
  place: '/limits',
  look: () =>
    alarming().map(
      ({ name, share, member, end }): Concern => ({
        about: name,
        tone: share >= 1 ? 'bad' : 'amber',
        words: [
          'The limit ',
          { name },
          share >= 1 ? ' is reached' : ` is used up to ${Math.floor(share * 100)} %`,
          ...(member === null ? [] : [' by ', { name: nameOf(member) }]),
          `; it is free again ${ahead(end - now())}.`,
        ],
        act: 'See the limit',
        place: `/limits/detail?${new URLSearchParams({ name })}`,
      }),
    ),
})
