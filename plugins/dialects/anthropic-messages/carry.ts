import type { SharedV4ProviderMetadata, SharedV4ProviderOptions } from '@ai-sdk/provider'
import { isObject } from '../../../src/contract/loose-json.ts'
import { type Carried, createCarrier, isCarried } from '../../../src/translate/carrier.ts'
import type { JsonObject } from '../../../src/types.ts'
import type { Kin } from './kin.ts'
import { isForeignSearch } from './search.ts'

/** What a thought of Claude's came with. */
export interface Thought {
  /** Anthropic's own; the same at Bedrock and Vertex. */
  readonly signature?: string
  readonly redacted?: string
  /** Somebody else's. */
  readonly options?: SharedV4ProviderOptions
}

/** Signatures of Anthropic's own have a place in this language; what others sign stands in a thinking block's signature. */
export const { pick, unpack } = createCarrier([
  'thoughtSignature',
  'redactedContent',
  'reasoningEncryptedContent',
  'encryptedContent',
  'itemId',
])

/** What a thought has to be given back with. */
export function toThought(metadata: SharedV4ProviderMetadata | undefined): Thought {
  let thought: Thought = {}
  for (const { signature, redactedData } of Object.values(metadata ?? {})) {
    if (typeof signature === 'string') thought = { ...thought, signature }
    if (typeof redactedData === 'string') thought = { ...thought, redacted: redactedData }
  }
  const options = pick(metadata)
  return options === undefined ? thought : { ...thought, options }
}

/** The options, if the destination is whom they are for. */
export const optionsFor = ({ options }: Carried, kin: Kin): SharedV4ProviderOptions | undefined =>
  options !== undefined && Object.keys(options).some(key => kin.keys.includes(key)) ? options : undefined

/**
 * A body for Anthropic itself, which refuses signatures that are not its own: without the thoughts of others. The same
 * object where there are none.
 */
export function withoutCarried(body: JsonObject): JsonObject {
  if (!Array.isArray(body.messages) || !body.messages.some(hasCarried)) return body
  const messages = body.messages
    .map(message => (hasCarried(message) ? { ...message, content: message.content.filter(isOwn) } : message))
    .filter(message => !Array.isArray(message.content) || message.content.length > 0)
  return { ...body, messages }
}

const isOwn = (block: unknown): boolean =>
  !isObject(block) || !(isCarried(block.signature) || isCarried(block.data) || isForeignSearch(block))

const hasCarried = (message: unknown): message is JsonObject & { readonly content: readonly unknown[] } =>
  isObject(message) && Array.isArray(message.content) && !message.content.every(isOwn)
