import type { Watch } from '../concerns/model.ts'
import type { User } from './model.ts'

interface RedisWatchOptions {
  /** Its address, without what is secret in it. */
  readonly place: string
  readonly users: readonly Pick<User, 'meanwhile' | 'isNeeded'>[]
  /** Why it is away; undefined while it is not. */
  readonly trouble: () => string | undefined
}

export const createRedisWatch = ({ place, users, trouble }: RedisWatchOptions): Watch => ({
  kind: 'redis',
  many: 'connections to Redis that are lost',
  act: 'Settings',
  place: '/settings',
  look() {
    const reason = trouble()
    if (reason === undefined) return []
    const meanwhile = users.map(({ meanwhile }) => meanwhile).join(', and ')
    return [
      {
        about: 'connection',
        tone: users.some(({ isNeeded }) => isNeeded) ? 'bad' : 'amber',
        words: ['Redis at ', { name: place }, ` is away: ${reason}. Until it is back ${meanwhile}.`],
        act: 'See the settings',
        place: '/settings?q=redis',
      },
    ]
  },
})
