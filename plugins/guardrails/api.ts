import * as v from 'valibot'
import { type Api, answerJson, defineApi } from '../../src/contract/api.ts'
import { says } from '../../src/contract/settings.ts'
import { authorshipOf } from '../../src/door/author.ts'
import { createHeaders, etagOf, guardHeaders } from '../../src/door/precondition.ts'
import { guardrailInput, toGuardrail } from './input.ts'
import type { Guardrail } from './model.ts'
import type { GuardrailStore } from './store.ts'
import type { Counted } from './tally.ts'
import { MOST, trialView, tryOn } from './trial.ts'
import { guardrailView, toView } from './views-of.ts'

interface Deps {
  readonly store: GuardrailStore
  /** What they did, in all workers. */
  readonly counted: () => Promise<readonly Counted[]>
}

const shared = { access: 'admin', tag: 'Guardrails' } as const
const PATH = '/admin/guardrails/:name'
const versionTag = { ETag: 'Its version, for `If-Match`' }

/** `/admin/guardrails`: list, read, put, delete, and try. */
export function createGuardrailsApi({ store, counted }: Deps): Api[] {
  const answer = async (guardrail: Guardrail): Promise<Response> =>
    answerJson(toView(guardrail, await counted()), { headers: { etag: etagOf(guardrail.version) } })

  return [
    defineApi({
      ...shared,
      method: 'GET',
      path: '/admin/guardrails',
      summary: 'All guardrails, and how often they did something',
      answer: { about: 'Sorted by name', schema: v.array(guardrailView) },
      async run() {
        const counts = await counted()
        return store.list().map(guardrail => toView(guardrail, counts))
      },
    }),
    defineApi({
      ...shared,
      method: 'GET',
      path: PATH,
      summary: 'One guardrail',
      answer: { about: 'The guardrail', schema: guardrailView, headers: versionTag },
      refusals: [404],
      run: ({ params }) => answer(store.get(params.name ?? '')),
    }),
    defineApi({
      ...shared,
      method: 'PUT',
      path: PATH,
      summary: 'Create or replace a guardrail',
      description:
        'At least one of `words`, `patterns`, `presets` and `checker` in `find`. It looks at calls by `user_path`, and by `models` where it names some.',
      body: guardrailInput,
      example: { user_path: '/team/alpha', on: 'both', find: { presets: ['credit_card'] }, action: 'block' },
      heeds: createHeaders,
      answer: { about: 'The guardrail as it is now', schema: guardrailView, headers: versionTag },
      refusals: [409, 412, 422],
      run: async call => answer(await store.save(call.params.name ?? '', call.body, authorshipOf(call))),
    }),
    defineApi({
      ...shared,
      method: 'DELETE',
      path: PATH,
      summary: 'Delete a guardrail',
      heeds: guardHeaders,
      answer: { status: 204, about: 'It is gone' },
      refusals: [404, 409, 412],
      run: call => store.remove(call.params.name ?? '', authorshipOf(call)),
    }),
    defineApi({
      ...shared,
      method: 'POST',
      path: '/admin/guardrails/test',
      asks: true,
      summary: 'Try guardrails on a text',
      description:
        'What would be found where, and what masks would leave. With `rule`, of this one, which need not be stored; else of all that are on, whatever their paths and models. Nothing is counted, and no checker is asked.',
      body: v.strictObject({
        text: says(
          'What somebody might write',
          v.pipe(v.string(), v.maxLength(MOST, `expected at most ${MOST} characters`)),
        ),
        rule: says('Tried in place of those that are stored', v.optional(guardrailInput)),
      }),
      example: { text: 'Mail me: ada@example.com' },
      answer: { about: 'What was found', schema: trialView },
      refusals: [409, 422],
      run({ body: { text, rule } }) {
        const all = rule === undefined ? store.list() : [toGuardrail('rule', rule, { version: 0 })]
        return tryOn(
          all.filter(({ enabled }) => enabled),
          text,
        )
      },
    }),
  ]
}
