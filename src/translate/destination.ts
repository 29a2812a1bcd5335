import type { Provider } from '../contract/provider.ts'
import type { Destination } from '../contract/translation.ts'

/** A model of a provider, as dialects know it that are carried over to it. */
export function destinationOf(provider: Provider, model: string): Destination {
  const { type, optionsKey = type } = provider
  const thinking = provider.thinking?.(model)
  return {
    type,
    options: typeof optionsKey === 'function' ? optionsKey(model) : optionsKey,
    model,
    ...(thinking && { thinking }),
    ...(provider.refusesLateSystem?.(model) && { refusesLateSystem: true }),
  }
}
