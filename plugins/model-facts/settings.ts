import * as v from 'valibot'
import type { ModelFacts } from '../../src/model.ts'
import { type Fact, factNames, fields } from './fields.ts'

const tokens = v.optional(
  v.pipe(
    v.number(),
    v.integer('expected a whole number of tokens'),
    v.minValue(1, 'expected at least 1'),
    v.maxValue(1_000_000_000, 'expected at most 1000000000: tokens'),
  ),
)
const answer = v.optional(v.boolean())

/** `Date` takes the 30th of February for the 2nd of March. */
const isDay = (text: string): boolean =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) &&
  !Number.isNaN(Date.parse(text)) &&
  new Date(text).toISOString().startsWith(text)

const entry = v.pipe(
  v.strictObject({
    context_length: tokens,
    max_output_tokens: tokens,
    images: answer,
    audio: answer,
    pdfs: answer,
    tools: answer,
    reasoning: answer,
    structured_outputs: answer,
    shutdown_date: v.optional(v.pipe(v.string(), v.check(isDay, 'expected a day such as "2026-12-31"'))),
  }),
  v.transform(toFacts),
)

type Entry = { readonly [F in Fact as (typeof fields)[F]]?: ModelFacts[F] | undefined }

function toFacts(told: Entry): ModelFacts {
  const named = factNames.flatMap(fact => {
    const value = told[fields[fact]]
    return value === undefined ? [] : [[fact, value] as const]
  })
  return Object.fromEntries(named)
}

const selector = v.pipe(
  v.string(),
  v.check(
    text => text !== '' && text.trim() === text,
    'expected a selector such as "vllm/llama", "vllm/" or "llama", without spaces around it',
  ),
)
const overrides = v.record(selector, entry)

const EXAMPLE = '{"vllm/": {"context_length": 32768}}'

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

/** What the operator says of models, by selector. */
export type Overrides = Readonly<Record<string, ModelFacts>>
