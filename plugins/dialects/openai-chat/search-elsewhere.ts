import type { Warn } from '../../../src/contract/provider.ts'
import type { JsonObject } from '../../../src/types.ts'

/** What chat has for a search of the web, and what says nothing of it. */
const known = new Set([
  'type',
  'name',
  'search_context_size',
  'user_location',
  'cache_control',
  'defer_loading',
])

/** Tells what another language says of a search of the web, and chat has no word for: where it may look, how often. */
export function warnOfSearch(tool: JsonObject, at: string, warn: Warn): void {
  for (const [field, value] of Object.entries(tool))
    if (value != null && !known.has(field)) warn(`${at}.${field}: a search by way of chat goes without it`)
}
