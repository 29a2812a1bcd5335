import type * as v from 'valibot'
import { refuse } from '../../../src/errors.ts'
import { isInside } from '../../../src/scope/user-path.ts'
import type { Caller, UserPath } from '../../../src/types.ts'
import { type Keys, type Minted, noSuchKey } from '../keys.ts'
import { authorNameOf, type KeyRow } from '../views-of.ts'
import { type madeInput, toMadeKey } from './input.ts'

/**
 * What the holder of a key that makes keys may do: one set of rules for `/v1/keys` and the portal. All but `isMaker` refuse
 * whoever holds no such key, and do not find what another one has made.
 */
export interface Making {
  /** The caller's own key makes keys, and works. */
  isMaker(caller: Caller): boolean
  /** That key. */
  maker(caller: Caller): KeyRow
  /** Oldest first. */
  list(caller: Caller): readonly KeyRow[]
  get(caller: Caller, id: string): KeyRow
  make(caller: Caller, body: v.InferOutput<typeof madeInput>): Promise<Minted>
  /** The old key goes on for `grace` ms. */
  roll(caller: Caller, id: string, grace: number): Promise<Minted>
  revoke(caller: Caller, id: string): Promise<KeyRow>
}

interface MakingOptions {
  readonly keys: Keys
  readonly now: () => number
  /** So many keys of one maker work at a time. */
  readonly most: number
}

export function createMaking({ keys, now, most }: MakingOptions): Making {
  const works = ({ id }: KeyRow): boolean => keys.callerOf(id) !== undefined
  const makes = (row: KeyRow | undefined): row is KeyRow =>
    row?.makesKeys === true && row.userPath !== null && works(row)
  const checkMaker = (row: KeyRow | undefined): KeyRow => (makes(row) ? row : refuse('forbidden', NO_MAKER))
  const maker = ({ id }: Caller): KeyRow => checkMaker(keys.rowOf(id))

  /** A key that operators have moved away from its maker's path is theirs. */
  function madeBy({ id, userPath }: KeyRow): readonly KeyRow[] {
    const above = new Set([userPath ?? ''])
    return keys
      .madeBy(id)
      .filter(made => made.userPath !== null && isInside(made.userPath as UserPath, above))
  }

  const get: Making['get'] = (caller, id) =>
    madeBy(maker(caller)).find(made => made.id === id) ?? noSuchKey(id)

  function checkRoom({ id }: KeyRow): void {
    if (keys.madeBy(id).filter(works).length >= most)
      refuse('conflict', `Your key has ${most} keys that work, and may have no more: revoke one first`)
  }

  return {
    isMaker: ({ id }) => makes(keys.rowOf(id)),
    maker,
    list: caller => madeBy(maker(caller)).toSorted((a, b) => a.createdAt - b.createdAt),
    get,
    async make(caller, body) {
      const read = (row: KeyRow) => {
        // It may have had to wait, and its maker may have been revoked meanwhile.
        checkRoom(checkMaker(row))
        return toMadeKey(body, row, now())
      }
      return keys.make(maker(caller).id, read, { author: authorNameOf(caller) })
    },
    async roll(caller, id, grace) {
      // It may have to wait, and be moved away from its maker meanwhile.
      const check = () => get(caller, id)
      return keys.roll(check().id, grace, { author: authorNameOf(caller) }, check)
    },
    async revoke(caller, id) {
      const check = () => get(caller, id)
      return keys.revoke(check().id, { author: authorNameOf(caller) }, check)
    },
  }
}

const NO_MAKER =
  'Your key makes no keys: an operator can let it, with "makes_keys", and makes keys at /admin/keys'
