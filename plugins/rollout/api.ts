import * as v from 'valibot'
import { type Api, defineApi, restOf } from '../../src/contract/api.ts'
import { says } from '../../src/contract/settings.ts'
import { authorOf } from '../../src/door/author.ts'
import { type Acts, actions } from './acts.ts'
import type { Book } from './book.ts'
import { rolloutInput, toPlan } from './input.ts'
import { states } from './model.ts'
import { toView } from './views-of.ts'

const PATH = '/admin/rollouts'
const shared = { access: 'admin', tag: 'Rollouts' } as const
const one = { ...shared, path: `${PATH}/*`, rest: 'source' } as const

const figure = v.nullable(v.number())
const estimate = v.object({
  value: says('As it was counted', figure),
  low: says('The true one is above this in 95 of 100 cases', figure),
  high: says('And below this', figure),
})
const figures = v.object({
  answered: says('Calls that got a whole answer', v.number()),
  failed: says('Tries that failed, also where another target answered then', v.number()),
  refused: says("Tries that were turned down: callers' own mistakes, mostly", v.number()),
  error_rate: says('Failed ones by those that failed or were answered', estimate),
  error_or_refusal_rate: says('Failed and refused ones by all', estimate),
  wait_ms: says('The median of the time until a stream began, or an answer was whole', estimate),
  cost_per_answer_nano: says('0.000000001 US dollars, of answers whose cost is known', estimate),
})

const rolloutView = v.object({
  source: says('The redirect', v.string()),
  ...v.object({
    to: says('The model that takes over', v.string()),
    steps: says('Its shares in per cent', v.array(v.number())),
    every: says('How long each step lasts at least', v.string()),
    min_calls: says('How many answers each step waits for', v.number()),
    stop_when: says(
      'What rolls it back',
      v.object({
        error_rate_above: says('The share of its calls that fail', figure),
        error_rate_worse_by: says('The same, and what it turns down, above that of the others', figure),
        slower_by: says('How many times as long callers wait', figure),
        dearer_by: says('How many times as much an answer costs', figure),
      }),
    ),
  }).entries,
  state: says(
    '`paused` stays at its share; `done`: the last step is over; `rolled_back`: it failed, and the redirect is as it was; `stopped`: an operator has rolled it back, or changed the redirect',
    v.picklist(states),
  ),
  step: says('Which step, from 1', v.number()),
  percent: says('The share that it has there', v.number()),
  why: says('Why it is over', v.nullable(v.string())),
  waits_for: says('What has to be there before it goes on', v.nullable(v.string())),
  next_at: says('When the step has lasted its time', v.nullable(v.string())),
  author: says('Who has started it', v.string()),
  started_at: says('When', v.string()),
  changed_at: says('When the state or the step became what it is', v.string()),
  evidence: says(
    'What is known of the calls of this step',
    v.object({ to: says('The model that takes over', figures), others: says('All other targets', figures) }),
  ),
})

interface ApiDeps {
  readonly book: Book
  readonly acts: Acts
  readonly now: () => number
}

/** `/admin/rollouts`: start, look, pause, resume, finish, roll back, forget. */
export function createRolloutsApi({ book, acts, now }: ApiDeps): Api[] {
  const answer = { about: 'The rollout as it is now', schema: rolloutView }
  const sourceOf = (request: Request) => restOf(request, `${PATH}/`)
  return [
    defineApi({
      ...shared,
      path: PATH,
      method: 'GET',
      summary: 'All rollouts',
      description: 'The last one of each redirect, until it is forgotten.',
      answer: { about: 'Sorted by source', schema: v.array(rolloutView) },
      run: async () => (await book.read()).map(rollout => toView(rollout, now())),
    }),
    defineApi({
      ...one,
      method: 'GET',
      summary: 'One rollout',
      answer,
      refusals: [404],
      run: async ({ request }) => toView(await acts.find(sourceOf(request)), now()),
    }),
    defineApi({
      ...one,
      method: 'PUT',
      summary: 'Start a rollout',
      description:
        'Leads calls of a redirect to another model, step by step, and back where it fails. `{"to": "openai/gpt-6"}` is enough.',
      body: rolloutInput,
      example: { to: 'demo/storyteller', steps: [5, 25, 50, 100], every: '30m' },
      answer,
      refusals: [404, 409, 412, 422],
      run: async ({ request, body, admin }) =>
        toView(await acts.start(sourceOf(request), toPlan(body), authorOf(admin!)), now()),
    }),
    defineApi({
      ...one,
      method: 'POST',
      summary: 'Pause, resume, finish or roll back',
      description:
        '`pause` stays at the share, whatever happens; `finish` goes to the last step at once; `roll_back` leads the redirect as it did before.',
      body: v.strictObject({
        action: says('What to do', v.picklist(actions, `expected one of ${actions.join(', ')}`)),
      }),
      example: { action: 'roll_back' },
      answer,
      refusals: [404, 409, 412],
      run: async ({ request, body, admin }) =>
        toView(await acts.act(sourceOf(request), body.action, authorOf(admin!)), now()),
    }),
    defineApi({
      ...one,
      method: 'DELETE',
      summary: 'Forget a rollout that is over',
      answer: { status: 204, about: 'It is gone, and needs no attention any more' },
      refusals: [404, 409],
      run: ({ request }) => acts.forget(sourceOf(request)),
    }),
  ]
}
