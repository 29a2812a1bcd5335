import * as v from 'valibot'
import { says } from '../../src/contract/settings.ts'
import type { JsonObject } from '../../src/types.ts'
import { MAKES_KEYS, OPERATES } from './input.ts'
import { type LastUse, operations } from './model.ts'
import type { apiKeys } from './schema.ts'
import type { Uses } from './uses.ts'

export type KeyRow = typeof apiKeys.$inferSelect

/** A key as the admin API shows it. */
export const keyView = v.object({
  id: says('What addresses and records call it', v.string()),
  name: says('Who holds it', v.string()),
  description: says('For people; callers never see it', v.string()),
  last_four: says('The end of the key itself, to recognise it', v.string()),
  user_path: says(
    'Every call with the key is made on behalf of this path; null: the caller names one',
    v.nullable(v.string()),
  ),
  sub_paths: says('The caller may name a path below `user_path`', v.boolean()),
  labels: says('Usage can be summed by them', v.record(v.string(), v.string())),
  allowed_models: says(
    'Selectors and names of redirects; null: all that its path may use',
    v.nullable(v.array(v.string())),
  ),
  operates: says(OPERATES, v.nullable(v.picklist(operations))),
  makes_keys: says(MAKES_KEYS, v.boolean()),
  made_by: says(
    'The id of the key whose holder has made it: it reaches at most what that one does; null: an operator made it',
    v.nullable(v.string()),
  ),
  status: says('`expired` and `revoked` ones are refused', v.picklist(['active', 'expired', 'revoked'])),
  created_at: says('When it was made', v.string()),
  expires_at: says('When it stops; null: when it is revoked', v.nullable(v.string())),
  revoked_at: says('When it was revoked; null: it was not', v.nullable(v.string())),
  version: says('Counts its changes; for `If-Match`', v.number()),
})

const lastUse = v.object({
  at: says('When the call arrived', v.string()),
  model: says('As the caller named it', v.nullable(v.string())),
  user_path: says('On whose behalf', v.nullable(v.string())),
  request_id: says('The id of its record in the log of requests', v.string()),
})

/** A key as it is listed. */
export const listedView = v.object({
  ...keyView.entries,
  last_used: says(
    'The last call that was made with it, refused ones too. Null: none as long as records are kept (`USAGE_RETENTION`); absent: it cannot be told at the moment',
    v.optional(v.nullable(lastUse)),
  ),
})
export const changedView = v.object({
  ...keyView.entries,
  warning: says('What may be a slip of the pen, or locks somebody out', v.optional(v.string())),
})
export const revokedView = v.object({
  ...keyView.entries,
  made_revoked: says(
    'How many keys that it had made were revoked with it; absent where that was not asked for',
    v.optional(v.number()),
  ),
})
export const createdView = v.object({
  ...changedView.entries,
  key: says('The key itself, shown this once', v.string()),
})

const time = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString())

export const toView = (row: KeyRow, now: number): v.InferOutput<typeof keyView> => ({
  id: row.id,
  name: row.name,
  description: row.description,
  last_four: row.lastFour,
  user_path: row.userPath,
  sub_paths: row.subPaths,
  labels: row.labels,
  allowed_models: row.allowedModels,
  operates: row.operates,
  makes_keys: row.makesKeys,
  made_by: row.madeBy,
  status:
    row.revokedAt !== null
      ? 'revoked'
      : (row.expiresAt ?? Number.POSITIVE_INFINITY) <= now
        ? 'expired'
        : 'active',
  created_at: new Date(row.createdAt).toISOString(),
  expires_at: time(row.expiresAt),
  revoked_at: time(row.revokedAt),
  version: row.version,
})

/** The same, with when it was last used. */
export function toListed(row: KeyRow, now: number, uses: Uses): v.InferOutput<typeof listedView> {
  if (uses === undefined) return toView(row, now)
  const use = uses.get(row.id)
  return { ...toView(row, now), last_used: use === undefined ? null : toLastUse(use) }
}

const toLastUse = ({ at, model, userPath, requestId }: LastUse) => ({
  at: new Date(at).toISOString(),
  model,
  user_path: userPath,
  request_id: requestId,
})

/** What history and audit trail call the holder of a key: two keys may have one name, but not one id. */
export const authorNameOf = ({ name, id }: Pick<KeyRow, 'name' | 'id'>): string => `${name} (${id})`

/** What history keeps of a key: no hash, and of the key itself no more than every list shows. */
export const toRecord = (row: KeyRow): JsonObject => ({
  name: row.name,
  description: row.description,
  user_path: row.userPath,
  sub_paths: row.subPaths,
  labels: row.labels,
  allowed_models: row.allowedModels,
  operates: row.operates,
  makes_keys: row.makesKeys,
  made_by: row.madeBy,
  expires_at: time(row.expiresAt),
  revoked_at: time(row.revokedAt),
  last_four: row.lastFour,
  previous_key_until: time(row.previousUntil),
})

/** What of it only making, revoking and rolling write: no old version brings that back. */
export const OF_SECRETS: readonly string[] = ['made_by', 'revoked_at', 'last_four', 'previous_key_until']
