import { ahead } from '../../views/format.ts'
import type { Concern, Watch } from '../concerns/model.ts'
import type { WorkingKey } from './model.ts'

/** A key that ends within this time (milliseconds) is told of. */
const SOON = 7 * 86_400_000

type EndingKey = WorkingKey & { readonly expiresAt: number }

/** Keys that end soon, the first to end first. */
export const createKeyWatch = (working: () => readonly WorkingKey[], now: () => number): Watch => ({
  kind: 'key',
  many: 'keys that expire within a week',
  act: 'API keys',
  place: '/keys?state=active',
  look: () =>
    working()
      .filter((key): key is EndingKey => (key.expiresAt ?? Number.POSITIVE_INFINITY) < now() + SOON)
      .sort((a, b) => a.expiresAt - b.expiresAt)
      .map(key => toConcern(key, now())),
})

const toConcern = ({ id, name, expiresAt }: EndingKey, now: number): Concern => ({
  about: id,
  tone: 'amber',
  words: ['The key ', { name: name === '' ? id : name }, ` expires ${ahead(expiresAt - now)}.`],
  act: 'See the key',
  place: `/keys?${new URLSearchParams({ q: id })}`,
})
