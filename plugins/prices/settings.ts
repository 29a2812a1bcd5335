import * as v from 'valibot'

/** More than any token costs; a larger number is a price for something else (dollars for a million tokens). */
const HIGHEST = 1_000_000
const price = v.pipe(
  v.number(),
  v.minValue(0, 'expected at least 0'),
  v.maxValue(HIGHEST, `expected at most ${HIGHEST}: dollars for a million tokens`),
)
const optionalPrice = v.optional(price)

const DATE = /^(\d{4}-\d{2}-\d{2})(?:T([01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?Z)?$/

/** `Date` takes the 30th of February for the 2nd of March. */
function isDate(text: string): boolean {
  const day = DATE.exec(text)?.[1]
  if (day === undefined) return false
  const at = Date.parse(`${day}T00:00:00Z`)
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(day)
}

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

const selector = v.pipe(
  v.string(),
  v.check(
    text => text !== '' && text.trim() === text,
    'expected a selector such as "openai/gpt-5", "openai/" or "gpt-5", without spaces around it',
  ),
)
const overrides = v.record(selector, v.union([entry, dated]))

const EXAMPLE = '{"openai/gpt-5": {"input": 1.25, "output": 10}}'

/** JSON out of a variable, or the map of a config file. */
export const overridesSetting = v.union([
  overrides,
  v.pipe(
    v.string(),
    v.parseJson(undefined, `expected JSON such as ${EXAMPLE}`),
    v.check(json => !Array.isArray(json), `expected a map such as ${EXAMPLE}`),
    overrides,
  ),
])
