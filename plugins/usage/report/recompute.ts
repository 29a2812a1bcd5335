import * as v from 'valibot'
import { toLocalText } from '../../../src/base/calendar.ts'
import { reasonOf } from '../../../src/base/describe.ts'
import { type Api, answerJson, defineApi } from '../../../src/contract/api.ts'
import { says } from '../../../src/contract/settings.ts'
import { refuse } from '../../../src/errors.ts'
import type { Log } from '../../../src/log.ts'
import { readMoment } from './period.ts'
import type { Job, Repricing } from './repricing.ts'

export interface RecomputeDeps {
  readonly repricing: Repricing
  readonly now: () => number
  readonly log: Log
}

/** Milliseconds that a caller waits for a short job. */
const PATIENCE = 2000

const view = v.object({
  state: says('How far it is', v.picklist(['none', 'running', 'done', 'failed'])),
  from: says('Where the period begins', v.nullable(v.string())),
  to: says('Where it ends; null: now', v.nullable(v.string())),
  until: v.pipe(v.nullable(v.string()), v.description('Everything before this time is done')),
  changed: v.pipe(v.number(), v.description('Lines that cost something else now')),
})

const toView = (job: Job | undefined): v.InferOutput<typeof view> => ({
  state: job?.state ?? 'none',
  from: job === undefined ? null : toLocalText(job.from, 'UTC'),
  to: job === undefined ? null : toLocalText(job.to, 'UTC'),
  until: job === undefined ? null : toLocalText(job.until, 'UTC'),
  changed: job?.changed ?? 0,
})

const shared = { path: '/admin/usage/recompute', access: 'admin', tag: 'Usage' } as const
const moment = v.pipe(v.string(), v.maxLength(64))

/** `POST /admin/usage/recompute`, and how it goes on. */
export function createRecomputeApi({ repricing, now, log }: RecomputeDeps): Api[] {
  return [
    defineApi({
      ...shared,
      method: 'POST',
      summary: 'Price the calls of a period anew',
      description:
        'After a price was mended: records and roll-ups of the period cost what they cost by the prices of now; what a provider itself reported stays. Goes on in the background where it takes longer than two seconds, also over a reload of the configuration. May be repeated.',
      body: v.strictObject({
        from: says('From this time on', moment),
        to: says('Before this time. Default: now', v.optional(moment)),
      }),
      example: { from: '2026-01-01', to: '2026-01-02' },
      answer: { status: 202, about: 'How far it is', schema: view },
      refusals: [409],
      async run({ body }) {
        const from = readMoment(body.from, 'UTC', 'from')
        const to = body.to === undefined ? now() + 1 : readMoment(body.to, 'UTC', 'to')
        if (from >= to)
          refuse('invalid_request', 'Field "from": expected a time before "to"', { param: 'from' })
        if (repricing.job()?.state === 'running')
          refuse('conflict', 'Another period is priced anew: GET /admin/usage/recompute tells how far it is')
        const work = repricing.begin(from, to).catch(error => {
          log.error('Records could not be priced anew', { error: reasonOf(error) })
        })
        await Promise.race([work, new Promise(resolve => setTimeout(resolve, PATIENCE))])
        return answerJson(toView(repricing.job()), { status: 202 })
      },
    }),
    defineApi({
      ...shared,
      method: 'GET',
      summary: 'How far pricing anew is',
      answer: { about: 'The last one since the start', schema: view },
      run: () => toView(repricing.job()),
    }),
  ]
}
