import type { SharedV4ProviderMetadata, SharedV4ProviderOptions } from '@ai-sdk/provider'
import { isObject, listOf, objectOf } from '../../../src/contract/loose-json.ts'
import { type Carried, createCarrier, isCarried, pack } from '../../../src/translate/carrier.ts'
import { under } from '../../../src/translate/options.ts'
import type { JsonObject } from '../../../src/types.ts'
import type { Kin } from './kin.ts'

/** A signature of Google's own has its place in this language; what others want back stands in the same place. */
const { pick, unpack } = createCarrier([
  'signature',
  'redactedData',
  'redactedContent',
  'reasoningEncryptedContent',
  'encryptedContent',
  'itemId',
])

/** Google's own way to say that a call was another model's: https://ai.google.dev/gemini-api/docs/thought-signatures */
const UNSIGNED = 'skip_thought_signature_validator'

/** Some clients read signatures as base64, and write them in either alphabet of it. */
const toBase64 = (text: string): string => new TextEncoder().encode(text).toBase64()

function fromBase64(text: string): string {
  try {
    const plain = text.replaceAll('-', '+').replaceAll('_', '/')
    return new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.fromBase64(plain))
  } catch {
    return ''
  }
}

/** What `modelway1.` begins with in base64. */
const MARK = toBase64('modelway1').slice(0, 12)

const isOurs = (signature: unknown): signature is string =>
  typeof signature === 'string' && signature.startsWith(MARK) && isCarried(fromBase64(signature))

const opened = (signature: unknown): Carried | undefined =>
  isOurs(signature) ? unpack(fromBase64(signature)) : undefined

/** Google's signature of a text, a call or a thought. */
export function signatureIn(metadata: SharedV4ProviderMetadata | undefined): JsonObject {
  const said = Object.values(metadata ?? {}).find(each => typeof each?.thoughtSignature === 'string')
  return said === undefined ? {} : { thoughtSignature: said.thoughtSignature }
}

/** With what a thought has to come back. */
export function signatureOf(metadata: SharedV4ProviderMetadata | undefined, model: string): JsonObject {
  const own = signatureIn(metadata)
  if (own.thoughtSignature !== undefined) return own
  const options = pick(metadata)
  return options === undefined ? {} : { thoughtSignature: toBase64(pack({ model, options })) }
}

/** The options that a signature stands for, if the destination is whom they are for. */
export function optionsFor(signature: unknown, kin: Kin): SharedV4ProviderOptions | undefined {
  if (typeof signature !== 'string' || signature === '' || signature === UNSIGNED) return undefined
  if (!isOurs(signature))
    return kin.isGoogle || kin.key === 'compatible'
      ? under(kin.key, { thoughtSignature: signature })
      : undefined
  const options = opened(signature)?.options
  return options !== undefined && Object.keys(options).some(key => kin.keys.includes(key))
    ? options
    : undefined
}

/** Models that refuse a call of a tool without a signature. */
const SIGNS = /gemini-3|nano-banana/

/**
 * A conversation that moves to Google: without what others have thought, and with calls that others made marked as such,
 * where the model insists on signatures. The same object where there is nothing of the kind.
 */
export function withoutCarried(body: JsonObject, model: string): JsonObject {
  const contents = listOf(body.contents)
  const made = contents.map(content => own(content, SIGNS.test(model)))
  return made.every((content, i) => content === contents[i])
    ? body
    : { ...body, contents: made.filter(content => content !== undefined) }
}

/** Undefined where nothing is left. */
function own(content: unknown, signs: boolean): unknown {
  if (!isObject(content) || content.role !== 'model') return content
  const parts = listOf(content.parts)
  const kept = parts.flatMap(withoutOurs)
  const first = kept.findIndex(part => objectOf(part).functionCall != null)
  const call = objectOf(kept[first])
  if (signs && first >= 0 && call.thoughtSignature === undefined)
    kept[first] = { ...call, thoughtSignature: UNSIGNED }
  const isSame = kept.length === parts.length && kept.every((part, i) => part === parts[i])
  if (isSame) return content
  return kept.length === 0 ? undefined : { ...content, parts: kept }
}

/** A thought that is not Google's goes; of all else only what we have written there. */
function withoutOurs(part: unknown): unknown[] {
  if (!isObject(part) || !isOurs(part.thoughtSignature)) return [part]
  const { thoughtSignature: _, ...rest } = part
  return part.thought === true ? [] : [rest]
}
