import type { LanguageModelV4FinishReason, LanguageModelV4GenerateResult } from '@ai-sdk/provider'
import type { Provider } from '../contract/provider.ts'
import { Refusal } from '../errors.ts'
import type { Usage } from '../types.ts'

/** Why an answer ended. One that failed is none, although it came with a good status, and perhaps with a bill. */
export function ended(
  { raw, unified }: LanguageModelV4FinishReason,
  { name, endings = {} }: Provider,
  usage: Usage | undefined,
): LanguageModelV4FinishReason {
  const meant = raw !== undefined && Object.hasOwn(endings, raw) ? endings[raw]! : unified
  if (meant !== 'error') return { raw, unified: meant }
  const why = raw === undefined ? '' : `: ${raw.slice(0, 80)}`
  throw new Refusal('upstream_error', `Provider "${name}" failed to answer${why}`, { usage })
}

/** Why a whole answer ended. One that says nothing, and not why, is none: as a stream it would be one that broke off. */
export function endedWhole(
  { content, finishReason }: LanguageModelV4GenerateResult,
  provider: Provider,
  usage: Usage | undefined,
): LanguageModelV4FinishReason {
  const { raw = '', unified } = finishReason
  if (content.length === 0 && raw === '' && (unified === 'other' || unified === 'interrupted'))
    throw new Refusal('upstream_invalid', `Provider "${provider.name}" sent an empty answer`, { usage })
  return ended(finishReason, provider, usage)
}
