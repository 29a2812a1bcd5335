import type { Admin } from '../../src/types.ts'
import type { Auth } from '../auth/model.ts'
import type { Way } from './model.ts'

/** Who came in by another way than the master key, and what they may do there: see `createRights`. */
export interface Holder {
  readonly name: string
  readonly mark: string
}

type Rights = Pick<Admin, 'name' | 'mayWrite'>

/** Begins the marks of sessions that an operator's key has opened. */
export const OF_KEYS = 'key:'

/**
 * What the holder of a session may do, by what the session was opened with, and as things are now: a key that was revoked,
 * or only reads since, opens no more than that to the sessions that it has opened before. Undefined where it is over.
 */
export const createRights =
  (auth: Pick<Auth, 'operatorOf'>, ways: readonly Way[]) =>
  (holder: Holder | undefined): Rights | undefined => {
    if (holder === undefined) return { mayWrite: true }
    const { name, mark } = holder
    if (mark.startsWith(OF_KEYS)) return auth.operatorOf(mark.slice(OF_KEYS.length))
    const way = ways.find(({ marks }) => marks.write === mark || marks.read === mark)
    return way && { name, mayWrite: way.marks.write === mark }
  }
