import type { SharedV4ProviderOptions } from '@ai-sdk/provider'
import { isObject } from '../../../src/contract/loose-json.ts'
import { under } from '../../../src/translate/options.ts'
import type { JsonObject } from '../../../src/types.ts'
import type { Kin } from './kin.ts'

/**
 * Where the prompt is to be cached behind a block. Left out without a word where a provider caches by itself: it changes
 * what the next call costs, never what this one says.
 */
export function cached(
  { cache_control: control }: JsonObject,
  kin: Kin,
): { readonly providerOptions?: SharedV4ProviderOptions } {
  const providerOptions = isObject(control) ? under(kin.key, kin.cache?.(control)) : undefined
  return providerOptions === undefined ? {} : { providerOptions }
}

/** The same part, with more options. */
export function withOptions<P extends { readonly providerOptions?: SharedV4ProviderOptions }>(
  part: P,
  { providerOptions }: { readonly providerOptions?: SharedV4ProviderOptions },
): P {
  if (providerOptions === undefined) return part
  const merged: SharedV4ProviderOptions = { ...part.providerOptions }
  for (const [key, own] of Object.entries(providerOptions)) merged[key] = { ...merged[key], ...own }
  return { ...part, providerOptions: merged }
}
