import * as v from 'valibot'
import { verdicts } from '../../../src/base/statistics.ts'
import { says } from '../../../src/contract/settings.ts'
import { tokensView } from './figures.ts'
import { speakers } from './scores.ts'
import { periodView } from './views.ts'

const figure = v.nullable(v.number())
const estimate = v.object({
  value: says('As it was counted', figure),
  low: says('The true one is above this in 95 of 100 cases', figure),
  high: says('And below this', figure),
})
const quantiles = v.object({
  p50: says('Half took no longer', estimate),
  p95: says('95 of 100 took no longer', estimate),
  p99: says('99 of 100 took no longer', estimate),
})
const difference = v.object({
  ...estimate.entries,
  verdict: says('What can be told of it', v.picklist(verdicts)),
})
const by = says('Who says it: callers, or operators', v.picklist(speakers))
const scores = <E extends v.ObjectEntries>(about: string, entries: E) =>
  v.pipe(
    v.array(v.object({ name: says('What was looked at', v.string()), ...entries })),
    v.description(about),
  )
const differences = v.object({
  p50: says('Half took no longer', difference),
  p95: says('95 of 100 took no longer', difference),
  p99: says('99 of 100 took no longer', difference),
})

/** What `GET /admin/virtual-models/compare` answers. */
export const compareView = v.object({
  source: says('The redirect', v.string()),
  ...periodView,
  assigned_by: v.pipe(
    v.nullable(v.picklist(['caller', 'session', 'call'])),
    v.description(
      'Who is given a target as the redirect stands now: each caller, each session, or each call anew; null where there is no redirect of this name any more',
    ),
  ),
  against: says(
    'The period that it is compared with',
    v.nullable(
      v.object({ from: says('Where it begins', v.string()), to: says('Where it ends', v.string()) }),
    ),
  ),
  sides: says(
    'Each target, or each period',
    v.array(
      v.object({
        name: says('Of the target', v.string()),
        mirror: says(
          'It got copies of calls: `requests` are copies, and no caller saw its answers',
          v.boolean(),
        ),
        requests: v.pipe(v.number(), v.description('Calls that it served, or was tried last for')),
        tries: v.pipe(
          v.number(),
          v.description('With those after whose failure another target was asked; from records'),
        ),
        failures: says('Tries that failed', v.number()),
        hang_ups: says('Calls whose clients did not wait for the end', v.number()),
        error_rate: says('Failures by tries', estimate),
        total_ms: says('To the last byte, in milliseconds', quantiles),
        first_byte_ms: says('To the first of streams, in milliseconds', quantiles),
        tokens: says('What is known; null when nothing is', v.nullable(tokensView)),
        unknown: says('Lines without known tokens', v.number()),
        estimated: says('Lines with tokens that are estimated', v.number()),
        cost_nano: says('0.000000001 US dollars', figure),
        unpriced: says('Lines with tokens, but without a price', v.number()),
        cost_per_request_nano: v.pipe(estimate, v.description('Of lines whose cost is known')),
        scores: scores('What was said of its answers, by name and who speaks', {
          by,
          count: says('How often', v.number()),
          mean: says('From 0, the worst, to 1', estimate),
        }),
      }),
    ),
  ),
  differences: says(
    'The other sides against the first',
    v.array(
      v.object({
        of: says('Which side', v.string()),
        mirror: says('That side got copies', v.boolean()),
        to: says('Against which', v.string()),
        error_rate: says('Failures by tries', difference),
        total_ms: says('To the last byte, in milliseconds', differences),
        first_byte_ms: says('To the first of streams, in milliseconds', differences),
        cost_per_request_nano: says('Of lines whose cost is known', difference),
        scores: scores('Of names that both sides have from the same', { by, ...difference.entries }),
      }),
    ),
  ),
  paired: v.pipe(
    v.array(
      v.object({
        of: says('Which mirror', v.string()),
        pairs: says('Calls that both have answered', v.number()),
        output_tokens: says('Tokens of the answer', difference),
        cost_nano: says('0.000000001 US dollars', difference),
        total_ms: says('To the last byte, in milliseconds', difference),
        first_byte_ms: says('To the first of streams, in milliseconds', difference),
        scores: scores('Of calls of which operators scored both answers under one name', {
          pairs: says('How many those are', v.number()),
          ...difference.entries,
        }),
      }),
    ),
    v.description(
      'Of each mirror, what its answers have more than those that callers got to the very same calls, on the average; of calls that both have answered',
    ),
  ),
  unasked: v.pipe(v.number(), v.description('Calls that never got to a target; in no side')),
  markers: v.pipe(
    v.array(
      v.object({
        id: says('Of the change, in the history', v.number()),
        version: says('Counts the changes of the redirect', v.number()),
        at: says('When', v.string()),
        action: says('What was done', v.string()),
        author: says('Who did it', v.string()),
        fields: says('Names of the fields that differ', v.array(v.string())),
        repoints: says('It leads elsewhere since', v.boolean()),
      }),
    ),
    v.description('Changes of the redirect in the period: figures before and after one do not compare'),
  ),
})
