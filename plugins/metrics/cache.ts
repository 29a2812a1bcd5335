import type { Cache, Figures } from '../cache/model.ts'
import type { Family } from './model.ts'

/** How stored answers are used; nothing where none are stored. */
export function cacheFamilies({ settings, figures }: Cache): Family[] {
  if (settings.models.length === 0) return []
  const family = (type: 'counter' | 'gauge', name: string, what: keyof Figures, help: string): Family => ({
    name,
    help,
    type,
    read: () => [{ labels: {}, value: figures()[what] }],
  })
  return [
    family('counter', 'modelway_cache_hits_total', 'hits', 'Calls that got a stored answer'),
    family(
      'counter',
      'modelway_cache_joined_total',
      'joined',
      'Of these hits, calls that waited for the answer to an equal one',
    ),
    family(
      'counter',
      'modelway_cache_similar_total',
      'similar',
      'Of these hits, calls that got the answer to a question that means the same',
    ),
    family('counter', 'modelway_cache_misses_total', 'misses', 'Calls that might have got a stored answer'),
    family(
      'counter',
      'modelway_cache_evictions_total',
      'evictions',
      'Stored answers that went early, because others wanted their room',
    ),
    family('gauge', 'modelway_cache_entries', 'entries', 'Answers that are stored'),
    family('gauge', 'modelway_cache_bytes', 'bytes', 'What stored answers take'),
  ]
}
