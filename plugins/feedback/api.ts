import * as v from 'valibot'
import { type Api, defineApi } from '../../src/contract/api.ts'
import { says } from '../../src/contract/settings.ts'
import type { Database } from '../../src/database/open.ts'
import { refuse } from '../../src/errors.ts'
import { mostOf, ownCalls } from '../../src/scope/own-calls.ts'
import type { Book } from './book.ts'
import { callerInput, listQuery, listView, operatorInputs, saidView, toSaid } from './input.ts'
import { listFeedback, toListed } from './list.ts'
import type { Feedback } from './model.ts'
import type { Tally } from './tally.ts'

interface Deps {
  readonly db: Database
  readonly book: Book
  readonly tally: Tally
  readonly say: Feedback['say']
}

const tag = 'Feedback'
const EXAMPLE = { request_id: '01938c1e-7c3a-7b52-9d0e-0c6f1d3a2b11', score: 1, name: 'thumbs' }

/** `POST /v1/feedback` for callers, `/admin/feedback` for operators. */
export const createFeedbackApi = (deps: Deps): Api[] => [
  createCallerApi(deps),
  createOperatorApi(deps),
  createListApi(deps),
]

const createCallerApi = ({ book, tally }: Deps): Api =>
  defineApi({
    method: 'POST',
    path: '/v1/feedback',
    access: 'caller',
    tag,
    summary: 'Say how good an answer was',
    description:
      'Of calls of your user path and of all paths below it; with a key that is bound to no path, of its own calls. Sent again with the same `name`, it replaces what was said before. It may be sent as soon as the answer is there.',
    body: callerInput,
    example: EXAMPLE,
    answer: { about: 'It is kept', schema: saidView },
    refusals: [404, 429],
    async run({ body, x }) {
      const said = toSaid(body)
      const { requestId, name, score } = said
      const own = ownCalls(x!)
      await book.checkNames(said, own)
      const [state] = await book.say([said], own, mostOf(x!.caller))
      if (state === 'stored' || state === 'waiting') {
        tally.add(name, 'caller')
        return { request_id: requestId, name, score, state }
      }
      return refuse(
        'not_found',
        `There is no call "${requestId}" of yours: "request_id" is the x-request-id of an answer that you got`,
        { param: 'request_id' },
      )
    },
  })

const createOperatorApi = ({ say }: Deps): Api =>
  defineApi({
    method: 'POST',
    path: '/admin/feedback',
    access: 'admin',
    tag,
    summary: 'Say how good answers were, of any caller and of mirrors',
    description:
      'A list, as a job that evaluates answers makes it. Sent again with the same `request_id`, `mirror` and `name`, it replaces what an operator said before. Calls that are not known are listed, and the others kept.',
    body: operatorInputs,
    example: { data: [EXAMPLE, { ...EXAMPLE, mirror: true, score: 0.4 }] },
    answer: {
      about: 'What became of them',
      schema: v.object({
        stored: says('Kept', v.number()),
        waiting: says('Kept, of calls that are not written down yet', v.number()),
        unknown: says(
          'Of which there is no call, or no copy of it',
          v.array(
            v.object({
              request_id: says('Of the call', v.string()),
              mirror: says('Its copy was meant', v.boolean()),
            }),
          ),
        ),
      }),
    },
    refusals: [429],
    async run({ body }) {
      const said = body.data.map(toSaid)
      const fates = await say(said)
      return {
        stored: fates.filter(fate => fate === 'stored').length,
        waiting: fates.filter(fate => fate === 'waiting').length,
        unknown: said
          .filter((_, i) => fates[i] === 'unknown')
          .map(({ requestId, mirrored }) => ({ request_id: requestId, mirror: mirrored })),
      }
    },
  })

const createListApi = ({ db, book }: Deps): Api =>
  defineApi({
    method: 'GET',
    path: '/admin/feedback',
    access: 'admin',
    tag,
    summary: 'What was said of answers',
    description:
      'Newest first. `next` of one page is `before` of the following one; on the last it is null. Where rows are rare, a page may have fewer of them, or none, and yet a `next`: there the search goes on.',
    query: listQuery,
    answer: { about: 'Newest first', schema: listView },
    async run({ query, admin }) {
      await book.catchUp()
      const { rows, next } = await listFeedback(db, query)
      const data = rows.map(toListed)
      return {
        data: admin?.mayWrite === true ? data : data.map(said => ({ ...said, comment: null })),
        next: next ?? null,
      }
    },
  })
