import type { Caller } from '../../src/types.ts'

/** What the dashboard's sign-in needs to know. */
export interface Auth {
  /** Compares in constant time; false when no master key is set. */
  isMasterKey(key: string): boolean
  hasMasterKey(): boolean
  /** Another one whenever the master key is another one. */
  readonly masterMark: string
  /** The holder of a managed key that works now. */
  callerOf(id: string): Caller | undefined
  /** Holders of keys that work now and whose id or name has in it what was typed: fifty at most, the oldest first. */
  matching(typed: string): readonly Caller[]
  /** The holder of the master key. */
  readonly master: Caller
  /** Managed keys that work now and end before a time (milliseconds since 1970), the first to end first. */
  expiring(before: number): readonly ExpiringKey[]
  /** The keys that work now, with the path that each is bound to. */
  working(): readonly { readonly id: string; readonly name: string; readonly path: string | undefined }[]
}

/** A managed key that ends soon. */
export interface ExpiringKey {
  readonly id: string
  readonly name: string
  /** Milliseconds since 1970. */
  readonly expiresAt: number
}
