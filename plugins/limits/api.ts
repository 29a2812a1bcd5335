import * as v from 'valibot'
import { type Api, answerJson, defineApi } from '../../src/contract/api.ts'
import { authorshipOf } from '../../src/door/author.ts'
import { createHeaders, etagOf, guardHeaders } from '../../src/door/precondition.ts'
import type { UnknownModels } from '../../src/scope/unknown-models.ts'
import type { Ledger } from './counting/ledger.ts'
import type { Limit } from './model.ts'
import type { OwnLimits } from './own.ts'
import { limitInput } from './rules/input.ts'
import type { LimitStore } from './rules/store.ts'
import type { UnknownTools } from './rules/unknown-tools.ts'
import { changedView, limitDetail, limitView, ownView, toDetail, toPotView, toView } from './views-of.ts'

interface Deps {
  readonly store: LimitStore
  readonly ledger: Ledger
  readonly ownLimits: OwnLimits
  readonly unknownModels: UnknownModels
  readonly unknownTools: UnknownTools
}

const shared = { access: 'admin', tag: 'Limits' } as const
const PATH = '/admin/limits/:name'
const versionTag = { ETag: 'Its version, for `If-Match`' }

/** `/admin/limits`: list, read, put, delete; and `/v1/limits`, for callers. */
export function createLimitsApi({ store, ledger, ownLimits, unknownModels, unknownTools }: Deps): Api[] {
  const answer = (limit: Limit, body: object = toView(limit, ledger)): Response =>
    answerJson(body, { headers: { etag: etagOf(limit.version) } })

  return [
    defineApi({
      ...shared,
      method: 'GET',
      path: '/admin/limits',
      summary: 'All limits, and how full they are',
      answer: { about: 'Sorted by name', schema: v.array(limitView) },
      run: () => store.list().map(limit => toView(limit, ledger)),
    }),
    defineApi({
      ...shared,
      method: 'GET',
      path: PATH,
      summary: 'One limit, and who has used how much of it',
      answer: { about: 'The limit with its fullest pots', schema: limitDetail, headers: versionTag },
      refusals: [404],
      run({ params }) {
        const limit = store.get(params.name ?? '')
        return answer(limit, toDetail(limit, ledger))
      },
    }),
    defineApi({
      ...shared,
      method: 'PUT',
      path: PATH,
      summary: 'Create or replace a limit',
      description:
        'At least one of `requests`, `tokens`, `cost_usd` and `concurrent`. A call counts for every limit that speaks of it: by `user_path`, and by `models` where it names some; with `tools` it speaks of calls of tools of MCP servers instead. What was used in the present window stays counted. Of `models` and `tools` that name nothing now, the answer has a `warning`.',
      body: limitInput,
      example: { user_path: '/team/alpha', per: 'month', cost_usd: 500 },
      heeds: createHeaders,
      answer: { about: 'The limit as it is now', schema: changedView, headers: versionTag },
      refusals: [409, 412, 422],
      async run(call) {
        const limit = await store.save(call.params.name ?? '', call.body, authorshipOf(call))
        const field = limit.tools === undefined ? 'models' : 'tools'
        const unknown =
          limit.tools === undefined ? await unknownModels(limit.models ?? []) : unknownTools(limit.tools)
        const warning = unknown && `Field "${field}" names what is not there now: ${unknown}`
        return answer(limit, { ...toView(limit, ledger), ...(warning && { warning }) })
      },
    }),
    defineApi({
      ...shared,
      method: 'DELETE',
      path: PATH,
      summary: 'Delete a limit',
      heeds: guardHeaders,
      answer: { status: 204, about: 'It is gone' },
      refusals: [404, 409, 412],
      run: call => store.remove(call.params.name ?? '', authorshipOf(call)),
    }),
    defineApi({
      method: 'GET',
      path: '/v1/limits',
      access: 'caller',
      tag: 'Limits',
      summary: 'What is left to you',
      description: 'The limits that hold where you stand, and what is left of each for you.',
      answer: { about: 'Sorted by name', schema: v.array(ownView) },
      refusals: [403],
      async run({ x }) {
        const own = await ownLimits(x!)
        return own.map(({ limit, pot }) => {
          const { member: _, unpriced_requests: _unpriced, ...rest } = toPotView(limit, pot)
          return {
            name: limit.name,
            models: limit.models === undefined ? null : [...limit.models],
            ...(limit.tools !== undefined && { tools: [...limit.tools] }),
            per: limit.per,
            time_zone: limit.timeZone,
            ...rest,
          }
        })
      },
    }),
  ]
}
