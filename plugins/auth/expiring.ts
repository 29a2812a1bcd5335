import type { ExpiringKey } from './model.ts'
import type { KeyRow } from './views-of.ts'

/** Keys that work at `now` and end before a time, the first to end first; all in milliseconds since 1970. */
export const expiringKeys = (rows: readonly KeyRow[], now: number, before: number): ExpiringKey[] =>
  rows
    .flatMap(({ id, name, expiresAt, revokedAt }) =>
      revokedAt === null && expiresAt !== null && expiresAt > now && expiresAt < before
        ? [{ id, name, expiresAt }]
        : [],
    )
    .sort((a, b) => a.expiresAt - b.expiresAt)
