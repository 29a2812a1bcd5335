import type { SharedV4ProviderMetadata, SharedV4ProviderOptions } from '@ai-sdk/provider'
import { isObject } from '../../../src/lens.ts'
import type { JsonObject } from '../../../src/types.ts'
import type { Kin } from './kin.ts'

/**
 * What other vendors want back with the next turn (Gemini's thought signatures, xAI's encrypted reasoning) has no place
 * of its own in this language. It travels where clients already carry something that they cannot read: in the signature
 * of a thinking block, or in a redacted one.
 */
export interface Carried {
  /** Who thought so: a bare thought goes back to nobody else. */
  readonly model: string
  readonly options?: SharedV4ProviderOptions
  /** The tool call that the options belong to, where they are no thought's. */
  readonly call?: string
  /** The options belong to the text before. */
  readonly text?: true
}

/** What a thought of Claude's came with. */
export interface Thought {
  /** Anthropic's own; the same at Bedrock and Vertex. */
  readonly signature?: string
  readonly redacted?: string
  /** Somebody else's. */
  readonly options?: SharedV4ProviderOptions
}

const MARK = 'modelway1.'

/** Fields of a package's metadata that it wants back. */
const fields = [
  'thoughtSignature',
  'redactedContent',
  'reasoningEncryptedContent',
  'encryptedContent',
  'itemId',
]

/** Keys that a client may not fill through us: their fields are written into messages as they are. */
const closed = new Set(['openaiCompatible', 'openai-compatible', '__proto__'])

export const pack = (carried: Carried): string => MARK + toBase64Url(JSON.stringify(carried))

/** Undefined when it is not ours, or was tampered with. */
export function unpack(text: unknown): Carried | undefined {
  if (!isCarried(text)) return undefined
  try {
    const json: unknown = JSON.parse(fromBase64Url(text.slice(MARK.length)))
    if (!isObject(json) || typeof json.model !== 'string') return undefined
    const options = pick(json.options)
    return {
      model: json.model,
      ...(options && { options }),
      ...(typeof json.call === 'string' && { call: json.call }),
      ...(json.text === true && { text: true }),
    }
  } catch {
    return undefined
  }
}

const isCarried = (text: unknown): text is string => typeof text === 'string' && text.startsWith(MARK)

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

/** Of a package's metadata only what it wants back; packages that go by two names say everything twice. */
export function pick(metadata: unknown): SharedV4ProviderOptions | undefined {
  if (!isObject(metadata)) return undefined
  const kept: Record<string, Record<string, string>> = {}
  const seen = new Set<string>()
  for (const [key, said] of Object.entries(metadata)) {
    if (closed.has(key) || !isObject(said)) continue
    const own = Object.fromEntries(
      fields.flatMap(field => (typeof said[field] === 'string' ? [[field, said[field]]] : [])),
    )
    const text = JSON.stringify(own)
    if (text === '{}' || seen.has(text)) continue
    seen.add(text)
    kept[key] = own
  }
  return seen.size === 0 ? undefined : kept
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
  !isObject(block) || (!isCarried(block.signature) && !isCarried(block.data))

const hasCarried = (message: unknown): message is JsonObject & { readonly content: readonly unknown[] } =>
  isObject(message) && Array.isArray(message.content) && !message.content.every(isOwn)

function toBase64Url(text: string): string {
  let bytes = ''
  for (const byte of new TextEncoder().encode(text)) bytes += String.fromCharCode(byte)
  return btoa(bytes).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}

function fromBase64Url(text: string): string {
  const bytes = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  return new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(bytes, char => char.charCodeAt(0)))
}
