import { LRUCache } from 'lru-cache'
import type { Scoped } from '../../src/exchange.ts'

export interface ListCacheOptions<M> {
  readonly list: (x: Scoped) => Promise<readonly M[]>
  readonly now: () => number
  /** Changes whenever a list could have changed. */
  readonly revision: () => string
}

/** Plugins from outside may decide by things that have no revision, such as the time of day (milliseconds). */
const MAX_AGE = 10_000

/** What a caller may use, remembered for each caller and user path: plugins from outside may decide by anything in these. */
export function createListCache<M>({
  list,
  now,
  revision,
}: ListCacheOptions<M>): (x: Scoped) => Promise<readonly M[]> {
  const entries = new LRUCache<string, { readonly models: readonly M[]; readonly at: number }>({
    max: 500,
  })
  let current = ''
  return async x => {
    const before = revision()
    if (before !== current) entries.clear()
    current = before
    const { userPath, caller } = x
    const key = JSON.stringify([userPath, caller], (_, value) => (value instanceof Set ? [...value] : value))
    const known = entries.get(key)
    if (known !== undefined && now() - known.at < MAX_AGE) return known.models
    const models = await list(x)
    if (revision() === before) entries.set(key, { models, at: now() })
    return models
  }
}
