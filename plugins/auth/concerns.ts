import { ahead, count } from '../../views/format.ts'
import type { Concern, Place, Watch } from '../concerns/model.ts'
import type { WorkingKey } from './model.ts'
import { type KeyPlace, places, type WrongKeys } from './wrong-keys.ts'

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

/** A master key of fewer characters can be guessed by those who try for long: each try is only a call. */
export const SHORT = 20

/** A master key that strangers could guess, where they can reach the gateway. */
export const createMasterKeyWatch = (isWeak: boolean): Watch => ({
  kind: 'master-key',
  many: 'master keys that can be guessed',
  act: 'Settings',
  place: '/settings?q=master_key',
  look: () =>
    isWeak
      ? [
          {
            about: 'short',
            tone: 'amber',
            words: [WEAK],
            act: 'See the settings',
            place: '/settings?q=master_key',
          },
        ]
      : [],
})

/** What the log says, too. */
export const WEAK = `The master key has fewer than ${SHORT} characters, and others than this machine can call: who tries for long enough guesses it. “openssl rand -base64 32” makes one that nobody guesses.`

/** So many within an hour are no slip of a hand any more, and what is said of them. */
const wrong: Readonly<
  Record<KeyPlace, { readonly most: number; readonly said: string; readonly at: Place }>
> = {
  call: { most: 100, said: 'with calls of models', at: '/keys' },
  admin: { most: 20, said: 'to the admin API', at: '/history/calls?who=nobody' },
  sign_in: { most: 20, said: 'to the sign-in', at: '/keys' },
}

/** Somebody guesses keys, or has an old one. */
export const createGuessWatch = ({ lately }: Pick<WrongKeys, 'lately'>): Watch => ({
  kind: 'wrong-keys',
  many: 'places where keys are sent that nobody knows',
  act: 'API keys',
  place: '/keys',
  look: () =>
    places
      .filter(place => lately(place) >= wrong[place].most)
      .map(place => ({
        about: place,
        tone: 'amber',
        words: [
          `${count(lately(place), 'key')} that nobody knows came ${wrong[place].said} within an hour: somebody guesses, or has an old one.`,
        ],
        act: place === 'admin' ? 'See the calls' : 'See the keys',
        place: wrong[place].at,
      })),
})
