import type { UsageBook } from '../usage/model.ts'
import type { Family } from './model.ts'

/** How the recording of usage is doing. */
export function spoolFamilies({ stats }: UsageBook): Family[] {
  const family = (type: 'counter' | 'gauge', name: string, read: () => number, help: string): Family => ({
    name,
    help,
    type,
    read: () => [{ labels: {}, value: read() }],
  })
  return [
    family(
      'gauge',
      'modelway_usage_waiting',
      () => stats().waiting,
      'Records that are not yet in the database',
    ),
    family(
      'gauge',
      'modelway_usage_spool_bytes',
      () => stats().spooled,
      'Size of the spool that waits for the database',
    ),
    family('counter', 'modelway_usage_written_total', () => stats().written, 'Records in the database'),
    family(
      'counter',
      'modelway_usage_lost_total',
      () => stats().lost,
      'Records that were lost; alert on any',
    ),
    {
      ...family(
        'gauge',
        'modelway_usage_trouble',
        () => (stats().trouble === null ? 0 : 1),
        '1 while the database takes no records',
      ),
      together: 'max',
    },
  ]
}
