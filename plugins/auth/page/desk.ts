import type { UnknownModels } from '../../../src/scope/unknown-models.ts'
import type { Keys } from '../keys.ts'
import type { KeyUses } from '../uses.ts'
import type { KeysData } from './views.tsx'

export interface KeysPageDeps {
  readonly keys: Keys
  readonly uses: Pick<KeyUses, 'of'>
  readonly now: () => number
  /** Whoever is on this machine needs no key. */
  readonly isOpen: () => boolean
  readonly unknownModels: UnknownModels
}

/** What the page and its actions have in common. */
export interface KeysDesk extends Pick<KeysPageDeps, 'keys' | 'uses' | 'now' | 'unknownModels'> {
  /** The next key would be the first, and nobody could manage it. */
  locksOut(): boolean
  /** How many keys that this one has made work. */
  workingMade(id: string): number
  load(read: (name: string) => string): Promise<KeysData>
}
