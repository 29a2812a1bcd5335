import { isObject } from '../../src/contract/loose-json.ts'
import { refuse } from '../../src/errors.ts'
import type { JsonObject, WholeAnswer } from '../../src/types.ts'
import type { Item } from './model.ts'
import type { Page } from './talks.ts'

const encoder = new TextEncoder()

export const json = (body: unknown): WholeAnswer => ({
  kind: 'whole',
  body: encoder.encode(JSON.stringify(body)),
  contentType: 'application/json',
})

export const events = (text: string): WholeAnswer => ({
  kind: 'whole',
  body: encoder.encode(text),
  contentType: 'text/event-stream',
})

const DEFAULT_LIMIT = 20
const MAX_LIMIT = 100

/** What of a list is asked for. */
export function readPage(request: Request): Page {
  const query = new URL(request.url).searchParams
  const limit = Number(query.get('limit') ?? DEFAULT_LIMIT)
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT)
    refuse('invalid_request', `"limit" has to be a whole number from 1 to ${MAX_LIMIT}`, { param: 'limit' })
  const order = query.get('order') ?? 'desc'
  if (order !== 'asc' && order !== 'desc')
    return refuse('invalid_request', '"order" has to be "asc" or "desc"', { param: 'order' })
  return { limit, order, after: query.get('after') ?? undefined }
}

/** One page of a list, as this API writes it. */
export function page(data: readonly Item[], hasMore: boolean): WholeAnswer {
  const id = (item: Item | undefined) => item?.id ?? null
  return json({ object: 'list', data, first_id: id(data[0]), last_id: id(data.at(-1)), has_more: hasMore })
}

/** A page of what is in memory, the oldest first. */
export function cut(items: readonly Item[], { limit, order, after }: Page): WholeAnswer {
  const sorted = order === 'asc' ? items : [...items].reverse()
  const from = after === undefined ? 0 : sorted.findIndex(item => item.id === after) + 1
  if (after !== undefined && from === 0) noAfter(after)
  return page(sorted.slice(from, from + limit), sorted.length > from + limit)
}

export const noAfter = (after: string): never =>
  refuse('invalid_request', `"after" is the id of no item of this list (${after.slice(0, 100)})`, {
    param: 'after',
  })

export const metadataAt = ({ metadata }: JsonObject): JsonObject => {
  if (metadata == null) return {}
  const isFlat = isObject(metadata) && Object.values(metadata).every(value => typeof value === 'string')
  return isFlat
    ? metadata
    : refuse('invalid_request', '"metadata" has to be an object of strings', { param: 'metadata' })
}
