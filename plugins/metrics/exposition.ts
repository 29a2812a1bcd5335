import type { Metric, Registry } from 'prom-client'
import { reasonOf } from '../../src/describe.ts'
import type { Log } from '../../src/log.ts'
import type { Family } from './model.ts'

/** What Prometheus reads. */
export interface Exposition {
  readonly contentType: string
  readonly text: string
}

/** Of what the library tells about the process, the part that means something in this runtime. */
const kept =
  /^(?:process_(?:cpu_seconds_total|start_time_seconds|resident_memory_bytes|open_fds|max_fds)|nodejs_heap_size_used_bytes)$/

/**
 * Writes families down in Prometheus' text format. The library is loaded when somebody first asks: a gateway that
 * nobody scrapes does without it.
 */
export function createExposition(families: () => readonly Family[], log: Log): () => Promise<Exposition> {
  let process: Registry | undefined

  return async () => {
    const { Registry, collectDefaultMetrics } = await import('prom-client')
    if (process === undefined) {
      process = new Registry()
      collectDefaultMetrics({ register: process })
      for (const { name } of process.getMetricsAsArray())
        if (!kept.test(name)) process.removeSingleMetric(name)
    }
    const registry = new Registry()
    for (const family of families()) registry.registerMetric(toMetric(family, log))
    return {
      contentType: registry.contentType,
      text: `${await registry.metrics()}${await process.metrics()}`,
    }
  }
}

/** The library asks its metrics for nothing but their values when it writes: ours are counted elsewhere, and cheaper. */
const toMetric = (family: Family, log: Log): Metric =>
  ({
    name: family.name,
    help: family.help,
    type: family.type,
    aggregator: 'sum',
    get: () => ({ ...family, values: valuesOf(family, log) }),
  }) as unknown as Metric

function valuesOf(family: Family, log: Log) {
  try {
    return family.read().map(({ labels, value, name = family.name }) => ({ labels, value, metricName: name }))
  } catch (error) {
    log.error('A metric cannot be read', { metric: family.name, error: reasonOf(error) })
    return []
  }
}
