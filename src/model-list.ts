import type { Model } from './types.ts'

/** No vendor has more; a broken or hostile one may. */
const MODEL_LIMIT = 20_000
/** Ids are printed, compared and sent as they are. */
export const isModelId = (id: unknown): id is string =>
  typeof id === 'string' && id !== '' && id === id.trim() && !/\p{Cc}/u.test(id)

/** Reads `{ data: [{ id, created, owned_by }] }` or the bare array; entries without a usable id are dropped. */
export function readModels(provider: string, json: unknown): readonly Model[] {
  const list: unknown = Array.isArray(json) ? json : (json as { data?: unknown } | null)?.data
  if (!Array.isArray(list))
    throw new Error(`Provider "${provider}" listed its models in an unknown shape: expected {"data": [...]}`)
  if (list.length > MODEL_LIMIT)
    throw new Error(`Provider "${provider}" listed ${list.length} models: at most ${MODEL_LIMIT} are read`)
  const models = new Map<string, Model>()
  for (const item of list as readonly (Readonly<Record<string, unknown>> | null)[]) {
    const { id, created, owned_by: ownedBy } = item ?? {}
    if (!isModelId(id) || models.has(id)) continue
    const since = typeof created === 'number' && created > 0 && created < 1e12 ? Math.floor(created) : 0
    models.set(id, { id, created: since, ...(isModelId(ownedBy) && { ownedBy }) })
  }
  return [...models.values()]
}
