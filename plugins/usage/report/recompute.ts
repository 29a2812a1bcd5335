import * as v from 'valibot'
import { type Api, answerJson, defineApi } from '../../../src/api.ts'
import { toLocalText } from '../../../src/calendar.ts'
import { reasonOf } from '../../../src/describe.ts'
import { refuse } from '../../../src/errors.ts'
import type { Log } from '../../../src/log.ts'
import type { UsageBook } from '../model.ts'
import type { Ask } from './answers.ts'
import { readMoment } from './period.ts'

export interface RecomputeDeps {
  readonly ask: Ask
  readonly reprice: UsageBook['reprice']
  readonly now: () => number
  readonly log: Log
}

type State = 'none' | 'running' | 'done' | 'failed'

interface Job {
  readonly from: number
  readonly to: number
  /** Everything before this time is done (milliseconds since 1970). */
  readonly until: number
  readonly changed: number
  readonly state: State
}

/** So much is priced anew in one go (milliseconds): what is settled meanwhile is written in between. */
const STEP = 6 * 3_600_000
/** Milliseconds that a caller waits for a short job. */
const PATIENCE = 2000

const view = v.object({
  state: v.picklist(['none', 'running', 'done', 'failed']),
  from: v.nullable(v.string()),
  to: v.nullable(v.string()),
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
export function createRecomputeApi({ ask, reprice, now, log }: RecomputeDeps): Api[] {
  let job: Job | undefined

  async function run(): Promise<void> {
    // Before the first call and after the last there is nothing to do, and much time.
    const { first, last } = await ask('edges', null)
    const end = Math.min(job!.to, last === null ? job!.from : last + 1)
    job = { ...job!, until: Math.max(job!.from, first ?? job!.from) }
    while (job!.until < end) {
      const next = Math.min(job!.until + STEP, end)
      const changed = await reprice(job!.until, next)
      job = { ...job!, until: next, changed: job!.changed + changed }
    }
    job = { ...job!, until: job!.to, state: 'done' }
  }

  return [
    defineApi({
      ...shared,
      method: 'POST',
      summary: 'Price the calls of a period anew',
      description:
        'After a price was mended: records and roll-ups of the period cost what they cost by the prices of now; what a provider itself reported stays. Goes on in the background where it takes longer than two seconds. May be repeated.',
      body: v.strictObject({ from: moment, to: v.optional(moment) }),
      example: { from: '2026-01-01', to: '2026-01-02' },
      answer: { status: 202, about: 'How far it is', schema: view },
      refusals: [409],
      async run({ body }) {
        const from = readMoment(body.from, 'UTC', 'from')
        const to = body.to === undefined ? now() + 1 : readMoment(body.to, 'UTC', 'to')
        if (from >= to)
          refuse('invalid_request', 'Field "from": expected a time before "to"', { param: 'from' })
        if (job?.state === 'running')
          refuse('conflict', 'Another period is priced anew: GET /admin/usage/recompute tells how far it is')
        job = { from, to, until: from, changed: 0, state: 'running' }
        const work = run().catch(error => {
          job = { ...job!, state: 'failed' }
          log.error('Records could not be priced anew', { error: reasonOf(error) })
        })
        await Promise.race([work, new Promise(resolve => setTimeout(resolve, PATIENCE))])
        return answerJson(toView(job), { status: 202 })
      },
    }),
    defineApi({
      ...shared,
      method: 'GET',
      summary: 'How far pricing anew is',
      answer: { about: 'The last one since the start', schema: view },
      run: () => toView(job),
    }),
  ]
}
