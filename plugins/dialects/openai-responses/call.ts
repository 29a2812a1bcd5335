import type { LanguageModelV4CallOptions, LanguageModelV4Message } from '@ai-sdk/provider'
import type { Call, Destination } from '../../../src/contract/translation.ts'
import {
  arrayAt,
  entryOf,
  numberAt,
  objectAt,
  shown,
  textAt,
  unsupported,
  wholeAt,
  wordAt,
} from '../../../src/request/border.ts'
import { described } from '../../../src/translate/described.ts'
import { instructed, JSON_ONLY } from '../../../src/translate/json-only.ts'
import { unknownField, warnOfUnknown } from '../../../src/translate/known.ts'
import { under } from '../../../src/translate/options.ts'
import { type Measure, measure, withOptions } from '../../../src/translate/thinking.ts'
import { add } from '../../../src/translate/warnings.ts'
import type { JsonObject } from '../../../src/types.ts'
import { readCatalogue } from './catalogue.ts'
import { asCompacting, isCompacting } from './compaction.ts'
import type { Warn } from './content.ts'
import { type Kin, kinOf } from './kin.ts'
import { known } from './known.ts'
import { toPrompt } from './prompt.ts'
import { readTools } from './tools.ts'

/** A body of the Responses API as a call that any package understands. */
export function toCall(given: JsonObject, destination: Destination): Call {
  const body = isCompacting(given) ? asCompacting(given) : given
  const warnings: string[] = []
  const warn: Warn = line => add(warnings, line)
  const kin = kinOf(destination)
  const catalogue = readCatalogue(body)
  const own = readOwn(body, kin, warn)
  const { options: toolOptions, ...tooling } = readTools(body, { kin, catalogue, warn, lack: warn })
  const format = readFormat(body.text, kin, warn)
  const { max_output_tokens: most, temperature, top_p: topP } = body
  const limit = most == null ? undefined : wholeAt(most, 'max_output_tokens')
  const prompt = toPrompt(body, { kin, catalogue, warn })
  const thinking = readReasoning(body.reasoning, { kin, warn, limit, prompt })
  const providerOptions = under(kin.key, { ...own, ...toolOptions, ...thinking.options, ...format.options })
  const options: Call['options'] = {
    prompt: instructed(prompt, format.instruction),
    ...(thinking.limit !== undefined && { maxOutputTokens: thinking.limit }),
    ...(temperature != null && { temperature: numberAt(temperature, 'temperature') }),
    ...(topP != null && { topP: numberAt(topP, 'top_p') }),
    ...tooling,
    ...(thinking.reasoning !== undefined && { reasoning: thinking.reasoning }),
    ...(format.responseFormat !== undefined && { responseFormat: format.responseFormat }),
    ...(providerOptions && { providerOptions }),
    // Only there a piece of text and a refusal can be told apart: see `builder.ts`.
    ...(kin.isCompatible && body.stream === true && { includeRawChunks: true }),
  }
  warnOfUnknown(body, known, warn)
  return { options, warnings }
}

const efforts = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const

interface Asked {
  readonly kin: Kin
  readonly warn: Warn
  readonly limit: number | undefined
  readonly prompt: readonly LanguageModelV4Message[]
}

function readReasoning(given: unknown, { kin, ...asked }: Asked): Measure {
  const { limit } = asked
  if (given == null) return { limit }
  const { effort, summary, generate_summary: old } = objectAt(given, 'reasoning')
  const word = effort == null ? undefined : wordAt(effort, 'reasoning.effort', efforts)
  const isShown = (summary ?? old) != null && word !== 'none' && kin.thinking?.thinks !== false
  const measured = measure({ effort: word }, { ...asked, thinking: kin.thinking, field: 'reasoning.effort' })
  return isShown ? { ...measured, options: withOptions(measured.options, kin.showThoughts) } : measured
}

interface Format {
  readonly responseFormat?: NonNullable<LanguageModelV4CallOptions['responseFormat']>
  readonly options?: JsonObject
  /** Said to the model where there is no other way. */
  readonly instruction?: string
}

function readFormat(given: unknown, kin: Kin, warn: Warn): Format {
  if (given == null) return {}
  const { format: wanted, verbosity } = objectAt(given, 'text')
  const spoken = readVerbosity(verbosity, kin, warn)
  if (wanted == null) return { options: spoken }
  const format = objectAt(wanted, 'text.format')
  const type = wordAt(format.type, 'text.format.type', ['text', 'json_object', 'json_schema'])
  if (type === 'text') return { options: spoken }
  if (type === 'json_object' && kin.hasJsonMode === false) {
    warn('text.format: this provider has no mode for JSON; its model is told to answer with a JSON object')
    return { instruction: JSON_ONLY, options: spoken }
  }
  if (type === 'json_object') return { responseFormat: { type: 'json' }, options: spoken }
  const { name, description, strict } = format
  const schema = objectAt(format.schema, 'text.format.schema')
  const about = description == null ? undefined : textAt(description, 'text.format.description')
  return {
    responseFormat: {
      type: 'json',
      schema: kin.describesForms ? schema : described(schema, about),
      name: textAt(name, 'text.format.name'),
      ...(about !== undefined && { description: about }),
    },
    // Packages have defaults of their own; this language's is not strict.
    options: { ...spoken, ...(STRICT.has(kin.key) && { strictJsonSchema: strict === true }) },
  }
}

/** Packages that can be told how a schema is to be followed. */
const STRICT = new Set(['compatible', 'openai', 'mistral'])

/** How much the model says. */
function readVerbosity(verbosity: unknown, kin: Kin, warn: Warn): JsonObject {
  if (verbosity == null) return {}
  const word = wordAt(verbosity, 'text.verbosity', ['low', 'medium', 'high'])
  if (kin.isCompatible) return { verbosity: word }
  if (word !== 'medium') warn('text.verbosity: has no counterpart at this provider, and was left out')
  return {}
}

type OwnReader = (value: unknown, at: string, kin: Kin, warn: Warn) => JsonObject | undefined

/** Fields that mean something to OpenAI alone: refused, left out with a word, or said in a provider's own words. */
function readOwn(body: JsonObject, kin: Kin, warn: Warn): JsonObject {
  const options: Record<string, unknown> = {}
  for (const [field, value] of Object.entries(body)) {
    if (value == null || read.has(field)) continue
    const reader = entryOf(own, field)
    if (reader === undefined) warn(unknownField(field))
    else Object.assign(options, reader(value, field, kin, warn))
  }
  return options
}

/** What is read elsewhere, is the gateway's own affair, or goes back to the client. */
const read = new Set(
  'model input instructions stream stream_options tools tool_choice parallel_tool_calls text reasoning max_output_tokens temperature top_p store metadata client_metadata max_tool_calls'.split(
    ' ',
  ),
)

/** Without it the answer would be another one. */
const needed =
  (why: string, isHarmless: (value: unknown) => boolean = () => false): OwnReader =>
  (value, at) =>
    isHarmless(value) ? undefined : unsupported(at, why)

/** Without it the answer is the same, or nearly so. */
const helpful =
  (isDefault: (value: unknown) => boolean = () => false): OwnReader =>
  (value, at, _, warn) => {
    if (!isDefault(value)) warn(`${at}: has no counterpart at this provider, and was left out`)
    return undefined
  }

/** OpenAI's other language has the same field. */
const shared =
  (elsewhere: OwnReader): OwnReader =>
  (value, at, kin, warn) =>
    kin.isCompatible ? { [at]: textAt(value, at) } : elsewhere(value, at, kin, warn)

const readUser: OwnReader = (value, at, kin, warn) => {
  const id = textAt(value, at)
  if (kin.user === undefined) warn(`${at}: has no counterpart at this provider, and was left out`)
  return kin.user?.(id)
}

const includes: Readonly<Record<string, 'given' | 'idle' | 'lost'>> = {
  'reasoning.encrypted_content': 'given',
  'web_search_call.action.sources': 'idle',
  'file_search_call.results': 'idle',
  'web_search_call.results': 'idle',
  'computer_call_output.output.image_url': 'idle',
  'code_interpreter_call.outputs': 'idle',
  'message.input_image.image_url': 'idle',
  'message.output_text.logprobs': 'lost',
}

/** Most of what can be included belongs to tools that are refused anyway. */
const readInclude: OwnReader = (value, at, _, warn) => {
  for (const [i, each] of arrayAt(value, at).entries()) {
    const what = entryOf(includes, each)
    if (what === 'lost')
      unsupported(`${at}[${i}]`, `asks for ${shown(each)}, which this provider does not tell`)
    if (what === undefined) warn(`${at}[${i}]: ${shown(each)} is unknown here`)
  }
  return undefined
}

const STATE = 'needs the state of another answer, and this gateway keeps none'

const own: Readonly<Record<string, OwnReader>> = {
  previous_response_id: needed(STATE),
  conversation: needed(STATE),
  prompt: needed('is a template stored at OpenAI: send its text'),
  background: needed('cannot be done here: answers of this provider come at once', value => value === false),
  moderation: needed('has no counterpart at this provider'),
  top_logprobs: needed('asks for log probabilities, which this provider does not tell', value => value === 0),
  include: readInclude,
  user: readUser,
  safety_identifier: readUser,
  truncation: helpful(value => value === 'disabled'),
  service_tier: shared(helpful(value => value === 'auto' || value === 'default')),
  // A cache is an optimisation.
  prompt_cache_key: shared(() => undefined),
  prompt_cache_retention: helpful(),
  prompt_cache_options: helpful(),
  context_management: helpful(),
  access_programs: helpful(),
  image: helpful(),
}
