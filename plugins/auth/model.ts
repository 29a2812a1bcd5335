import type { Database } from '../../src/database/open.ts'
import type { Received } from '../../src/exchange.ts'
import type { Caller } from '../../src/types.ts'
import type { WrongKeys } from './wrong-keys.ts'

/** What the holder of a managed key may do with the gateway itself: look at everything, or change it, too. */
export const operations = ['read', 'write'] as const
export type Operates = (typeof operations)[number]

/** The holder of a managed key that operates. */
export interface Operator {
  /** For history and audit trail. Has the id of the key in it: two keys may have one name. */
  readonly name: string
  readonly mayWrite: boolean
}

/** What the dashboard's sign-in needs to know. */
export interface Auth {
  /** Compares in constant time; false when no master key is set. */
  isMasterKey(key: string): boolean
  hasMasterKey(): boolean
  /** There is a managed key with which somebody can operate the gateway now. */
  hasOperators(): boolean
  /** What a session is bound to that is opened with this key; for nobody else to see. */
  markOf(key: string): string
  /** The operator whose key has this mark; undefined where it is none, or works no more. */
  operatorOf(mark: string): Operator | undefined
  /** The caller whose managed key has this mark; undefined where there is none, or it works no more. */
  holderOf(mark: string): Caller | undefined
  /** When a key with this mark stops working (milliseconds since 1970); Infinity where that is not known. */
  endOf(mark: string): number
  /** There is a managed key, be it revoked or expired. */
  hasKeys(): boolean
  /** Who calls without a key, where none is set, and this request is one from this machine. */
  openCaller(x: Received): Caller | undefined
  /** A secret, and another one whenever the master key is another one. */
  readonly masterMark: string
  /** A secret of 32 bytes that all gateways on this database share. Other purposes have other ones. */
  keyFor(purpose: string): Uint8Array<ArrayBuffer>
  /**
   * A secret of 32 bytes that only the master key opens: whoever has the database alone does not have it. Behind it that
   * of the master key before, where one is named; none where there is no master key. Those of the installation to which
   * `of` belongs, where it is another one than the gateway's own.
   */
  masterSecretsFor(purpose: string, of?: Database): Promise<readonly Uint8Array<ArrayBuffer>[]>
  /** The holder of a managed key that works now. */
  callerOf(id: string): Caller | undefined
  /** What people call a managed key, also one that works no more. */
  nameOf(id: string): string | undefined
  /** The holder of the master key. */
  readonly master: Caller
  /** As whom an operator calls: the holder of the master key, or, where no key is set, whoever is on this machine. */
  operator(): Caller
  /** Makes this very request, which nobody else can send, one of whom `identify` says when it has come in. */
  vouch(request: Request, identify: (x: Received) => Caller): void
  /** The managed keys that work now, the oldest first. */
  working(): readonly WorkingKey[]
  /** Another plugin knows when keys were last used. */
  tellUses(look: LastUses): void
  /** What a request brings to prove who sends it: a key, or what another plugin knows callers by. */
  credential(request: Request): string | undefined
  /** Another plugin knows people by other means. The gateway is then open to nobody, as if it had a key. */
  join(others: Others): void
  /** Another plugin lets operators in by a credential of its own: it is no wrong key. */
  expect(isLetIn: (request: Request) => boolean): void
  readonly wrongKeys: WrongKeys
}

/** The last call that was made with a key, whatever became of it. */
export interface LastUse {
  /** Milliseconds since 1970. */
  readonly at: number
  /** As the caller named it. */
  readonly model: string | null
  readonly userPath: string | null
  readonly requestId: string
}

/** Those of these keys; one that is not in it was not used as long as is remembered. */
export type LastUses = (ids: readonly string[]) => Promise<ReadonlyMap<string, LastUse>>

export interface Others {
  /** It looks like one of their credentials: where it is no key of ours, it is left to them. */
  isTheirs(credential: string): boolean
  /** They know operators, too. */
  readonly knowOperators: boolean
}

/** What pages tell of a managed key. */
export interface WorkingKey {
  readonly id: string
  readonly name: string
  /** The user path that it is bound to. */
  readonly path?: string
  /** Milliseconds since 1970. */
  readonly expiresAt?: number
}
