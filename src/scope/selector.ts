import type { Target } from '../types.ts'

/** An id with slashes may read like another provider's model; a selector of that form then speaks of that one. */
export const isBare = (model: string, isProvider: (name: string) => boolean): boolean =>
  !model.includes('/') || !isProvider(model.slice(0, model.indexOf('/')))

/**
 * A set of selectors and names speaks of a target: by `provider/id`, `provider/`, `id` or `/`, or by a redirect that led
 * there. Five look-ups, however many there are.
 */
export const isSelected = (
  selectors: ReadonlySet<string>,
  { provider, model, via }: Target,
  isProvider: (name: string) => boolean,
): boolean =>
  selectors.has(`${provider}/${model}`) ||
  selectors.has(`${provider}/`) ||
  (selectors.has(model) && isBare(model, isProvider)) ||
  selectors.has('/') ||
  via.some(({ source }) => selectors.has(source))
