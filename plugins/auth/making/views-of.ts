import * as v from 'valibot'
import { says } from '../../../src/contract/settings.ts'
import { createdView, keyView, listedView } from '../views-of.ts'

/** What is for operators to know. */
const theirs = ['labels', 'operates', 'makes_keys', 'made_by', 'version'] as const

/** A made key as its maker sees it. */
export const ownView = v.object({
  ...v.omit(keyView, theirs).entries,
  allowed_models: says(
    'Selectors and names of redirects; null: all that your key may call. Never more than that, whatever stands here',
    keyView.entries.allowed_models,
  ),
})
export const ownListedView = v.object({ ...ownView.entries, last_used: listedView.entries.last_used })
export const ownCreatedView = v.object({ ...ownView.entries, key: createdView.entries.key })

/** The same of a key as operators see it. */
export function toOwn<V extends v.InferOutput<typeof keyView>>(view: V): Omit<V, (typeof theirs)[number]> {
  const { labels: _, operates: _operates, makes_keys: _makes, made_by: _by, version: _version, ...own } = view
  return own
}
