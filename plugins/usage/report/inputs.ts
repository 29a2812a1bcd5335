import * as v from 'valibot'
import { flag, says, whole } from '../../../src/contract/settings.ts'
import type { Filters, Grouping } from './dimensions.ts'
import type { SumName } from './sums.ts'

const MAX_TEXT = 512
const MAX_GROUPINGS = 4
const MAX_DEPTH = 32

const text = (about: string) =>
  v.optional(
    v.pipe(
      v.string(),
      v.maxLength(MAX_TEXT, `expected at most ${MAX_TEXT} characters`),
      v.description(about),
    ),
  )

/** `4xx`, `404`. */
const status = v.optional(
  v.pipe(
    v.string(),
    v.regex(/^[1-5](?:\d\d|xx)$/, 'expected a status such as 429, or 4xx'),
    v.description('`429`, or `4xx` for all of its kind'),
    v.transform(text => [Number(text.replace('xx', '00')), Number(text.replace('xx', '99'))] as const),
  ),
)

/** `team=alpha`. */
const label = v.optional(
  v.pipe(
    v.string(),
    v.maxLength(MAX_TEXT, `expected at most ${MAX_TEXT} characters`),
    v.regex(/^[^=]+=/, 'expected NAME=VALUE'),
    v.description('`team=alpha`: the label `team` is `alpha`'),
    v.transform(text => {
      const equals = text.indexOf('=')
      return [text.slice(0, equals), text.slice(equals + 1)] as const
    }),
  ),
)

const NANO = 1e9

/** `0.25`: dollars, which become nano-dollars. */
const cost = v.optional(
  v.pipe(
    v.string(),
    v.regex(/^\d{1,6}(?:\.\d{1,9})?$/, 'expected dollars such as 0.25'),
    v.description('Lines that cost so many dollars or more: `0.25`'),
    v.transform(text => Math.round(Number(text) * NANO)),
  ),
)

const path = text('This path and all below it')

/** What calls are chosen by. */
export const filterEntries = {
  virtual_model: text('The redirect that the caller named; empty: those who named a model itself'),
  model: text('The id of the model that served'),
  provider: text('The provider that served'),
  target: text('`provider/id` that served'),
  path,
  key: text('The id of the key'),
  session: text('The session'),
  label,
  operation: text('`chat`, `embeddings`, …'),
  dialect: text('`openai-chat`, `anthropic-messages`, …'),
  status,
  code: text('The error code; empty: calls without one'),
  failed: says('Counted as an error, or not; hang-ups are not', v.optional(flag())),
  streamed: says('Answered as a stream, or not', v.optional(flag())),
  cached: says('Answered from what was stored, or not', v.optional(flag())),
  mirrored: says('Copies of calls that went to a mirror, or the calls of callers', v.optional(flag())),
  min_cost_usd: cost,
}

export type FilterInput = v.InferOutput<v.StrictObjectSchema<typeof filterEntries, undefined>>

/** What is left of a query when the filters are taken out of it. */
export const toFilters = (input: FilterInput): Filters =>
  Object.fromEntries(
    Object.keys(filterEntries).map(name => [name, input[name as keyof FilterInput]]),
  ) as Filters

/** `model,path`, or `label:team`. */
export const groupBy = (names: readonly string[]) =>
  v.optional(
    v.pipe(
      v.string(),
      v.maxLength(MAX_TEXT, `expected at most ${MAX_TEXT} characters`),
      v.description(`Up to ${MAX_GROUPINGS} of ${names.join(', ')}, with commas; \`label:team\` for a label`),
      v.transform(text => (text.trim() === '' ? [] : text.split(',').map(name => name.trim()))),
      v.maxLength(MAX_GROUPINGS, `expected at most ${MAX_GROUPINGS} names`),
      v.check(
        parts =>
          parts.every(part => (part.startsWith('label:') ? part.length > 6 : names.includes(part))) &&
          new Set(parts).size === parts.length,
        `expected some of ${names.join(', ')} or label:NAME, each once`,
      ),
      v.transform(parts =>
        parts.map(
          (part): Grouping =>
            part.startsWith('label:')
              ? { by: 'label', label: part.slice('label:'.length) }
              : { by: part as Grouping['by'] },
        ),
      ),
    ),
    '',
  )

const sorts = {
  cost: 'cost_nano',
  calls: 'calls',
  errors: 'errors',
  input: 'input',
  output: 'output',
} as const satisfies Record<string, SumName>
const sortNames = Object.keys(sorts) as (keyof typeof sorts)[]

/** Which groups stand first, and how many. */
export const topEntries = (most: number, usual: number) => ({
  sort: v.optional(
    v.pipe(
      v.picklist(sortNames, `expected one of ${sortNames.join(', ')}`),
      v.description('The greatest stand first'),
      v.transform(name => sorts[name]),
    ),
    'cost',
  ),
  limit: v.optional(
    v.pipe(whole(1, most), v.description('Groups; what is beyond is added up in `rest`')),
    usual,
  ),
})

export const depthEntry = v.optional(
  v.pipe(whole(1, MAX_DEPTH), v.description('With `group_by=path`: only so many segments of it')),
)

/** Groupings of a question: the depth belongs to the path. */
export const withDepth = (groupings: readonly Grouping[], depth: number | undefined): Grouping[] =>
  groupings.map(grouping =>
    grouping.by === 'path' && depth !== undefined ? { ...grouping, depth } : grouping,
  )
