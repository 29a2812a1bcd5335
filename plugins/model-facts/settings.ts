import * as v from 'valibot'
import { isDay } from '../../src/base/calendar.ts'
import type { ModelFacts } from '../../src/contract/model.ts'
import { bySelector } from '../../src/scope/overrides.ts'
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

export const overridesSetting = bySelector(entry, {
  selectors: '"vllm/llama", "vllm/" or "llama"',
  json: '{"vllm/": {"context_length": 32768}}',
})

/** What the operator says of models, by selector. */
export type Overrides = Readonly<Record<string, ModelFacts>>
