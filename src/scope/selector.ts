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

/**
 * Whatever a selector speaks of, these speak of, too, as far as their words tell: `provider/` has in it all its models, and
 * `id` those of that name. A redirect is in it by its own name only, wherever it may lead.
 */
export function isCovered(selector: string, selectors: ReadonlySet<string>): boolean {
  if (selectors.has('/') || selectors.has(selector)) return true
  const slash = selector.indexOf('/')
  if (slash < 1) return false
  const model = selector.slice(slash + 1)
  return selectors.has(selector.slice(0, slash + 1)) || (!model.includes('/') && selectors.has(model))
}
