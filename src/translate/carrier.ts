import type { SharedV4ProviderOptions } from '@ai-sdk/provider'
import { isObject } from '../contract/loose-json.ts'
import type { JsonObject } from '../types.ts'

/**
 * What vendors want back with the next turn (signatures of thoughts, encrypted reasoning) has no place of its own in
 * other vendors' languages. It travels where clients already carry something that they cannot read.
 */
export interface Carried {
  /** Who thought so: a bare thought goes back to nobody else. */
  readonly model: string
  readonly options?: SharedV4ProviderOptions
  /** The tool call that the options belong to, where they are no thought's. */
  readonly call?: string
  /** The options belong to the text before. */
  readonly text?: true
  /** What a model has written in place of the conversation so far. */
  readonly summary?: string
}

export interface Carrier {
  /** Undefined when it is not ours, or was tampered with. */
  unpack(text: unknown): Carried | undefined
  /** Of a package's metadata only what it wants back; undefined where that is nothing. */
  pick(metadata: unknown): SharedV4ProviderOptions | undefined
}

const MARK = 'modelway1.'

/** Keys that a client may not fill through us: their fields are written into messages as they are. */
const closed = new Set(['openaiCompatible', 'openai-compatible', '__proto__'])

/** A text of letters, digits, `-`, `_` and `.`. */
export const pack = (carried: Carried): string =>
  MARK +
  new TextEncoder().encode(JSON.stringify(carried)).toBase64({ alphabet: 'base64url', omitPadding: true })

export const isCarried = (text: unknown): text is string => typeof text === 'string' && text.startsWith(MARK)

/** What a text carries, as whoever made it says; undefined where it is not ours. */
function open(text: unknown): JsonObject | undefined {
  if (!isCarried(text)) return undefined
  try {
    const bytes = Uint8Array.fromBase64(text.slice(MARK.length), { alphabet: 'base64url' })
    const json: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    return isObject(json) && typeof json.model === 'string' ? json : undefined
  } catch {
    return undefined
  }
}

/** A summary is no secret: what a model will read of it, and a client may have written. */
export function summaryOf(text: unknown): string | undefined {
  const summary = open(text)?.summary
  return typeof summary === 'string' ? summary : undefined
}

/** The same with another summary. */
export const withSummary = (text: string, summary: string): string =>
  pack({ ...(open(text) as unknown as Carried), summary })

/** `fields` are those of a package's metadata that it wants back and that the language has no place for. */
export function createCarrier(fields: readonly string[]): Carrier {
  function unpack(text: unknown): Carried | undefined {
    const json = open(text)
    if (json === undefined) return undefined
    const options = pick(json.options)
    return {
      model: json.model as string,
      ...(options && { options }),
      ...(typeof json.call === 'string' && { call: json.call }),
      ...(json.text === true && { text: true }),
      ...(typeof json.summary === 'string' && { summary: json.summary }),
    }
  }

  function pick(metadata: unknown): SharedV4ProviderOptions | undefined {
    if (!isObject(metadata)) return undefined
    const kept: Record<string, Record<string, string>> = {}
    const seen = new Set<string>()
    for (const [key, said] of Object.entries(metadata)) {
      if (closed.has(key) || !isObject(said)) continue
      const own = Object.fromEntries(
        fields.flatMap(field => (typeof said[field] === 'string' ? [[field, said[field]]] : [])),
      )
      const text = JSON.stringify(own)
      // Packages that go by two names say everything twice.
      if (text === '{}' || seen.has(text)) continue
      seen.add(text)
      kept[key] = own
    }
    return seen.size === 0 ? undefined : kept
  }

  return { unpack, pick }
}
