import type { Sums } from '../report/sums.ts'
import type { Measure } from './groups.ts'

/** Tokens in: sent anew, and read from or written to a cache. */
export const inputOf = (sums: Sums): number =>
  sums.input +
  sums.cache_read +
  sums.cache_write +
  sums.cache_write_hour +
  sums.audio_input +
  sums.image_input

/** Tokens out, with those of reasoning. */
export const outputOf = (sums: Sums): number =>
  sums.output + sums.reasoning + sums.audio_output + sums.image_output

/** The share of the input that came out of a cache; null where there was none. */
export const cachedShare = (sums: Sums): number | null =>
  inputOf(sums) === 0 ? null : sums.cache_read / inputOf(sums)

/** Failed calls of all; null where there were none. */
export const errorRate = ({ errors, calls }: Sums): number | null => (calls === 0 ? null : errors / calls)

/** Tokens of a part; null where lines were written and nothing is known of any. */
export const known = (sums: Sums, tokens: number): number | null =>
  tokens === 0 && sums.unknown > 0 && sums.unknown >= sums.calls ? null : tokens

/** Nano-dollars; null where something was used and nothing is known to have cost anything. */
export const costOf = ({ cost_nano, unpriced, unknown }: Sums): number | null =>
  cost_nano === 0 && unpriced + unknown > 0 ? null : cost_nano

const readings: Readonly<Record<Measure, (sums: Sums) => number | null>> = {
  cost: costOf,
  calls: ({ calls }) => calls,
  tokens: sums => known(sums, inputOf(sums) + outputOf(sums)),
  errors: ({ errors }) => errors,
}

/** What a sum is by a measure; null where it is not known. */
export const measured = (measure: Measure, sums: Sums): number | null => readings[measure](sums)
