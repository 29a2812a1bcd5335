import { isObject } from '../../../src/contract/loose-json.ts'
import {
  arrayAt,
  booleanAt,
  entryOf,
  nameAt,
  numberAt,
  textAt,
  unsupported,
  wordAt,
} from '../../../src/request/border.ts'
import { unknownField } from '../../../src/translate/known.ts'
import type { JsonObject } from '../../../src/types.ts'
import type { Reading } from './kin.ts'

/** What each top-level field means to a provider of another language, as options of its package. */
type Reader = (value: unknown, reading: Reading) => JsonObject | undefined

/** Without it the answer would be another one, and no package has it. */
const needed =
  (field: string, isAsked: (value: unknown) => boolean): Reader =>
  value =>
    isAsked(value) ? unsupported(field, 'has no counterpart at this provider') : undefined

/** Without it the answer is the same, or nearly so. `isIdle` tells values that ask for nothing. */
const helpful =
  (field: string, isIdle: (value: unknown) => boolean = () => false): Reader =>
  (value, { warn }) => {
    if (!isIdle(value)) warn(`${field}: has no counterpart at this provider, and was left out`)
    return undefined
  }

const silent: Reader = () => undefined
const isEmpty = (value: unknown): boolean =>
  Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0

/** Who the end user is: Anthropic takes an opaque id too. */
const userOf =
  (field: string): Reader =>
  (value, reading) => {
    const userId = textAt(value, field)
    if (reading.kin.key === 'anthropic') return { metadata: { userId } }
    return helpful(field)(value, reading)
  }

const tiers: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  anthropic: { default: 'standard_only' },
  bedrock: { default: 'default', flex: 'flex', priority: 'priority' },
  amazonBedrock: { default: 'default', flex: 'flex', priority: 'priority' },
  google: { default: 'standard', flex: 'flex', priority: 'priority' },
}

const readTier: Reader = (value, reading) => {
  const tier = nameAt(value, 'service_tier')
  const word = entryOf(tiers[reading.kin.key] ?? {}, tier)
  if (word !== undefined) return { serviceTier: word }
  // The one is what nobody else has two of, the other is the rule.
  return tier === 'auto' || tier === 'default' ? undefined : helpful('service_tier')(value, reading)
}

const readModalities: Reader = (value, { kin }) => {
  const asked = arrayAt(value, 'modalities').map((each, i) =>
    wordAt(each, `modalities[${i}]`, ['text', 'audio', 'image']),
  )
  if (asked.includes('audio'))
    unsupported('modalities', 'asks for audio, which has no counterpart at this provider')
  if (!asked.includes('image')) return undefined
  if (!kin.keys.includes('google'))
    unsupported('modalities', 'asks for images, which this provider does not make in a chat')
  return { responseModalities: ['TEXT', 'IMAGE'] }
}

const readers: Readonly<Record<string, Reader>> = {
  n: needed('n', value => value !== 1 && numberAt(value, 'n') !== 1),
  logprobs: needed('logprobs', value => booleanAt(value, 'logprobs')),
  top_logprobs: needed('top_logprobs', value => numberAt(value, 'top_logprobs') > 0),
  audio: needed('audio', () => true),
  moderation: needed('moderation', () => true),
  modalities: readModalities,
  user: userOf('user'),
  safety_identifier: userOf('safety_identifier'),
  service_tier: readTier,
  logit_bias: helpful('logit_bias', isEmpty),
  prediction: helpful('prediction'),
  verbosity: helpful('verbosity', value => value === 'medium'),
  metadata: helpful('metadata', isEmpty),
  store: helpful('store', value => value === false),
  // They change what the next call costs, or how often one may call, never what this one says.
  prompt_cache_key: (value, { kin }) =>
    kin.key === 'mistral' ? { promptCacheKey: textAt(value, 'prompt_cache_key') } : undefined,
  prompt_cache_retention: silent,
  prompt_cache_options: silent,
}

/** Read elsewhere, or a matter between the client and the gateway. */
const known = new Set(
  'model messages stream stream_options max_tokens max_completion_tokens temperature top_p top_k stop seed presence_penalty frequency_penalty tools tool_choice parallel_tool_calls functions function_call response_format reasoning_effort reasoning thinking include_reasoning web_search_options'.split(
    ' ',
  ),
)

/** Options of the call; what cannot be said there is refused, or left out with a word. */
export function readParameters(body: JsonObject, reading: Reading): JsonObject {
  const options: Record<string, unknown> = {}
  for (const [field, value] of Object.entries(body)) {
    if (value == null || known.has(field)) continue
    const reader = entryOf(readers, field)
    const isAnswered = reader !== undefined && ANSWERED.has(field)
    // A provider that speaks this language gets the field as it is, unless the answer could not be carried back.
    if (reading.kin.isCompatible && !isAnswered) options[field] = value
    else if (reader === undefined) reading.warn(unknownField(field))
    else Object.assign(options, reader(value, reading))
  }
  return options
}

const ANSWERED = new Set(['n', 'logprobs', 'top_logprobs', 'audio', 'modalities'])
