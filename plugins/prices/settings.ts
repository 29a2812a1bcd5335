import * as v from 'valibot'
import { isDay } from '../../src/base/calendar.ts'
import { bySelector } from '../../src/scope/overrides.ts'

/** More than any token costs; a larger number is a price for something else (dollars for a million tokens). */
const HIGHEST = 1_000_000
const price = v.pipe(
  v.number(),
  v.minValue(0, 'expected at least 0'),
  v.maxValue(HIGHEST, `expected at most ${HIGHEST}: dollars for a million tokens`),
)
const optionalPrice = v.optional(price)

const DATE = /^(\d{4}-\d{2}-\d{2})(?:T([01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?Z)?$/

const isDate = (text: string): boolean => isDay(DATE.exec(text)?.[1] ?? '')

const entry = v.strictObject({
  input: price,
  output: price,
  cache_read: optionalPrice,
  cache_write: optionalPrice,
  cache_write_1h: optionalPrice,
  reasoning: optionalPrice,
  audio_input: optionalPrice,
  audio_output: optionalPrice,
  image_input: optionalPrice,
  image_output: optionalPrice,
  request: optionalPrice,
  from: v.optional(
    v.pipe(
      v.string(),
      v.check(isDate, 'expected a day such as "2026-01-01", or a moment such as "2026-01-01T08:00:00Z"'),
    ),
  ),
})

const start = ({ from }: { readonly from?: string | undefined }) =>
  from === undefined ? '' : Date.parse(from)
const dated = v.pipe(
  v.array(entry),
  v.minLength(1, 'expected at least one price'),
  v.check(
    entries => new Set(entries.map(start)).size === entries.length,
    'two prices begin at the same time: give each its own "from"',
  ),
)

export const overridesSetting = bySelector(v.union([entry, dated]), {
  selectors: '"openai/gpt-5", "openai/" or "gpt-5"',
  json: '{"openai/gpt-5": {"input": 1.25, "output": 10}}',
})
