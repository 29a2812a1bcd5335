import * as v from 'valibot'
import { type Api, defineApi } from '../../../src/contract/api.ts'
import { says, whole } from '../../../src/contract/settings.ts'
import { refuse } from '../../../src/errors.ts'
import { contentTypes, exportLog, formats } from './export.ts'
import { fillPage } from './fill-page.ts'
import { filterEntries, toFilters } from './inputs.ts'
import { lineView, toLine } from './lines.ts'
import type { Place } from './log-question.ts'
import { type PeriodInput, periodEntries, readPeriod } from './period.ts'
import type { ApiDeps } from './usage-api.ts'

const shared = { method: 'GET', access: 'admin', tag: 'Usage' } as const
const MAX_ID = 80

export const place = v.pipe(
  v.string(),
  v.regex(/^\d{1,15}\.\d{1,15}$/, 'expected `next` of the page before'),
  v.description('`next` of the page before'),
  v.transform((text): Place => {
    const [at, no] = text.split('.').map(Number)
    return { at: at!, no: no! }
  }),
)

/** `GET /admin/usage/log`, one call of it, and all of it as a file. */
export const createLogApi = (deps: ApiDeps): Api[] => [createPage(deps), createCall(deps), createExport(deps)]

/** All of the log, where no period is named. */
const periodOf = (query: PeriodInput, now: number) => readPeriod(query, now, { first: 0 })

const createPage = ({ ask, now }: ApiDeps): Api =>
  defineApi({
    ...shared,
    path: '/admin/usage/log',
    summary: 'Every call, line by line',
    description:
      'Newest first. A failed try that cost tokens has a line of its own, with `part` above 0, and so has what a batch used, and each answer of a conversation. `next` of one page is `before` of the following one; on the last it is null. What is written meanwhile moves nothing: no line comes twice, none is left out. Where lines are rare, a page may have fewer of them, or none, and yet a `next`: there the search goes on.',
    query: v.strictObject({
      ...periodEntries,
      ...filterEntries,
      before: v.optional(place),
      limit: v.optional(v.pipe(whole(1, 500), v.description('Lines on a page')), 50),
    }),
    answer: {
      about: 'Newest first',
      schema: v.object({
        data: says('Newest first', v.array(lineView)),
        next: says('`before` of the following page; null on the last', v.nullable(v.string())),
      }),
    },
    refusals: [429],
    async run({ query: { before, limit, ...query } }) {
      const { rows, next } = await fillPage(ask, {
        period: periodOf(query, now()),
        filters: toFilters(query),
        after: before,
        limit,
        order: 'newest',
      })
      return { data: rows.map(toLine), next: next === undefined ? null : `${next.at}.${next.no}` }
    },
  })

const createCall = ({ ask }: ApiDeps): Api =>
  defineApi({
    ...shared,
    path: '/admin/usage/log/:id',
    summary: 'One call, with what its failed tries cost',
    answer: {
      about:
        'The call; `parts` are tries that failed and cost tokens, what a batch used that it started, and the copy of a mirror',
      schema: v.object({ ...lineView.entries, parts: says('What else it cost', v.array(lineView)) }),
    },
    refusals: [404, 429],
    async run({ params: { id = '' } }) {
      const [call, ...parts] = id.length > MAX_ID ? [] : await ask('call', id)
      if (call === undefined)
        refuse('not_found', `There is no call "${id.slice(0, MAX_ID)}": GET /admin/usage/log lists them`)
      return { ...toLine(call), parts: parts.map(toLine) }
    },
  })

const createExport = ({ ask, now }: ApiDeps): Api =>
  defineApi({
    ...shared,
    path: '/admin/usage/export',
    summary: 'The lines of the log as a file',
    description:
      'Oldest first, all that the filters choose, sent while they are read. In CSV, text that a spreadsheet would take for a formula begins with an apostrophe; lists and labels are JSON.',
    query: v.strictObject({
      ...periodEntries,
      ...filterEntries,
      format: v.optional(
        v.pipe(v.picklist(formats, `expected one of ${formats.join(', ')}`), v.description('The file')),
        'csv',
      ),
    }),
    answer: { about: 'The file', type: ['text/csv', 'application/jsonl'], schema: v.string() },
    refusals: [429],
    async run({ query: { format, ...query } }) {
      const body = await exportLog(ask, format, {
        period: periodOf(query, now()),
        filters: toFilters(query),
      })
      const headers = {
        'content-type': contentTypes[format],
        'content-disposition': `attachment; filename="usage.${format}"`,
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'x-request-id': crypto.randomUUID(),
      }
      return new Response(body, { headers })
    },
  })
