import * as v from 'valibot'
import { whole } from '../../src/settings.ts'
import type { Listed, Version } from './chronicle.ts'
import { diff } from './diff.ts'
import { actions } from './model.ts'

const MAX_ID = Number.MAX_SAFE_INTEGER
const state = v.nullable(v.record(v.string(), v.unknown()))

/** Where a page of a long list begins, and how long it is. */
export const historyQuery = v.strictObject({
  kind: v.optional(
    v.pipe(
      v.string(),
      v.description('`virtual-model` (redirects and policies), `key`, `limit` or `guardrail`'),
    ),
  ),
  subject: v.optional(
    v.pipe(
      v.string(),
      v.description(
        'The source of a virtual model, the id of a key, the name of others; a former name finds the same line',
      ),
    ),
  ),
  before: v.optional(v.pipe(whole(1, MAX_ID), v.description('`next` of the page before'))),
  limit: v.optional(v.pipe(whole(1, 200), v.description('Entries on a page')), 50),
})

const listedView = v.object({
  id: v.number(),
  kind: v.string(),
  subject: v.string(),
  version: v.number(),
  action: v.picklist(actions),
  author: v.string(),
  at: v.string(),
  fields: v.array(v.string()),
  restored: v.nullable(v.number()),
})
export const historyView = v.object({ data: v.array(listedView), next: v.nullable(v.number()) })
export const versionView = v.object({
  ...listedView.entries,
  before: state,
  after: state,
  changes: v.array(
    v.object({ field: v.string(), before: v.optional(v.unknown()), after: v.optional(v.unknown()) }),
  ),
})

export const toListed = (row: Listed): v.InferOutput<typeof listedView> => ({
  id: row.id,
  kind: row.kind,
  subject: row.subject,
  version: row.version,
  action: row.action,
  author: row.author,
  at: new Date(row.at).toISOString(),
  fields: [...row.fields],
  restored: row.restored,
})

export const toVersion = (row: Version): v.InferOutput<typeof versionView> => ({
  ...toListed(row),
  before: row.before,
  after: row.after,
  changes: diff(row.before ?? undefined, row.after ?? undefined),
})
