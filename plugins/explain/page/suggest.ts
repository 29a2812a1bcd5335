import { createSearch } from '../../../views/listing.ts'
import type { WorkingKey } from '../../auth/model.ts'
import type { ModelLists } from '../../model-lists/model.ts'
import type { Snapshot } from '../../virtual-models/model.ts'

const MAX = 50

/** Names that a caller may ask for and that contain what was typed: redirects first, then the models of providers. */
export function suggestNames(
  typed: string,
  snapshot: Snapshot,
  lists: ModelLists,
  providers: Iterable<string>,
): string[] {
  const part = typed.trim().toLowerCase()
  const found = new Set<string>()
  for (const name of known(snapshot, lists, providers)) {
    if (name.toLowerCase().includes(part)) found.add(name)
    if (found.size === MAX) break
  }
  return [...found]
}

function* known({ all }: Snapshot, lists: ModelLists, providers: Iterable<string>): Generator<string> {
  for (const { kind, source } of all.values()) if (kind === 'redirect') yield source
  for (const provider of providers)
    for (const id of lists.of(provider)?.keys() ?? []) yield `${provider}/${id}`
}

/** User paths that redirects and policies speak of. */
export const suggestPaths = ({ all }: Snapshot): string[] =>
  [...new Set([...all.values()].flatMap(({ namedPaths }) => namedPaths))].sort().slice(0, MAX)

/** Keys whose id or name has all the words that were typed. */
export function suggestKeys(typed: string, working: readonly WorkingKey[]): WorkingKey[] {
  const isFound = createSearch(typed)
  return working.filter(({ id, name }) => isFound([id, name])).slice(0, MAX)
}
