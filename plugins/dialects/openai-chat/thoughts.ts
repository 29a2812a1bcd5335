import type {
  LanguageModelV4ReasoningPart,
  SharedV4ProviderMetadata,
  SharedV4ProviderOptions,
} from '@ai-sdk/provider'
import { isObject, listOf, objectOf } from '../../../src/contract/loose-json.ts'
import type { JsonObject } from '../../../src/types.ts'
import type { Kin } from './kin.ts'

/**
 * What a model thought, and what its provider wants back with the next turn. In answers the words are
 * `reasoning_content`, as most vendors have it; signatures and hidden thoughts are `reasoning_details`, as OpenRouter has
 * them (https://openrouter.ai/docs/use-cases/reasoning-tokens); what belongs to a tool call is in its `extra_content`, as
 * Google has it (https://ai.google.dev/gemini-api/docs/thought-signatures).
 */
interface Format {
  /** How `reasoning_details` calls it. */
  readonly name: string
  /** Keys of metadata that it is found under, and of options that it goes back under. */
  readonly keys: readonly string[]
  /** The field that signs words. */
  readonly signature?: string
  /** The field that stands for words. */
  readonly hidden?: string
  /** The field with the provider's own id of the thought. */
  readonly id?: string
}

const ANTHROPIC = 'anthropic-claude-v1'
const GOOGLE = 'google-gemini-v1'

const formats: readonly Format[] = [
  {
    name: ANTHROPIC,
    keys: ['anthropic', 'bedrock', 'amazonBedrock', 'vertexAnthropic'],
    signature: 'signature',
    hidden: 'redactedData',
  },
  { name: 'amazon-bedrock-v1', keys: ['bedrock', 'amazonBedrock'], hidden: 'redactedContent' },
  {
    name: GOOGLE,
    keys: ['google', 'googleVertex', 'vertex'],
    signature: 'thoughtSignature',
    hidden: 'thoughtSignature',
  },
  {
    name: 'openai-responses-v1',
    keys: ['openai', 'azure'],
    hidden: 'reasoningEncryptedContent',
    id: 'itemId',
  },
  { name: 'xai-responses-v1', keys: ['xai'], hidden: 'reasoningEncryptedContent', id: 'itemId' },
]

/** An entry of `reasoning_details` whose format says that one of these makers wants it back. */
export const isMarked = (detail: unknown): boolean => {
  const { format } = objectOf(detail)
  return formats.some(({ name }) => name === format)
}

/** What a thought has to be given back with, as an entry of `reasoning_details`; undefined where its words are all. */
export function detailOf(
  text: string,
  metadata: SharedV4ProviderMetadata | undefined,
): JsonObject | undefined {
  for (const { name: format, keys, signature, hidden, id } of formats) {
    const said = saidUnder(keys, metadata)
    if (said === undefined) continue
    const sign = signature === undefined ? undefined : said[signature]
    if (typeof sign === 'string' && text !== '')
      return { type: 'reasoning.text', text, signature: sign, format }
    const data = hidden === undefined ? undefined : said[hidden]
    const own = id === undefined ? undefined : said[id]
    if (typeof data === 'string')
      return { type: 'reasoning.encrypted', data, format, ...(typeof own === 'string' && { id: own }) }
    // Claude may be told to leave out the words, and still signs.
    if (typeof sign === 'string') return { type: 'reasoning.text', text, signature: sign, format }
  }
  return undefined
}

/** The signature of an answer's text, which Gemini has; undefined where there is none. */
export function textDetailOf(metadata: SharedV4ProviderMetadata | undefined): JsonObject | undefined {
  const data = saidUnder(googleKeys, metadata)?.thoughtSignature
  return typeof data === 'string' ? { type: 'reasoning.encrypted', data, format: GOOGLE } : undefined
}

const saidUnder = (keys: readonly string[], metadata: SharedV4ProviderMetadata | undefined) =>
  keys.map(key => metadata?.[key]).find(isObject)

/** Google's signature of a tool call. */
export function extraOf(metadata: SharedV4ProviderMetadata | undefined): JsonObject {
  const signature =
    saidUnder(googleKeys, metadata)?.thoughtSignature ?? metadata?.compatible?.thoughtSignature
  return typeof signature === 'string' ? { extra_content: { google: { thought_signature: signature } } } : {}
}
const googleKeys = formats.find(({ name }) => name === GOOGLE)!.keys

/** What a message of the model has of its thoughts. */
export interface Thoughts {
  readonly parts: LanguageModelV4ReasoningPart[]
  /** Options for the last text. */
  readonly text?: SharedV4ProviderOptions
  /** Options for tool calls, by id. */
  readonly calls: ReadonlyMap<string, SharedV4ProviderOptions>
}

/**
 * A thought goes back to whom it came from, and to nobody else: other models are not made for it, and many providers
 * refuse it. Bare words go where they are taken without a signature.
 */
export function readThoughts(message: JsonObject, callIds: readonly string[], kin: Kin): Thoughts {
  const parts: LanguageModelV4ReasoningPart[] = []
  const calls = new Map<string, SharedV4ProviderOptions>()
  let text: SharedV4ProviderOptions | undefined
  for (const each of listOf(message.reasoning_details)) {
    const detail = objectOf(each)
    const options = optionsOf(detail, kin)
    if (options === undefined) continue
    const isHidden = detail.type === 'reasoning.encrypted'
    if (isHidden && typeof detail.id === 'string' && callIds.includes(detail.id))
      calls.set(detail.id, options)
    // Gemini signs its thoughts' text, its calls, or the text of its answer.
    else if (isHidden && detail.format === GOOGLE) text = options
    else parts.push({ type: 'reasoning', text: wordsOf(detail), providerOptions: options })
  }
  const words = plainWordsOf(message)
  if (parts.length === 0 && kin.takesPlainThoughts && words !== '')
    parts.push({ type: 'reasoning', text: words })
  return { parts, calls, ...(text && { text }) }
}

function optionsOf(detail: JsonObject, kin: Kin): SharedV4ProviderOptions | undefined {
  // Some clients keep the format of a signed thought to themselves; Claude's are the ones that everybody has.
  const name = detail.format ?? (detail.type === 'reasoning.text' ? ANTHROPIC : undefined)
  const format = formats.find(each => each.name === name && each.keys.includes(kin.key))
  if (format === undefined || (format.name === ANTHROPIC && !kin.isClaude)) return undefined
  const field = detail.type === 'reasoning.encrypted' ? format.hidden : format.signature
  const value = detail.type === 'reasoning.encrypted' ? detail.data : detail.signature
  if (field === undefined || typeof value !== 'string' || value === '') return undefined
  const id = format.id !== undefined && typeof detail.id === 'string' ? { [format.id]: detail.id } : {}
  return { [kin.key]: { [field]: value, ...id } }
}

const wordsOf = ({ text, summary }: JsonObject): string =>
  typeof text === 'string' ? text : typeof summary === 'string' ? summary : ''

function plainWordsOf({ reasoning_content, reasoning }: JsonObject): string {
  const words = [reasoning_content, reasoning].find(value => typeof value === 'string' && value !== '')
  return typeof words === 'string' ? words : ''
}

/** What came with a tool call, for whom it came from. */
export function extraOptions(
  { extra_content: extra }: JsonObject,
  kin: Kin,
): SharedV4ProviderOptions | undefined {
  const signature = objectOf(objectOf(extra).google).thought_signature
  const isWanted = kin.isCompatible || googleKeys.includes(kin.key)
  return isWanted && typeof signature === 'string'
    ? { [kin.key]: { thoughtSignature: signature } }
    : undefined
}
