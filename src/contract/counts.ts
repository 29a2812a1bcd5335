import * as v from 'valibot'
import { createGathering, type Peers } from './peers.ts'

/** How often something happened; what it was is told by the other fields. */
interface Counted {
  readonly count: number
}

/** What a plugin has counted, as operators see it: in all workers together, with what those had counted that are gone. */
export interface Counts<T> {
  /** For the plugin's `figures`. */
  figures(): readonly T[]
  /** Where the others cannot be asked, what is known here. */
  everywhere(): Promise<readonly T[]>
}

export interface CountsOptions<T> {
  readonly row: v.GenericSchema<unknown, T>
  /** Those of this worker. */
  readonly own: () => readonly T[]
}

export function createCounts<T extends Counted>(
  peers: Peers | undefined,
  { row, own }: CountsOptions<T>,
): Counts<T> {
  const others = createGathering(peers, v.array(row))
  const figures = () => addUp([...(others?.left ?? []), ...own()])
  const gathered = async () => (await others?.gather().catch(() => undefined)) ?? [figures()]
  return { figures, everywhere: async () => addUp((await gathered()).flat()) }
}

/** Rows that differ in nothing but their count become one. */
function addUp<T extends Counted>(rows: readonly T[]): readonly T[] {
  const alike = Map.groupBy(rows, ({ count, ...what }) => JSON.stringify(what))
  return [...alike.values()].map(([first, ...more]) => ({
    ...first!,
    count: more.reduce((sum, { count }) => sum + count, first!.count),
  }))
}
