import * as v from 'valibot'
import { duration, says, whole } from '../../src/contract/settings.ts'
import type { Plan } from './model.ts'

const DAY = 86_400_000
const MOST_STEPS = 50

const step = v.pipe(
  v.number('expected a whole number of per cent'),
  v.integer('expected a whole number of per cent'),
  v.minValue(1, 'expected at least 1 per cent'),
  v.maxValue(100, 'expected at most 100 per cent'),
)

const share = v.pipe(
  v.number('expected a share such as 0.05, or null'),
  v.check(value => value > 0 && value < 1, 'expected a share between 0 and 1, such as 0.05'),
)
const ratio = v.pipe(
  v.number('expected a number such as 1.5, or null'),
  v.minValue(1, 'expected at least 1: 1.5 is half as much again'),
  v.maxValue(1000, 'expected at most 1000'),
)

/** The body of `PUT /admin/rollouts/SOURCE`. */
export const rolloutInput = v.strictObject({
  to: says(
    'The model that takes over: `provider/id`',
    v.pipe(v.string(), v.trim(), v.regex(/^[^/]+\/./, 'expected the model of a provider: provider/id')),
  ),
  steps: says(
    'Its share of the calls in per cent, step by step. At 100 the other targets stay behind it, for when it fails',
    v.optional(
      v.pipe(
        v.array(step),
        v.minLength(1, 'expected at least one step'),
        v.maxLength(MOST_STEPS, `expected at most ${MOST_STEPS} steps`),
        v.check(
          steps => steps.every((value, index) => index === 0 || value > steps[index - 1]!),
          'expected steps that rise, such as [5, 25, 50, 100]',
        ),
      ),
      [5, 25, 50, 100],
    ),
  ),
  every: says(
    'How long each step lasts at least',
    v.optional(
      v.pipe(
        duration(),
        v.minValue(1000, 'expected at least 1s'),
        v.maxValue(30 * DAY, 'expected at most 30d'),
      ),
      '30m',
    ),
  ),
  min_calls: says('How many answers of the model each step waits for', v.optional(whole(1, 1_000_000), 50)),
  stop_when: says(
    'What rolls it back, as soon as it is certain; null: that does not',
    v.optional(
      v.strictObject({
        error_rate_above: says(
          'The share of its calls that fail; 429 of the provider counts, mistakes of callers do not',
          v.optional(v.nullable(share), 0.05),
        ),
        error_rate_worse_by: says(
          'The share of its calls that fail or are turned down, above that of the other targets: 0.02 is two points',
          v.optional(v.nullable(share), 0.02),
        ),
        slower_by: says(
          'How many times as long callers wait: until a stream begins, or an answer is whole; medians',
          v.optional(v.nullable(ratio), null),
        ),
        dearer_by: says(
          'How many times as much an answer costs, on the average',
          v.optional(v.nullable(ratio), null),
        ),
      }),
      {},
    ),
  ),
})

export const toPlan = ({
  to,
  steps,
  every,
  min_calls,
  stop_when,
}: v.InferOutput<typeof rolloutInput>): Plan => ({
  to,
  steps,
  every,
  minCalls: min_calls,
  stopWhen: {
    errorRateAbove: stop_when.error_rate_above,
    errorRateWorseBy: stop_when.error_rate_worse_by,
    slowerBy: stop_when.slower_by,
    dearerBy: stop_when.dearer_by,
  },
})
