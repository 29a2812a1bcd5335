import type { LanguageModelV4CallOptions } from '@ai-sdk/provider'
import {
  arrayAt,
  entryOf,
  numberAt,
  objectAt,
  shown,
  textAt,
  unsupported,
  wholeAt,
  wrong,
} from '../../../src/request/border.ts'
import { unknownField } from '../../../src/translate/known.ts'
import type { JsonObject } from '../../../src/types.ts'
import type { Reading } from './kin.ts'
import { toJsonSchema } from './schema.ts'

/** What steers an answer: https://ai.google.dev/api/generate-content#generationconfig. How it thinks: see `thinking.ts`. */

const AT = 'generationConfig'

/** What this language and the interface of packages call by the same name. */
const numbers = ['temperature', 'topP', 'topK', 'seed', 'presencePenalty', 'frequencyPenalty'] as const

/** What says nothing: many clients send it with every call, also to models that have no such parameter. */
const neutral: JsonObject = { presencePenalty: 0, frequencyPenalty: 0, topP: 1 }

export function readLimits(config: JsonObject): Partial<LanguageModelV4CallOptions> {
  const { maxOutputTokens: most, stopSequences } = config
  const sampling = numbers.flatMap(field =>
    config[field] == null || config[field] === neutral[field]
      ? []
      : [[field, numberAt(config[field], `${AT}.${field}`)]],
  )
  const stops = stopSequences == null ? [] : arrayAt(stopSequences, `${AT}.stopSequences`)
  return {
    ...(most != null && { maxOutputTokens: wholeAt(most, `${AT}.maxOutputTokens`) }),
    ...(Object.fromEntries(sampling) as Partial<LanguageModelV4CallOptions>),
    ...(stops.length > 0 && {
      stopSequences: stops.map((each, i) => textAt(each, `${AT}.stopSequences[${i}]`)),
    }),
  }
}

interface Format {
  readonly responseFormat?: NonNullable<LanguageModelV4CallOptions['responseFormat']>
  readonly options?: JsonObject
  /** Said to the model where there is no other way. */
  readonly instruction?: string
}

/** A schema in this language may also be of a list. */
const JSON_ONLY = 'Answer with one JSON value and nothing else: no text around it, no Markdown.'

/** Structured output. Its schema may be written in Google's way, or as JSON Schema. */
export function readFormat(config: JsonObject, { kin, warn }: Reading): Format {
  const { responseMimeType: type } = config
  const schema = schemaOf(config)
  if (type == null || type === '' || type === 'text/plain')
    return schema === undefined
      ? {}
      : wrong(`${AT}.responseMimeType`, 'has to be "application/json" beside a schema')
  if (type === 'text/x.enum')
    unsupported(
      `${AT}.responseMimeType`,
      'is "text/x.enum", which this provider does not write: ask for JSON',
    )
  if (type !== 'application/json')
    wrong(`${AT}.responseMimeType`, `is ${shown(type)}: use "application/json" or "text/plain"`)
  if (schema === undefined) {
    if (kin.lacksJsonMode !== true) return { responseFormat: { type: 'json' } }
    warn(`${AT}.responseMimeType: this provider has no mode for JSON; its model is told to answer with JSON`)
    return { instruction: JSON_ONLY }
  }
  return {
    responseFormat: { type: 'json', schema },
    // This language promises no more of a schema than that it is followed where that can be done.
    ...(LAX.has(kin.key) && { options: { strictJsonSchema: false } }),
  }
}

/** Packages that ask for strictness, or may, unless they are told otherwise. */
const LAX = new Set(['compatible', 'openai', 'mistral'])

function schemaOf(config: JsonObject): JsonObject | undefined {
  const { responseSchema, responseJsonSchema, _responseJsonSchema } = config
  const json = responseJsonSchema ?? _responseJsonSchema
  if (json != null) return objectAt(json, `${AT}.responseJsonSchema`)
  return responseSchema == null ? undefined : toJsonSchema(responseSchema, `${AT}.responseSchema`)
}

type Reader = (value: unknown, reading: Reading) => JsonObject | undefined

/** Without it the answer would be another one. */
const needed =
  (field: string, isAsked: (value: unknown) => boolean): Reader =>
  value =>
    isAsked(value) ? unsupported(field, 'has no counterpart at this provider') : undefined

/** Without it the answer is the same, or nearly so. Models of Google are told it by their package, where that has it. */
const helpful =
  (field: string, toOptions?: (value: unknown) => JsonObject): Reader =>
  (value, { kin, warn }) => {
    if (kin.isGoogle && toOptions !== undefined) return toOptions(value)
    warn(`${field}: has no counterpart at this provider, and was left out`)
    return undefined
  }

const TEXT_ONLY = 'asks for more than text, which this provider does not make in a chat'

const settings: Readonly<Record<string, Reader>> = {
  candidateCount: needed(`${AT}.candidateCount`, value => value !== 1),
  responseLogprobs: needed(`${AT}.responseLogprobs`, value => value === true),
  logprobs: needed(`${AT}.logprobs`, value => value !== 0),
  speechConfig: needed(`${AT}.speechConfig`, () => true),
  responseModalities(value, { kin }) {
    const asked = arrayAt(value, `${AT}.responseModalities`)
    if (kin.isGoogle) return { responseModalities: asked }
    if (asked.some(each => each !== 'TEXT' && each !== 'MODALITY_UNSPECIFIED'))
      unsupported(`${AT}.responseModalities`, TEXT_ONLY)
    return undefined
  },
  mediaResolution: helpful(`${AT}.mediaResolution`, mediaResolution => ({ mediaResolution })),
  imageConfig: helpful(`${AT}.imageConfig`, imageConfig => ({ imageConfig })),
  audioTimestamp: helpful(`${AT}.audioTimestamp`, audioTimestamp => ({ audioTimestamp })),
}

const readSettings = new Set<string>([
  ...numbers,
  ...'maxOutputTokens stopSequences responseMimeType responseSchema responseJsonSchema _responseJsonSchema thinkingConfig'.split(
    ' ',
  ),
])

const fields: Readonly<Record<string, Reader>> = {
  // They loosen or tighten a filter that only Google has.
  safetySettings: helpful('safetySettings', safetySettings => ({ safetySettings })),
  cachedContent: (value, { kin }) =>
    kin.isGoogle
      ? { cachedContent: textAt(value, 'cachedContent') }
      : unsupported('cachedContent', 'is kept at Google, where this provider cannot read it'),
  labels: helpful('labels', labels => ({ labels: objectAt(labels, 'labels') })),
  serviceTier: helpful('serviceTier', serviceTier => ({ serviceTier })),
}

const readFields = new Set(
  'model stream contents systemInstruction tools toolConfig generationConfig'.split(' '),
)

/** Options of the call; what cannot be said there is refused, or left out with a word. */
export function readOwn(body: JsonObject, config: JsonObject, reading: Reading): JsonObject {
  const options: Record<string, unknown> = {}
  const read = (
    all: JsonObject,
    known: ReadonlySet<string>,
    readers: Readonly<Record<string, Reader>>,
    at = '',
  ) => {
    for (const [field, value] of Object.entries(all)) {
      if (value == null || known.has(field)) continue
      const reader = entryOf(readers, field)
      if (reader === undefined) reading.warn(unknownField(`${at}${field}`))
      else Object.assign(options, reader(value, reading))
    }
  }
  read(body, readFields, fields)
  read(config, readSettings, settings, `${AT}.`)
  return options
}
