import type { SharedV4ProviderMetadata, SharedV4ProviderOptions } from '@ai-sdk/provider'
import { isObject } from '../../../src/lens.ts'
import type { JsonObject } from '../../../src/types.ts'
import { ownerOf } from './ids.ts'
import type { Kin } from './kin.ts'

/**
 * What vendors want back with the next turn (Anthropic's signatures, Gemini's thought signatures) travels where clients
 * of this language already carry something that they cannot read: in the `encrypted_content` of a reasoning item.
 */
export interface Carried {
  /** Who thought so: a bare thought goes back to nobody else. */
  readonly model: string
  readonly options?: SharedV4ProviderOptions
  /** The tool call that the options belong to, where they are no thought's. */
  readonly call?: string
}

const MARK = 'modelway1.'

/** Fields of a package's metadata that it wants back. */
const fields = [
  'signature',
  'redactedData',
  'redactedContent',
  'thoughtSignature',
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
    }
  } catch {
    return undefined
  }
}

const isCarried = (text: unknown): text is string => typeof text === 'string' && text.startsWith(MARK)

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

/** The metadata of a part as the `encrypted_content` that goes with it. */
export function packed(
  metadata: SharedV4ProviderMetadata | undefined,
  model: string,
  more: Pick<Carried, 'call'> = {},
): string | undefined {
  const options = pick(metadata)
  return options === undefined ? undefined : pack({ model, options, ...more })
}

/** The options, if the destination is whom they are for. Claude's signatures hold at every cloud. */
export function optionsFor({ options }: Carried, kin: Kin): SharedV4ProviderOptions | undefined {
  if (options === undefined) return undefined
  if (Object.keys(options).some(key => kin.keys.includes(key))) return options
  const signed = Object.values(options).find(own => 'signature' in own || 'redactedData' in own)
  return kin.isClaude && signed !== undefined ? { [kin.key]: signed } : undefined
}

/**
 * A body for a provider that speaks this language itself: it refuses what it has not encrypted, and knows no items but
 * its own. The same object where there is nothing of ours.
 */
export function withoutOurs(body: JsonObject): JsonObject {
  const { input } = body
  if (!Array.isArray(input) || !input.some(item => isCarrier(item) || isOurs(item))) return body
  const kept = input.filter(item => !isCarrier(item))
  return { ...body, input: kept.map(item => (isOurs(item) ? withoutId(item) : item)) }
}

const isCarrier = (item: unknown): boolean => isObject(item) && isCarried(item.encrypted_content)

const isOurs = (item: unknown): item is JsonObject =>
  isObject(item) && typeof item.id === 'string' && ownerOf(item.id) !== undefined

const withoutId = ({ id: _, status: _status, ...item }: JsonObject): JsonObject => item

function toBase64Url(text: string): string {
  let bytes = ''
  for (const byte of new TextEncoder().encode(text)) bytes += String.fromCharCode(byte)
  return btoa(bytes).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}

function fromBase64Url(text: string): string {
  const bytes = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  return new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(bytes, char => char.charCodeAt(0)))
}
