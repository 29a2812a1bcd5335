import { EncryptJWT, jwtDecrypt } from 'jose'
import { LRUCache } from 'lru-cache'
import * as v from 'valibot'

/** A browser that is away at the identity provider, and what has to fit when it comes back. */
const visit = v.object({
  state: v.string(),
  nonce: v.string(),
  verifier: v.string(),
  redirectUri: v.string(),
  /** Where its owner wants to go in the end. */
  next: v.string(),
})
export type Visit = v.InferOutput<typeof visit>

export interface Visits {
  /** What the browser keeps meanwhile, as nobody but the gateway can read or make it. */
  seal(visit: Visit): Promise<string>
  /** Once at this gateway; undefined for whatever is no visit, is over, or has taken too long. */
  open(sealed: string | undefined): Promise<Visit | undefined>
}

/** Milliseconds. */
export const MAX_AWAY = 600_000
/** So many visits that are over are remembered; each is one for as long as it may take at most. */
const MAX_OVER = 10_000

/**
 * The browser keeps them, so that strangers who begin sign-ins fill no memory. With the same key, another gateway, or this
 * one after a restart, takes them too; that each is good once is then left to the code that it comes with.
 */
export function createVisits(key: Uint8Array, now: () => number): Visits {
  const over = new LRUCache<string, true>({ max: MAX_OVER })
  return {
    seal: visit =>
      new EncryptJWT({ ...visit })
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
        .setExpirationTime(new Date(now() + MAX_AWAY))
        .encrypt(key),
    async open(sealed = '') {
      const opened = await jwtDecrypt(sealed, key, { currentDate: new Date(now()) }).catch(() => undefined)
      const read = v.safeParse(visit, opened?.payload)
      if (!read.success || over.has(read.output.state)) return undefined
      over.set(read.output.state, true)
      return read.output
    },
  }
}
