import { and, desc, eq, gte, lt } from 'drizzle-orm'
import type { InferOutput } from 'valibot'
import { type Leaf, lookBack } from '../../src/database/look-back.ts'
import type { Database } from '../../src/database/open.ts'
import type { listQuery, listView } from './input.ts'
import { feedback } from './schema.ts'

type Row = typeof feedback.$inferSelect

/** So many rows are looked at for a page where no index finds them: the next one goes on behind. */
const REACH = 10_000

/** What was said, newest first. */
export function listFeedback(db: Database, query: InferOutput<typeof listQuery>): Promise<Leaf<Row>> {
  const { request_id, virtual_model, name, mirror, before, limit } = query
  const isSearch = virtual_model !== undefined || name !== undefined || mirror !== undefined
  return lookBack<Row>({
    ...{ db, table: feedback, before, limit },
    reach: isSearch && request_id === undefined ? REACH : Number.POSITIVE_INFINITY,
    list: ({ from, to, limit }) =>
      db
        .select()
        .from(feedback)
        .where(
          and(
            gte(feedback.id, from),
            lt(feedback.id, to),
            request_id === undefined ? undefined : eq(feedback.requestId, request_id),
            virtual_model === undefined ? undefined : eq(feedback.virtualModel, virtual_model),
            name === undefined ? undefined : eq(feedback.name, name),
            mirror === undefined ? undefined : eq(feedback.mirrored, mirror),
          ),
        )
        .orderBy(desc(feedback.id))
        .limit(limit),
  })
}

export const toListed = (row: Row): InferOutput<typeof listView>['data'][number] => ({
  id: row.id,
  request_id: row.requestId,
  mirror: row.mirrored,
  name: row.name,
  score: row.score,
  comment: row.comment,
  said_at: new Date(row.saidAt).toISOString(),
  path: row.within,
  key: row.holder || null,
  state: row.at === null ? 'waiting' : 'stored',
  virtual_model: row.virtualModel,
  target: row.provider === null ? null : `${row.provider}/${row.model ?? ''}`,
})
