import * as v from 'valibot'
import { type Api, defineApi } from '../../src/contract/api.ts'
import { flag, says } from '../../src/contract/settings.ts'
import { authorOf } from '../../src/door/author.ts'
import { guardHeaders, readIfMatch } from '../../src/door/precondition.ts'
import { refuse } from '../../src/errors.ts'
import type { Chronicle, Version } from './chronicle.ts'
import type { Restorer } from './restorer.ts'
import { historyQuery, historyView, toListed, toVersion, versionView } from './shapes.ts'

interface Deps {
  readonly chronicle: Chronicle
  readonly restore: Restorer
}

const shared = { access: 'admin', tag: 'History' } as const

/** `/admin/history`: list, look at one version, put it back. */
export const createHistoryApi = (deps: Deps): Api[] => [...createReads(deps), createRestore(deps)]

const find = async (chronicle: Chronicle, id = ''): Promise<Version> =>
  (/^\d{1,15}$/.test(id) ? await chronicle.get(Number(id)) : undefined) ??
  refuse('not_found', `There is no version "${id.slice(0, 40)}": GET /admin/history lists them`)

function createReads({ chronicle }: Deps): Api[] {
  return [
    defineApi({
      ...shared,
      method: 'GET',
      path: '/admin/history',
      summary: 'What was changed',
      description:
        'Every change of a virtual model, an access policy, a key, a limit, a guardrail, a provider or a setting, newest first: who, when, which fields. A rename keeps the line of its subject. `next` of one page is `before` of the following one; on the last it is null.',
      query: historyQuery,
      answer: { about: 'Newest first', schema: historyView },
      async run({ query }) {
        const rows = await chronicle.list({ ...query, limit: query.limit + 1 })
        const data = rows.slice(0, query.limit).map(toListed)
        return { data, next: rows.length > query.limit ? data.at(-1)!.id : null }
      },
    }),
    defineApi({
      ...shared,
      method: 'GET',
      path: '/admin/history/:id',
      summary: 'One change, with the state before and after it',
      answer: { about: 'The version, and what it changed field by field', schema: versionView },
      refusals: [404],
      run: async ({ params }) => toVersion(await find(chronicle, params.id)),
    }),
  ]
}

function createRestore({ chronicle, restore }: Deps): Api {
  return defineApi({
    ...shared,
    method: 'POST',
    path: '/admin/history/:id/restore',
    summary: 'Put an old version back',
    description:
      'The subject becomes what it was after that change; restoring a deletion brings back what was deleted. It is saved like any other change, with all its checks, and is a new version itself. A key gets its name, description, user path, labels, limits and expiry back, but stays revoked when it is, and keeps its secret.',
    query: v.strictObject({
      force: says('Store it although it leads nowhere at the moment', v.optional(flag(), false)),
    }),
    heeds: guardHeaders,
    answer: { about: 'The new version', schema: versionView },
    refusals: [404, 409, 412, 422],
    async run({ params, query, admin, request }) {
      const { id } = await find(chronicle, params.id)
      const ifMatch = readIfMatch(request)
      return toVersion(await restore(id, { author: authorOf(admin!), ifMatch, force: query.force }))
    },
  })
}
