import type { LanguageModelV4CallOptions } from '@ai-sdk/provider'
import { isObject, listOf } from '../../../src/contract/loose-json.ts'
import type { Call, Destination } from '../../../src/contract/translation.ts'
import { refuse } from '../../../src/errors.ts'
import {
  arrayAt,
  entryOf,
  numberAt,
  objectAt,
  textAt,
  unsupported,
  wholeAt,
  wordAt,
} from '../../../src/request/border.ts'
import { unknownField, warnOfUnknown } from '../../../src/translate/known.ts'
import { under } from '../../../src/translate/options.ts'
import { add } from '../../../src/translate/warnings.ts'
import type { JsonObject } from '../../../src/types.ts'
import { cached } from './cache.ts'
import { type Kin, kinOf } from './kin.ts'
import { knownTo } from './known.ts'
import { toPrompt } from './prompt.ts'
import { createPassages } from './served.ts'
import type { Reading } from './sources.ts'
import { readThinking } from './thinking.ts'
import { camel, readTools } from './tools.ts'

/** A body of the Messages API as a call that any package understands. */
export function toCall(body: JsonObject, destination: Destination): Call {
  const warnings: string[] = []
  const warn = (line: string) => add(warnings, line)
  const kin = kinOf(destination)
  const passages = createPassages(listOf(body.messages))
  const reading: Reading = { kin, model: destination.model, warn, calls: new Map(), passages }
  const maxTokens = wholeAt(body.max_tokens, 'max_tokens')
  const prompt = toPrompt(body, reading)
  const thinking = readThinking(body, { limit: maxTokens, prompt, reading })
  const { options: toolOptions, ...tooling } = readTools(body, { kin, warn, lack: warn })
  const format = readFormat(body, reading)
  const own = { ...thinking.options, ...toolOptions, ...format.options, ...readOwn(body, reading) }
  const providerOptions = under(kin.key, own)
  const options: Call['options'] = {
    prompt,
    maxOutputTokens: thinking.limit ?? maxTokens,
    ...readSampling(body),
    ...tooling,
    ...(thinking.reasoning !== undefined && { reasoning: thinking.reasoning }),
    ...(format.responseFormat !== undefined && { responseFormat: format.responseFormat }),
    ...(providerOptions && { providerOptions }),
  }
  warnOfUnknown(body, knownTo(kin), warn)
  return { options, warnings }
}

function readSampling({ temperature, top_p, top_k, stop_sequences: given }: JsonObject) {
  const stops = given == null ? [] : arrayAt(given, 'stop_sequences')
  return {
    ...(temperature != null && { temperature: numberAt(temperature, 'temperature') }),
    ...(top_p != null && { topP: numberAt(top_p, 'top_p') }),
    ...(top_k != null && { topK: numberAt(top_k, 'top_k') }),
    // An empty list says no more than none, and not every provider takes it for one.
    ...(stops.length > 0 && {
      stopSequences: stops.map((each, i) => textAt(each, `stop_sequences[${i}]`)),
    }),
  }
}

interface Format {
  readonly responseFormat?: NonNullable<LanguageModelV4CallOptions['responseFormat']>
  readonly options?: JsonObject
}

/** Structured output, at its place or where it stood while it was a beta. */
function readFormat(
  { output_config: config, output_format: old }: JsonObject,
  { kin, warn }: Reading,
): Format {
  const at = isObject(config) && config.format != null ? 'output_config.format' : 'output_format'
  const given = at === 'output_format' ? old : objectAt(config, 'output_config').format
  if (given == null) return {}
  const format = objectAt(given, at)
  wordAt(format.type, `${at}.type`, ['json_schema'])
  const schema = objectAt(format.schema, `${at}.schema`)
  const responseFormat = { type: 'json' as const, schema }
  const isEnforced = enforcing.get(kin.key)
  if (isEnforced === undefined) return { responseFormat }
  if (isStrict(schema)) return { responseFormat, ...(!isEnforced && { options: { strictJsonSchema: true } }) }
  warn(`${at}.schema: not every property is required, so this provider follows it without a guarantee`)
  return { responseFormat, options: { strictJsonSchema: false } }
}

/** Those who follow OpenAI in this, and whether their packages ask for it unless they are told otherwise. */
const enforcing: ReadonlyMap<string, boolean> = new Map([
  ['compatible', true],
  ['openai', true],
  ['mistral', false],
])

/** OpenAI enforces a schema only where every object names all its properties as required, and allows no others. */
function isStrict(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.every(isStrict)
  if (!isObject(schema)) return true
  const { properties, required, additionalProperties } = schema
  if (isObject(properties)) {
    const names = Array.isArray(required) ? required : []
    const isClosed =
      additionalProperties === false && Object.keys(properties).every(name => names.includes(name))
    if (!isClosed || !Object.values(properties).every(isStrict)) return false
  }
  return Object.entries(schema).every(([key, value]) => key === 'properties' || isStrict(value))
}

type OwnReader = (value: unknown, reading: Reading) => JsonObject | undefined

/** Fields that mean something to Anthropic alone, as options of its package; elsewhere refused, or left out with a word. */
function readOwn(body: JsonObject, reading: Reading): JsonObject {
  const options: Record<string, unknown> = {}
  for (const [field, value] of Object.entries(body)) {
    if (value == null || read.has(field)) continue
    const reader = entryOf(own, field)
    if (reader === undefined) reading.warn(unknownField(field))
    else Object.assign(options, reader(value, reading))
  }
  return options
}

/** What is read elsewhere, or says nothing to a provider. */
const read = new Set(
  'model messages system max_tokens stream stop_sequences temperature top_p top_k tools tool_choice thinking output_format'.split(
    ' ',
  ),
)

/** OpenAI refuses longer ones, and Claude Code's are longer. */
const LONGEST_USER = 64

const isOwnApi = (kin: Kin): boolean => kin.isAnthropic

/** Without it the answer would be another one. */
const needed =
  (field: string, toOptions: (value: unknown) => JsonObject): OwnReader =>
  (value, { kin }) =>
    isOwnApi(kin) ? toOptions(value) : unsupported(field, 'has no counterpart at this provider')

/** Without it the answer is the same, or nearly so. */
const helpful =
  (field: string, toOptions: (value: unknown) => JsonObject): OwnReader =>
  (value, { kin, warn }) => {
    if (isOwnApi(kin)) return toOptions(value)
    warn(`${field}: has no counterpart at this provider, and was left out`)
    return undefined
  }

const own: Readonly<Record<string, OwnReader>> = {
  output_config: (value, reading) => {
    const { task_budget: budget } = objectAt(value, 'output_config')
    if (budget == null) return undefined
    const at = 'output_config.task_budget'
    return helpful(at, given => ({ taskBudget: objectAt(given, at) }))(budget, reading)
  },
  metadata: (value, { kin, warn }) => {
    const { user_id: id } = objectAt(value, 'metadata')
    if (id == null) return undefined
    const userId = textAt(id, 'metadata.user_id')
    const isShort = kin.isAnthropic || userId.length <= LONGEST_USER
    if (kin.user !== undefined && isShort) return kin.user(userId)
    const why = isShort ? 'has no counterpart at' : `is longer than the ${LONGEST_USER} characters of`
    warn(`metadata.user_id: ${why} this provider, and was left out`)
    return undefined
  },
  service_tier: (value, reading) => {
    const tier = wordAt(value, 'service_tier', ['auto', 'standard_only'])
    // It is the default: nothing is lost without it.
    if (tier === 'auto' && !isOwnApi(reading.kin)) return undefined
    return helpful('service_tier', () => ({ serviceTier: tier }))(value, reading)
  },
  speed: (value, reading) =>
    value === 'standard' ? undefined : helpful('speed', () => ({ speed: value }))(value, reading),
  inference_geo: (value, reading) =>
    value === 'global' && !isOwnApi(reading.kin)
      ? undefined
      : needed('inference_geo', () => ({ inferenceGeo: value }))(value, reading),
  cache_control: (value, { kin }) => {
    const { providerOptions } = cached({ cache_control: value }, kin)
    return isOwnApi(kin) ? (providerOptions?.[kin.key] as JsonObject | undefined) : undefined
  },
  context_management: helpful('context_management', value => ({
    contextManagement: camel(objectAt(value, 'context_management')),
  })),
  thread: (_, { kin }) =>
    // Anthropic's clients then send the whole conversation, as they always did.
    kin.isAnthropic
      ? undefined
      : refuse('unsupported_parameter', '"thread": send the full conversation without it', {
          param: 'thread',
          word: 'thread_unsupported_request',
        }),
  container: needed('container', value => ({
    container: typeof value === 'string' ? { id: value } : camel(objectAt(value, 'container')),
  })),
  mcp_servers: needed('mcp_servers', value => ({ mcpServers: camel(arrayAt(value, 'mcp_servers')) })),
}
