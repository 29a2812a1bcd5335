import * as v from 'valibot'
import { says, whole } from '../../src/contract/settings.ts'
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
      v.description(
        '`virtual-model` (redirects and policies), `key`, `limit`, `guardrail`, `provider` or `setting`',
      ),
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
  id: says('Counts the changes of everything', v.number()),
  kind: says(
    'What was changed: `virtual-model`, `key`, `limit`, `guardrail`, `provider`, `setting`',
    v.string(),
  ),
  subject: says('Its name after the change; of a key its id', v.string()),
  version: says('Counts the changes of this one', v.number()),
  action: says('What was done', v.picklist(actions)),
  author: says('Who did it', v.string()),
  at: says('When', v.string()),
  fields: says('Names of the fields that differ', v.array(v.string())),
  restored: says('The `id` of the version that was put back', v.nullable(v.number())),
})
export const historyView = v.object({
  data: says('Newest first', v.array(listedView)),
  next: says('`before` of the following page; null on the last', v.nullable(v.number())),
})
export const versionView = v.object({
  ...listedView.entries,
  before: says('What it was; null: it was not there', state),
  after: says('What it became; null: it is gone', state),
  changes: says(
    'What differs, field by field',
    v.array(
      v.object({
        field: says('Its name', v.string()),
        before: says('What it was; absent: it was not there', v.optional(v.unknown())),
        after: says('What it became; absent: it is gone', v.optional(v.unknown())),
      }),
    ),
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
