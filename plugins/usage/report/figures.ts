import * as v from 'valibot'
import { quantileOf } from '../../../src/base/histogram.ts'
import { says } from '../../../src/contract/settings.ts'
import type { Sums, Times } from './sums.ts'

const count = v.number()
const time = v.nullable(v.number())
const quantiles = v.object({
  p50: says('Half took no longer', time),
  p95: says('95 of 100 took no longer', time),
  p99: says('99 of 100 took no longer', time),
})

/** Tokens by part; the parts do not overlap. */
export const tokenEntries = <C extends v.GenericSchema>(count: C) => ({
  input: says('What was read anew', count),
  cache_read: says("Read from the provider's cache", count),
  cache_write: says('Written to it, for five minutes or for as long as nobody says', count),
  cache_write_1h: says('Written to it for an hour', count),
  audio_input: says('Sound that was read', count),
  image_input: says('Images that were read', count),
  output: says('What was written, without reasoning', count),
  reasoning: says('What was thought', count),
  audio_output: says('Sound that was written', count),
  image_output: says('Images that were written', count),
})
export const tokensView = v.object({ ...tokenEntries(count), total: says('All of them', count) })

const shared = {
  calls: v.pipe(count, v.description('Calls to models, refused ones too')),
  errors: v.pipe(count, v.description('Calls that failed, but for hang-ups')),
  hang_ups: says('Calls whose clients did not wait for the end', count),
  streams: says('Calls that were answered as streams', count),
  tokens: v.pipe(v.nullable(tokensView), v.description('What is known; null when nothing is')),
  unknown: v.pipe(count, v.description('Lines without known tokens: they are missing in `tokens`')),
  estimated: v.pipe(count, v.description('Lines with tokens that are estimated, all or in part')),
  cost_nano: v.pipe(
    v.nullable(count),
    v.description('0.000000001 US dollars; what is known, null when nothing is'),
  ),
  unpriced: v.pipe(
    count,
    v.description('Lines with tokens, but without a price: they are missing in `cost_nano`'),
  ),
  hits: v.pipe(count, v.description('Calls that got a stored answer: they took no tokens and cost nothing')),
  saved_nano: v.pipe(count, v.description('What those would have cost, as far as it is known')),
}

/** What callers see. */
export const callerFigures = v.object(shared)

/** What operators see. */
export const adminFigures = v.object({
  ...shared,
  attempts: v.pipe(count, v.description('Tries at targets')),
  priced: v.pipe(count, v.description('Lines with a cost; a failed try that cost something is a line too')),
  latency: v.optional(
    v.pipe(
      v.object({
        total_ms: says('To the last byte, in milliseconds', quantiles),
        first_byte_ms: says('To the first of streams, in milliseconds', quantiles),
      }),
      v.description(
        'Of answered calls, to the last byte, and to the first of streams; right to nine per cent',
      ),
    ),
  ),
})

export type CallerFigures = v.InferOutput<typeof callerFigures>
export type AdminFigures = v.InferOutput<typeof adminFigures>

/** Nothing happened: that is known, so it is zero. */
export const NOTHING: Sums = {
  calls: 0,
  errors: 0,
  hang_ups: 0,
  streams: 0,
  attempts: 0,
  input: 0,
  cache_read: 0,
  cache_write: 0,
  cache_write_hour: 0,
  audio_input: 0,
  image_input: 0,
  output: 0,
  reasoning: 0,
  audio_output: 0,
  image_output: 0,
  unknown: 0,
  estimated: 0,
  cost_nano: 0,
  cost_squares: 0,
  priced: 0,
  unpriced: 0,
  hits: 0,
  saved_nano: 0,
}

/** Adds, or takes away, name by name. */
export const combine = (one: Sums, other: Sums, sign: 1 | -1): Sums =>
  Object.fromEntries(
    Object.entries(one).map(([name, value]) => [name, value + sign * other[name as keyof Sums]]),
  ) as Sums

function toTokens(sums: Sums): CallerFigures['tokens'] {
  const { input, cache_read, cache_write, cache_write_hour, audio_input, image_input } = sums
  const { output, reasoning, audio_output, image_output } = sums
  const inputs = input + cache_read + cache_write + cache_write_hour + audio_input + image_input
  const total = inputs + output + reasoning + audio_output + image_output
  if (total === 0 && sums.unknown > 0 && sums.unknown >= sums.calls) return null
  return {
    input,
    cache_read,
    cache_write,
    cache_write_1h: cache_write_hour,
    audio_input,
    image_input,
    output,
    reasoning,
    audio_output,
    image_output,
    total,
  }
}

/** Null when something was called, and of nothing is known what it cost. */
const toCost = ({ priced, unpriced, unknown, cost_nano }: Sums): number | null =>
  priced === 0 && unpriced + unknown > 0 ? null : cost_nano

export const toCallerFigures = (sums: Sums): CallerFigures => ({
  calls: sums.calls,
  errors: sums.errors,
  hang_ups: sums.hang_ups,
  streams: sums.streams,
  tokens: toTokens(sums),
  unknown: sums.unknown,
  estimated: sums.estimated,
  cost_nano: toCost(sums),
  unpriced: sums.unpriced,
  hits: sums.hits,
  saved_nano: sums.saved_nano,
})

export const toAdminFigures = (sums: Sums, times?: Times): AdminFigures => ({
  ...toCallerFigures(sums),
  attempts: sums.attempts,
  priced: sums.priced,
  ...(times && {
    latency: { total_ms: toQuantiles(times.total), first_byte_ms: toQuantiles(times.first) },
  }),
})

/** Milliseconds; null where nothing was measured. */
function toQuantiles(counts: ReadonlyMap<number, number>) {
  const at = (share: number) => {
    const ms = quantileOf(counts, share)
    return ms === undefined ? null : Math.round(ms)
  }
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) }
}
