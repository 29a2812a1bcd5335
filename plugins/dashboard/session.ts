import { keyedHash, randomToken } from '../../src/runtime.ts'

/** Who came in by another way than the master key, and by which. */
export interface Holder {
  readonly name: string
  readonly mark: string
}

export interface Session {
  /** What every write of this session must carry. */
  readonly csrf: string
  readonly holder: Holder | undefined
}

export interface Sessions {
  /** A new session; the id goes to the browser and is nowhere else. */
  open(holder?: Holder): string
  find(id: string): Session | undefined
  close(id: string): void
}

export interface SessionLimits {
  readonly now: () => number
  /** Milliseconds that a session lives at most. */
  readonly maxAge: number
  /** Milliseconds that it may lie unused. */
  readonly maxIdle: number
  /** Sessions at once; the one that was unused the longest makes room. */
  readonly max: number
}

interface Entry extends Session {
  readonly openedAt: number
  usedAt: number
}

/** Sessions in memory, by a hash of their id, so that nothing in here could be sent as a cookie. A restart ends them all. */
export function createSessions({ now, maxAge, maxIdle, max }: SessionLimits): Sessions {
  const pepper = randomToken(32)
  // In the order of their last use.
  const entries = new Map<string, Entry>()
  const isAlive = ({ openedAt, usedAt }: Entry): boolean =>
    now() - openedAt < maxAge && now() - usedAt < maxIdle

  return {
    open(holder) {
      for (const [key, entry] of entries) if (!isAlive(entry)) entries.delete(key)
      if (entries.size >= max) entries.delete(entries.keys().next().value!)
      const id = randomToken(32)
      entries.set(keyedHash(pepper, id), { csrf: randomToken(32), holder, openedAt: now(), usedAt: now() })
      return id
    },
    find(id) {
      const key = keyedHash(pepper, id)
      const entry = entries.get(key)
      if (entry === undefined) return undefined
      entries.delete(key)
      if (!isAlive(entry)) return undefined
      entry.usedAt = now()
      entries.set(key, entry)
      return entry
    },
    close: id => void entries.delete(keyedHash(pepper, id)),
  }
}
