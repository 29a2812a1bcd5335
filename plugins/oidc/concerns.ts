import type { Concern, Watch } from '../concerns/model.ts'
import type { Authority } from './authority.ts'

const effects = {
  keys: ' cannot be asked for its keys: whoever comes with a token of it is refused.',
  news: ' cannot be asked for its keys: those that are known hold, tokens with a newer one are refused.',
} as const

/** Identity providers that cannot be asked. */
export const createIdentityWatch = (authorities: ReadonlyMap<string, Pick<Authority, 'missing'>>): Watch => ({
  kind: 'identity',
  many: 'identity providers that cannot be asked',
  act: 'Settings',
  place: '/settings',
  look: () =>
    [...authorities].flatMap(([issuer, authority]): Concern[] => {
      const missing = authority.missing()
      if (missing === undefined) return []
      return [
        {
          about: issuer,
          tone: missing === 'keys' ? 'bad' : 'amber',
          words: ['The identity provider ', { name: issuer }, effects[missing]],
          act: 'See the settings',
          place: '/settings',
        },
      ]
    }),
})
