import type { SharedV4ProviderMetadata, SharedV4ProviderOptions } from '@ai-sdk/provider'
import { isObject } from '../../../src/contract/loose-json.ts'
import { type Carried, createCarrier, isCarried, pack } from '../../../src/translate/carrier.ts'
import type { JsonObject } from '../../../src/types.ts'
import { ownerOf } from './ids.ts'
import type { Kin } from './kin.ts'

/** What vendors want back, Anthropic's signatures too, stands in the `encrypted_content` of a reasoning item. */
export const { pick, unpack } = createCarrier([
  'signature',
  'redactedData',
  'redactedContent',
  'thoughtSignature',
  'reasoningEncryptedContent',
  'encryptedContent',
  'itemId',
])

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
  const kept = input.flatMap(item => (isCarrier(item) ? openSummary(item) : [item]))
  return { ...body, input: kept.map(item => (isOurs(item) ? withoutId(item) : item)) }
}

/** What came before is known to nobody else; a thought of another model can be done without. */
function openSummary(item: JsonObject): JsonObject[] {
  const text = summaryIn(item)
  return text === undefined
    ? []
    : [{ type: 'message', role: 'user', content: [{ type: 'input_text', text }] }]
}

/** A summary of ours as words that any model reads; undefined for those of others. */
export function summaryIn(item: JsonObject): string | undefined {
  const summary = unpack(item.encrypted_content)?.summary
  return summary && `This conversation was shortened. A summary of what came before:\n\n${summary}`
}

const isCarrier = (item: unknown): item is JsonObject => isObject(item) && isCarried(item.encrypted_content)

const isOurs = (item: unknown): item is JsonObject =>
  isObject(item) && typeof item.id === 'string' && ownerOf(item.id) !== undefined

const withoutId = ({ id: _, status: _status, ...item }: JsonObject): JsonObject => item
