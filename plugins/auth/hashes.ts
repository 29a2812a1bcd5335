import { eq } from 'drizzle-orm'
import { keyedHash, randomToken } from '../../src/base/runtime.ts'
import type { Database } from '../../src/database/open.ts'
import { secrets } from './schema.ts'

/** What keys are hashed with. Made once; without it a stolen copy of the table could not even be compared with a guess. */
export async function readPepper(db: Database): Promise<string> {
  await db
    .insert(secrets)
    .values({ name: 'key-pepper', value: randomToken(32) })
    .onConflictDoNothing()
  return (await findPepper(db))!
}

/** That of another database than the gateway's own; undefined where no gateway has made one yet. */
export async function findPepper(db: Database): Promise<string | undefined> {
  const [row] = await db.select().from(secrets).where(eq(secrets.name, 'key-pepper'))
  return row?.value
}

export interface Hashes {
  of(key: string): string
  /** The key has proved valid. */
  keep(key: string, hash: string): void
}

/** So many keys in use have their hash at hand. */
const MAX_KEPT = 1000

/**
 * Keyed hashes, which are the dearest part of a look-up, kept for keys that proved valid. What a hash opens is asked
 * anew each time, so nothing here outlives a revocation.
 */
export function createHashes(pepper: string): Hashes {
  const kept = new Map<string, string>()
  return {
    of: key => kept.get(key) ?? keyedHash(pepper, key),
    keep(key, hash) {
      if (kept.has(key)) return
      if (kept.size >= MAX_KEPT) kept.clear()
      kept.set(key, hash)
    },
  }
}
