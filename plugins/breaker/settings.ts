import * as v from 'valibot'
import { duration, says, spellDuration, whole } from '../../src/contract/settings.ts'

const section = v.object({
  failures: says(
    'A model or provider that fails so often in a row is skipped for a while',
    v.optional(whole(1, 1000), 5),
  ),
  pause: says(
    'How long a model or provider that keeps failing is skipped at first; the pause doubles up to the longest',
    v.optional(duration(), '10s'),
  ),
  longestPause: says(
    'The longest time that a model or provider is skipped before it is tried again',
    v.optional(duration(), '2m'),
  ),
})
type BreakerSettings = v.InferOutput<typeof section>

export const breakerSettings = v.pipe(
  section,
  v.forward(
    v.check<BreakerSettings, (issue: v.CheckIssue<BreakerSettings>) => string>(
      ({ pause, longestPause }) => pause <= longestPause,
      ({ input: { pause, longestPause } }) =>
        `"pause" (${spellDuration(pause)}) is longer than "longest_pause" (${spellDuration(longestPause)}): ` +
        'make "pause" shorter, or "longest_pause" longer',
    ),
    ['pause'],
  ),
)
