import type { Metric, Registry } from 'prom-client'
import * as v from 'valibot'
import { reasonOf } from '../../src/base/describe.ts'
import { isObject } from '../../src/contract/loose-json.ts'
import type { Log } from '../../src/log.ts'
import type { Family, Sample } from './model.ts'

/** What Prometheus reads. */
export interface Exposed {
  readonly contentType: string
  readonly text: string
}

/** All figures of a worker, in the library's own form: plain objects, which can go to another process. */
export type Figures = v.InferOutput<typeof figures>

interface Value {
  readonly labels: Sample['labels']
  readonly value: number
}

const isValue = (found: unknown): boolean => isObject(found) && typeof found.value === 'number'

/** The library reads more of it than we do. */
export const figures = v.pipe(
  v.array(
    v.looseObject({
      name: v.string(),
      help: v.string(),
      type: v.string(),
      /** What the values of several workers become. */
      aggregator: v.string(),
      values: v.pipe(v.array(v.custom<Value>(isValue)), v.readonly()),
    }),
  ),
  v.readonly(),
)

/** Writes families down in Prometheus' text format. */
export interface Exposition {
  /** Those of this process. */
  own(): Promise<Exposed>
  /** The same for another worker. What one before it had counted, whose place this process took, is added. */
  figures(before?: Figures): Promise<Figures>
  /** Those of several workers. */
  together(all: readonly Figures[]): Promise<Exposed>
}

/** Of what the library tells about the process, the part that means something in this runtime; see `process.ts`. */
const kept = /^process_(?:start_time_seconds|resident_memory_bytes|open_fds|max_fds)$/

/** The library is loaded when somebody first asks: a gateway that nobody scrapes does without it. */
export function createExposition(families: () => readonly Family[], log: Log): Exposition {
  let process: Registry | undefined

  async function open() {
    const { Registry, AggregatorRegistry, collectDefaultMetrics } = await import('prom-client')
    if (process === undefined) {
      process = new Registry()
      collectDefaultMetrics({ register: process })
      for (const { name } of process.getMetricsAsArray())
        if (!kept.test(name)) process.removeSingleMetric(name)
    }
    const registry = new Registry()
    for (const family of families()) registry.registerMetric(toMetric(family, log))
    const add = (all: readonly Figures[]) => AggregatorRegistry.aggregate(all as unknown as object[])
    return { registry, process, add }
  }

  return {
    async own() {
      const { registry, process } = await open()
      const text = `${await registry.metrics()}${await process.metrics()}`
      return { contentType: registry.contentType, text }
    },
    async figures(before = []) {
      const { registry, process, add } = await open()
      const ofProcess = (await process.getMetricsAsJSON()) as unknown as Figures
      // The library leaves out what cannot be added up; the oldest worker tells since when the gateway runs.
      const own = [
        ...((await registry.getMetricsAsJSON()) as unknown as Figures),
        ...ofProcess.map(figure =>
          figure.aggregator === 'omit' ? { ...figure, aggregator: 'min' } : figure,
        ),
      ]
      // What it held is gone with it, what it counted stays: a counter does not go back.
      const counted = before.filter(({ type }) => type !== 'gauge')
      return counted.length === 0
        ? own
        : ((await add([own, counted]).getMetricsAsJSON()) as unknown as Figures)
    },
    async together(all) {
      const registry = (await open()).add(all)
      return { contentType: registry.contentType, text: await registry.metrics() }
    },
  }
}

/** The library asks its metrics for nothing but their values when it writes: ours are counted elsewhere, and cheaper. */
const toMetric = (family: Family, log: Log): Metric => {
  const { name, help, type, together: aggregator = 'sum' } = family
  const facts = { name, help, type, aggregator }
  return { ...facts, get: () => ({ ...facts, values: valuesOf(family, log) }) } as unknown as Metric
}

function valuesOf(family: Family, log: Log) {
  try {
    return family.read().map(({ labels, value, name = family.name }) => ({ labels, value, metricName: name }))
  } catch (error) {
    log.error('A metric cannot be read', { metric: family.name, error: reasonOf(error) })
    return []
  }
}
