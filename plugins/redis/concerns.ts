import type { Watch } from '../concerns/model.ts'

/** Redis is away: no call fails for it, but what gateways share they count for themselves. */
export const createRedisWatch = (place: string, trouble: () => string | undefined): Watch => ({
  kind: 'redis',
  many: 'connections to Redis that are lost',
  act: 'Settings',
  place: '/settings',
  look() {
    const reason = trouble()
    if (reason === undefined) return []
    return [
      {
        about: 'connection',
        tone: 'amber',
        words: [
          'Redis at ',
          { name: place },
          ` is away: ${reason}. Until it is back each gateway counts for itself.`,
        ],
        act: 'See the settings',
        place: '/settings',
      },
    ]
  },
})
