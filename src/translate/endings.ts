import type { LanguageModelV4FinishReason } from '@ai-sdk/provider'
import { Refusal } from '../errors.ts'
import type { Provider } from '../provider.ts'
import type { Usage } from '../types.ts'

/** The provider's word → ours. `error` is a failure: the next target is asked, or the client told. */
export type Endings = Readonly<Record<string, 'stop' | 'length' | 'content-filter' | 'error'>>

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
