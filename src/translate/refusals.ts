import type { LanguageModelV4FinishReason, SharedV4ProviderMetadata } from '@ai-sdk/provider'
import { listOf, objectOf } from '../contract/loose-json.ts'

/** A model that will not answer, as packages tell it. */

/** Why the provider says it will not answer; the words of some do not come as a text. */
export function refusalIn(
  { unified }: LanguageModelV4FinishReason,
  metadata: SharedV4ProviderMetadata | undefined,
): string | undefined {
  if (unified !== 'content-filter') return undefined
  const told = Object.values(metadata ?? {}).map(said => objectOf(objectOf(said).stopDetails).explanation)
  return told.find(words => typeof words === 'string')
}

/**
 * OpenAI's chat ends a refusal like any answer, and has a field for its words. Packages make the last of the texts of it,
 * and this end.
 */
export const isRefusal = ({ unified, raw }: LanguageModelV4FinishReason): boolean =>
  unified === 'content-filter' && raw === 'stop'

/** The words of a refusal in a chunk of OpenAI's chat, which the package gives as a piece of text right behind it. */
export function refusalOfChunk(chunk: unknown): string | undefined {
  const { refusal } = objectOf(objectOf(listOf(objectOf(chunk).choices)[0]).delta)
  return typeof refusal === 'string' && refusal !== '' ? refusal : undefined
}
