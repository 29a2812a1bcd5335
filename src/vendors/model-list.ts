import type { Model } from '../contract/model.ts'
import type { JsonObject } from '../types.ts'
import { checkedFacts, listedFacts, type ToldFacts } from './model-facts.ts'

/** No vendor has more; a broken or hostile one may. */
const MODEL_LIMIT = 20_000
const PAGE_LIMIT = 50

/** Ids are printed, compared and sent as they are. */
export const isModelId = (id: unknown): id is string =>
  typeof id === 'string' && id !== '' && id === id.trim() && !/\p{Cc}/u.test(id)

/** What an entry of a list says, unchecked. */
export interface Entry {
  readonly id: unknown
  /** Seconds since 1970. */
  readonly created?: unknown
  readonly ownedBy?: unknown
  readonly facts?: ToldFacts
}

/** How a vendor writes its list of models. */
export interface ListShape {
  /** The field that holds the entries. */
  readonly list: string
  /** Undefined for what is no model to call. */
  readonly read: (entry: JsonObject) => Entry | undefined
  /** Where the next page is; undefined on the last one. */
  readonly next?: (page: JsonObject, url: string) => string | undefined
}

const openaiShape: ListShape = {
  list: 'data',
  read: entry => ({
    id: entry.id,
    created: entry.created,
    ownedBy: entry.owned_by,
    facts: listedFacts(entry),
  }),
}

/** Reads `{ data: [{ id, created, owned_by }] }` or the bare array; entries without a usable id are dropped. */
export function readModels(
  provider: string,
  json: unknown,
  { list: field, read }: ListShape = openaiShape,
): readonly Model[] {
  const list: unknown = Array.isArray(json) ? json : (json as JsonObject | null | undefined)?.[field]
  if (!Array.isArray(list))
    throw new Error(
      `Provider "${provider}" listed its models in an unknown shape: expected {"${field}": [...]}`,
    )
  if (list.length > MODEL_LIMIT) tooMany(provider, list.length)
  const models = new Map<string, Model>()
  for (const item of list as readonly (JsonObject | null)[]) {
    const { id, created, ownedBy, facts: told } = read(item ?? {}) ?? {}
    if (!isModelId(id) || models.has(id)) continue
    const since = typeof created === 'number' && created > 0 && created < 1e12 ? Math.floor(created) : 0
    const facts = told && checkedFacts(told)
    models.set(id, { id, created: since, ...(isModelId(ownedBy) && { ownedBy }), ...(facts && { facts }) })
  }
  return [...models.values()]
}

export interface PagesOptions {
  readonly provider: string
  /** The first page. */
  readonly url: string
  readonly get: (url: string) => Promise<unknown>
  readonly shape: ListShape
}

/** Reads a list that comes in pages. */
export async function readPages({ provider, url, get, shape }: PagesOptions): Promise<readonly Model[]> {
  const models = new Map<string, Model>()
  let next: string | undefined = url
  for (let page = 0; next !== undefined; page++) {
    if (page === PAGE_LIMIT)
      throw new Error(`Provider "${provider}" lists its models on more than ${PAGE_LIMIT} pages`)
    const json = await get(next)
    for (const model of readModels(provider, json, shape))
      if (!models.has(model.id)) models.set(model.id, model)
    if (models.size > MODEL_LIMIT) tooMany(provider, models.size)
    next = shape.next?.((json ?? {}) as JsonObject, next)
  }
  return [...models.values()]
}

function tooMany(provider: string, count: number): never {
  throw new Error(`Provider "${provider}" listed ${count} models: at most ${MODEL_LIMIT} are read`)
}

/** The same address with one parameter more, or another value of it; undefined where there is no value. */
export function withParameter(url: string, name: string, value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '') return undefined
  const changed = new URL(url)
  changed.searchParams.set(name, value)
  return changed.href
}
