import * as v from 'valibot'
import { refuse } from '../../src/errors.ts'
import { check } from '../../src/request/check.ts'
import { googleQuery } from './google.ts'

const MOST = 1000

/** How Anthropic pages through its list; OpenAI's has no pages, and whatever else a query says is ignored. */
export const listQuery = v.object({
  limit: v.optional(
    v.pipe(v.string(), v.description(`With "anthropic-version": 1 to ${MOST}; all without it`)),
  ),
  after_id: v.optional(v.pipe(v.string(), v.description('With "anthropic-version": what comes behind it'))),
  before_id: v.optional(v.pipe(v.string(), v.description('With "anthropic-version": what stands before it'))),
  ...googleQuery.entries,
})

export type ListQuery = v.InferOutput<typeof listQuery>

const limits = v.object({
  limit: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^\d+$/, 'expected a whole number'),
      v.transform(Number),
      v.minValue(1, 'expected at least 1'),
      v.maxValue(MOST, `expected at most ${MOST}`),
    ),
  ),
})

/**
 * A page of a list that is sorted by id. A cursor need not be listed any more: it still has its place in the order. Who
 * names no limit gets the rest: clients that do not know pages see every model.
 */
export function pageOf<M extends { readonly id: string }>(
  models: readonly M[],
  query: ListQuery,
): { readonly page: readonly M[]; readonly hasMore: boolean } {
  const { after_id: after, before_id: before } = query
  const { limit = models.length } = check(limits, query)
  if (after !== undefined && before !== undefined)
    refuse('invalid_request', 'Field "before_id": expected either this or "after_id"', { param: 'before_id' })
  if (before !== undefined) {
    const earlier = models.filter(({ id }) => id < before)
    return { page: earlier.slice(Math.max(0, earlier.length - limit)), hasMore: earlier.length > limit }
  }
  const rest = after === undefined ? models : models.filter(({ id }) => id > after)
  return { page: rest.slice(0, limit), hasMore: rest.length > limit }
}
