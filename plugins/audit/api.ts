import * as v from 'valibot'
import { type Api, defineApi } from '../../src/contract/api.ts'
import { moment, says, whole } from '../../src/contract/settings.ts'
import { people } from './schema.ts'
import type { Call, Trail } from './trail.ts'

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
  since: says('From this time on', v.optional(moment())),
  until: says('Before this time', v.optional(moment())),
  before: v.optional(v.pipe(whole(1, Number.MAX_SAFE_INTEGER), v.description('`next` of the page before'))),
  limit: v.optional(v.pipe(whole(1, 200), v.description('Rows on a page')), 50),
})

const callView = v.object({
  id: says('Counts the calls', v.number()),
  who: says('How the operator was known', v.picklist(people)),
  name: says('The person, where an identity provider said who it was', v.nullable(v.string())),
  at: says('When', v.string()),
  method: says('Of the call', v.string()),
  route: says('Its address, with the names of what stands in it', v.string()),
  path: says('Its address as it was called', v.string()),
  status: says('What was answered', v.number()),
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
        'Every admin call that is not a GET, by API or dashboard, refused ones too, newest first. `who` is `master` (the key), `session` (the dashboard), `token` (one of an identity provider), `loopback` (this machine, where there is no key), `caller` (a key that is no operator’s, and makes keys, or whose holder sends a form at `/portal`) or `nobody` (refused for want of a key; at most 60 a minute are kept); `name` is the person, where an identity provider said who it was. `next` of one page is `before` of the following one; on the last it is null.',
      query: auditQuery,
      answer: {
        about: 'Newest first',
        schema: v.object({
          data: says('Newest first', v.array(callView)),
          next: says('`before` of the following page; null on the last', v.nullable(v.number())),
        }),
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
