import type { LanguageModelV4CallOptions } from '@ai-sdk/provider'
import type { Call, Destination } from '../../../src/contract/translation.ts'
import {
  arrayAt,
  booleanAt,
  nameAt,
  numberAt,
  objectAt,
  textAt,
  wholeAt,
  wordAt,
} from '../../../src/request/border.ts'
import { described } from '../../../src/translate/described.ts'
import { instructed, JSON_ONLY } from '../../../src/translate/json-only.ts'
import { warnOfUnknown } from '../../../src/translate/known.ts'
import { under } from '../../../src/translate/options.ts'
import { add } from '../../../src/translate/warnings.ts'
import type { JsonObject } from '../../../src/types.ts'
import { kinOf, type Reading } from './kin.ts'
import { known } from './known.ts'
import { readParameters } from './parameters.ts'
import { toPrompt } from './prompt.ts'
import { readReasoning } from './reasoning.ts'
import { readTools } from './tools.ts'

/** A body of the chat completions API as a call that any package understands. */
export function toCall(body: JsonObject, destination: Destination): Call {
  const warnings: string[] = []
  const warn = (line: string) => add(warnings, line)
  const kin = kinOf(destination)
  const reading: Reading = { kin, model: destination.model, warn }
  const prompt = toPrompt(body, reading)
  const { options: toolOptions, ...tooling } = readTools(body, reading)
  const { maxOutputTokens, ...limits } = readLimits(body)
  const { options: thinkOptions, ...thinking } = readReasoning(body, {
    prompt,
    limit: maxOutputTokens,
    reading,
  })
  const { options: formatOptions, instruction, ...format } = readFormat(body.response_format, reading)
  const own = { ...readParameters(body, reading), ...toolOptions, ...thinkOptions, ...formatOptions }
  const providerOptions = under(kin.key, own)
  const options: Call['options'] = {
    prompt: instructed(prompt, instruction),
    ...(thinking.limit !== undefined && { maxOutputTokens: thinking.limit }),
    ...limits,
    ...tooling,
    ...(thinking.reasoning !== undefined && { reasoning: thinking.reasoning }),
    ...format,
    ...(providerOptions && { providerOptions }),
    // Only there a piece of text and a refusal can be told apart: see `writer.ts`.
    ...(kin.isCompatible && body.stream === true && { includeRawChunks: true }),
  }
  warnOfUnknown(body, known, warn)
  return { options, warnings }
}

const numbers = {
  temperature: 'temperature',
  topP: 'top_p',
  topK: 'top_k',
  seed: 'seed',
  presencePenalty: 'presence_penalty',
  frequencyPenalty: 'frequency_penalty',
} as const

/** What says nothing: many clients send it with every call, also to models that have no such parameter. */
const neutral: JsonObject = { presence_penalty: 0, frequency_penalty: 0, top_p: 1 }

function readLimits(body: JsonObject): Partial<LanguageModelV4CallOptions> {
  const { max_completion_tokens: limit, max_tokens: old, stop } = body
  const [most, at] = limit == null ? [old, 'max_tokens'] : [limit, 'max_completion_tokens']
  const sampling = Object.entries(numbers).flatMap(([option, field]) =>
    body[field] == null || body[field] === neutral[field] ? [] : [[option, numberAt(body[field], field)]],
  )
  const stopSequences =
    stop == null
      ? []
      : typeof stop === 'string'
        ? [stop]
        : arrayAt(stop, 'stop').map((each, i) => textAt(each, `stop[${i}]`))
  return {
    ...(most != null && { maxOutputTokens: wholeAt(most, at) }),
    ...(Object.fromEntries(sampling) as Partial<LanguageModelV4CallOptions>),
    ...(stopSequences.length > 0 && { stopSequences }),
  }
}

interface Format {
  readonly responseFormat?: NonNullable<LanguageModelV4CallOptions['responseFormat']>
  readonly options?: JsonObject
  /** Said to the model where there is no other way. */
  readonly instruction?: string
}

function readFormat(value: unknown, { kin, warn }: Reading): Format {
  if (value == null) return {}
  const given = objectAt(value, 'response_format')
  const type = wordAt(given.type, 'response_format.type', ['text', 'json_object', 'json_schema'])
  if (type === 'text') return {}
  const asked = type === 'json_object' ? {} : objectAt(given.json_schema, 'response_format.json_schema')
  const at = 'response_format.json_schema'
  if (asked.schema == null) {
    if (kin.hasJsonMode) return { responseFormat: { type: 'json' } }
    warn(
      'response_format: this provider has no mode for JSON; its model is told to answer with a JSON object',
    )
    return { instruction: JSON_ONLY }
  }
  const about = asked.description == null ? undefined : textAt(asked.description, `${at}.description`)
  const schema = objectAt(asked.schema, `${at}.schema`)
  const isStrict = asked.strict != null && booleanAt(asked.strict, `${at}.strict`)
  return {
    responseFormat: {
      type: 'json',
      schema: kin.describesForms ? schema : described(schema, about),
      ...(asked.name != null && { name: nameAt(asked.name, `${at}.name`) }),
      ...(about !== undefined && { description: about }),
    },
    ...(STRICT.has(kin.key) && { options: { strictJsonSchema: isStrict } }),
  }
}

/** Packages that ask for strictness unless they are told otherwise, where this language does not. */
const STRICT = new Set(['compatible', 'openai', 'mistral'])
