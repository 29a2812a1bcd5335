import type { SharedV4ProviderOptions } from '@ai-sdk/provider'
import { isObject } from '../../../src/contract/loose-json.ts'
import { under } from '../../../src/translate/options.ts'
import type { JsonObject } from '../../../src/types.ts'
import type { Kin } from './kin.ts'

export interface Optional {
  readonly providerOptions?: SharedV4ProviderOptions
}

/**
 * Where the prompt is to be cached behind a part, as OpenRouter and others have it in this language. Left out without a
 * word where a provider caches by itself: it changes what the next call costs, never what this one says.
 */
export function cached({ cache_control: control }: JsonObject, kin: Kin): Optional {
  if (!isObject(control) || control.type !== 'ephemeral') return {}
  const ttl = control.ttl === '1h' || control.ttl === '5m' ? { ttl: control.ttl } : {}
  const providerOptions = under(kin.key, kin.cache?.({ type: 'ephemeral', ...ttl }))
  return providerOptions === undefined ? {} : { providerOptions }
}

/** The same part, with more options. */
export function withOptions<P extends Optional>(part: P, { providerOptions }: Optional): P {
  if (providerOptions === undefined) return part
  const merged: SharedV4ProviderOptions = { ...part.providerOptions }
  for (const [key, own] of Object.entries(providerOptions)) merged[key] = { ...merged[key], ...own }
  return { ...part, providerOptions: merged }
}
