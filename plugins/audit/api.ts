import * as v from 'valibot'
import { type Api, defineApi } from '../../src/api.ts'
import { whole } from '../../src/settings.ts'
import { type Call, people, type Trail } from './trail.ts'

const time = v.pipe(
  v.string(),
  v.isoTimestamp('expected a time such as 2027-01-31T12:00:00Z'),
  v.transform(text => Date.parse(text)),
)

const auditQuery = v.strictObject({
  who: v.optional(
    v.pipe(
      v.picklist(people, `expected one of ${people.join(', ')}`),
      v.description('How the operator was known'),
    ),
  ),
  name: v.optional(
    v.pipe(v.string(), v.description('The person, where an identity provider said who it was')),
  ),
  method: v.optional(v.pipe(v.string(), v.toUpperCase(), v.description('`PUT`'))),
  route: v.optional(v.pipe(v.string(), v.description('`/admin/keys/:id`'))),
  status: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^[1-5](?:\d\d|xx)$/, 'expected a status such as 403, or 4xx'),
      v.description('`403`, or `4xx` for all of its kind'),
      v.transform(text => [Number(text.replace('xx', '00')), Number(text.replace('xx', '99'))] as const),
    ),
  ),
  since: v.optional(v.pipe(time, v.description('From this time on'))),
  until: v.optional(v.pipe(time, v.description('Before this time'))),
  before: v.optional(v.pipe(whole(1, Number.MAX_SAFE_INTEGER), v.description('`next` of the page before'))),
  limit: v.optional(v.pipe(whole(1, 200), v.description('Rows on a page')), 50),
})

const callView = v.object({
  id: v.number(),
  who: v.picklist(people),
  name: v.nullable(v.string()),
  at: v.string(),
  method: v.string(),
  route: v.string(),
  path: v.string(),
  status: v.number(),
})

const toView = ({ at, ...call }: Call): v.InferOutput<typeof callView> => ({
  ...call,
  at: new Date(at).toISOString(),
})

/** `GET /admin/audit`. */
export function createAuditApi(trail: Trail): Api[] {
  return [
    defineApi({
      method: 'GET',
      path: '/admin/audit',
      access: 'admin',
      tag: 'History',
      summary: 'What operators did, and tried to do',
      description:
        'Every admin call that is not a GET, by API or dashboard, refused ones too, newest first. `who` is `master` (the key), `session` (the dashboard), `token` (one of an identity provider), `loopback` (this machine, where there is no key) or `nobody` (refused for want of a key; at most 60 a minute are kept); `name` is the person, where an identity provider said who it was. `next` of one page is `before` of the following one; on the last it is null.',
      query: auditQuery,
      answer: {
        about: 'Newest first',
        schema: v.object({ data: v.array(callView), next: v.nullable(v.number()) }),
      },
      async run({ query }) {
        await trail.flush()
        const rows = await trail.list({ ...query, limit: query.limit + 1 })
        const data = rows.slice(0, query.limit).map(toView)
        return { data, next: rows.length > query.limit ? data.at(-1)!.id : null }
      },
    }),
  ]
}
